"""Outstanding, overdue, sales and DSO at each month end: one pass over items, one over what settled them."""

from collections import defaultdict
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


# An item counts from the rank of the month it was issued in; a debit is overdue from the day after its due date.
ISSUED = sql.SQL("""
    SELECT width_bucket(i.issued_on, %(starts_on)s::date[]),
        width_bucket(greatest(i.issued_on, i.due_on + 1), %(starts_on)s::date[]),
        i.kind, i.side, sum(i.amount),
        sum(i.amount) FILTER (WHERE i.settled_on IS NULL OR i.settled_on >= %(first)s)
    FROM receivables_item i WHERE {counted} {more} GROUP BY 1, 2, 3, 4
""")

# What was settled before the first month end was overdue at none of them.
SETTLED = sql.SQL("""
    SELECT width_bucket(greatest(a.allocated_on, i.issued_on, i.due_on + 1), %(starts_on)s::date[]),
        sum(a.amount)
    FROM receivables_item i
    JOIN receivables_allocation a ON a.organization_id = %(organization)s AND a.debit_id = i.id
    WHERE {counted} {more} AND i.side = 'debit' AND (i.settled_on IS NULL OR i.settled_on >= %(first)s)
      AND a.allocated_on <= %(on)s
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

    Outstanding is what was issued: an allocation takes as much from a debit as from a credit, so that it
    moves the overdue and not the outstanding.
    """
    ends = [*month_ends(today, MONTHS_SHOWN + MONTHS_BEFORE), today]
    portfolio = portfolio_condition(portfolio_user_id)
    values = ledger.parameters(organization, today, portfolio) | {
        "starts_on": [end + timedelta(days=1) for end in ends],
        "first": ends[0],
    }
    owed, overdue, sales = _moves(portfolio, values, len(ends))
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
    portfolio: Condition, values: dict[str, Any], count: int
) -> tuple[list[Decimal], list[Decimal], list[Decimal]]:
    """Return by how much outstanding and overdue moved in each month, and what was sold in it."""
    owed: dict[int, Decimal] = defaultdict(Decimal)
    overdue: dict[int, Decimal] = defaultdict(Decimal)
    sales: dict[int, Decimal] = defaultdict(Decimal)
    rows = ledger.fetch(ISSUED.format(counted=ledger.COUNTED, more=portfolio.text), values)
    for issued, due, kind, side, amount, unsettled in rows:
        sign = 1 if side == "debit" else -1
        owed[issued] += sign * amount
        if side == "debit":
            overdue[due] += unsettled or ZERO
        if kind in ("invoice", "credit_note"):
            sales[issued] += sign * amount
    settled = ledger.fetch(SETTLED.format(counted=ledger.COUNTED, more=portfolio.text), values)
    for rank, amount in settled:
        overdue[rank] -= amount
    return (
        [owed[rank] for rank in range(count)],
        [overdue[rank] for rank in range(count)],
        [sales[rank] for rank in range(count)],
    )
