"""Whom a step speaks to: the contact of its role or the next best one, a higher one besides, colleagues in copy."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from encours.accounts.models import Membership, Role, User
from encours.channels.sms import is_mobile
from encours.customers.models import Contact, ContactRole, Customer

# Who is written to when the role that a step asks for cannot be reached.
ORDER = (ContactRole.PAYABLES, ContactRole.OTHER, ContactRole.BUYER, ContactRole.DIRECTOR)
COLLECTOR, SALESPERSON, CREDIT_MANAGER = "collector", "salesperson", "credit_manager"


class Audience(Protocol):
    """What a step says about whom it speaks to."""

    @property
    def contact_role(self) -> str:
        """The role of the contact to write to; empty for accounts payable."""

    @property
    def escalate_to(self) -> str:
        """The role of a contact written to besides; empty for nobody."""

    @property
    def copy_to(self) -> str:
        """The colleague who reads along; empty for nobody."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom a message goes to, on every channel."""

    to: Contact | None
    escalated: Contact | None
    copies: list[str]
    mobile: str
    phone: str


def recipients(customer_id: int, step: Audience, today: date) -> Recipients:
    """Return whom a step speaks to at a customer; what bounced, failed or opted out is passed over."""
    customer = Customer.objects.get(pk=customer_id)
    contacts = list(Contact.objects.filter(organization_id=customer.organization_id, customer=customer))
    ranked = sorted(contacts, key=lambda contact: (_place(contact, step.contact_role), contact.pk))
    writable = [contact for contact in ranked if _takes_email(contact)]
    to = writable[0] if writable else None
    higher = (contact for contact in writable if contact.role == step.escalate_to and contact != to)
    escalated = next(higher, None)
    copies = [escalated.email] if escalated else []
    copies += _colleagues(customer, step.copy_to, today)
    reachable = [contact for contact in ranked if contact.phone and contact.phone_failed_at is None]
    texted = (contact for contact in reachable if contact.sms_opted_out_at is None)
    return Recipients(
        to=to,
        escalated=escalated,
        copies=[copy for copy in dict.fromkeys(copies) if to is None or copy.lower() != to.email.lower()],
        mobile=next((contact.phone for contact in texted if is_mobile(contact.phone, customer.country)), ""),
        phone=reachable[0].phone if reachable else "",
    )


def _takes_email(contact: Contact) -> bool:
    return bool(contact.email) and contact.bounced_at is None and contact.opted_out_at is None


def _place(contact: Contact, wanted: str) -> int:
    """Return the place of a contact in the line: the role asked for first, then the usual order."""
    if contact.role == (wanted or ContactRole.PAYABLES):
        return 0
    return 1 + ORDER.index(ContactRole(contact.role))


def _colleagues(customer: Customer, copy_to: str, today: date) -> list[str]:
    """Return the addresses of the colleagues who read along; an absent credit manager leaves it to the others."""
    if copy_to == CREDIT_MANAGER:
        managers = Membership.objects.filter(
            organization_id=customer.organization_id, role=Role.CREDIT_MANAGER, user__is_active=True
        ).exclude(absent_from__lte=today, absent_until__gte=today)
        return list(managers.order_by("pk").values_list("user__email", flat=True))
    person = {COLLECTOR: customer.collector_id, SALESPERSON: customer.salesperson_id}.get(copy_to)
    found = User.objects.filter(pk=person, is_active=True).first() if person else None
    return [found.email] if found else []
