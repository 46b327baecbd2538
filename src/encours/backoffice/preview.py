"""What would be asked on another day: the same run without the write."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts.queries import rate_table
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.held import kind_name
from encours.backoffice.work import CHANNELS, ZERO
from encours.customers.queries import customers_of
from encours.dunning import actions, sentences
from encours.reports.memory import remembered, version
from encours.rules.dunning import Decision, Hold, Remind
from encours.scoring.queries import current

PAGE_SIZE = 50
FARTHEST_DAYS = 180
SILENT = {"nothing_due"}


class DayForm(forms.Form):
    """The day to look at."""

    on = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput({"type": "date", "class": "input"}, format="%Y-%m-%d"),
    )

    def __init__(self, today: date, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.today = today
        self.fields["on"].widget.attrs |= {"aria-label": _("Day")}

    def clean_on(self) -> date:
        """Refuse a day that is past, or so far that nothing can be said of it."""
        on: date = self.cleaned_data["on"]
        if on <= self.today:
            raise forms.ValidationError(_("Choose a day after today: today’s run is the Today page."))
        if on > self.today + timedelta(days=FARTHEST_DAYS):
            raise forms.ValidationError(_("At most 180 days ahead: beyond that, too much will have changed."))
        return on


@dataclass(frozen=True)
class Planned:
    """One message that would be written."""

    customer: Any
    grade: str
    step: str
    channel: str
    why: str
    age_days: int
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Group:
    """How many would be written to at one step, or held for one reason, and for how much."""

    name: str
    count: int
    amount: Decimal


@page()
def reminders_preview(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    tomorrow = desk.today + timedelta(days=1)
    form = DayForm(desk.today, request.GET if "on" in request.GET else {"on": tomorrow})
    on = form.cleaned_data["on"] if form.is_valid() else None
    decisions = _decisions(desk, on) if on else []
    asked = [decision for decision in decisions if isinstance(decision, Remind)]
    held = [one for one in decisions if isinstance(one, Hold) and one.reason_code not in SILENT]
    pager = Paginator(asked, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = {
        "form": form,
        "on": on,
        "page": pager,
        "rows": _rows(desk, list(pager.object_list)),
        "steps": _steps(asked),
        "holds": _holds(held),
        "count": len(asked),
        "amount": _amount(asked),
        "currency": desk.organization.currency,
        "quick": [(days, desk.today + timedelta(days=days)) for days in (1, 7, 15, 30)],
    }
    return render(request, "backoffice/reminders_preview.html", shown)


def _decisions(desk: Desk, on: date) -> list[Decision]:
    """Return what a run would decide on that day, decided again only once something has happened."""
    known_until = rate_table(desk.organization.pk).known_until()
    about = "preview", desk.organization.pk, on, desk.portfolio_user, known_until
    return remembered(version(desk.organization.pk), about, lambda: _decided(desk, on))


def _decided(desk: Desk, on: date) -> list[Decision]:
    own = None
    if desk.portfolio_user is not None:
        customers = customers_of(desk.organization.pk, desk.portfolio_user)
        own = list(customers.values_list("pk", flat=True))
    return actions.preview(desk.organization, on, own)


def _rows(desk: Desk, decisions: Sequence[Remind]) -> list[Planned]:
    ids = [int(decision.customer_id) for decision in decisions]
    known = customers_of(desk.organization.pk, desk.portfolio_user).in_bulk(ids)
    scores = current(desk.organization.pk, ids)
    currency = desk.organization.currency
    return [
        Planned(
            customer=known[number],
            grade=scores[number].grade if number in scores else "",
            step=sentences.step(decision.step.name),
            channel=str(CHANNELS[decision.step.channel]),
            why=". ".join(sentences.why(reason.code, reason.params, currency) for reason in decision.reasons),
            age_days=decision.items[0].days_overdue,
            count=len(decision.items),
            amount=decision.amount,
        )
        for number, decision in zip(ids, decisions, strict=True)
    ]


def _amount(decisions: Sequence[Remind]) -> Decimal:
    return sum((decision.amount for decision in decisions if decision.step.trigger != "after_payment"), ZERO)


def _steps(decisions: Sequence[Remind]) -> list[Group]:
    steps = {decision.step.rank: decision.step for decision in decisions}
    return [
        Group(
            sentences.step(steps[rank].name),
            sum(decision.step.rank == rank for decision in decisions),
            _amount([decision for decision in decisions if decision.step.rank == rank]),
        )
        for rank in sorted(steps)
    ]


def _holds(decisions: Sequence[Hold]) -> list[Group]:
    counts = Counter(decision.reason_code for decision in decisions)
    return [
        Group(
            kind_name(reason),
            count,
            sum(
                (
                    Decimal(str(decision.params.get("amount", 0)))
                    for decision in decisions
                    if decision.reason_code == reason
                ),
                ZERO,
            ),
        )
        for reason, count in counts.most_common()
    ]


urlpatterns = [path("reminders/preview/", reminders_preview, name="reminders-preview")]
