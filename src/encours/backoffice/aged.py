"""The aged balance in words and links: what each column is called, and where the items behind a figure are."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from encours.channels.letters import figure
from encours.reports.aging import AgedAmounts
from encours.reports.items import OVERDUE
from encours.rules.aging import NOT_DUE, UNALLOCATED, Columns

OUTSTANDING = "outstanding"


@dataclass(frozen=True)
class Figure:
    """One figure of an aged balance, with the address of its items and its share of what is owed."""

    code: str
    label: str
    amount: Decimal
    text: str
    url: str
    share: Decimal | None

    @property
    def hurts(self) -> bool:
        """Tell whether it is past due."""
        return self.code == OVERDUE and self.amount > 0


def codes(columns: Columns) -> tuple[str, ...]:
    """Return every figure of a line: the columns, what is past due in all, what is unallocated, what is owed."""
    return (*columns.codes, OVERDUE, UNALLOCATED, OUTSTANDING)


def label(code: str, columns: Columns) -> str:
    """Name a figure of the aged balance."""
    named = {
        NOT_DUE: _("Not due"),
        OVERDUE: _("Overdue"),
        UNALLOCATED: _("Unallocated"),
        OUTSTANDING: _("Outstanding"),
    }
    if code in named:
        return named[code]
    first, last = columns.bounds[columns.codes.index(code)]
    if last is None:
        return _("Over %(days)s days") % {"days": (first or 1) - 1}
    return _("%(first)s to %(last)s days") % {"first": first, "last": last}


def amount_of(code: str, amounts: AgedAmounts) -> Decimal:
    """Return a figure of a line; unallocated credits are taken away from what is owed, so they carry a minus."""
    if code == OVERDUE:
        return amounts.overdue
    if code == UNALLOCATED:
        return -amounts.unallocated
    return amounts.by_column.get(code, amounts.outstanding)


def figures(
    amounts: AgedAmounts, columns: Columns, currency: str, url_of: Callable[[str], str]
) -> list[Figure]:
    """Return the figures of one line, in the order of the columns; their currency is said once, above."""
    owed = amounts.debits
    language = (get_language() or "fr").split("-")[0]
    return [
        Figure(
            code,
            label(code, columns),
            amount_of(code, amounts),
            figure(amount_of(code, amounts), language=language, currency=currency),
            url_of(column_asked(code)),
            amount_of(code, amounts) / owed if owed and code not in (UNALLOCATED, OUTSTANDING) else None,
        )
        for code in codes(columns)
    ]


def column_asked(code: str) -> str:
    """Return the column to ask the items of: all of them for the outstanding."""
    return "" if code == OUTSTANDING else code
