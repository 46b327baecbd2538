"""The calls of the day in order of what a minute brings, and the call that each line leads to."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice import calling
from encours.backoffice.case import customer_or_404
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.listing import address
from encours.backoffice.today import fragment, number, undo_address, undoable
from encours.backoffice.whose import Whose, whose
from encours.customers.models import Customer
from encours.dunning import calls as dunning_calls
from encours.dunning.calls import CallList

LARGEST = 2**31
# So many lines at once; the day's first calls are on top.
AT_ONCE = 50


def listed(request: DeskRequest, who: Whose) -> CallList:
    """Return the calls of whoever is chosen."""
    desk = request.desk
    return dunning_calls.call_list(
        desk.organization, desk.today, collector_ids=who.ids, portfolio_user=desk.portfolio_user
    )


def context(
    request: DeskRequest, chosen: Customer | None, form: calling.CallForm | None = None
) -> dict[str, Any]:
    """Gather the page: the list, and the panel of the chosen call or of the first one."""
    desk = request.desk
    who = whose(desk, request.GET.get("who", "") or request.POST.get("who", ""))
    found = listed(request, who)
    everyone = (*found.lines, *found.unreachable, *found.later)
    if chosen is None and everyone:
        chosen = everyone[0].customer
    line = next((one for one in everyone if chosen and one.customer.pk == chosen.pk), None)
    shown = number(request.GET.get("shown"), AT_ONCE, LARGEST)
    groups = {"lines": found.lines, "unreachable": found.unreachable, "later": found.later}
    left_out = sum(max(len(group) - shown, 0) for group in groups.values())
    return {
        "who": who,
        "list": found,
        "shown": {name: group[:shown] for name, group in groups.items()},
        "more": shown + AT_ONCE if left_out else 0,
        "left_out": left_out,
        "total": sum(one.amount for one in found.lines),
        "panel": calling.panel(desk, chosen, line.task if line else None) if chosen else None,
        "reasons": calling.REASONS.items(),
        "form": form,
        "dialog": form["outcome"].value() if form else "",
        "currency": desk.organization.currency,
        "opened": "customer" in request.GET,
    }


@page()
def calls(request: DeskRequest) -> HttpResponse:
    wanted = number(request.GET.get("customer"), 0, LARGEST)
    chosen = customer_or_404(request, wanted) if wanted else None
    return render(request, "backoffice/calls.html", context(request, chosen))


@page()
def call(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Show one call beside the list."""
    chosen = customer_or_404(request, customer_id)
    if not fragment(request):
        return redirect(address("calls", customer=chosen.pk, who=request.GET.get("who")))
    return render(request, "backoffice/call.html", context(request, chosen))


@page(permissions.REMIND)
@require_POST
def call_record(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Record how a call ended and go on with the next one."""
    desk, chosen = request.desk, customer_or_404(request, customer_id)
    found = calling.panel(desk, chosen)
    form = calling.CallForm(found, desk.today, request.POST)
    if not form.is_valid():
        shown = context(request, chosen, form)
        return render(request, "backoffice/calls.html", {**shown, "opened": True}, status=422)
    who = whose(desk, request.POST.get("who", ""))
    after = _following([one.customer.pk for one in listed(request, who).lines], chosen.pk)
    made = calling.keep(desk, found, form)
    told = calling.told(desk, found, form.cleaned_data["outcome"], made)
    messages.success(request, undoable(request, told, undo_address(chosen, desk.now), "calls"))
    if request.POST.get("next") == "customer":
        return redirect("customer", chosen.pk)
    return redirect(address("calls", customer=after, who=request.POST.get("who")))


def _following(numbers: list[int], here: int) -> int | None:
    """Return the customer to call after this one: the next of the list, else its first."""
    if here not in numbers:
        return numbers[0] if numbers else None
    rest = numbers[numbers.index(here) + 1 :] + numbers[: numbers.index(here)]
    return rest[0] if rest else None


urlpatterns = [
    path("calls/", calls, name="calls"),
    path("calls/<int:customer_id>/", call, name="call"),
    path("calls/<int:customer_id>/record/", call_record, name="call-record"),
]
