"""Counting open amounts again from the allocations, which are the truth that they sum up."""

from datetime import datetime

from django.db import transaction

from encours.events.actions import record_from_select
from encours.receivables.integrity import ALLOCATED
from encours.receivables.staging import execute

COUNTED = f"""
    CREATE TEMPORARY TABLE recounted ON COMMIT DROP AS
    SELECT i.id, i.customer_id, i.open_amount AS was, i.amount - coalesce(a.amount, 0) AS open_amount,
           CASE WHEN a.amount = i.amount THEN a.allocated_on END AS settled_on
    FROM receivables_item i LEFT JOIN ({ALLOCATED}) a ON a.item_id = i.id
    WHERE i.organization_id = %(organization)s AND coalesce(a.amount, 0) <= i.amount
      AND (i.open_amount <> i.amount - coalesce(a.amount, 0) OR (i.open_amount = 0) <> (i.settled_on IS NOT NULL))
"""
UPDATE = """
    UPDATE receivables_item i SET open_amount = r.open_amount, settled_on = r.settled_on
    FROM recounted r WHERE i.id = r.id AND i.organization_id = %(organization)s
"""
CHANGED = """
    SELECT %(now)s::timestamptz, %(by)s, customer_id, 'item', id,
           jsonb_build_object('recounted', true, 'before', was, 'after', open_amount)
    FROM recounted
"""


@transaction.atomic
def rebuild_open_amounts(organization_id: int, *, by: str, now: datetime) -> int:
    """Write the open amounts that the allocations give, each with its event, and return how many were wrong.

    An item to which more is allocated than it amounts to is left as it is: a person must remove an allocation.
    """
    parameters = {"organization": organization_id, "by": by, "now": now}
    execute("DROP TABLE IF EXISTS pg_temp.recounted")
    execute(COUNTED, parameters)
    changed = execute(UPDATE, parameters)
    if changed:
        record_from_select(organization_id, "item.changed", CHANGED, parameters)
    return changed
