"""Who owes the most, who is the greatest risk, and how concentrated it is."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from heapq import nlargest
from typing import Any

from psycopg import sql

from encours.accounts.models import Organization
from encours.reports import ledger
from encours.reports.filters import portfolio_condition
from encours.rules.dso import Concentration, concentration
from encours.rules.grade import FULL_POINTS, NEUTRAL_POINTS

TOP = 10
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Share:
    """What one of the largest customers owes, and its part of the outstanding."""

    customer_id: int
    code: str
    name: str
    outstanding: Decimal
    share_percent: Decimal


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A customer who owes what is overdue, with the part of it that its grade puts in doubt."""

    customer_id: int
    code: str
    name: str
    grade: str
    points: int | None
    overdue: Decimal
    outstanding: Decimal
    oldest_days: int
    risk: Decimal
    reasons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Spread:
    """How the outstanding is spread over customers."""

    customers_owing: int
    customers_overdue: int
    concentration: Concentration | None
    top_customers: tuple[Share, ...]


SUMS = sql.SQL("""
    SELECT o.customer_id,
        sum(CASE o.side WHEN 'debit' THEN o.open_then ELSE -o.open_then END) AS outstanding,
        coalesce(sum(o.open_then) FILTER (WHERE o.side = 'debit' AND o.due_on < %(on)s), 0) AS overdue,
        max(%(on)s::date - o.due_on) FILTER (WHERE o.side = 'debit' AND o.due_on < %(on)s) AS oldest_days
    FROM ({open}) o GROUP BY o.customer_id
""")

NAMES = sql.SQL("""
    SELECT id, code, name FROM customers_customer WHERE organization_id = %(organization)s AND id = ANY(%(ids)s)
""")

# An unknown customer is worth the points that the rule gives to one of whom nothing is known.
RISKS = sql.SQL("""
    SELECT c.id, c.code, c.name, coalesce(s.grade, ''), s.points, o.overdue, o.outstanding, o.oldest_days,
        round(o.overdue * (%(full)s - coalesce(s.points, %(neutral)s)) / %(full)s, 2) AS risk,
        coalesce(s.reasons, '[]'::jsonb)::text
    FROM (
        SELECT o.*, s.points, s.grade, s.id AS score_id
        FROM ({sums}) o
        LEFT JOIN scoring_score s ON s.organization_id = %(organization)s AND s.customer_id = o.customer_id
            AND s.replaced_on IS NULL
        WHERE o.overdue > 0
        ORDER BY o.overdue * (%(full)s - coalesce(s.points, %(neutral)s)) DESC, o.customer_id LIMIT %(top)s
    ) o
    JOIN customers_customer c ON c.organization_id = %(organization)s AND c.id = o.customer_id
    LEFT JOIN scoring_score s ON s.organization_id = %(organization)s AND s.id = o.score_id
    ORDER BY risk DESC, c.id
""")


def spread(organization: Organization, today: date, *, portfolio_user_id: int | None = None) -> Spread:
    """Return how many customers owe, which ones most, and how concentrated that is."""
    portfolio = portfolio_condition(portfolio_user_id)
    statement = SUMS.format(open=ledger.open_items(live=True, more=portfolio.text))
    values = ledger.parameters(organization, today, portfolio)
    rows: list[Sequence[Any]] = ledger.fetch(statement, values)
    owing = [
        (outstanding, customer_id) for customer_id, outstanding, _overdue, _days in rows if outstanding > 0
    ]
    largest = nlargest(TOP, owing, key=lambda pair: (pair[0], -pair[1]))
    total = sum((outstanding for outstanding, _customer_id in owing), Decimal(0))
    return Spread(
        len(owing),
        sum(overdue > 0 for _customer_id, _outstanding, overdue, _days in rows),
        concentration((outstanding for outstanding, _customer_id in owing), TOP),
        tuple(_shares(organization, largest, total)),
    )


def _shares(
    organization: Organization, largest: Sequence[tuple[Decimal, int]], total: Decimal
) -> Iterable[Share]:
    ids = [customer_id for _outstanding, customer_id in largest]
    found = ledger.fetch(NAMES, {"organization": organization.pk, "ids": ids})
    names = {customer_id: (code, name) for customer_id, code, name in found}
    for outstanding, customer_id in largest:
        percent = (outstanding * 100 / total).quantize(_TENTH, ROUND_HALF_UP)
        yield Share(customer_id, *names[customer_id], outstanding, percent)


def at_risk(
    organization: Organization, today: date, *, portfolio_user_id: int | None = None, top: int = TOP
) -> tuple[AtRisk, ...]:
    """Return the customers of whom the most may be lost: what is overdue, times the points that are missing."""
    portfolio = portfolio_condition(portfolio_user_id)
    sums = SUMS.format(open=ledger.open_items(live=True, more=portfolio.text))
    rows = ledger.fetch(
        RISKS.format(sums=sums),
        ledger.parameters(organization, today, portfolio)
        | {"full": FULL_POINTS, "neutral": NEUTRAL_POINTS, "top": top},
    )
    return tuple(AtRisk(*(*facts, json.loads(reasons))) for *facts, reasons in rows)
