"""What follows when a reading becomes true: a promise, a dispute, another contact, a pause, an insolvency."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from encours.accounts.actions import actor
from encours.accounts.models import User
from encours.customers.actions import add_contact, change_contact, change_customer, write_note
from encours.customers.models import Customer
from encours.dunning.actions.pauses import postpone
from encours.dunning.actions.promises import promise
from encours.dunning.errors import DisputeItemsError, PromiseDateError, ReadingContactError, ReadingDateError
from encours.dunning.models import InboundMessage, PromiseSource
from encours.receivables.marks import dispute_item
from encours.receivables.models import Item

# While an announced payment is looked for, nobody asks for it again.
SEARCH_DAYS = 7
LONGEST_AWAY_DAYS = 45


@dataclass(frozen=True, slots=True)
class Told:
    """What was said, as proposed and as a person corrected it."""

    on: date | None = None
    amount: Decimal | None = None
    until: date | None = None
    reason: str = ""
    email: str = ""
    phone: str = ""
    name: str = ""
    items: tuple[int, ...] = ()
    replace: bool = True

    @classmethod
    def of(cls, proposed: Mapping[str, Any], chosen: Mapping[str, Any]) -> "Told":
        """Return what a reading says, a person's corrections over the proposal."""
        known = {one.name for one in fields(cls)}
        found = {name: value for name, value in {**proposed, **chosen}.items() if name in known}
        for name in ("on", "until"):
            if isinstance(found.get(name), str):
                found[name] = date.fromisoformat(found[name])
        if found.get("amount") is not None:
            found["amount"] = Decimal(str(found["amount"]))
        found["items"] = tuple(int(one) for one in found.get("items") or ())
        return cls(**found)

    def kept(self) -> dict[str, object]:
        """Return what is kept beside the decision."""
        said = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "replace"}
        return {name: list(value) if name == "items" else str(value) for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class Heard:
    """A reading that becomes true: in which message, as told, by whom, and on which day."""

    message: InboundMessage
    customer: Customer
    sentence: str
    told: Told
    by: User | None
    now: datetime
    today: date

    @property
    def actor(self) -> str:
        """Return how history names who accepted it."""
        return actor(self.by)

    def items(self) -> list[Item]:
        """Return the open items that are meant: those named, else those overdue, else all of them."""
        found = Item.objects.filter(
            organization_id=self.customer.organization_id,
            customer=self.customer,
            side="debit",
            open_amount__gt=0,
            missing_since=None,
        ).order_by("due_on", "pk")
        if self.told.items:
            return list(found.filter(pk__in=self.told.items))
        return list(found.filter(due_on__lt=self.today)) or list(found)


def promised(heard: Heard) -> None:
    """Keep the promise, over the items that are meant."""
    if heard.told.on is None:
        raise PromiseDateError
    items = heard.items()
    promise(
        heard.message.organization,
        heard.customer,
        amount=heard.told.amount or sum((item.open_amount for item in items), Decimal(0)),
        promised_on=heard.told.on,
        items=items,
        source=PromiseSource.REPLY,
        sentence=heard.sentence,
        by=heard.by,
        now=heard.now,
        message_id=heard.message.pk,
        reminder_id=heard.message.reminder_id,
    )


def already_paid(heard: Heard) -> None:
    """Ask nothing for some days while the payment is looked for, and say so on the customer."""
    until = heard.told.until or heard.today + timedelta(days=SEARCH_DAYS)
    for item in heard.items() if heard.told.items else [None]:
        _wait(heard, until, item)
    write_note(heard.customer, heard.sentence, pinned=False, by=heard.actor, now=heard.now)


def disputed(heard: Heard) -> None:
    """Mark the items that are contested; a part of an item only when one alone is."""
    items = heard.items() if heard.told.items else []
    if not items:
        raise DisputeItemsError
    part = heard.told.amount if len(items) == 1 else None
    for item in items:
        dispute_item(
            item, today=heard.today, reason=heard.sentence, by=heard.actor, now=heard.now, amount=part
        )


def copy_asked(heard: Heard) -> None:
    """Leave it to the answer, which carries the documents."""


def contact_replaced(heard: Heard) -> None:
    """Write to the new contact from now on, in the place of the one who answered unless both are kept."""
    told = heard.told
    if not told.email and not told.phone:
        raise ReadingContactError
    said = {"name": told.name, "email": told.email, "phone": told.phone}
    if told.email and heard.customer.contacts.filter(email__iexact=told.email).exists():
        return
    old = heard.message.contact
    if old is not None and told.replace:
        said["email"] = told.email or old.email
        change_contact(old, by=heard.actor, now=heard.now, **said)
    else:
        add_contact(heard.customer, by=heard.actor, now=heard.now, **said)


def insolvent(heard: Heard) -> None:
    """Write the day on which proceedings opened: nothing is asked any more, a claim is to be declared."""
    if heard.customer.insolvent_on is None or heard.told.on is not None:
        opened = heard.told.on or heard.today
        change_customer(heard.customer, by=heard.actor, now=heard.now, insolvent_on=opened)


def away(heard: Heard) -> None:
    """Wait until the person is back, for a while at most."""
    until = heard.told.until or heard.told.on
    if until is None:
        raise ReadingDateError
    if until > heard.today:
        _wait(heard, min(until, heard.today + timedelta(days=LONGEST_AWAY_DAYS)))


def _wait(heard: Heard, until: date, item: Item | None = None) -> None:
    reason = heard.sentence[:300]
    postpone(heard.customer, until=until, reason=reason, by=heard.by, now=heard.now, item=item)


EFFECTS: dict[str, Callable[[Heard], None]] = {
    "promise": promised,
    "already_paid": already_paid,
    "dispute": disputed,
    "asks_copy": copy_asked,
    "wrong_contact": contact_replaced,
    "insolvency": insolvent,
    "out_of_office": away,
    "other": copy_asked,
}
