"""What customers owe: outstanding, overdue, and the whole exposure.

Amounts are positive and the sign is in the word; `signed` is the one function that knows which.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

Side = Literal["debit", "credit"]

SIDE_OF_KIND: dict[str, Side] = {
    "invoice": "debit",
    "returned_payment": "debit",
    "credit_note": "credit",
    "payment": "credit",
    "prepayment": "credit",
}
"""The side of each kind that has only one; an opening or an adjustment says its own."""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is left of an item on a customer's account; a credit has no due date of its own."""

    open_amount: Decimal
    side: Side
    due_on: date | None = None


def signed(side_or_kind: str, amount: Decimal) -> Decimal:
    """Return the amount with the sign of its side: a debit adds to what is owed, a credit subtracts.

    >>> signed("invoice", Decimal(100)) + signed("payment", Decimal(30)) + signed("debit", Decimal(1))
    Decimal('71')
    """
    side = SIDE_OF_KIND.get(side_or_kind, side_or_kind)
    if side not in get_args(Side):
        raise ValueError(f"{side_or_kind!r} does not say whether it adds to what is owed.")
    if amount < 0:
        raise ValueError("Amounts are positive: the sign is in the side.")
    return amount if side == "debit" else -amount


def outstanding(items: Iterable[OpenItem]) -> Decimal:
    """Return what is owed, due or not, less the credits that are not allocated yet."""
    return sum((signed(item.side, item.open_amount) for item in items), Decimal(0))


def overdue(items: Iterable[OpenItem], today: date) -> Decimal:
    """Return the open debits whose due date has passed, before any unallocated credit."""
    return sum(
        (
            item.open_amount
            for item in items
            if item.side == "debit" and item.due_on is not None and item.due_on < today
        ),
        Decimal(0),
    )


def exposure(
    owed: Decimal, delivered_not_invoiced: Decimal = Decimal(0), orders: Decimal = Decimal(0)
) -> Decimal:
    """Return the whole risk: outstanding, delivered but not yet invoiced, and accepted orders."""
    return owed + delivered_not_invoiced + orders
