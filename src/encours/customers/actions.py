"""Verbs on customers: change them, agree on terms, name a collector, keep contacts and notes."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import cast

from django.db import transaction

from encours.accounts.models import Membership, User
from encours.customers.errors import CollectorNotMemberError, ContactUnreachableError, NoteEmptyError
from encours.customers.models import Contact, Customer
from encours.events.actions import record, record_from_select

CHANGEABLE = frozenset(
    {
        "name", "siren", "vat_number", "address", "postal_code", "city", "country", "language", "segment",
        "relationship", "sole_trader", "public_buyer", "insolvent_on", "collector_id", "salesperson_id", "note",
    }
)  # fmt: skip
REACHED_BY = ("name", "role", "email", "phone")


@transaction.atomic
def change_customer(customer: Customer, *, by: str, now: datetime, **fields: object) -> Customer:
    """Change what is known of a customer, and say which facts changed."""
    unknown = fields.keys() - CHANGEABLE
    if unknown:
        raise ValueError(f"These are not changed here: {', '.join(sorted(unknown))}")
    for name in ("collector_id", "salesperson_id"):
        if fields.get(name) is not None and fields[name] != getattr(customer, name):
            _must_be_member(customer.organization_id, cast("int", fields[name]))
    changed = sorted(name for name, value in fields.items() if getattr(customer, name) != value)
    for name in changed:
        setattr(customer, name, fields[name])
    if changed:
        customer.save(update_fields=[*changed, "updated_at"])
        _tell(customer, "customer.changed", by, now, fields=changed)
    return customer


@transaction.atomic
def set_terms(customer: Customer, terms: str, *, agreed: bool, by: str, now: datetime) -> bool:
    """Set the payment terms of a customer and whether a person vouches for them; tell whether that is news.

    Terms that a person confirmed are no longer changed by a file; no terms means those of the organization.
    """
    agreed = agreed and bool(terms)
    if (customer.terms, customer.terms_agreed) == (terms, agreed):
        return False
    before = customer.terms
    customer.terms, customer.terms_agreed = terms, agreed
    customer.save(update_fields=["terms", "terms_agreed", "updated_at"])
    _tell(customer, "customer.changed", by, now, fields=["terms"], terms_before=before, terms=terms)
    return True


@transaction.atomic
def assign_collector(
    organization_id: int, customer_ids: Iterable[int], collector: User | None, *, by: str, now: datetime
) -> int:
    """Give customers to a collector, or to nobody, and return how many changed hands."""
    if collector is not None:
        _must_be_member(organization_id, collector.pk)
    found = Customer.objects.filter(organization_id=organization_id, pk__in=list(customer_ids))
    changed = list(
        found.exclude(collector=collector).select_for_update().order_by("pk").values_list("pk", flat=True)
    )
    if not changed:
        return 0
    Customer.objects.filter(pk__in=changed).update(collector=collector, updated_at=now)
    record_from_select(
        organization_id,
        "customer.changed",
        "SELECT %(now)s::timestamptz, %(by)s, id, 'customer', id, %(payload)s::jsonb FROM customers_customer"
        " WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s) ORDER BY id",
        {
            "now": now,
            "by": by,
            "ids": changed,
            "payload": json.dumps(
                {"fields": ["collector_id"], "collector": collector.pk if collector else None}
            ),
        },
    )
    return len(changed)


@transaction.atomic
def add_contact(customer: Customer, *, by: str, now: datetime, **fields: str) -> Contact:
    """Add a person, or a mailbox, to write to."""
    contact = Contact(organization_id=customer.organization_id, customer=customer, **_contact_fields(fields))
    _must_be_reachable(contact)
    contact.save(force_insert=True)
    _tell(customer, "contact.added", by, now, contact=contact)
    return contact


@transaction.atomic
def change_contact(contact: Contact, *, by: str, now: datetime, **fields: str) -> Contact:
    """Change how a person is reached; another address is one that has not bounced."""
    wanted = _contact_fields(fields)
    changed = sorted(name for name, value in wanted.items() if getattr(contact, name) != value)
    for name in changed:
        setattr(contact, name, wanted[name])
    _must_be_reachable(contact)
    if not changed:
        return contact
    if "email" in changed:
        contact.bounced_at = None
    contact.source = "desk"
    contact.save(update_fields=[*changed, "bounced_at", "source"])
    _tell(contact.customer, "contact.changed", by, now, contact=contact, fields=changed)
    return contact


@transaction.atomic
def mark_bounced(contact: Contact, *, bounced: bool, by: str, now: datetime) -> Contact:
    """Say that mail to a contact comes back, or no longer does."""
    if (contact.bounced_at is not None) == bounced:
        return contact
    contact.bounced_at = now if bounced else None
    contact.save(update_fields=["bounced_at"])
    _tell(contact.customer, "contact.changed", by, now, contact=contact, fields=["bounced_at"])
    return contact


@transaction.atomic
def mark_phone_failed(contact: Contact, *, failed: bool, by: str, now: datetime) -> Contact:
    """Say that nobody is reached by a contact's number, or that it is right after all."""
    if (contact.phone_failed_at is not None) == failed:
        return contact
    contact.phone_failed_at = now if failed else None
    contact.save(update_fields=["phone_failed_at"])
    _tell(contact.customer, "contact.changed", by, now, contact=contact, fields=["phone_failed_at"])
    return contact


@transaction.atomic
def remove_contact(contact: Contact, *, by: str, now: datetime) -> None:
    """Forget a contact."""
    _tell(contact.customer, "contact.removed", by, now, contact=contact)
    contact.delete()


@transaction.atomic
def write_note(customer: Customer, text: str, *, pinned: bool, by: str, now: datetime) -> None:
    """Write a note into a customer's history, and keep it on top of its page if it is pinned."""
    note = text.strip()
    if not note:
        raise NoteEmptyError
    if pinned:
        customer.note = note
        customer.save(update_fields=["note", "updated_at"])
    _tell(customer, "note.written", by, now, note=note)


def _contact_fields(fields: dict[str, str]) -> dict[str, str]:
    unknown = fields.keys() - set(REACHED_BY)
    if unknown:
        raise ValueError(f"A contact has no {', '.join(sorted(unknown))}")
    cleaned = {name: value.strip() for name, value in fields.items()}
    if "email" in cleaned:
        cleaned["email"] = cleaned["email"].lower()
    return cleaned


def _must_be_reachable(contact: Contact) -> None:
    if not contact.email and not contact.phone:
        raise ContactUnreachableError


def _must_be_member(organization_id: int, user_id: int) -> None:
    members = Membership.objects.filter(organization_id=organization_id)
    if not members.filter(user_id=user_id).exists():
        raise CollectorNotMemberError


def _tell(
    customer: Customer,
    kind: str,
    by: str,
    now: datetime,
    *,
    contact: Contact | None = None,
    **payload: object,
) -> None:
    """Record what happened around a customer; a contact is named by number, so that it can be forgotten."""
    subject = ("customer", customer.pk) if contact is None else ("contact", contact.pk)
    record(customer.organization_id, kind, by=by, at=now, customer_id=customer.pk, subject=subject, **payload)
