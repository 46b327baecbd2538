"""One call: the number, what to say, what is owed, what was said before; and how it ended, in two keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encours.backoffice.allocating import AmountField
from encours.backoffice.case import decide_again
from encours.backoffice.desk import Desk
from encours.customers.models import Contact, Customer
from encours.customers.queries import contacts_of
from encours.dunning import calls, letters, sentences
from encours.dunning.actions.calls import TAKEN, Call, Recorded, next_working_day, record
from encours.dunning.models import Promise, Reminder, Task, Template, TemplateKind
from encours.receivables.models import Item
from encours.receivables.queries import open_debits
from encours.rules.wording import WordingError
from encours.scoring.models import Score
from encours.scoring.queries import Among, Standing, current, standings
from encours.ui.formats import day, money

ITEMS_SHOWN = 60
PROMISE_DAYS = 7
DAY = {"type": "date", "class": "input"}
OUTCOMES = ("promise", "dispute", "call_back", "no_answer", "wrong_number", "reached", "voicemail")
REASONS = {
    "invoice_missing": gettext_lazy("Invoice not received"),
    "quantity": gettext_lazy("Quantity"),
    "price": gettext_lazy("Price"),
    "quality": gettext_lazy("Quality"),
    "delivery": gettext_lazy("Delivery"),
    "other": gettext_lazy("Other"),
}


@dataclass(frozen=True)
class Said:
    """One earlier call in words."""

    at: datetime
    outcome: str
    note: str


@dataclass(frozen=True)
class Owed:
    """One open item, its age and whether the call is about it."""

    item: Item
    age_days: int
    ticked: bool


@dataclass(frozen=True)
class Panel:
    """Everything a person needs during a call."""

    customer: Customer
    reminder: Reminder | None
    task: Task | None
    step: str
    contacts: list[Contact]
    script: str
    items: list[Owed]
    amount: Decimal
    promises: list[Promise]
    calls: list[Said]
    suggestion: str
    score: Score | None
    standing: Standing | None
    promised_on: date
    next_on: date

    @property
    def oldest(self) -> Owed | None:
        """Return the item that has waited longest."""
        return self.items[0] if self.items else None


class CallForm(forms.Form):
    """How a call ended, with what that outcome needs."""

    outcome = forms.ChoiceField(choices=[(name, name) for name in OUTCOMES])
    note = forms.CharField(label=gettext_lazy("What was said"), required=False, max_length=2_000)
    contact = forms.TypedChoiceField(coerce=int, required=False, empty_value=None)
    item = forms.TypedMultipleChoiceField(label=gettext_lazy("Items"), coerce=int, required=False)
    amount = AmountField(label=gettext_lazy("Amount"), required=False)
    promised_on = forms.DateField(label=gettext_lazy("Promised for"), required=False)
    reason = forms.ChoiceField(
        label=gettext_lazy("What the customer contests"), choices=list(REASONS.items()), required=False
    )
    call_on = forms.DateField(label=gettext_lazy("Day"), required=False)
    call_at = forms.TimeField(label=gettext_lazy("Hour"), required=False)

    def __init__(self, found: Panel, today: date, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.today = today
        self.contacts = {contact.pk: contact for contact in found.contacts}
        self.items = {line.item.pk: line.item for line in found.items}
        self.fields["contact"].choices = [(number, str(one)) for number, one in self.contacts.items()]  # type: ignore[attr-defined]  # it is a ChoiceField
        self.fields["item"].choices = [(number, str(one)) for number, one in self.items.items()]  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean(self) -> dict[str, Any]:
        """Ask for what the outcome needs: a promise its amount and day, a dispute its items, a call back its day."""
        data = super().clean() or {}
        outcome = data.get("outcome")
        needed = {
            "promise": ("amount", "promised_on", "item"),
            "dispute": ("item",),
            "call_back": ("call_on",),
        }
        for name in needed.get(str(outcome), ()):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("This is needed."))
        for name in ("promised_on", "call_on"):
            if data.get(name) and data[name] < self.today:
                self.add_error(name, _("Choose today or a later day."))
        return data

    def call(self) -> Call:
        """Return the call as it is recorded."""
        data = self.cleaned_data
        reason = REASONS.get(data["reason"])
        return Call(
            data["outcome"],
            note=data["note"],
            contact=self.contacts.get(data["contact"]) if data["contact"] else None,
            items=[self.items[number] for number in data["item"]],
            amount=data["amount"],
            promised_on=data["promised_on"],
            reason=" · ".join(part for part in (str(reason or ""), data["note"]) if part),
            call_on=data["call_on"],
            call_at=data["call_at"],
        )


def panel(desk: Desk, customer: Customer, task: Task | None = None) -> Panel:
    """Gather a call to one customer."""
    organization = desk.organization
    reminder = calls.waiting_for(customer)
    spoken_of = set(reminder.lines.values_list("item_id", flat=True)) if reminder else set()
    debits = list(open_debits(organization.pk, customer.pk, organization.currency)[:ITEMS_SHOWN])
    lines = [
        Owed(
            item,
            (desk.today - item.due_on).days,
            item.pk in spoken_of if spoken_of else item.due_on < desk.today and item.disputed_on is None,
        )
        for item in debits
    ]
    events = calls.last_calls(customer)
    contacts = [one for one in contacts_of(organization.pk, customer.pk) if one.phone]
    return Panel(
        customer=customer,
        reminder=reminder,
        task=task,
        step=sentences.step(reminder.step.name) if reminder else "",
        contacts=sorted(contacts, key=lambda one: one.phone_failed_at is not None),
        script=_script(reminder, desk.today),
        items=lines,
        amount=sum((line.item.open_amount for line in lines if line.ticked), Decimal(0)),
        promises=list(calls.last_promises(customer)),
        calls=[
            Said(
                one.at, sentences.call(str(one.payload.get("outcome", ""))), str(one.payload.get("note", ""))
            )
            for one in events
        ],
        suggestion=_suggestion(customer, calls.unanswered(events)),
        score=current(organization.pk, [customer.pk]).get(customer.pk),
        standing=standings(organization.pk, desk.today, Among.these([customer.pk])).get(customer.pk),
        promised_on=next_working_day(organization, customer, desk.today + timedelta(days=PROMISE_DAYS - 1)),
        next_on=next_working_day(organization, customer, desk.today),
    )


def keep(desk: Desk, found: Panel, form: CallForm) -> Recorded:
    """Record the call of a valid form, and decide again if the step was taken."""
    call = form.call()
    made = record(
        desk.organization,
        found.customer,
        call,
        reminder=found.reminder,
        today=desk.today,
        by=desk.user,
        now=desk.now,
    )
    if call.outcome in TAKEN:
        decide_again(desk, [found.customer.pk])
    return made


def told(desk: Desk, found: Panel, outcome: str, made: Recorded) -> str:
    """Say what was recorded, and what comes next."""
    said = _("%(customer)s: %(outcome)s.") % {
        "customer": found.customer.name,
        "outcome": sentences.call(outcome),
    }
    if made.promise is not None:
        then = _("%(amount)s promised for %(day)s.") % {
            "amount": money(made.promise.amount, desk.organization.currency),
            "day": day(made.promise.promised_on),
        }
    elif made.task is not None and outcome == "wrong_number":
        then = _("A task asks for the right number.")
    elif made.task is not None:
        then = _("The next call is planned for %(day)s.") % {"day": day(made.task.due_on)}
    else:
        then = ""
    return f"{said} {then}".strip()


def _script(reminder: Reminder | None, today: date) -> str:
    """Return the script of the step with the figures of the day, if somebody wrote one."""
    if reminder is None:
        return ""
    written = Template.objects.filter(
        organization_id=reminder.organization_id,
        code=reminder.step.template_code,
        kind=TemplateKind.SCRIPT,
    )
    if not written.exists():
        return ""
    try:
        return letters.message(reminder, today).text
    except (WordingError, letters.TemplateMissingError):
        return ""


def _suggestion(customer: Customer, attempts: int) -> str:
    """Suggest another channel once enough calls in a row found nobody."""
    if attempts < calls.ATTEMPTS:
        return ""
    writable: Sequence[Contact] = [
        one
        for one in contacts_of(customer.organization_id, customer.pk)
        if one.email and not one.bounced_at and not one.opted_out_at
    ]
    by = _("by e-mail") if writable else _("by letter")
    return ngettext(
        "%(count)s call in a row found nobody: write %(by)s instead.",
        "%(count)s calls in a row found nobody: write %(by)s instead.",
        attempts,
    ) % {"count": attempts, "by": by}
