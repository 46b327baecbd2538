"""What a change to many customers would do, shown before it is done; and a task for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from encours.accounts import people, permissions
from encours.backoffice.customers_many import PostponeForm, chosen
from encours.backoffice.desk import Desk, DeskRequest, back, page
from encours.customers.models import Customer
from encours.dunning import plans, sentences
from encours.dunning.actions import tasks
from encours.dunning.models import Reminder, ReminderState, TaskKind
from encours.scoring.queries import Among, standings
from encours.ui.formats import day, integer

NEEDED = {
    "assign": permissions.EDIT_CUSTOMERS,
    "plan": permissions.EDIT_CUSTOMERS,
    "postpone": permissions.REMIND,
    "task": permissions.REMIND,
}


@dataclass(frozen=True)
class Line:
    """One customer, what is overdue there, and what would change."""

    customer: Customer
    overdue: Decimal
    before: str
    after: str
    withdrawn: bool

    @property
    def changes(self) -> bool:
        """Tell whether anything would change."""
        return self.before != self.after


class BulkTaskForm(forms.Form):
    """One task for each of the customers."""

    title = forms.CharField(label=gettext_lazy("What to do"), max_length=200)
    due_on = forms.DateField(
        label=gettext_lazy("To do by"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, element: str = "", **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        for field in self.fields.values():
            # Fields of other verbs stay empty: the browser must not ask for them.
            field.widget.attrs |= {"form": element} if element else {}
            field.widget.is_required = not element


@page()
@require_POST
def customers_preview(request: DeskRequest) -> HttpResponse:
    """Show what a change to the ticked customers would do."""
    desk, verb = request.desk, request.POST.get("verb", "assign")
    if verb not in NEEDED or not desk.may(NEEDED[verb]):
        messages.error(request, _("Your role does not allow this."))
        return back(request, "customers")
    found = chosen(request)
    after, fault = _after(desk, verb, request)
    if fault or not found:
        messages.error(request, fault or _("Choose at least one customer."))
        return back(request, "customers")
    lines = _lines(desk, verb, found, after)
    skipped = {"csrfmiddlewaretoken", "verb", "customer"}
    shown = {
        "lines": lines,
        "count": sum(line.changes for line in lines),
        "withdrawn": sum(line.withdrawn and line.changes for line in lines),
        "overdue": sum((line.overdue for line in lines), Decimal(0)),
        "title": TITLES[verb],
        "address": reverse(f"customers-{verb}"),
        "kept": [
            (name, value) for name in request.POST if name not in skipped for value in [request.POST[name]]
        ],
        "currency": desk.organization.currency,
        "next": request.POST.get("next", ""),
    }
    return render(request, "backoffice/customers_preview.html", shown)


TITLES = {
    "assign": gettext_lazy("Give to a collector"),
    "plan": gettext_lazy("Choose the plan"),
    "postpone": gettext_lazy("Leave alone until a day"),
    "task": gettext_lazy("A task for each"),
}


@page(permissions.REMIND)
@require_POST
def customers_task(request: DeskRequest) -> HttpResponse:
    """Add the same task for each of the ticked customers, on the agenda of who follows it."""
    desk = request.desk
    form = BulkTaskForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say in a few words what is to be done."))
        return back(request, "customers")
    customers = chosen(request)
    for customer in customers:
        tasks.add(
            desk.organization,
            kind=TaskKind.OTHER,
            customer=customer,
            assignee=customer.collector or desk.user,
            by=desk.user,
            now=desk.now,
            **form.cleaned_data,
        )
    said = ngettext("%(count)s task added.", "%(count)s tasks added.", len(customers))
    messages.success(request, said % {"count": integer(len(customers))})
    return back(request, "customers")


def _after(desk: Desk, verb: str, request: DeskRequest) -> tuple[str, str]:
    """Return what would hold afterwards in words, or what is wrong with what was asked for."""
    if verb == "assign":
        names = {str(one.user_id): str(one.user) for one in people.members(desk.organization.pk)}
        wanted = request.POST.get("collector", "")
        if wanted and wanted not in names:
            return "", _("Choose a collector among the members.")
        return names.get(wanted) or _("No collector"), ""
    if verb == "plan":
        named = {
            str(number): sentences.step(plan.name)
            for number, plan in plans.in_force(desk.organization).items()
        }
        named |= {"rules": _("As the rules say"), "never": _("No plan: never chase")}
        wanted = request.POST.get("plan", "")
        return named.get(wanted, ""), "" if wanted in named else _("Choose a plan among those in force.")
    form = PostponeForm(desk.today, request.POST) if verb == "postpone" else BulkTaskForm(request.POST)
    if not form.is_valid():
        return "", "; ".join(str(error) for errors in form.errors.values() for error in errors)
    if verb == "postpone":
        return _("until %(day)s") % {"day": day(form.cleaned_data["until"])}, ""
    return f"{form.cleaned_data['title']} · {day(form.cleaned_data['due_on'])}", ""


def _lines(desk: Desk, verb: str, found: Sequence[Customer], after: str) -> list[Line]:
    numbers = [customer.pk for customer in found]
    owed = standings(desk.organization.pk, desk.today, Among.these(numbers))
    waiting = set(
        Reminder.objects.filter(
            organization=desk.organization,
            customer_id__in=numbers,
            state__in=[ReminderState.DRAFTED, ReminderState.CONFIRMED],
        ).values_list("customer_id", flat=True)
    )
    names = people.names_of(customer.collector_id for customer in found if customer.collector_id)
    return [
        Line(
            customer,
            owed[customer.pk].overdue_amount if customer.pk in owed else Decimal(0),
            (names.get(customer.collector_id or 0) or _("No collector")) if verb == "assign" else "",
            after,
            withdrawn=verb == "postpone" and customer.pk in waiting,
        )
        for customer in found
    ]


urlpatterns = [
    path("customers/preview/", customers_preview, name="customers-preview"),
    path("customers/task/", customers_task, name="customers-task"),
]
