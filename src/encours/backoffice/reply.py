"""One reply in full: what was written, which of its sentences say something, and the customer beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.backoffice.allocating import AmountField
from encours.backoffice.desk import Desk
from encours.dunning import queries, readings
from encours.dunning.models import InboundMessage, MessageState, Promise, Reading, Reminder
from encours.receivables.models import Document, Item
from encours.rules.replies.linear import OTHER
from encours.scoring.models import Score
from encours.scoring.queries import Among, Standing, current, standings

DAY = {"type": "date", "class": "input"}
LAST_REMINDERS = 4
MEANINGS = {
    "promise": gettext_lazy("Promises to pay"),
    "already_paid": gettext_lazy("Says it is paid"),
    "dispute": gettext_lazy("Contests"),
    "asks_copy": gettext_lazy("Asks for documents"),
    "wrong_contact": gettext_lazy("Not the right contact"),
    "insolvency": gettext_lazy("Insolvency"),
    "out_of_office": gettext_lazy("Is away"),
    OTHER: gettext_lazy("Something else"),
}
FOLLOWS = {
    "promise": gettext_lazy(
        "Nobody asks for these items before that day; if it is not kept, the plan goes on."
    ),
    "already_paid": gettext_lazy("Nobody asks again while the payment is looked for."),
    "dispute": gettext_lazy("What is contested is no longer asked for; the rest is."),
    "asks_copy": gettext_lazy("Answer with the documents attached."),
    "wrong_contact": gettext_lazy("The next messages go to the new contact."),
    "insolvency": gettext_lazy("Nothing is asked any more: a claim is to be declared."),
    "out_of_office": gettext_lazy("Nothing is asked before that day."),
}
REASONS = {
    "duplicate": gettext_lazy("invoiced twice"),
    "not_ordered": gettext_lazy("not ordered"),
    "missing_document": gettext_lazy("a document or a reference is missing"),
    "not_delivered": gettext_lazy("not delivered"),
    "goods": gettext_lazy("goods or work"),
    "price": gettext_lazy("price or quantity"),
    "credit_note": gettext_lazy("credit note awaited"),
    "other": gettext_lazy("no reason recognized"),
}
DATES = {
    "promise": gettext_lazy("Paid by"),
    "already_paid": gettext_lazy("Paid on"),
    "insolvency": gettext_lazy("Opened on"),
    "out_of_office": gettext_lazy("Back on"),
}
ABOUT_ITEMS = ("promise", "already_paid", "dispute", "asks_copy")
ABOUT_AMOUNT = ("promise", "already_paid", "dispute")


@dataclass(frozen=True)
class Piece:
    """A stretch of the message; the number of the reading that quotes it, if one does."""

    text: str
    meaning: str = ""
    state: str = ""


class ReadingForm(forms.Form):
    """What a reading says, to be corrected before it becomes true."""

    on = forms.DateField(required=False, widget=forms.DateInput(DAY, format="%Y-%m-%d"))
    amount = AmountField(label=gettext_lazy("Amount"), required=False)
    items = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Items"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=30)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=120)
    replace = forms.BooleanField(label=gettext_lazy("In the place of the one who wrote"), required=False)

    def __init__(self, reading: Reading, items: list[Item], data: Any = None) -> None:  # noqa: ANN401 - Django's form data
        self.reading_id = reading.pk
        said = reading.details
        amount = number_format(Decimal(said["amount"]), 2, force_grouping=True) if said.get("amount") else ""
        initial = {
            **said,
            "amount": amount,
            "replace": True,
            "items": [str(number) for number in said.get("items", ())],
        }
        super().__init__(data, initial=initial, prefix=f"r{reading.pk}", use_required_attribute=False)
        meaning = reading.meaning
        wanted = {
            "on": meaning in DATES,
            "amount": meaning in ABOUT_AMOUNT,
            "items": meaning in ABOUT_ITEMS and bool(items),
            "email": meaning == "wrong_contact",
            "phone": meaning == "wrong_contact",
            "name": meaning == "wrong_contact",
            "replace": meaning == "wrong_contact" and reading.message.contact_id is not None,
        }
        for name, kept in wanted.items():
            if not kept:
                del self.fields[name]
        if "on" in self.fields:
            self.fields["on"].label = DATES[meaning]
        if "items" in self.fields:
            self.fields["items"].choices = [(item.pk, str(item)) for item in items]  # type: ignore[attr-defined]  # a choice field

    def chosen(self) -> dict[str, Any]:
        """Return what the person decided; an emptied field says that nothing is known."""
        return dict(self.cleaned_data)


@dataclass(frozen=True)
class Proposal:
    """One reading in words, with its form while it is undecided."""

    reading: Reading
    name: str
    follows: str
    reason: str
    form: ReadingForm | None
    first: bool
    payments: list[Item]

    @property
    def named_count(self) -> int:
        """Return how many items the message names."""
        return len(self.reading.details.get("items", ()))


@dataclass(frozen=True)
class ReplyDetail:
    """A message and all that is needed to decide about it."""

    message: InboundMessage
    pieces: list[Piece]
    proposals: list[Proposal]
    items: list[tuple[Item, int]]
    more_items: int
    score: Score | None
    standing: Standing | None
    promises: list[Promise]
    reminders: list[Reminder]
    documents: list[tuple[Document, bool]]

    @property
    def unread(self) -> bool:
        """Tell whether it still holds the plan back."""
        return self.message.state == MessageState.NEW

    @property
    def answerable(self) -> bool:
        """Tell whether there is somebody to answer, by e-mail."""
        return self.message.kind != "sms" and bool(self.message.from_address)


SHOWN_ITEMS = 12


def detail(desk: Desk, message: InboundMessage, bound: ReadingForm | None = None) -> ReplyDetail:
    """Gather everything about one message in a constant number of queries; `bound` is a form that was refused."""
    customer = message.customer
    items = readings.open_items(customer) if customer else []
    proposals = list(_proposals(message, items, bound))
    organization_id = desk.organization.pk
    asked = [number for one in proposals for number in one.reading.details.get("items", ())]
    return ReplyDetail(
        message=message,
        pieces=list(pieces(message)),
        proposals=proposals,
        items=[(item, (desk.today - item.due_on).days) for item in items[:SHOWN_ITEMS]],
        more_items=max(0, len(items) - SHOWN_ITEMS),
        score=current(organization_id, [customer.pk]).get(customer.pk) if customer else None,
        standing=standings(organization_id, desk.today, Among.these([customer.pk])).get(customer.pk)
        if customer
        else None,
        promises=readings.promises_of(customer) if customer else [],
        reminders=list(
            queries.reminders(desk.organization)
            .filter(customer=customer)
            .order_by("-created_at")[:LAST_REMINDERS]
        )
        if customer
        else [],
        documents=readings.documents_for(customer, asked) if customer else [],
    )


def _proposals(message: InboundMessage, items: list[Item], bound: ReadingForm | None) -> Iterator[Proposal]:
    first = True
    text = message.said or message.subject
    for reading in sorted(message.readings.all(), key=lambda one: text.find(one.sentence)):
        if reading.meaning == OTHER:
            continue
        open_ = reading.state == "proposed"
        typed = bound if bound is not None and bound.reading_id == reading.pk else None
        form = (typed or ReadingForm(reading, items)) if open_ else None
        said = reading.details
        payments = []
        if reading.meaning == "already_paid" and message.customer:
            amount = Decimal(said["amount"]) if said.get("amount") else None
            on = date.fromisoformat(said["on"]) if said.get("on") else None
            payments = readings.payments_like(message.customer, amount, on)
        yield Proposal(
            reading=reading,
            name=meaning_name(reading.meaning),
            follows=str(FOLLOWS.get(reading.meaning, "")),
            reason=str(REASONS.get(said.get("reason", ""), "")),
            form=form,
            first=open_ and first,
            payments=payments,
        )
        first = first and not open_


def meaning_name(meaning: str) -> str:
    """Return a meaning in words."""
    return str(MEANINGS.get(meaning, meaning))


def pieces(message: InboundMessage) -> Iterator[Piece]:
    """Cut the message where a reading quotes it, so that the page may mark the sentence."""
    text = message.said.strip() or message.text.strip()
    marks = (
        sorted(
            (place, one)
            for one in message.readings.all()
            if one.meaning != OTHER and one.state != "refused" and (place := text.find(one.sentence)) >= 0
        )
        if text
        else []
    )
    position = 0
    for place, reading in marks:
        if place < position:
            continue
        yield Piece(text[position:place])
        yield Piece(reading.sentence, meaning_name(reading.meaning), reading.state)
        position = place + len(reading.sentence)
    yield Piece(text[position:])


def described(message: InboundMessage) -> str:
    """Say in one line what a message seems to mean."""
    meant = [meaning_name(one.meaning) for one in message.readings.all() if one.state != "refused"]
    return " · ".join(meant) if meant else _("Nothing recognized")
