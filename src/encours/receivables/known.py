"""Reading what an organization already has, in a few SELECTs, for the comparison with a file."""

from datetime import date

import polars as pl

from encours.receivables.changes import ALLOCATIONS_KNOWN, CUSTOMERS_KNOWN, ITEMS_KNOWN, Known
from encours.receivables.models import Import, ImportState
from encours.receivables.staging import fetch


def known(organization_id: int, source: str, period: tuple[date, date] | None) -> Known:
    """Return the customers, items and allocations that a batch of this source is compared with."""
    customers = fetch(
        "SELECT id, code, name, terms, doubtful FROM customers_customer WHERE organization_id = %s",
        [organization_id],
        CUSTOMERS_KNOWN,
    )
    items = fetch(
        "SELECT i.id, i.source, i.external_id, c.code, i.kind, i.side, i.number, i.issued_on, i.due_on, i.due_basis,"
        " (i.amount * 100)::bigint, (i.open_amount * 100)::bigint, i.settled_on, i.import_id,"
        " i.missing_since IS NOT NULL"
        " FROM receivables_item i JOIN customers_customer c ON c.id = i.customer_id"
        " WHERE i.organization_id = %s AND i.source IN (%s, 'desk')",
        [organization_id, source],
        ITEMS_KNOWN,
    )
    allocations = (
        fetch(
            "SELECT id, debit_id, credit_id, (amount * 100)::bigint, allocated_on, origin"
            " FROM receivables_allocation WHERE organization_id = %s",
            [organization_id],
            ALLOCATIONS_KNOWN,
        )
        if items.height
        else pl.DataFrame(schema=ALLOCATIONS_KNOWN)
    )
    earlier = Import.objects.filter(organization_id=organization_id, source=source, state=ImportState.LOADED)
    later = False
    if period is not None:
        later = earlier.filter(period_from__gt=period[0]).exists()
        earlier = earlier.filter(period_from=period[0])
    return Known(customers, items, allocations, list(earlier.values_list("pk", flat=True)), later)
