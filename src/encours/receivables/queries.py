"""Questions about items, proposals and documents that are not sums."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from encours.receivables.models import Allocation, Document, Import, ImportState, Item, Match

BY_A_PERSON = ("manual", "match")


def items_numbered(organization_id: int, number: str, portfolio_user: int | None = None) -> QuerySet[Item]:
    """Return the items that carry exactly this number, installments of one invoice together."""
    found = Item.objects.filter(organization_id=organization_id, missing_since=None, number=number)
    if portfolio_user is not None:
        found = found.filter(
            Q(customer__collector_id=portfolio_user) | Q(customer__salesperson_id=portfolio_user)
        )
    return found.order_by("due_on", "pk")


def items_of(organization_id: int, customer_id: int, item_ids: Iterable[int] | None = None) -> QuerySet[Item]:
    """Return the items of a customer that are still in the ledger, or some of them."""
    found = Item.objects.filter(organization_id=organization_id, customer_id=customer_id, missing_since=None)
    return (found if item_ids is None else found.filter(pk__in=item_ids)).order_by("due_on", "pk")


def open_debits(organization_id: int, customer_id: int, currency: str) -> QuerySet[Item]:
    """Return what a customer still has to pay in a currency, the oldest due date first."""
    return items_of(organization_id, customer_id).filter(side="debit", open_amount__gt=0, currency=currency)


def matches_of(organization_id: int, customer_id: int) -> QuerySet[Match]:
    """Return the proposed allocations of a customer that nobody has refused, by credit."""
    found = Match.objects.filter(organization_id=organization_id, customer_id=customer_id, refused_at=None)
    return found.select_related("debit", "credit").order_by("credit__issued_on", "credit_id", "debit__due_on")


def allocations_by_people(organization_id: int, customer_id: int) -> QuerySet[Allocation]:
    """Return the allocations that people made and may take back, the latest first."""
    found = Allocation.objects.filter(
        organization_id=organization_id, debit__customer_id=customer_id, origin__in=BY_A_PERSON
    )
    return found.select_related("debit", "credit").order_by("-allocated_on", "-pk")


def documents_of(organization_id: int, customer_id: int) -> QuerySet[Document]:
    """Return the files kept about a customer, the latest first."""
    return Document.objects.filter(organization_id=organization_id, customer_id=customer_id).order_by("-pk")


def loaded_imports(organization_id: int) -> QuerySet[Import]:
    """Return the files that were loaded, latest first."""
    return Import.objects.filter(organization_id=organization_id, state=ImportState.LOADED).order_by(
        "-loaded_at"
    )
