"""Marks a person puts on an item: it is disputed, or no longer is."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from encours.events.actions import record
from encours.receivables.errors import ItemSettledError
from encours.receivables.models import Item


@transaction.atomic
def dispute_item(
    item: Item, *, today: date, reason: str, by: str, now: datetime, amount: Decimal | None = None
) -> Item:
    """Mark an item, or a part of what is open on it, as contested since a day and for a reason.

    Nobody asks for what is contested meanwhile; the rest of the item goes on being asked for.
    """
    found = Item.objects.select_for_update().get(pk=item.pk)
    if found.open_amount == 0:
        raise ItemSettledError
    if found.disputed_on is None:
        found.disputed_on, found.dispute_reason = today, reason.strip()[:300]
        found.disputed_amount = amount if amount is not None and 0 < amount < found.open_amount else None
        found.save(update_fields=["disputed_on", "dispute_reason", "disputed_amount"])
        contested = found.disputed_amount or found.open_amount
        _tell(found, "item.disputed", by, now, reason=found.dispute_reason, amount=contested)
    return found


@transaction.atomic
def undispute_item(item: Item, *, by: str, now: datetime) -> Item:
    """Close the dispute of an item: what is left of it may be asked for again."""
    found = Item.objects.select_for_update().get(pk=item.pk)
    if found.disputed_on is not None:
        since, found.disputed_on, found.dispute_reason = found.disputed_on, None, ""
        found.disputed_amount = None
        found.save(update_fields=["disputed_on", "dispute_reason", "disputed_amount"])
        _tell(found, "item.undisputed", by, now, disputed_on=since, amount=found.open_amount)
    return found


def _tell(item: Item, kind: str, by: str, now: datetime, **payload: object) -> None:
    record(
        item.organization_id,
        kind,
        by=by,
        at=now,
        customer_id=item.customer_id,
        subject=("item", item.pk),
        **payload,
    )
