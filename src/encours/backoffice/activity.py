"""The activity: everything that happened, newest first, who did it, and whether history was left alone."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import people, tenancy
from encours.backoffice import history
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.customers.queries import customers_of
from encours.events.catalog import CATALOG
from encours.events.models import Event
from encours.events.queries import activity as everything
from encours.events.queries import broken_seals, last_page

PAGE_SIZE = 50
CHUNK = 2_000
LARGEST_NUMBER = 2**63 - 1
DATE = {"type": "date"}
BROKEN = {
    "does not continue the page before": gettext_lazy("does not continue the page before"),
    "events are missing or were added": gettext_lazy("events are missing or were added"),
    "an event was rewritten": gettext_lazy("an event was rewritten"),
}


class ActivityForm(forms.Form):
    """What to look for in history."""

    kind = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    actor = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    from_on = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(DATE, format="%Y-%m-%d")
    )
    to_on = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(DATE, format="%Y-%m-%d")
    )
    q = forms.CharField(label=gettext_lazy("Customer"), required=False, max_length=100)
    before = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_NUMBER)
    after = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_NUMBER)

    def __init__(self, organization_id: int, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if name in {"kind", "actor", "from_on", "to_on"}:
                field.widget.attrs |= {"class": "input", "aria-label": str(field.label)}
        self.fields["kind"].choices = kinds()  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["actor"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            ("", _("Everybody")),
            ("system", _("The system")),
            *((f"user:{one.user_id}", str(one.user)) for one in people.members(organization_id)),
        ]


def kinds() -> list[tuple[str, Any]]:
    """Return every kind of event, gathered by noun."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind, sentence in CATALOG.items():
        groups.setdefault(kind.split(".")[0], []).append((kind, str(sentence)))
    chosen: list[tuple[str, Any]] = [("", _("Everything"))]
    return chosen + [(str(history.NOUNS.get(noun, noun)), found) for noun, found in groups.items()]


@dataclass(frozen=True)
class Stretch:
    """A run of events by number, and the numbers from which its neighbours begin."""

    events: list[Event]
    newer: int | None
    older: int | None


def found(desk: Desk, wanted: dict[str, Any]) -> QuerySet[Event]:
    """Return the events that the reader asked for and may see, newest first."""
    events = everything(desk.organization.pk)
    if desk.portfolio_user is not None:
        own = customers_of(desk.organization.pk, desk.portfolio_user)
        events = events.filter(customer_id__in=own.values("pk"))
    if wanted.get("kind"):
        events = events.filter(kind=wanted["kind"])
    if wanted.get("actor"):
        events = events.filter(actor=wanted["actor"])
    if wanted.get("from_on"):
        events = events.filter(at__gte=_midnight(desk, wanted["from_on"]))
    if wanted.get("to_on"):
        last: date = wanted["to_on"]
        # Nothing happens after the last day that there is.
        events = (
            events if last == date.max else events.filter(at__lt=_midnight(desk, last + timedelta(days=1)))
        )
    if wanted.get("q"):
        text = wanted["q"].strip()
        known = customers_of(desk.organization.pk, desk.portfolio_user).filter(
            Q(name__icontains=text) | Q(code__iexact=text)
        )
        events = events.filter(customer_id__in=known.values("pk"))
    return events


def _midnight(desk: Desk, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(desk.organization.timezone))


def stretch(events: QuerySet[Event], before: int | None, after: int | None) -> Stretch:
    """Return one page of events by their numbers: however far back, it costs the same."""
    if after is not None:
        rows = list(events.filter(pk__gt=after).order_by("pk")[: PAGE_SIZE + 1])
        more = len(rows) > PAGE_SIZE
        rows = rows[:PAGE_SIZE][::-1]
        return Stretch(rows, rows[0].pk if rows and more else None, rows[-1].pk if rows else None)
    rows = list((events.filter(pk__lt=before) if before else events)[: PAGE_SIZE + 1])
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    return Stretch(rows, rows[0].pk if rows and before else None, rows[-1].pk if rows and more else None)


@page()
def activity(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    form = ActivityForm(desk.organization.pk, request.GET or {})
    wanted = form.cleaned_data if form.is_valid() else {}
    run = stretch(found(desk, wanted), wanted.get("before"), wanted.get("after"))
    told = history.lines(desk.organization.pk, run.events, desk.organization.currency, desk.portfolio_user)
    return render(
        request,
        "backoffice/activity.html",
        {
            "form": form,
            "lines": told,
            "run": run,
            "seal": last_page(desk.organization.pk),
            "filtered": any(wanted.get(name) for name in ("kind", "actor", "from_on", "to_on", "q")),
        },
    )


@require_POST
@page()
def activity_verify(request: DeskRequest) -> HttpResponse:
    """Compute every seal again, and say which pages of history do not hold."""
    number = request.desk.organization.pk
    broken = [(seal.page_number, BROKEN.get(seal.reason, seal.reason)) for seal in broken_seals(number)]
    shown = {"seal": last_page(number), "broken": broken, "verified": True}
    if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        return render(request, "backoffice/activity_seal.html", shown)
    return render(request, "backoffice/activity_verified.html", shown)


@page()
def activity_export(request: DeskRequest) -> HttpResponse:
    """Write the events that were asked for as CSV, a line at a time, however many."""
    desk = request.desk
    form = ActivityForm(desk.organization.pk, request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    response = StreamingHttpResponse(_rows(desk, wanted), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="activity-{desk.today:%Y-%m-%d}.csv"'
    return cast("HttpResponse", response)


class _Echo:
    """Gives back each line that the writer makes."""

    def write(self, line: str) -> str:
        return line


def _rows(desk: Desk, wanted: dict[str, Any]) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    with translation.override(desk.user.language):
        heads = [_("Number"), _("Moment"), _("Kind"), _("What"), _("Details"), _("Customer"), _("Who")]
    # The mark that makes spreadsheets read UTF-8.
    yield "\ufeff" + writer.writerow(heads)
    zone = ZoneInfo(desk.organization.timezone)
    last = LARGEST_NUMBER
    while True:
        # The view's transaction is over when a response streams: each chunk opens its own.
        with translation.override(desk.user.language), tenancy.inside(desk.organization.pk):
            events = list(found(desk, wanted).filter(pk__lt=last)[:CHUNK])
            told = history.lines(
                desk.organization.pk, events, desk.organization.currency, desk.portfolio_user
            )
        for line in told:
            yield writer.writerow(
                [
                    line.id,
                    line.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
                    line.kind,
                    line.sentence,
                    _harmless("; ".join(line.details)),
                    _harmless(f"{line.customer.code} {line.customer.name}" if line.customer else ""),
                    _harmless(line.who),
                ]
            )
        if len(events) < CHUNK:
            return
        last = events[-1].pk


def _harmless(text: str) -> str:
    """Keep a spreadsheet from reading a text as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


urlpatterns = [
    path("activity/", activity, name="activity"),
    path("activity/verify/", activity_verify, name="activity-verify"),
    path("activity/export.csv", activity_export, name="activity-export"),
]
