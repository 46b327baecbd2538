"""Questions about the account of one customer that are not sums, and where an invoice number leads."""

from collections.abc import Iterable

from django.db.models import QuerySet

from encours.receivables.items import visible_items
from encours.receivables.models import Document, Import, Item, Match


def items_numbered(organization_id: int, number: str, portfolio_user: int | None = None) -> QuerySet[Item]:
    """Return the items that carry exactly this number, installments of one invoice together."""
    found = visible_items(organization_id, portfolio_user)
    return found.filter(number=number, missing_since=None).order_by("due_on", "pk")


def open_debits(organization_id: int, customer_id: int, currency: str) -> QuerySet[Item]:
    """Return what a customer still has to pay in a currency, the oldest due date first."""
    return Item.objects.filter(
        organization_id=organization_id,
        customer_id=customer_id,
        currency=currency,
        side="debit",
        open_amount__gt=0,
        missing_since=None,
    ).order_by("due_on", "pk")


def matches_of(organization_id: int, customer_id: int) -> QuerySet[Match]:
    """Return the proposed allocations of a customer that nobody has refused, by credit."""
    found = Match.objects.filter(organization_id=organization_id, customer_id=customer_id, refused_at=None)
    return found.select_related("debit", "credit").order_by(
        "credit__issued_on", "credit_id", "debit__due_on", "pk"
    )


def documents_of(organization_id: int, customer_id: int) -> QuerySet[Document]:
    """Return the files kept about a customer, the latest first."""
    return Document.objects.filter(organization_id=organization_id, customer_id=customer_id).order_by("-pk")


def file_names(organization_id: int, import_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of imported files by the number of their import."""
    found = Import.objects.filter(organization_id=organization_id, pk__in=set(import_ids))
    return dict(found.values_list("pk", "file_name"))


def loaded_imports(organization_id: int) -> QuerySet[Import]:
    """Return the files that were loaded, latest first."""
    return Import.objects.filter(organization_id=organization_id, state="loaded").order_by("-loaded_at")
