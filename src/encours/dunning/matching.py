"""Whose message it is: by the token of the case, the message it answers, the tag of its subject, its author."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from encours.channels.mime import Arrived
from encours.channels.models import Sending
from encours.customers.models import Contact, Customer
from encours.dunning import addressing
from encours.dunning.models import InboundMessage, Reminder
from encours.dunning.outbox import CUSTOMER_OPTION

# At these domains, neighbors are strangers.
SHARED_DOMAINS = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "live.com",
    "live.fr", "msn.com", "yahoo.com", "yahoo.fr", "ymail.com", "orange.fr", "wanadoo.fr", "free.fr",
    "sfr.fr", "neuf.fr", "cegetel.net", "laposte.net", "bbox.fr", "numericable.fr", "aol.com", "icloud.com",
    "me.com", "mac.com", "gmx.com", "gmx.fr", "proton.me", "protonmail.com", "zoho.com", "mail.com",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """Whose message it is and how that is known; without a customer, a person must say."""

    customer_id: int | None = None
    matched_by: str = ""
    contact: Contact | None = None
    reminder_id: int | None = None


def match(organization_id: int, arrived: Arrived) -> Match:
    """Return whose message this is, by the surest sign first; what two customers share says nothing."""
    answered = _answered(organization_id, arrived.references)
    signs: tuple[tuple[str, Callable[[], int | None]], ...] = (
        ("token", lambda: _by_tokens(organization_id, addressing.words_in(arrived.to))),
        ("references", lambda: _by_references(organization_id, answered, arrived.references)),
        ("subject", lambda: _by_tokens(organization_id, addressing.tags_in(arrived.subject))),
        ("sender", lambda: _by_sender(organization_id, arrived.from_address)),
        ("domain", lambda: _by_domain(organization_id, arrived.from_address)),
    )
    for name, sign in signs:
        customer_id = sign()
        if customer_id is not None:
            return Match(
                customer_id,
                name,
                contact_at(organization_id, customer_id, arrived.from_address),
                _reminder(organization_id, customer_id, answered),
            )
    return Match()


def contact_at(organization_id: int, customer_id: int, address: str) -> Contact | None:
    """Return the contact of a customer who writes from an address."""
    contacts = Contact.objects.filter(organization_id=organization_id, customer_id=customer_id)
    return contacts.filter(email__iexact=address).order_by("pk").first() if address else None


def _answered(organization_id: int, references: Sequence[str]) -> list[Sending]:
    """Return our messages that this one answers, the nearest first."""
    found = {
        sending.message_id: sending
        for sending in Sending.objects.filter(organization_id=organization_id, message_id__in=references)
    }
    return [found[name] for name in reversed(references) if name in found]


def _by_tokens(organization_id: int, tokens: Iterable[str]) -> int | None:
    named = (addressing.customer_of(organization_id, token) for token in tokens)
    return _known(organization_id, [number for number in named if number is not None])


def _by_references(organization_id: int, answered: list[Sending], references: Sequence[str]) -> int | None:
    for sending in answered:
        customer_id = sending.options.get(CUSTOMER_OPTION) or (
            Reminder.objects.filter(organization_id=organization_id, sending_id=sending.pk)
            .values_list("customer_id", flat=True)
            .first()
        )
        if customer_id:
            return _known(organization_id, [int(customer_id)])
    before = InboundMessage.objects.filter(
        organization_id=organization_id, message_id__in=[name for name in references if name]
    ).exclude(customer=None)
    return _only(before.values_list("customer_id", flat=True))


def _by_sender(organization_id: int, address: str) -> int | None:
    if not address:
        return None
    contacts = Contact.objects.filter(organization_id=organization_id, email__iexact=address)
    return _only(contacts.values_list("customer_id", flat=True))


def _by_domain(organization_id: int, address: str) -> int | None:
    domain = address.rpartition("@")[2].lower()
    if not domain or domain in SHARED_DOMAINS:
        return None
    contacts = Contact.objects.filter(organization_id=organization_id, email__iendswith=f"@{domain}")
    return _only(contacts.values_list("customer_id", flat=True))


def _only(numbers: Iterable[int | None]) -> int | None:
    """Return the one customer that is named, or nothing when there are several."""
    found = set(numbers)
    return found.pop() if len(found) == 1 else None


def _known(organization_id: int, numbers: list[int]) -> int | None:
    customers = Customer.objects.filter(organization_id=organization_id, pk__in=numbers)
    return _only(customers.values_list("pk", flat=True))


def _reminder(organization_id: int, customer_id: int, answered: list[Sending]) -> int | None:
    """Return the reminder that was answered, or else the last one this customer was sent."""
    reminders = Reminder.objects.filter(organization_id=organization_id, customer_id=customer_id)
    by_sending = dict(
        reminders.filter(sending_id__in=[sending.pk for sending in answered]).values_list("sending_id", "pk")
    )
    named = next((by_sending[sending.pk] for sending in answered if sending.pk in by_sending), None)
    return named or reminders.exclude(sent_at=None).order_by("-sent_at").values_list("pk", flat=True).first()
