"""Terms that changed: the open items whose due date no file states fall due on another day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db import connection, transaction

from encours.accounts.models import Organization
from encours.events.actions import record_from_select
from encours.receivables.due import DERIVED
from encours.receivables.staging import execute, stage
from encours.rules.terms import PaymentTerms, TermsNotUnderstoodError, due_on, parse_terms

DERIVED_ITEMS = """
    FROM receivables_item i
    JOIN customers_customer c ON c.organization_id = %(organization)s AND c.id = i.customer_id
    {join}
    WHERE i.organization_id = %(organization)s AND i.side = 'debit' AND i.due_basis = %(basis)s
      AND i.open_amount > 0 AND (%(customers)s::bigint[] IS NULL OR i.customer_id = ANY(%(customers)s))
"""
DUE = "JOIN staged_due d ON d.terms = c.terms AND d.issued_on = i.issued_on AND d.due_on <> i.due_on"


@transaction.atomic
def derive_due_dates(
    organization: Organization, *, by: str, now: datetime, customer_ids: Sequence[int] | None = None
) -> int:
    """Give every open item with a derived due date the one of the terms that hold now; return how many moved.

    A due date that a file states is the invoice's own and stays; what is settled keeps the date it was paid under.
    """
    parameters: dict[str, Any] = {
        "organization": organization.pk,
        "basis": DERIVED,
        "customers": None if customer_ids is None else list(customer_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT c.terms, i.issued_on" + DERIVED_ITEMS.format(join=""), parameters)
        wanted: list[tuple[str, date]] = cursor.fetchall()
    if not wanted:
        return 0
    stage("staged_due", _computed(wanted, organization.default_terms))
    moved = record_from_select(
        organization.pk,
        "item.changed",
        "SELECT %(now)s::timestamptz, %(by)s, i.customer_id, 'item', i.id,"
        " jsonb_build_object('due_on_before', i.due_on, 'due_on', d.due_on)" + DERIVED_ITEMS.format(join=DUE),
        {**parameters, "now": now, "by": by},
    )
    execute(
        "UPDATE receivables_item SET due_on = found.due_on"
        " FROM (SELECT i.id, d.due_on" + DERIVED_ITEMS.format(join=DUE) + ") found"
        " WHERE receivables_item.organization_id = %(organization)s AND receivables_item.id = found.id",
        parameters,
    )
    return moved


def _computed(wanted: Sequence[tuple[str, date]], default_terms: str) -> pl.DataFrame:
    """Return the due date of each issue date under each terms; those not understood are the default ones."""
    default = parse_terms(default_terms)
    read = {text: _read(text, default) for text, _issued_on in wanted}
    return pl.DataFrame(
        {
            "terms": [text for text, _issued_on in wanted],
            "issued_on": [issued_on for _text, issued_on in wanted],
            "due_on": [due_on(read[text], issued_on) for text, issued_on in wanted],
        },
        schema={"terms": pl.String, "issued_on": pl.Date, "due_on": pl.Date},
    )


def _read(text: str, default: PaymentTerms) -> PaymentTerms:
    try:
        return parse_terms(text) if text else default
    except TermsNotUnderstoodError:
        return default
