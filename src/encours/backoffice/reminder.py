"""One reminder: what a person does with it, and the page that shows it for ever."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice import work
from encours.backoffice.allocating import AmountField
from encours.backoffice.desk import Desk, DeskRequest, back, page
from encours.backoffice.detail import Detail, detail
from encours.backoffice.errors import REFUSALS, sentence
from encours.backoffice.paper import draft, rewritten
from encours.backoffice.today import (
    answer,
    confirmed_text,
    fragment,
    reminder_of,
    shown_of,
    undo_address,
    undoable,
)
from encours.backoffice.wordings import WordingField
from encours.dunning import actions, sentences
from encours.dunning.actions import calls
from encours.dunning.models import Reminder
from encours.receivables.marks import dispute_item
from encours.ui.formats import day

LONGEST_PAUSE_DAYS = 366
SHORT_OUTCOMES = ("reached", "voicemail", "no_answer", "wrong_number")
REASON = {"list": "reasons", "autocomplete": "off"}


class PostponeForm(forms.Form):
    """Until when to ask nothing, of what, and why."""

    days = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_PAUSE_DAYS)
    until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    item = forms.ChoiceField(label=gettext_lazy("What"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=300, widget=forms.TextInput(REASON)
    )

    def __init__(self, today: date, found: Detail, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.today = today
        everything = (("", _("Everything this customer owes")),)
        choices = (*everything, *((str(line.item.pk), line.name) for line in found.lines))
        self.fields["item"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean(self) -> dict[str, Any]:
        """Return the day until which to wait: the one typed, or that of the quick choice."""
        data = super().clean() or {}
        until = self.today + timedelta(days=data["days"]) if data.get("days") else data.get("until")
        if self.errors:
            return data
        if until is None:
            self.add_error("until", _("Choose how long to wait."))
        elif until <= self.today:
            self.add_error("until", _("Choose a day after today."))
        elif until > self.today + timedelta(days=LONGEST_PAUSE_DAYS):
            self.add_error("until", _("At most one year: beyond that, say it on the customer's page."))
        data["until"] = until
        return data


class SkipForm(forms.Form):
    """Why this step is passed over."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=300, widget=forms.TextInput({"autofocus": True})
    )


