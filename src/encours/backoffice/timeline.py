"""The timeline of a customer: everything that happened around it, newest first, in words; and its notes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from encours.accounts.permissions import EDIT_CUSTOMERS
from encours.backoffice import history
from encours.backoffice.case import customer_or_404
from encours.backoffice.customer_forms import ask, done
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.listing import row_numbers
from encours.customers.actions import change_customer
from encours.customers.models import Customer
from encours.dunning.actions.notes import write_note
from encours.events.catalog import CATALOG
from encours.events.gathered import Entry, gathered_timeline
from encours.events.queries import timeline as happened
from encours.receivables.queries import file_names
from encours.ui.formats import integer

PAGE_SIZE = 40
NOTES_SHOWN = 5
CHOICES = {
    "": (gettext_lazy("Everything"), ()),
    "talk": (gettext_lazy("Reminders and calls"), ("reminder", "call", "pause", "promise", "task", "message")),
    "money": (gettext_lazy("Items and payments"), ("item", "payment", "match", "payment_plan")),
    "grade": (gettext_lazy("Grades"), ("score",)),
    "file": (gettext_lazy("Identity and documents"), ("customer", "contact", "document")),
    "note": (gettext_lazy("Notes"), ("note",)),
}  # fmt: skip


@dataclass(frozen=True)
class Past:
    """A stretch of a timeline, and the number before which the next one begins."""

    lines: list[history.Line]
    kind: str
    older: int | None


@dataclass(frozen=True)
class Note:
    """What somebody wrote about a customer."""

    text: str
    at: datetime
    who: str


class NoteForm(forms.Form):
    """Something worth remembering about a customer."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=4_000,
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Call on a colleague with @ and their name: @alice."),
    )
    pinned = forms.BooleanField(label=gettext_lazy("Keep it on top of the page"), required=False)


def past(
    desk: Desk, customer: Customer, *, kind: str = "", before: int | None = None, size: int = PAGE_SIZE
) -> Past:
    """Return what happened around a customer in words; what came with one file is one line."""
    kind = kind if kind in CHOICES else ""
    entries = gathered_timeline(
        desk.organization.pk, customer.pk, nouns=CHOICES[kind][1], before=before, limit=size + 1
    )
    shown = entries[:size]
    older = shown[-1].event.pk if len(entries) > size else None
    return Past(_told(desk, shown), kind, older)


def _told(desk: Desk, entries: Sequence[Entry]) -> list[history.Line]:
    numbers = {int(entry.event.payload["import"]) for entry in entries if entry.event.payload.get("import")}
    files = file_names(desk.organization.pk, numbers) if numbers else {}
    lines = history.lines(
        desk.organization.pk, [entry.event for entry in entries], desk.organization.currency
    )
    return [
        _gathered(line, entry, files.get(int(entry.event.payload.get("import") or 0), ""))
        for line, entry in zip(lines, entries, strict=True)
    ]


def _gathered(line: history.Line, entry: Entry, file: str) -> history.Line:
    """Say many events of one moment as one: how many, and the file they came with."""
    details = [file, *line.details] if file else line.details
    if entry.count == 1:
        return replace(line, details=details)
    count = entry.count
    said = {
        "item.imported": ngettext("%(count)s item came", "%(count)s items came", count),
        "item.settled": ngettext("%(count)s item settled", "%(count)s items settled", count),
        "item.changed": ngettext("%(count)s item changed", "%(count)s items changed", count),
        "item.reopened": ngettext("%(count)s item open again", "%(count)s items open again", count),
        "item.missing": ngettext(
            "%(count)s item no longer in the ledger", "%(count)s items no longer in the ledger", count
        ),
    }.get(line.kind)
    if said is None:
        said = f"{CATALOG.get(line.kind, line.kind)} × %(count)s"
    if file:
        return replace(
            line,
            sentence=_("%(what)s with the file %(name)s")
            % {"what": said % {"count": integer(count)}, "name": file},
            details=[],
        )
    return replace(line, sentence=said % {"count": integer(count)}, details=[])


def notes(desk: Desk, customer: Customer) -> list[Note]:
    """Return the latest notes, newest first."""
    events = list(happened(desk.organization.pk, customer.pk).filter(kind="note.written")[:NOTES_SHOWN])
    names = history.names_in(events)
    return [
        Note(str(event.payload.get("note", "")), event.at, history.who(event.actor, names))
        for event in events
    ]


@page()
def customer_timeline(request: DeskRequest, customer_id: int) -> HttpResponse:
    desk, customer = request.desk, customer_or_404(request, customer_id)
    before = next(iter(row_numbers([request.GET.get("before", "")])), None)
    shown = {
        "customer": customer,
        "past": past(desk, customer, kind=request.GET.get("kind", ""), before=before),
        "kinds": [(kind, str(label)) for kind, (label, _nouns) in CHOICES.items()],
        "continued": before is not None,
    }
    if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        return render(request, "backoffice/customer_timeline.html", shown)
    return render(request, "backoffice/customer_timeline_page.html", shown)


@page(EDIT_CUSTOMERS)
def customer_note(request: DeskRequest, customer_id: int) -> HttpResponse:
    desk, customer = request.desk, customer_or_404(request, customer_id)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        write_note(
            customer,
            form.cleaned_data["note"],
            pinned=form.cleaned_data["pinned"],
            by=desk.user,
            now=desk.now,
        )
        return done(request, customer, _("The note is written."), "notes")
    return ask(request, customer, form, title=_("Write a note"), verb=_("Write"))


@require_POST
@page(EDIT_CUSTOMERS)
def customer_unpin(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Take the note off the top of the page; history keeps it."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    change_customer(customer, by=desk.by, now=desk.now, note="")
    return done(request, customer, _("The note stays in the timeline."))


urlpatterns = [
    path("customers/<int:customer_id>/timeline/", customer_timeline, name="customer-timeline"),
    path("customers/<int:customer_id>/note/", customer_note, name="customer-note"),
    path("customers/<int:customer_id>/note/unpin/", customer_unpin, name="customer-unpin"),
]
