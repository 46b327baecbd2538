"""Reminders: to confirm, confirmed, sent, held and why, failed or in doubt, letters to post."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from encours.accounts import people
from encours.backoffice import held, posting, preview, reminder, reminder_page, work
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.listing import asked_text, table_file
from encours.channels.models import Sending
from encours.channels.xlsx import Cell, Column
from encours.dunning import plans, queries, sentences
from encours.dunning.models import Reminder, ReminderState

PAGE_SIZE = 50
EXPORT_CHUNK = 2_000
TABS: dict[str, tuple[ReminderState, ...]] = {
    "drafted": (ReminderState.DRAFTED,),
    "confirmed": (ReminderState.CONFIRMED,),
    "sent": (ReminderState.SENT,),
    "held": (),
    "stuck": (ReminderState.FAILED, ReminderState.IN_DOUBT),
    "letters": (ReminderState.PRINTED,),
    "past": (ReminderState.SKIPPED, ReminderState.CANCELED),
}
NAMES = {
    "drafted": gettext_lazy("To confirm"),
    "confirmed": pgettext_lazy("reminders", "Confirmed"),
    "sent": pgettext_lazy("reminders", "Sent"),
    "held": gettext_lazy("Held, and why"),
    "stuck": gettext_lazy("Failed or in doubt"),
    "letters": gettext_lazy("Letters to post"),
    "past": pgettext_lazy("reminders", "Skipped or withdrawn"),
}
SORTS = {
    "customer": "customer__name",
    "amount": "amount",
    "step": "rank",
    "on": "created_at",
    "value": "expected_value",
}
DEFAULT_SORTS = {"drafted": "-value", "stuck": "-value", "letters": "customer"}
DAY = {"type": "date", "class": "input"}


class FilterForm(forms.Form):
    """Which reminders to show."""

    q = forms.CharField(required=False, max_length=100)
    step = forms.ChoiceField(label=gettext_lazy("Step"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), required=False)
    from_on = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(DAY, format="%Y-%m-%d")
    )
    to_on = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(DAY, format="%Y-%m-%d")
    )

    def __init__(self, desk: Desk, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        standing = plans.in_force(desk.organization).values()
        steps = (step for plan in standing for step in sorted(plan.steps.all(), key=lambda step: step.rank))
        choices = {"step": [("", _("Every step"))], "channel": [("", _("Every channel"))]}
        # Two plans may call a step by the same name: it is offered once.
        choices["step"] += {step.name: sentences.step(step.name) for step in steps}.items()
        choices["channel"] += [(code, str(name)) for code, name in work.CHANNEL_NAMES.items()]
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]  # it is a ChoiceField
        for name in ("step", "channel", "from_on", "to_on"):
            self.fields[name].widget.attrs |= {"class": "input", "aria-label": str(self.fields[name].label)}

    def wanted(self) -> dict[str, Any]:
        """Return what is wanted, without what was not understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@dataclass(frozen=True)
class Tab:
    """One tab with its count."""

    code: str
    name: str
    count: int


def tabs(desk: Desk) -> list[Tab]:
    """Return the tabs with how many stand in each, in two queries."""
    found = queries.reminders(desk.organization, collector_id=desk.portfolio_user)
    counts = dict(found.order_by().values_list("state").annotate(Count("pk")))
    kept = queries.held(desk.organization, collector_id=desk.portfolio_user).order_by().count()
    return [
        Tab(
            code,
            str(NAMES[code]),
            kept if code == "held" else sum(counts.get(state.value, 0) for state in states),
        )
        for code, states in TABS.items()
    ]


def found_of(desk: Desk, code: str, wanted: dict[str, Any], sort: str) -> "QuerySet[Reminder]":
    """Return the reminders of a tab that the reader looks for, in the order asked for."""
    found = queries.reminders(
        desk.organization, collector_id=desk.portfolio_user, search=wanted.get("q", "").strip()
    ).filter(state__in=TABS[code])
    moment = "sent_at__date" if code == "sent" else "decided_on"
    limits = {
        "from_on": f"{moment}__gte",
        "to_on": f"{moment}__lte",
        "step": "step__name",
        "channel": "channel",
    }
    found = found.filter(**{limit: wanted[name] for name, limit in limits.items() if name in wanted})
    key = SORTS.get(sort.removeprefix("-"))
    if key is None or (code == "sent" and key == "created_at"):
        sort, key = ("-" if sort != "on" else "", "sent_at" if code == "sent" else "created_at")
    direction = "-" if sort.startswith("-") else ""
    return found.order_by(f"{direction}{key}", f"{direction}pk")


