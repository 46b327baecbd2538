"""Cutting an amount into installments: the days, and amounts that add up to the last cent."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from encours.rules.money import decimals_of

Rhythm = Literal["week", "month"]
MOST = 60
# A slip of the keyboard, or a debtor's joke: a day at the end of the calendar stops every sum of days after it.
FARTHEST = date(2199, 12, 31)
DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True)
class Part:
    """One installment: when it is due, and how much."""

    due_on: date
    amount: Decimal


def installments(
    total: Decimal, count: int, first_on: date, *, every: Rhythm = "month", currency: str = "EUR"
) -> tuple[Part, ...]:
    """Cut a total into equal installments; what does not divide is in the first, so that none grows later.

    >>> [(part.due_on.isoformat(), str(part.amount)) for part in installments(Decimal(100), 3, date(2026, 1, 31))]
    [('2026-01-31', '33.34'), ('2026-02-28', '33.33'), ('2026-03-31', '33.33')]
    """
    if not 1 <= count <= MOST:
        raise ValueError(f"A plan has 1 to {MOST} installments, not {count}.")
    cent = Decimal(1).scaleb(-decimals_of(currency))
    share = (total / count).quantize(cent, ROUND_DOWN)
    if share <= 0:
        raise ValueError(f"{total} cannot be cut into {count} installments.")
    amounts = [total - share * (count - 1), *[share] * (count - 1)]
    return tuple(Part(_day(first_on, rank, every), amount) for rank, amount in enumerate(amounts))


def _day(first_on: date, rank: int, every: Rhythm) -> date:
    """Return the day of an installment; a month that is too short ends on its last day."""
    if every == "week":
        return first_on + timedelta(days=DAYS_OF_WEEK * rank)
    year, month = divmod(first_on.year * 12 + first_on.month - 1 + rank, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(first_on.day, last))
