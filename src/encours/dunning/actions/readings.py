"""What a reply is understood to mean: proposed, accepted or refused by a person, and the state of the message."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.customers.errors import CustomersError
from encours.customers.models import Contact, Customer
from encours.dunning.actions import meanings
from encours.dunning.errors import DunningError, MessageUnmatchedError, ReadingDecidedError
from encours.dunning.models import Decision, Guardrails, InboundMessage, MessageKind, MessageState, Reading
from encours.dunning.reading.weights import model
from encours.events.actions import record
from encours.receivables.errors import ReceivablesError
from encours.receivables.models import Item
from encours.rules.replies.details import details, named
from encours.rules.replies.linear import MEANINGS, OTHER, understand

PROPOSED, ACCEPTED, REFUSED = "proposed", "accepted", "refused"
_DECIMALS = Decimal("0.0001")
# Nothing was measured finely enough to say more than this.
_SUREST = Decimal("0.99")
# How far into a long message a meaning is looked for.
_READ_CHARACTERS = 20_000
# A worker that stood still may take in old messages; older ones than this were dated by a wrong clock.
OLDEST = timedelta(days=365)
WRONG_CONTACT = "wrong_contact"
# Anybody can write under somebody's address: only who answers one of our messages, or was recognized by a person,
# may have the next ones sent elsewhere without anybody looking.
_PROVEN = frozenset({"token", "references", "subject", "person"})


@transaction.atomic
def propose(message: InboundMessage, now: datetime) -> list[Reading]:
    """Propose what a message means, each meaning with its sentence; what a person decided is left as it is.

    A meaning becomes true at once only where the organization accepts it above that confidence.
    """
    if message.kind == MessageKind.BOUNCE:
        return []
    text = (message.said.strip() or message.subject)[:_READ_CHARACTERS]
    written = _written_on(message)
    items = _open_items(message)
    found = understand(model(), text, written)
    if message.kind == MessageKind.AUTO_REPLY:
        found = [one for one in found if one.meaning in {"out_of_office", "wrong_contact"}]
    decided = set(
        Reading.objects.filter(message=message).exclude(state=PROPOSED).values_list("meaning", flat=True)
    )
    Reading.objects.filter(message=message, state=PROPOSED).delete()
    proposed = []
    for one in found:
        if one.meaning in decided:
            continue
        said = asdict(details(one.meaning, text, one.sentence, written))
        numbers = named(one.sentence.text, list(items)) or named(text, list(items))
        said["items"] = [items[number] for number in numbers]
        reading = Reading.objects.create(
            organization_id=message.organization_id,
            message=message,
            meaning=one.meaning,
            confidence=min(Decimal(str(one.confidence)), _SUREST).quantize(_DECIMALS),
            sentence=one.sentence.text,
            details={name: _plain(value) for name, value in said.items() if value},
        )
        proposed.append(reading)
    return [_accepted_by_itself(message, reading, now) for reading in proposed]


def _accepted_by_itself(message: InboundMessage, reading: Reading, now: datetime) -> Reading:
    """Accept a reading that the organization trusts; one that lacks something to become true stays proposed."""
    chosen = Guardrails.objects.filter(organization_id=message.organization_id).first()
    least = (chosen.accepted_classes if chosen else {}).get(reading.meaning)
    if (
        least is None
        or message.customer_id is None
        or reading.meaning == OTHER
        or (reading.meaning == WRONG_CONTACT and message.matched_by not in _PROVEN)
        or reading.confidence < Decimal(str(least))
    ):
        return reading
    try:
        with transaction.atomic():
            return accept(reading, by=None, now=now)
    except (DunningError, ReceivablesError, CustomersError):
        return reading


@transaction.atomic
def accept(
    reading: Reading, *, by: User | None, now: datetime, chosen: Mapping[str, Any] | None = None
) -> Reading:
    """Make a reading true, as proposed or as a person corrected it, and do what follows from it."""
    found = _undecided(reading)
    message = _locked(found.message_id)
    if message.customer is None:
        raise MessageUnmatchedError
    told = meanings.Told.of(found.details, chosen or {})
    today = now.astimezone(_zone(message)).date()
    heard = meanings.Heard(message, message.customer, found.sentence, told, by, now, today)
    meanings.EFFECTS[found.meaning](heard)
    found.details = {**found.details, **told.kept()}
    _decide(message, found, ACCEPTED, by, now)
    return found


@transaction.atomic
def refuse(reading: Reading, *, by: User | None, now: datetime) -> Reading:
    """Say that a message does not mean this; it is kept as an example to learn from."""
    found = _undecided(reading)
    _decide(_locked(found.message_id), found, REFUSED, by, now)
    return found


def _decide(message: InboundMessage, reading: Reading, state: str, by: User | None, now: datetime) -> None:
    reading.state, reading.decided_by, reading.decided_at = state, by.pk if by else None, now
    reading.save(update_fields=["state", "details", "decided_by", "decided_at"])
    _tell(message, f"reading.{state}", by, now, meaning=reading.meaning, sentence=reading.sentence[:300])
    left = Reading.objects.filter(message=message, state=PROPOSED).exclude(meaning=OTHER)
    if message.state == MessageState.NEW and not left.exists():
        _move(message, MessageState.READ, "message.read", by, now)


@transaction.atomic
def mark_read(message: InboundMessage, *, by: User | None, now: datetime) -> InboundMessage:
    """Say that a message was read: the plan goes on."""
    found = _locked(message.pk)
    if found.state == MessageState.NEW:
        _move(found, MessageState.READ, "message.read", by, now)
    return found


@transaction.atomic
def set_aside(message: InboundMessage, *, by: User | None, now: datetime) -> InboundMessage:
    """Put a message away that asks for nothing: advertisement, a wrong address, a private word."""
    found = _locked(message.pk)
    if found.state != MessageState.SET_ASIDE:
        _move(found, MessageState.SET_ASIDE, "message.set_aside", by, now)
    return found


@transaction.atomic
def take_up(message: InboundMessage, *, by: User | None, now: datetime) -> InboundMessage:
    """Put a message back among those to read."""
    found = _locked(message.pk)
    if found.state in {MessageState.SET_ASIDE, MessageState.READ, MessageState.ANSWERED}:
        _move(found, MessageState.NEW, "message.taken_up", by, now)
    return found


@transaction.atomic
def assign(
    message: InboundMessage,
    customer: Customer,
    contact: Contact | None = None,
    *,
    by: User | None,
    now: datetime,
) -> InboundMessage:
    """Say which customer wrote a message that nothing could match, and read it again with the items in mind."""
    found = _locked(message.pk)
    if customer.organization_id != found.organization_id:
        raise MessageUnmatchedError
    address = found.from_address.lower()
    found.customer = customer
    found.contact = contact or customer.contacts.filter(email__iexact=address).first()
    found.matched_by = "person"
    found.save(update_fields=["customer", "contact", "matched_by"])
    _tell(found, "message.assigned", by, now, address=address)
    propose(found, now)
    return found


@transaction.atomic
def trust(
    organization: Organization, classes: Mapping[str, Decimal], *, by: User, now: datetime
) -> Guardrails:
    """Say which meanings become true by themselves, and above which confidence."""
    kept = {name: float(least) for name, least in classes.items() if name in MEANINGS and 0 < least < 1}
    found, _ = Guardrails.objects.get_or_create(organization=organization)
    if found.accepted_classes != kept:
        found.accepted_classes = kept
        found.save(update_fields=["accepted_classes"])
        record(organization.pk, "readings.trusted", by=actor(by), at=now, classes=kept)
    return found


def _move(message: InboundMessage, state: str, kind: str, by: User | None, now: datetime) -> None:
    message.state = state
    unread = state == MessageState.NEW
    message.read_by, message.read_at = (by.pk if by and not unread else None), None if unread else now
    message.save(update_fields=["state", "read_by", "read_at"])
    _tell(message, kind, by, now)


def _undecided(reading: Reading) -> Reading:
    found = (
        Reading.objects.select_for_update()
        .filter(pk=reading.pk, organization_id=reading.organization_id, state=PROPOSED)
        .first()
    )
    if found is None:
        raise ReadingDecidedError
    return found


def _locked(message_id: int) -> InboundMessage:
    return (
        InboundMessage.objects.select_for_update(of=("self",))
        .select_related("organization", "customer")
        .get(pk=message_id)
    )


def _written_on(message: InboundMessage) -> date:
    """Return the day that “tomorrow” and “Friday” are counted from: no clock that is ahead or years behind says it."""
    told, received = message.written_at or message.received_at, message.received_at
    moment = told if received - OLDEST <= told <= received else received
    return moment.astimezone(_zone(message)).date()


def _zone(message: InboundMessage) -> ZoneInfo:
    return ZoneInfo(message.organization.timezone)


def _open_items(message: InboundMessage) -> dict[str, int]:
    """Return the numbers that the message may name: what the customer still owes first, then the rest."""
    if message.customer_id is None:
        return {}
    found = (
        Item.objects.filter(
            organization_id=message.organization_id,
            customer_id=message.customer_id,
            side="debit",
            missing_since=None,
        )
        .exclude(number="")
        .order_by("-open_amount", "-issued_on", "pk")
    )
    numbers: dict[str, int] = {}
    for number, pk in found.values_list("number", "pk")[:500]:
        numbers.setdefault(number, pk)
    return numbers


def _plain(value: object) -> object:
    return (
        value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
    )


def _tell(message: InboundMessage, kind: str, by: User | None, now: datetime, **payload: object) -> None:
    """Record it, and let the next run look at the customer again."""
    record(
        message.organization_id,
        kind,
        by=actor(by),
        at=now,
        customer_id=message.customer_id,
        subject=("message", message.pk),
        **payload,
    )
    if message.customer_id:
        Decision.objects.filter(
            organization_id=message.organization_id, customer_id=message.customer_id
        ).update(basis="")


def decided(organization_id: int) -> Sequence[Reading]:
    """Return every reading that a person decided, to learn from."""
    found = Reading.objects.filter(organization_id=organization_id).exclude(state=PROPOSED)
    return list(found.exclude(decided_by=None).select_related("message").order_by("message_id", "pk"))