@page()
def reminders(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    code = request.GET.get("tab", "drafted")
    if code not in TABS:
        raise Http404
    shown: dict[str, Any] = {
        "tab": code,
        "tabs": tabs(desk),
        "currency": desk.organization.currency,
        "place": "list",
    }
    if code == "held":
        return render(request, "backoffice/reminders_held.html", shown | held.tab(request))
    form = FilterForm(desk, request.GET)
    wanted = form.wanted()
    sort = request.GET.get("sort") or DEFAULT_SORTS.get(code, "-on")
    found = found_of(desk, code, wanted, sort)
    total = found.order_by().aggregate(amount=Sum("amount"))["amount"] or work.ZERO
    carried = Sending.objects.filter(pk=OuterRef("sending_id")).values("delivery")[:1]
    found = found.annotate(delivery=Coalesce(Subquery(carried), Value("")))
    pager = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = work.rows(desk, pager.object_list)
    more: dict[str, Any] = {
        "form": form,
        "page": pager,
        "rows": rows,
        "total": total,
        "filtered": bool(wanted),
    }
    if code == "letters":
        more |= {
            "posted": posting.posted_today(desk),
            "shown_at": desk.now.isoformat(),
            "letters": posting.with_typed(request, rows),
        }
    who = {row.reminder.confirmed_by for row in rows if row.reminder.confirmed_by}
    return render(request, "backoffice/reminders.html", shown | more | {"people": people.names_of(who)})


@page()
def reminders_export(request: DeskRequest, extension: str) -> HttpResponse:
    desk = request.desk
    code = request.GET.get("tab", "drafted")
    if code not in TABS or extension not in {"csv", "xlsx"}:
        raise Http404
    if code == "held":
        columns = held.columns()
        chosen = held.decisions(desk, asked_text(request, "reason"), asked_text(request))
        rows: Iterable[list[Cell]] = (
            held.cells(desk, decision) for decision in chosen.iterator(EXPORT_CHUNK)
        )
    else:
        columns = _columns()
        sort = request.GET.get("sort") or DEFAULT_SORTS.get(code, "-on")
        wanted = FilterForm(desk, request.GET).wanted()
        rows = _cells(desk, found_of(desk, code, wanted, sort))
    name = f"{_('reminders')}-{code}-{desk.today:%Y%m%d}"
    return table_file(
        extension, name=name, title=str(NAMES[code]), columns=columns, rows=rows, today=desk.today
    )


def _columns() -> list[Column]:
    return [
        Column(_("Code")),
        Column(_("Customer")),
        Column(_("Step")),
        Column(_("Channel")),
        Column(_("State")),
        Column(_("Why"), width=60),
        Column(_("Decided on"), "date"),
        Column(_("Confirmed on"), "date"),
        Column(_("Sent on"), "date"),
        Column(_("To")),
        Column(_("Items"), "int"),
        Column(_("Amount"), "money", total=True),
        Column(_("Is worth"), "money"),
    ]


def _cells(desk: Desk, found: "QuerySet[Reminder]") -> Iterator[list[Cell]]:
    zone = ZoneInfo(desk.organization.timezone)

    def on(moment: datetime | None) -> Cell:
        return moment.astimezone(zone).date() if moment else None

    for one in found.iterator(EXPORT_CHUNK):
        line = work.row(desk, one)
        yield [
            one.customer.code,
            one.customer.name,
            line.step,
            line.channel_name,
            one.get_state_display(),
            line.why,
            one.decided_on,
            on(one.confirmed_at),
            on(one.sent_at),
            one.recipient,
            line.count,
            one.amount,
            one.expected_value,
        ]


urlpatterns = [
    path("reminders/", reminders, name="reminders"),
    path("reminders/export.<str:extension>", reminders_export, name="reminders-export"),
    *held.urlpatterns,
    *posting.urlpatterns,
    *preview.urlpatterns,
    *reminder_page.urlpatterns,
    *reminder.urlpatterns,
]
