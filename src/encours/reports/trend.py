"""Outstanding, overdue, sales and DSO at each month end, from what happened on each day."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

from psycopg import sql

from encours.accounts.models import Organization
from encours.reports import ledger
from encours.reports.filters import Condition, portfolio_condition
from encours.reports.ledger import ZERO
from encours.rules.dso import Sales, count_back_dso
from encours.rules.outstanding import signed

# The month ends shown, and those before that a count-back of the oldest may need.
MONTHS_SHOWN = 24
MONTHS_BEFORE = 12


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What was owed at the end of a month, or today for the month that is running."""

    on: date
    outstanding: Decimal
    overdue: Decimal
    sales: Decimal
    dso: Decimal | None
    dso_at_least: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """The points, oldest first, and the sales of every month that a DSO may need."""

    points: tuple[TrendPoint, ...]
    sales: tuple[Sales, ...]


ISSUED = sql.SQL("""
    SELECT i.issued_on, i.kind, i.side, sum(i.amount)
    FROM receivables_item i WHERE {counted} {more} GROUP BY 1, 2, 3
""")

OVERDUE = sql.SQL("""
    SELECT greatest(i.issued_on, i.due_on + 1), sum(i.open_amount)
    FROM receivables_item i WHERE {counted} {more} AND i.open_amount > 0 AND i.side = 'debit' GROUP BY 1
""")

# What was settled in time was never overdue, and what was settled before the first month end is at none of
# them. The rest was overdue from one day to another. As a VALUES list the days are not taken for as many groups
# as there are items, so that PostgreSQL adds them up on all cores.
SETTLED_LATE = sql.SQL("""
    SELECT moved.day, sum(moved.amount)
    FROM receivables_item i
    JOIN receivables_allocation a ON a.organization_id = %(organization)s AND a.debit_id = i.id
    CROSS JOIN LATERAL (VALUES
        (greatest(i.issued_on, i.due_on + 1), a.amount), (a.allocated_on, -a.amount)
    ) AS moved(day, amount)
    WHERE {counted} {more} AND i.side = 'debit' AND (i.settled_on IS NULL OR i.settled_on > %(first)s)
      AND a.allocated_on > greatest(i.issued_on, i.due_on + 1)
    GROUP BY 1
""")


def month_ends(today: date, count: int) -> list[date]:
    """Return the last days of the months before this day, oldest first."""
    ends: list[date] = []
    day = today.replace(day=1) - timedelta(days=1)
    for _ in range(count):
        ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return ends[::-1]


def trend(organization: Organization, today: date, *, portfolio_user_id: int | None = None) -> Trend:
    """Return what was owed at each month end, and today.

    Outstanding is what was issued: an allocation takes as much from a debit as from a credit, and moves only
    the overdue.
    """
    ends = [*month_ends(today, MONTHS_SHOWN + MONTHS_BEFORE), today]
    portfolio = portfolio_condition(portfolio_user_id)
    values = ledger.parameters(organization, today, portfolio) | {
        "first": ends[0],
    }
    owed, overdue, sales = _moves(portfolio, values, ends)
    months = [
        Sales(before + timedelta(days=1), end, amount)
        for before, end, amount in zip(ends, ends[1:], sales[1:], strict=False)
    ]
    began = next((rank for rank, moved in enumerate(owed) if moved), len(ends) - 1)
    outstanding = list(accumulate(owed))
    past_due = list(accumulate(overdue))
    known = months[max(0, began - 1) :]
    points: list[TrendPoint] = []
    for rank in range(max(began, MONTHS_BEFORE), len(ends)):
        dso = count_back_dso(outstanding[rank], months[max(0, began - 1) : rank])
        sold = any(month.amount > 0 for month in months[:rank])
        points.append(
            TrendPoint(
                ends[rank],
                outstanding[rank],
                past_due[rank],
                sales[rank],
                dso.days if sold else None,
                dso.at_least if sold else False,
            )
        )
    return Trend(tuple(points), tuple(known))


def _moves(
    portfolio: Condition, values: dict[str, Any], ends: Sequence[date]
) -> tuple[list[Decimal], list[Decimal], list[Decimal]]:
    """Return by how much outstanding and overdue moved in each month, and what was sold in it."""
    owed, overdue, sales = ([ZERO] * (len(ends) + 1) for _ in range(3))
    parts = {"counted": ledger.COUNTED, "more": portfolio.text}
    for day, kind, side, amount in ledger.fetch(ISSUED.format(**parts), values):
        rank, moved = bisect_left(ends, day), signed(side, amount)
        owed[rank] += moved
        if kind in ("invoice", "credit_note"):
            sales[rank] += moved
    for statement in (OVERDUE, SETTLED_LATE):
        for day, amount in ledger.fetch(statement.format(**parts), values):
            overdue[bisect_left(ends, day)] += amount
    # What lies after the last end is not there yet.
    return owed[:-1], overdue[:-1], sales[:-1]
