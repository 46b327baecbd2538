"""One item and what settles it, what could, and where it came from."""

from django.db.models import Q, QuerySet

from encours.customers.queries import customers_of
from encours.receivables.models import Allocation, Import, ImportState, Item, Match, Side


def visible_items(organization_id: int, portfolio_user: int | None = None) -> QuerySet[Item]:
    """Return the items of an organization, or only those on the accounts of one person's portfolio."""
    found = Item.objects.filter(organization_id=organization_id).select_related("customer")
    if portfolio_user is not None:
        found = found.filter(customer__in=customers_of(organization_id, portfolio_user))
    return found


def allocations_of(item: Item) -> QuerySet[Allocation]:
    """Return what settles an item, or what it settles, in the order of the dates."""
    return (
        Allocation.objects.filter(_either_side(item), organization_id=item.organization_id)
        .select_related("debit", "credit")
        .order_by("allocated_on", "pk")
    )


def proposals_for(item: Item) -> QuerySet[Match]:
    """Return the proposals that concern an item and that nobody has refused, the largest first."""
    return (
        Match.objects.filter(_either_side(item), organization_id=item.organization_id, refused_at=None)
        .select_related("debit", "credit")
        .order_by("-amount", "pk")
    )


def counterparts_of(item: Item) -> QuerySet[Item]:
    """Return the open items that an item could settle or be settled by, the oldest due date first."""
    other = Side.CREDIT if item.side == Side.DEBIT else Side.DEBIT
    return Item.objects.filter(
        organization_id=item.organization_id,
        customer_id=item.customer_id,
        side=other,
        currency=item.currency,
        open_amount__gt=0,
        missing_since=None,
    ).order_by("due_on", "pk")


def installment_ids(item: Item) -> list[int]:
    """Return the items that are parts of the same invoice, this one among them."""
    if not item.number:
        return [item.pk]
    found = Item.objects.filter(
        organization_id=item.organization_id,
        customer_id=item.customer_id,
        kind=item.kind,
        number=item.number,
        missing_since=None,
    )
    return sorted({item.pk, *found.values_list("pk", flat=True)})


def import_of(item: Item) -> Import | None:
    """Return the file that an item came with, unless a person entered it."""
    if item.import_id is None:
        return None
    return Import.objects.filter(organization_id=item.organization_id, pk=item.import_id).first()


def last_import(organization_id: int) -> Import | None:
    """Return the file that was loaded last and still counts."""
    loaded = Import.objects.filter(organization_id=organization_id, state=ImportState.LOADED)
    return loaded.order_by("-loaded_at", "-pk").first()


def _either_side(item: Item) -> Q:
    return Q(debit=item) if item.side == Side.DEBIT else Q(credit=item)
