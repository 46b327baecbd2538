"""The aged balance: what is owed, by how long it has been overdue, at any day.

Unallocated credits stand in a column of their own, shown apart: spreading them over ages would guess which
invoice they pay. The columns, that one subtracted, always sum to the outstanding.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

from encours.rules.outstanding import OpenItem

NOT_DUE = "not_due"
UNALLOCATED = "unallocated"

_MONTHS_FROM_DAYS = 91
_YEARS_FROM_DAYS = 730


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of an aged balance, by the last day of each age but the oldest.

    >>> Columns().codes
    ('not_due', '1_30', '31_60', '61_90', 'over_90')
    """

    limits: tuple[int, ...] = (30, 60, 90)

    def __post_init__(self) -> None:
        if not self.limits or any(later <= earlier for earlier, later in pairwise((0, *self.limits))):
            raise ValueError("The limits of the columns are positive and rise.")

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the code of each column, from not due to the oldest."""
        ages = (f"{earlier + 1}_{later}" for earlier, later in pairwise((0, *self.limits)))
        return (NOT_DUE, *ages, f"over_{self.limits[-1]}")

    @property
    def bounds(self) -> tuple[tuple[int | None, int | None], ...]:
        """Return the first and last day overdue of each column, where it has one."""
        ages = ((earlier + 1, later) for earlier, later in pairwise((0, *self.limits)))
        return ((None, 0), *ages, (self.limits[-1] + 1, None))


DEFAULT_COLUMNS = Columns()


@dataclass(frozen=True, slots=True)
class AgedBalance:
    """The open debits by column, and the unallocated credits as a positive amount apart."""

    by_column: Mapping[str, Decimal]
    unallocated: Decimal

    @property
    def outstanding(self) -> Decimal:
        """Return what is owed: all columns, less the unallocated credits."""
        return sum(self.by_column.values(), Decimal(0)) - self.unallocated

    @property
    def overdue(self) -> Decimal:
        """Return the columns past due, before any unallocated credit."""
        return sum(self.by_column.values(), Decimal(0)) - self.by_column[NOT_DUE]


def days_overdue(due_on: date, today: date) -> int:
    """Return the days since the due date: none on the day itself, negative before it."""
    return (today - due_on).days


def column_of(days: int, columns: Columns = DEFAULT_COLUMNS) -> str:
    """Return the column in which an item overdue by so many days stands.

    >>> column_of(0), column_of(1), column_of(30), column_of(91)
    ('not_due', '1_30', '1_30', 'over_90')
    """
    if days <= 0:
        return NOT_DUE
    rank = sum(days > limit for limit in columns.limits)
    return columns.codes[1 + rank]


def age_words(days: int) -> tuple[str, dict[str, int]]:
    """Return the code and the numbers of the words that say an age.

    >>> age_words(-3), age_words(0), age_words(200)
    (('due_in_days', {'days': 3}), ('due_today', {}), ('overdue_months', {'months': 6}))
    """
    if days == 0:
        return "due_today", {}
    if days == -1:
        return "due_tomorrow", {}
    if days < 0:
        return "due_in_days", {"days": -days}
    if days == 1:
        return "overdue_since_yesterday", {}
    if days < _MONTHS_FROM_DAYS:
        return "overdue_days", {"days": days}
    if days < _YEARS_FROM_DAYS:
        return "overdue_months", {"months": days * 12 // 365}
    return "overdue_years", {"years": days // 365}


def aged_balance(items: Iterable[OpenItem], today: date, columns: Columns = DEFAULT_COLUMNS) -> AgedBalance:
    """Return what is owed by column of age at a day.

    A debit without a due date is not due: nothing is called overdue before it is known when it falls due.
    """
    amounts = dict.fromkeys(columns.codes, Decimal(0))
    unallocated = Decimal(0)
    for item in items:
        if item.side == "credit":
            unallocated += item.open_amount
        elif item.due_on is None:
            amounts[NOT_DUE] += item.open_amount
        else:
            amounts[column_of(days_overdue(item.due_on, today), columns)] += item.open_amount
    return AgedBalance(MappingProxyType(amounts), unallocated)
