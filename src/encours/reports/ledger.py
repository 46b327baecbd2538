"""Which items count, and what was open of them at a day: the one relation that every report reads.

Items in another currency than the organization's are left out, since they cannot be added up; so is what has
left the ledger since.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from psycopg import sql

from encours.accounts.models import Organization
from encours.reports.filters import Condition
from encours.rules.aging import DEFAULT_COLUMNS, Columns

ZERO = Decimal(0)
UNALLOCATED_RANK = -1

COUNTED = sql.SQL("""
    i.organization_id = %(organization)s AND i.currency = %(currency)s AND i.missing_since IS NULL
    AND i.issued_on <= %(on)s
""")

LIVE = sql.SQL("""
    SELECT i.*, i.open_amount AS open_then
    FROM receivables_item i
    WHERE {counted} AND i.open_amount > 0 {more}
""")

# One look-up by index for each item that was open then; OFFSET 0 keeps it to one.
REPLAYED = sql.SQL("""
    SELECT i.*, i.amount - coalesce(CASE i.side
        WHEN 'debit' THEN (
            SELECT sum(a.amount) FROM receivables_allocation a
            WHERE a.organization_id = %(organization)s AND a.debit_id = i.id AND a.allocated_on <= %(on)s)
        ELSE (
            SELECT sum(a.amount) FROM receivables_allocation a
            WHERE a.organization_id = %(organization)s AND a.credit_id = i.id AND a.allocated_on <= %(on)s)
        END, 0) AS open_then
    FROM receivables_item i
    WHERE {counted} AND (i.settled_on IS NULL OR i.settled_on > %(on)s) {more}
    OFFSET 0
""")

RANKED = sql.SQL("""
    SELECT o.*, %(on)s::date - o.due_on AS days,
        CASE o.side WHEN 'credit' THEN -1 ELSE width_bucket(%(on)s::date - o.due_on, %(starts)s::int[]) END
            AS rank
    FROM ({open}) o
""")


def columns_of(organization: Organization) -> Columns:
    """Return the columns of the aged balance that the organization chose."""
    limits = organization.aging_columns
    return Columns(tuple(int(limit) for limit in limits)) if limits else DEFAULT_COLUMNS


def open_items(*, live: bool, more: sql.Composable | None = None) -> sql.Composed:
    """Return the items open at a day: as they stand now, or replayed from what settled them."""
    return (LIVE if live else REPLAYED).format(counted=COUNTED, more=more or sql.SQL(""))


def ranked_items(*, live: bool, more: sql.Composable | None = None) -> sql.Composed:
    """Return the items open at a day with the rank of their column; unallocated credits rank below all."""
    return RANKED.format(open=open_items(live=live, more=more))


def parameters(organization: Organization, on: date, *conditions: Condition) -> dict[str, object]:
    """Return the parameters that the relation needs, with those of the conditions added to it."""
    merged: dict[str, object] = {
        "organization": organization.pk,
        "currency": organization.currency,
        "on": on,
        "starts": starts_of(columns_of(organization)),
    }
    for condition in conditions:
        merged |= condition.parameters
    return merged


def starts_of(columns: Columns) -> list[int]:
    """Return the first day overdue of each column after the one that is not due."""
    return [first for first, _last in columns.bounds if first is not None]


def fetch(statement: sql.Composable, values: Mapping[str, Any]) -> list[Any]:
    """Run a statement and return its rows, typed by the database alone."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[Any] = cursor.fetchall()
        return rows
