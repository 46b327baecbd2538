"""How long money takes to come in, how well it is collected, and how it is spread over customers.

Sales are those that made the outstanding, VAT included, one `Sales` per month, the newest last; the month
that is running ends on the day of the measure, so that its days are those that have passed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

_ONE_DECIMAL = Decimal("0.1")
_FOUR_DECIMALS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Sales:
    """What was invoiced less credited, VAT included, from one day to another, both included."""

    from_on: date
    to_on: date
    amount: Decimal

    def __post_init__(self) -> None:
        if self.to_on < self.from_on:
            raise ValueError("A period ends on or after the day it starts.")

    @property
    def days(self) -> int:
        """Return its number of days."""
        return (self.to_on - self.from_on).days + 1


@dataclass(frozen=True, slots=True)
class CountBackDso:
    """Days of sales not yet collected; `at_least` when the outstanding exceeds all the sales given."""

    days: Decimal
    at_least: bool


@dataclass(frozen=True, slots=True)
class Concentration:
    """How much of the outstanding the largest customers hold."""

    top: int
    top_share_percent: Decimal
    herfindahl: Decimal


def count_back_dso(owed: Decimal, sales: Sequence[Sales]) -> CountBackDso:
    """Return the DSO by exhaustion: the outstanding is used up by the newest sales first, month by month.

    Unlike the simple ratio it does not move with the season. A month that sold nothing still lasted its days.

    >>> months = [Sales(date(2026, 1, 1), date(2026, 1, 31), Decimal(310)),
    ...           Sales(date(2026, 2, 1), date(2026, 2, 28), Decimal(100))]
    >>> count_back_dso(Decimal(200), months).days
    Decimal('38.0')
    """
    left, days = owed, Decimal(0)
    for month in reversed(sales):
        if left <= 0:
            break
        if month.amount <= left:
            days += month.days
            left -= max(month.amount, Decimal(0))
        else:
            days += month.days * left / month.amount
            left = Decimal(0)
    return CountBackDso(_rounded(days), left > 0)


def simple_dso(owed: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Return the outstanding as days of the sales of a period, or nothing when it had none.

    >>> simple_dso(Decimal(500), Decimal(1000), 90)
    Decimal('45.0')
    """
    if sales <= 0:
        return None
    return _rounded(max(owed, Decimal(0)) * days / sales)


def best_possible_dso(not_due: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """Return what the simple DSO would be if nobody were overdue, or nothing when there were no sales."""
    return simple_dso(not_due, sales, days)


def collection_effectiveness(
    opening: Decimal, sales: Decimal, closing: Decimal, closing_not_due: Decimal
) -> Decimal | None:
    """Return the collection effectiveness index: the share collected of what could be collected, in percent.

    >>> collection_effectiveness(Decimal(100), Decimal(200), Decimal(120), Decimal(80))
    Decimal('81.8')
    """
    collectable = opening + sales - closing_not_due
    if collectable <= 0:
        return None
    return _rounded((opening + sales - closing) * 100 / collectable)


def concentration(outstanding_by_customer: Iterable[Decimal], top: int = 10) -> Concentration | None:
    """Return how concentrated the outstanding is, or nothing when nobody owes anything.

    The Herfindahl index is 1 for a single customer and tends to 0 for many equal ones. Customers in credit
    are left out: they are no risk.
    """
    amounts = sorted((amount for amount in outstanding_by_customer if amount > 0), reverse=True)
    total = sum(amounts, Decimal(0))
    if not total:
        return None
    share = sum(amounts[:top], Decimal(0)) * 100 / total
    herfindahl = sum(((amount / total) ** 2 for amount in amounts), Decimal(0))
    return Concentration(top, _rounded(share), herfindahl.quantize(_FOUR_DECIMALS, ROUND_HALF_UP))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_ONE_DECIMAL, ROUND_HALF_UP)
