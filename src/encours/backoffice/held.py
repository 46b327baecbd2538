"""Who is not asked although something is due: each reason, how much it holds back, and until when."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice.desk import Desk, DeskRequest, back, page
from encours.backoffice.listing import asked_text
from encours.channels.xlsx import Cell, Column
from encours.customers.models import Customer
from encours.customers.queries import customers_of
from encours.dunning import actions, queries, sentences
from encours.dunning.models import Decision, Pause

PAGE_SIZE = 50
KINDS = {
    "on_hold": gettext_lazy("Left alone"),
    "insolvent": gettext_lazy("Insolvent"),
    "unallocated_credit": gettext_lazy("Payment to allocate"),
    "all_postponed": gettext_lazy("Items postponed"),
    "all_disputed": gettext_lazy("Disputed"),
    "other_currency": gettext_lazy("Other currency"),
    "below_minimum": gettext_lazy("Below the minimum"),
    "sequence_finished": gettext_lazy("Plan finished"),
    "step_not_due": gettext_lazy("Next step later"),
    "too_soon": gettext_lazy("Contacted lately"),
    "contact_missing": gettext_lazy("Contact missing"),
    "rate_missing": gettext_lazy("Rate missing"),
    "promise_running": gettext_lazy("Promise running"),
    "installments_kept": gettext_lazy("Installment plan"),
    "ledger_stale": gettext_lazy("Ledger too old"),
    "reply_waiting": gettext_lazy("Reply to read"),
    "contact_bounced": gettext_lazy("Address returned"),
    "budget_spent": gettext_lazy("Contacted often"),
    "closed_day": gettext_lazy("Closed day"),
    "never_asked": gettext_lazy("Never chased"),
}


@dataclass(frozen=True)
class Kind:
    """One reason, with the customers and the money it holds back."""

    reason: str
    name: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Held:
    """One customer who is not asked, and why, in words."""

    customer: Customer
    sentence: str
    said: str
    amount: Decimal
    since: date
    until: date | None
    liftable: bool


def kind_name(reason: str) -> str:
    """Return a reason in two or three words."""
    return str(KINDS.get(reason, reason))


def kinds(desk: Desk) -> list[Kind]:
    """Return the reasons in force, the one that holds most first."""
    found = queries.held_reasons(desk.organization, collector_id=desk.portfolio_user)
    return [Kind(reason, kind_name(reason), count, amount) for reason, count, amount in found]


def decisions(desk: Desk, reason: str = "", search: str = "") -> "QuerySet[Decision]":
    """Return the decisions to ask nothing that the reader looks for."""
    found = queries.held(desk.organization, reason=reason, collector_id=desk.portfolio_user)
    if search:
        found = found.filter(Q(customer__name__icontains=search) | Q(customer__code__icontains=search))
    return found.annotate(said=Subquery(_said(desk)))


def _said(desk: Desk) -> "QuerySet[Pause, str]":
    """Return what a person wrote when the customer of a decision was left alone."""
    pauses = Pause.objects.filter(
        organization=desk.organization,
        customer_id=OuterRef("customer_id"),
        lifted_at=None,
        until__gt=desk.today,
    )
    return pauses.exclude(reason="").order_by("-placed_at").values_list("reason", flat=True)[:1]


def told(desk: Desk, decision: Decision) -> Held:
    """Put a decision into words."""
    postponed = decision.reason == "all_postponed" or (
        decision.reason == "on_hold" and decision.params.get("reason") == "postponed"
    )
    return Held(
        customer=decision.customer,
        sentence=sentences.hold(decision.reason, decision.params, None, desk.organization.currency),
        said=(getattr(decision, "said", "") or "") if postponed else "",
        amount=decision.amount,
        since=decision.decided_on,
        until=decision.until,
        liftable=postponed,
    )


def tab(request: DeskRequest) -> dict[str, Any]:
    """Gather the tab of those who are held."""
    desk = request.desk
    reason, search = asked_text(request, "reason"), asked_text(request)
    wanted = decisions(desk, reason, search)
    pager = Paginator(wanted, PAGE_SIZE).get_page(request.GET.get("page"))
    found = kinds(desk)
    lines = [told(desk, decision) for decision in pager.object_list]
    return {
        "kinds": found,
        "reason": reason,
        "q": search,
        "page": pager,
        "held": lines,
        "liftable": any(line.liftable for line in lines),
        "total": wanted.order_by().aggregate(total=Sum("amount"))["total"] or Decimal(0),
    }


def columns() -> list[Column]:
    """Return the head of the list as a file."""
    return [
        Column(_("Code")),
        Column(_("Customer")),
        Column(_("Why"), width=60),
        Column(_("Reason"), width=30),
        Column(_("Since"), "date"),
        Column(_("Until"), "date"),
        Column(_("Amount"), "money", total=True),
    ]


def cells(desk: Desk, decision: Decision) -> list[Cell]:
    """Return one line of the list as a file."""
    line = told(desk, decision)
    return [
        line.customer.code,
        line.customer.name,
        line.sentence,
        line.said,
        line.since,
        line.until,
        line.amount,
    ]


@page(permissions.REMIND)
@require_POST
def reminders_lift(request: DeskRequest, customer_id: int) -> HttpResponse:
    """End every pause of a customer and decide again."""
    desk = request.desk
    found = customers_of(desk.organization.pk, desk.portfolio_user)
    customer = get_object_or_404(found, pk=customer_id)
    for pause in queries.pauses(desk.organization, customer.pk).filter(lifted_at=None, until__gt=desk.today):
        actions.lift(pause, by=desk.user, now=desk.now)
    actions.run(desk.organization, desk.today, desk.now, [customer.pk])
    messages.success(request, _("%(customer)s is asked again.") % {"customer": customer.name})
    return back(request, "reminders")


urlpatterns = [path("reminders/lift/<int:customer_id>/", reminders_lift, name="reminders-lift")]
