"""A small company and its customers, with fixed readable values."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection

from encours.accounts import tenancy
from encours.accounts.models import EnteredRate, Organization, Sender, User
from encours.customers.models import Contact, Customer
from encours.dunning import actions
from encours.dunning.models import Guardrails, Reminder
from encours.receivables.models import Allocation, Item

MORNING = time(9, 0, tzinfo=UTC)
_numbers = count(1)


def at(day: date) -> datetime:
    """Nine in the morning of a day."""
    return datetime.combine(day, MORNING)


def company(
    *, sending: bool = True, rates: bool = True, guarded: bool = False, **fields: Any
) -> Organization:
    """Open a company, its plan and, unless told otherwise, the rates of the half-year.

    Every day is a working day there, at any hour, unless it is guarded as the house guards.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_organization', 'id'))")
        number = cursor.fetchone()[0]
    tenancy.see(number)
    defaults: dict[str, Any] = {
        "name": "Ateliers Lumière",
        "address": "14 rue des Tanneurs",
        "postal_code": "69005",
        "city": "Lyon",
        "iban": "FR7630006000011234567890189",
        "bic": "AGRIFRPP",
        "email": "compta@lumiere.example",
        "phone": "04 72 00 11 22",
        "sending_on_since": at(date(2026, 1, 1)) if sending else None,
        "created_at": at(date(2026, 1, 1)),
    }
    organization = Organization.objects.create(id=number, **{**defaults, **fields})
    actions.ensure_default_plan(organization, now=at(date(2026, 1, 1)))
    if not guarded:
        Guardrails.objects.create(
            organization=organization,
            gap_days=0,
            budget_contacts=0,
            window_from=time.min,
            window_to=time.max,
            week_days=list(range(1, 8)),
            keep_holidays=False,
        )
    if rates:
        for kind, percent in (("refinancing", "2.15"), ("legal", "2.62")):
            EnteredRate.objects.create(
                organization=organization, kind=kind, starts_on=date(2026, 7, 1), percent=Decimal(percent),
                source="test",
            )  # fmt: skip
    return organization


def mail_server(organization: Organization, port: int, host: str = "127.0.0.1") -> Sender:
    return Sender.objects.create(
        organization=organization,
        name="Ateliers Lumière",
        email="relances@lumiere.example",
        host=host,
        port=port,
        security="none",
    )


def customer(
    organization: Organization, code: str = "C001", *, email: bool = True, **fields: Any
) -> Customer:
    defaults: dict[str, Any] = {
        "name": f"Verger {code}",
        "address": "ZA des Mûriers",
        "postal_code": "38200",
        "city": "Vienne",
    }
    found = Customer.objects.create(organization=organization, code=code, **{**defaults, **fields})
    if email:
        Contact.objects.create(
            organization=organization,
            customer=found,
            name="Claire Lefèvre",
            email=f"compta.{code.lower()}@verger.example",
        )
    return found


def item(buyer: Customer, number: str, due_on: date, amount: str | int = 1200, **fields: Any) -> Item:
    value = Decimal(str(amount))
    defaults: dict[str, Any] = {
        "kind": "invoice",
        "side": "debit",
        "issued_on": date(due_on.year, due_on.month, 1),
        "source": "test",
        "external_id": f"{number}-{next(_numbers)}",
    }
    defaults["created_at"] = fields.pop("created_at", at(fields.get("issued_on", defaults["issued_on"])))
    return Item.objects.create(
        organization_id=buyer.organization_id,
        customer=buyer,
        number=number,
        due_on=due_on,
        amount=value,
        open_amount=value,
        **{**defaults, **fields},
    )


def pay(debit: Item, on: date, amount: str | int | None = None, *, kind: str = "payment") -> Item:
    """Settle an item, or a part of it, as the ledger would."""
    debit.refresh_from_db()
    value = debit.open_amount if amount is None else Decimal(str(amount))
    buyer = debit.customer
    credit = item(buyer, f"VIR {debit.number}", on, value, kind=kind, side="credit", issued_on=on)
    credit.open_amount = Decimal(0)
    credit.save()
    Allocation.objects.create(
        organization_id=buyer.organization_id, debit=debit, credit=credit, amount=value, allocated_on=on,
        origin="given",
    )  # fmt: skip
    debit.open_amount -= value
    debit.settled_on = on if debit.open_amount == 0 else None
    debit.save()
    return credit


def user() -> User:
    found, _ = User.objects.get_or_create(
        email="claire@lumiere.example", defaults={"first_name": "Claire", "last_name": "Martin"}
    )
    return found


def run(organization: Organization, day: date) -> actions.RunSummary:
    return actions.run(organization, day, at(day))


def only(organization: Organization, **filters: Any) -> Reminder:
    return Reminder.objects.select_related("step", "customer").get(organization=organization, **filters)


def sent(reminder: Reminder, day: date) -> Reminder:
    """Write that a reminder left, without a wire."""
    reminder.refresh_from_db()
    Reminder.objects.filter(pk=reminder.pk).update(state="sent", sent_at=at(day), confirmed_at=at(day))
    from encours.dunning.actions.reminders import decide_again

    decide_again(reminder)
    reminder.refresh_from_db()
    return reminder
