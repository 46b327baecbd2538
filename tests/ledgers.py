"""A small ledger written by hand, whose figures a person can check."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.receivables.models import Allocation, Item


def day(text: str) -> date:
    """Read a date."""
    return date.fromisoformat(text)


@dataclass
class Ledger:
    """One organization and what stands on its customers' accounts; the transaction sees it alone."""

    organization: Organization
    count: int = field(default=0)

    @classmethod
    def opened(cls, name: str = "Lumière & Fils") -> "Ledger":
        """Open an organization and show it to the running transaction."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_organization', 'id'))")
            number = cursor.fetchone()[0]
        tenancy.see(number)
        return cls(Organization.objects.create(id=number, name=name, aging_columns=[30, 60, 90]))

    def customer(self, code: str, name: str = "", **fields: object) -> Customer:
        """Add a customer."""
        return Customer.objects.create(
            organization=self.organization, code=code, name=name or f"Customer {code}", **fields
        )

    def invoice(
        self, customer: Customer, number: str, issued: str, due: str, amount: str, **fields: object
    ) -> Item:
        """Add an invoice, open for now."""
        return self._item(customer, "invoice", number=number, issued=issued, due=due, amount=amount, **fields)

    def payment(
        self,
        customer: Customer,
        paid: str,
        amount: str,
        settles: Mapping[Item, str] | None = None,
        **fields: object,
    ) -> Item:
        """Add a payment and say which invoices it settles."""
        return self.credit(customer, "payment", paid, amount, settles, **fields)

    def credit_note(
        self, customer: Customer, issued: str, amount: str, settles: Mapping[Item, str] | None = None
    ) -> Item:
        """Add a credit note and say which invoices it lowers."""
        return self.credit(customer, "credit_note", issued, amount, settles)

    def credit(
        self,
        customer: Customer,
        kind: str,
        issued: str,
        amount: str,
        settles: Mapping[Item, str] | None = None,
        **fields: object,
    ) -> Item:
        """Add something in the customer's favor and allocate it."""
        credit = self._item(customer, kind, issued=issued, due=issued, amount=amount, **fields)
        for debit, part in (settles or {}).items():
            self.allocate(debit, credit, part, issued)
        return credit

    def allocate(self, debit: Item, credit: Item, amount: str, on: str) -> None:
        """Settle so much of a debit by a credit at a date."""
        Allocation.objects.create(
            organization=self.organization,
            debit=debit,
            credit=credit,
            amount=Decimal(amount),
            allocated_on=day(on),
            origin="manual",
        )
        for item, side in ((debit, "debit"), (credit, "credit")):
            given = Allocation.objects.filter(**{side: item})
            item.open_amount = item.amount - (given.aggregate(total=Sum("amount"))["total"] or 0)
            if not item.open_amount:
                item.settled_on = given.latest("allocated_on").allocated_on
            item.save()

    def _item(
        self, customer: Customer, kind: str, *, issued: str, due: str, amount: str, **fields: object
    ) -> Item:
        self.count += 1
        return Item.objects.create(
            organization=self.organization,
            customer=customer,
            kind=kind,
            side="debit" if kind == "invoice" else "credit",
            issued_on=day(issued),
            due_on=day(due),
            amount=Decimal(amount),
            open_amount=Decimal(amount),
            source="by hand",
            external_id=str(self.count),
            **fields,
        )
