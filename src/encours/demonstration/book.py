"""The customer ledger while it is being written: items posted, and what settles what."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from encours.demonstration.dice import cents
from encours.demonstration.model import DOUBTFUL, PREPAID, TRADE, Allocation, Customer, Item, ItemKind, Side

VAT_RATE = Decimal("0.20")

SIDES: dict[ItemKind, Side] = {
    "invoice": "debit",
    "returned_payment": "debit",
    "credit_note": "credit",
    "payment": "credit",
    "prepayment": "credit",
}


class Book:
    """Accounts being filled; keys follow the order of posting."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.allocations: list[Allocation] = []
        self._left: dict[int, Decimal] = {}
        self._entries = 0

    def left(self, item: Item) -> Decimal:
        """Return what is still open of an item, whatever the day."""
        return self._left[item.key]

    def sell(self, customer: Customer, issued_on: date, net: Decimal) -> Item:
        """Post an invoice of a net amount, with French VAT."""
        vat = cents(net * VAT_RATE)
        return self._post(
            customer, "invoice", issued_on, net + vat, vat=vat, due_on=customer.due_on(issued_on)
        )

    def credit(self, customer: Customer, issued_on: date, net: Decimal, invoice: Item) -> Item:
        """Post a credit note about an invoice."""
        vat = cents(net * VAT_RATE)
        return self._post(customer, "credit_note", issued_on, net + vat, vat=vat, origin=invoice.key)

    def pay(self, customer: Customer, paid_on: date, amount: Decimal, means: str) -> Item:
        """Post a payment, not yet allocated."""
        return self._post(customer, "payment", paid_on, amount, means=means)

    def prepay(self, customer: Customer, paid_on: date, amount: Decimal) -> Item:
        """Post money received before the invoice, with the VAT it makes due."""
        vat = cents(amount - amount / (1 + VAT_RATE))
        return self._post(
            customer, "prepayment", paid_on, amount, means="VIR", vat=vat, ledger_account=PREPAID
        )

    def send_back(self, customer: Customer, returned_on: date, payment: Item) -> Item:
        """Post a payment that the bank returned: the customer owes it again."""
        return self._post(
            customer, "returned_payment", returned_on, payment.amount, means=payment.means, origin=payment.key
        )

    def use_prepayment(self, customer: Customer, used_on: date, prepayment: Item, invoice: Item) -> None:
        """Move a prepayment onto the invoice it was made for."""
        amount = prepayment.amount
        taken = self._adjust(customer, used_on, amount, prepayment, ledger_account=PREPAID, side="debit")
        given = self._adjust(
            customer, used_on, amount, prepayment, ledger_account=TRADE, side="credit", same_entry=True
        )
        self.allocate(taken, prepayment, amount, used_on)
        self.allocate(invoice, given, amount, used_on)

    def doubt(self, customer: Customer, doubted_on: date, invoice: Item) -> None:
        """Move what is left of an invoice to the account of doubtful customers."""
        amount = self.left(invoice)
        given = self._adjust(customer, doubted_on, amount, invoice, ledger_account=TRADE, side="credit")
        self._adjust(
            customer, doubted_on, amount, invoice, ledger_account=DOUBTFUL, side="debit", same_entry=True
        )
        self.allocate(invoice, given, amount, doubted_on)

    def write_off(self, customer: Customer, written_on: date, invoice: Item) -> None:
        """Write off the small rest of an invoice."""
        amount = self.left(invoice)
        given = self._adjust(customer, written_on, amount, invoice, ledger_account=TRADE, side="credit")
        self.allocate(invoice, given, amount, written_on)

    def settle(self, debits: Iterable[Item], credit: Item) -> None:
        """Allocate a credit item to debit items in order, until either is used up."""
        for debit in debits:
            amount = min(self.left(debit), self.left(credit))
            if amount:
                self.allocate(debit, credit, amount, max(debit.booked_on, credit.booked_on))

    def allocate(self, debit: Item, credit: Item, amount: Decimal, allocated_on: date) -> None:
        """Note that so much of a credit item settles a debit item."""
        self._left[debit.key] -= amount
        self._left[credit.key] -= amount
        self.allocations.append(Allocation(debit.key, credit.key, amount, allocated_on))

    def _adjust(
        self,
        customer: Customer,
        booked_on: date,
        amount: Decimal,
        origin: Item,
        *,
        ledger_account: str,
        side: Side,
        same_entry: bool = False,
    ) -> Item:
        keeps_dates = ledger_account == DOUBTFUL
        return self._post(
            customer,
            "adjustment",
            booked_on,
            amount,
            side=side,
            ledger_account=ledger_account,
            origin=origin.key,
            issued_on=origin.issued_on if keeps_dates else None,
            due_on=origin.due_on if keeps_dates else None,
            same_entry=same_entry,
        )

    def _post(
        self,
        customer: Customer,
        kind: ItemKind,
        booked_on: date,
        amount: Decimal,
        *,
        side: Side | None = None,
        ledger_account: str = TRADE,
        issued_on: date | None = None,
        due_on: date | None = None,
        vat: Decimal = Decimal(0),
        means: str = "",
        origin: int | None = None,
        same_entry: bool = False,
    ) -> Item:
        if not same_entry:
            self._entries += 1
        item = Item(
            key=len(self.items),
            entry=self._entries,
            customer_code=customer.code,
            account=ledger_account,
            kind=kind,
            side=side or SIDES[kind],
            booked_on=booked_on,
            issued_on=issued_on or booked_on,
            due_on=due_on or booked_on,
            amount=amount,
            vat=vat,
            means=means,
            origin=origin,
        )
        self.items.append(item)
        self._left[item.key] = amount
        return item
