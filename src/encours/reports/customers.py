"""The list of customers: what each owes, how it pays, and what will be done about it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import sql

from encours.accounts.models import Organization
from encours.reports import ledger
from encours.reports.filters import Condition, CustomerFilters
from encours.reports.pages import Page, Slice


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer as a list shows it."""

    id: int
    code: str
    name: str
    city: str
    segment: str
    collector_id: int | None
    outstanding: Decimal
    overdue: Decimal
    oldest_days: int
    disputed: Decimal
    grade: str
    points: int | None
    mean_delay_days: Decimal | None
    last_payment_on: date | None
    outcome: str
    reason: str
    params: dict[str, Any]
    until: date | None


SUMS = sql.SQL("""
    SELECT o.customer_id,
        sum(CASE o.side WHEN 'debit' THEN o.open_then ELSE -o.open_then END) AS outstanding,
        sum(o.open_then) FILTER (WHERE o.side = 'debit' AND o.due_on < %(on)s) AS overdue,
        max(%(on)s::date - o.due_on) FILTER (WHERE o.side = 'debit' AND o.due_on < %(on)s) AS oldest_days
    FROM ({open}) o GROUP BY o.customer_id
""")

LAST_PAYMENTS = sql.SQL("""
    SELECT i.customer_id, max(i.issued_on) AS paid_on FROM receivables_item i
    WHERE i.organization_id = %(organization)s AND i.side = 'credit' AND i.kind IN ('payment', 'prepayment')
      AND i.issued_on <= %(on)s AND i.missing_since IS NULL
    GROUP BY i.customer_id
""")

CHOSEN = sql.SQL("""
    FROM customers_customer c
    LEFT JOIN scoring_score s ON s.organization_id = %(organization)s AND s.customer_id = c.id
        AND s.replaced_on IS NULL
    LEFT JOIN dunning_decision d ON d.organization_id = %(organization)s AND d.customer_id = c.id
    {joins}
    WHERE c.organization_id = %(organization)s {condition}
""")

DETAILS = sql.SQL("""
    SELECT c.id, c.code, c.name, c.city, c.segment, c.collector_id,
        coalesce(o.outstanding, 0), coalesce(o.overdue, 0), coalesce(o.oldest_days, 0),
        coalesce((
            SELECT sum(least(i.disputed_amount, i.open_amount)) FROM receivables_item i
            WHERE i.organization_id = %(organization)s AND i.customer_id = c.id AND i.open_amount > 0
              AND i.disputed_on IS NOT NULL AND i.missing_since IS NULL), 0),
        coalesce(s.grade, ''), s.points, (s.inputs->>'days_beyond_terms')::numeric,
        (SELECT i.issued_on FROM receivables_item i
         WHERE i.organization_id = %(organization)s AND i.customer_id = c.id
           AND i.side = 'credit' AND i.kind IN ('payment', 'prepayment')
           AND i.issued_on <= %(on)s AND i.missing_since IS NULL
         ORDER BY i.issued_on DESC LIMIT 1),
        coalesce(d.outcome, ''), coalesce(d.reason, ''), coalesce(d.params, '{{}}'::jsonb)::text, d.until
    FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS page(id, place)
    JOIN customers_customer c ON c.organization_id = %(organization)s AND c.id = page.id
    LEFT JOIN ({sums}) o ON o.customer_id = c.id
    LEFT JOIN scoring_score s ON s.organization_id = %(organization)s AND s.customer_id = c.id
        AND s.replaced_on IS NULL
    LEFT JOIN dunning_decision d ON d.organization_id = %(organization)s AND d.customer_id = c.id
    ORDER BY page.place
""")

# Only these need what is open of every customer; the others look at one page of them.
SUMMED = {"outstanding", "overdue", "oldest_days"}
KEYS: dict[str, sql.Composable] = {
    "name": sql.SQL("c.name"),
    "code": sql.SQL("c.code"),
    "city": sql.SQL("c.city"),
    "grade": sql.SQL("s.points"),
    "outstanding": sql.SQL("coalesce(o.outstanding, 0)"),
    "overdue": sql.SQL("coalesce(o.overdue, 0)"),
    "oldest_days": sql.SQL("coalesce(o.oldest_days, 0)"),
    "mean_delay": sql.SQL("(s.inputs->>'days_beyond_terms')::numeric"),
    "last_payment": sql.SQL("paid.paid_on"),
    "action": sql.SQL("CASE d.outcome WHEN 'remind' THEN d.amount END"),
}
STATES: dict[str, sql.SQL] = {
    "overdue": sql.SQL("AND o.overdue > 0"),
    "owing": sql.SQL("AND o.outstanding > 0"),
    "in_credit": sql.SQL("AND o.outstanding < 0"),
    "settled": sql.SQL("AND o.outstanding IS NULL"),
}


def customers(
    organization: Organization,
    today: date,
    *,
    filters: CustomerFilters | None = None,
    sort: str = "-overdue",
    page: int = 1,
    size: int | None = 50,
) -> Page[CustomerRow]:
    """Return the customers that were asked for, in three queries whatever their number."""
    wanted = filters or CustomerFilters()
    part = Slice(sort if sort.removeprefix("-") in KEYS else "-overdue", page, size)
    condition = _condition(wanted)
    values = ledger.parameters(organization, today, condition)
    by_state = {"sums"} if wanted.state in STATES else set()
    by_sort = {"sums"} if part.sort.removeprefix("-") in SUMMED else set()
    paid = {"paid"} if part.sort.removeprefix("-") == "last_payment" else set()
    ((count,),) = ledger.fetch(
        sql.SQL("SELECT count(*) ") + CHOSEN.format(joins=_joins(by_state), condition=condition.text), values
    )
    chosen = ledger.fetch(
        sql.SQL("SELECT c.id {} {}").format(
            CHOSEN.format(joins=_joins(by_state | by_sort | paid), condition=condition.text),
            part.order(KEYS, "-overdue", sql.SQL("c.id")),
        ),
        values | dict(part.parameters()),
    )
    ids = [row[0] for row in chosen]
    among = sql.SQL("AND i.customer_id = ANY(%(ids)s)")
    rows = ledger.fetch(
        DETAILS.format(sums=SUMS.format(open=ledger.open_items(live=True, more=among))), values | {"ids": ids}
    )
    return part.of(tuple(_row(row) for row in rows), count)


def _condition(filters: CustomerFilters) -> Condition:
    condition = filters.condition()
    state = STATES.get(filters.state, sql.SQL(""))
    action = sql.SQL("AND d.outcome = %(outcome)s" if filters.action else "")
    return Condition(
        sql.SQL(" ").join([condition.text, state, action]),
        condition.parameters | {"outcome": filters.action},
    )


def _joins(wanted: set[str]) -> sql.Composed:
    joins: list[sql.Composable] = []
    if "sums" in wanted:
        joins.append(
            sql.SQL("LEFT JOIN ({}) o ON o.customer_id = c.id").format(
                SUMS.format(open=ledger.open_items(live=True))
            )
        )
    if "paid" in wanted:
        joins.append(sql.SQL("LEFT JOIN ({}) paid ON paid.customer_id = c.id").format(LAST_PAYMENTS))
    return sql.SQL(" ").join(joins)


def _row(row: Sequence[Any]) -> CustomerRow:
    *facts, params, until = row
    return CustomerRow(*(*facts, json.loads(params), until))