class CallForm(forms.Form):
    """How a call went."""

    outcome = forms.ChoiceField(choices=[(name, sentences.CALLS[name]) for name in SHORT_OUTCOMES])
    note = forms.CharField(
        label=gettext_lazy("What was said"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea({"rows": 2}),
    )


class DisputeForm(forms.Form):
    """Which item the customer contests, why, and how much of it."""

    item = forms.TypedChoiceField(label=gettext_lazy("Item"), coerce=int)
    reason = forms.CharField(label=gettext_lazy("What the customer contests"), max_length=300)
    amount = AmountField(label=gettext_lazy("Contested amount"), required=False)

    def __init__(self, found: Detail, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        choices = [(line.item.pk, line.name) for line in found.lines if line.disputable]
        self.fields["item"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["item"].initial = choices[0][0] if choices else None
        self.items = {line.item.pk: line.item for line in found.lines}

    def clean(self) -> dict[str, Any]:
        """Refuse a part that is the whole, or more."""
        data = super().clean() or {}
        item, part = self.items.get(data.get("item", 0)), data.get("amount")
        if item is not None and part is not None and part >= item.open_amount:
            self.add_error("amount", _("Leave this empty if all of it is contested."))
        return data


class EditForm(forms.Form):
    """A person's own words for one message."""

    recipient = forms.EmailField(label=gettext_lazy("To"), max_length=300)
    subject = WordingField(label=gettext_lazy("Subject"), max_length=200)
    body = WordingField(
        label=gettext_lazy("Message"),
        max_length=20_000,
        widget=forms.Textarea({"rows": 14, "spellcheck": "true"}),
    )

    def __init__(self, channel: str, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        if channel != "email":
            del self.fields["recipient"]
        if channel == "sms":
            self.fields["subject"].required = False
            self.fields["subject"].widget = forms.HiddenInput()
            self.fields["body"].widget.attrs["rows"] = 6


def acted(
    request: DeskRequest, reminder: Reminder, verb: Callable[[], str], *, leaving: bool = False
) -> HttpResponse:
    """Do something to a reminder, tell it, and go on with the next one; a refusal stays where it is."""
    try:
        messages.success(request, verb())
    except REFUSALS as refusal:
        messages.error(request, sentence(refusal))
        leaving = False
    return went_on(request, reminder, leaving=leaving)


def went_on(request: DeskRequest, reminder: Reminder, *, leaving: bool = False) -> HttpResponse:
    """Show what comes after a reminder, or the reminder itself if it still waits and nobody leaves it for now."""
    place = request.POST.get("place", "today")
    if place != "today":
        return (
            back(request, "reminders") if place == "list" else redirect("reminder", reminder_id=reminder.pk)
        )
    here = work.waiting(request.desk).filter(pk=reminder.pk).first()
    following = work.following(request.desk, reminder) if leaving or here is None else None
    chosen = following or here
    if fragment(request):
        return answer(request, chosen)
    return redirect(f"{reverse('today')}?reminder={chosen.pk}" if chosen else reverse("today"))


def asked(request: DeskRequest, found: Detail, kind: str, form: forms.Form) -> HttpResponse:
    """Show the form of an action on a page of its own, or in the dialog of the desk when something is wrong in it."""
    status = 422 if form.is_bound else 200
    if fragment(request) and request.POST.get("place") != "reminder":
        return answer(request, found.reminder, status=status, **{"dialog": kind, f"{kind}_form": form})
    shown = {
        "detail": found,
        "kind": kind,
        "form": form,
        "currency": request.desk.organization.currency,
        "place": request.POST.get("place", "today"),
    }
    return render(request, "backoffice/reminder_act.html", shown, status=status)


@page(permissions.REMIND)
@require_POST
def reminder_confirm(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)

    def confirm() -> str:
        actions.confirm(reminder, by=desk.user, now=desk.now)
        address = reverse("reminder-takeback", args=[reminder.pk])
        return undoable(request, confirmed_text(desk, reminder), address)

    return acted(request, reminder, confirm)


@page(permissions.REMIND)
@require_POST
def reminder_takeback(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)

    def take_back() -> str:
        actions.take_back(reminder, by=desk.user, now=desk.now)
        return _("Taken back: it waits to be confirmed again.")

    return acted(request, reminder, take_back)


@page(permissions.REMIND)
def reminder_edit(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)
    written = draft(reminder, desk.today)
    subject, body = written.subject or reminder.subject, written.source or reminder.body
    initial = {"subject": subject, "body": body, "recipient": written.recipient}
    form = EditForm(reminder.channel, request.POST or None, initial=initial)
    valid = form.is_valid()
    shown: dict[str, Any] = {
        "form": form,
        "detail": detail(desk, reminder),
        "currency": desk.organization.currency,
        "shown": shown_of(request),
        "place": request.POST.get("place") or request.GET.get("place", "today"),
        "paper": rewritten(reminder, desk.today, form.cleaned_data["subject"], form.cleaned_data["body"])
        if valid
        else written,
    }
    if "preview" in request.POST and fragment(request):
        return render(request, "backoffice/reminder_edit_preview.html", shown)
    if valid and "preview" not in request.POST:
        return acted(request, reminder, lambda: _edited(desk, reminder, form.cleaned_data, written.recipient))
    name = "reminder_edit_form" if fragment(request) else "reminder_edit"
    return render(request, f"backoffice/{name}.html", shown, status=422 if form.errors else 200)


def _edited(desk: Desk, reminder: Reminder, data: dict[str, Any], recipient: str) -> str:
    other = data.get("recipient", "")
    actions.edit(
        reminder,
        subject=data["subject"],
        body=data["body"],
        recipient="" if other == recipient else other,
        by=desk.user,
        now=desk.now,
    )
    return _("Your words are kept.")


@page(permissions.REMIND)
def reminder_call(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)
    form = CallForm(request.POST or None)
    if not form.is_valid():
        return asked(request, detail(desk, reminder), "call", form)

    def record_call() -> str:
        outcome, note = form.cleaned_data["outcome"], form.cleaned_data["note"]
        calls.record(
            desk.organization,
            reminder.customer,
            calls.Call(outcome=outcome, note=note),
            reminder=reminder,
            today=desk.today,
            by=desk.user,
            now=desk.now,
        )
        told = _("Call recorded: %(outcome)s.") % {"outcome": sentences.call(outcome)}
        return undoable(request, told, undo_address(reminder.customer, desk.now))

    # Who was called in vain waits in the list for another time; the collector goes on.
    return acted(request, reminder, record_call, leaving=True)


@page(permissions.REMIND)
def reminder_postpone(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)
    found = detail(desk, reminder)
    form = PostponeForm(desk.today, found, request.POST or None)
    if not form.is_valid():
        return asked(request, found, "postpone", form)

    def postpone() -> str:
        until, chosen = form.cleaned_data["until"], form.cleaned_data["item"]
        item = next((line.item for line in found.lines if str(line.item.pk) == chosen), None)
        pause = actions.postpone(
            reminder.customer,
            until=until,
            reason=form.cleaned_data["reason"],
            by=desk.user,
            now=desk.now,
            item=item,
        )
        actions.run(desk.organization, desk.today, desk.now, [reminder.customer_id])
        what = item or reminder.customer.name
        told = _("%(what)s: left alone until %(day)s.") % {"what": what, "day": day(until)}
        return undoable(request, told, reverse("today-lift", args=[reminder.customer_id, pause.pk]))

    return acted(request, reminder, postpone)


@page(permissions.REMIND)
def reminder_skip(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)
    form = SkipForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return asked(request, detail(desk, reminder), "skip", form)

    def skip() -> str:
        actions.skip(reminder, by=desk.user, now=desk.now, reason=form.cleaned_data["reason"])
        told = _("%(customer)s: skipped. The next step comes in its time.") % {
            "customer": reminder.customer.name
        }
        return undoable(request, told, undo_address(reminder.customer, desk.now))

    return acted(request, reminder, skip)


@page(permissions.REMIND)
def reminder_dispute(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)
    found = detail(desk, reminder)
    form = DisputeForm(found, request.POST or None)
    if not form.is_valid():
        return asked(request, found, "dispute", form)

    def dispute() -> str:
        item = form.items[form.cleaned_data["item"]]
        reason = form.cleaned_data["reason"]
        part = form.cleaned_data["amount"]
        dispute_item(item, today=desk.today, reason=reason, by=desk.by, now=desk.now, amount=part)
        actions.run(desk.organization, desk.today, desk.now, [reminder.customer_id])
        told = _("%(number)s is disputed: nobody asks for it meanwhile.") % {"number": item}
        return undoable(request, told, reverse("today-undispute", args=[item.pk]))

    return acted(request, reminder, dispute)


@page(permissions.REMIND)
@require_POST
def reminder_retry(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)

    def retry() -> str:
        actions.retry(reminder, by=desk.user, now=desk.now)
        return _("It waits to be confirmed again: check the address first.")

    return acted(request, reminder, retry)


@page(permissions.REMIND)
@require_POST
def reminder_resolve(request: DeskRequest, reminder_id: int) -> HttpResponse:
    desk = request.desk
    reminder = reminder_of(desk, reminder_id)
    left = request.POST.get("left") == "yes"

    def resolve() -> str:
        actions.resolve_doubt(reminder, left=left, by=desk.user, now=desk.now)
        return _("Noted: it left.") if left else _("Noted: it did not leave. It waits to be confirmed again.")

    return acted(request, reminder, resolve)


urlpatterns = [
    path("reminders/<int:reminder_id>/confirm/", reminder_confirm, name="reminder-confirm"),
    path("reminders/<int:reminder_id>/take-back/", reminder_takeback, name="reminder-takeback"),
    path("reminders/<int:reminder_id>/edit/", reminder_edit, name="reminder-edit"),
    path("reminders/<int:reminder_id>/call/", reminder_call, name="reminder-call"),
    path("reminders/<int:reminder_id>/postpone/", reminder_postpone, name="reminder-postpone"),
    path("reminders/<int:reminder_id>/skip/", reminder_skip, name="reminder-skip"),
    path("reminders/<int:reminder_id>/dispute/", reminder_dispute, name="reminder-dispute"),
    path("reminders/<int:reminder_id>/retry/", reminder_retry, name="reminder-retry"),
    path("reminders/<int:reminder_id>/resolve/", reminder_resolve, name="reminder-resolve"),
]
