"""Every question that reports answer, in one place."""

from encours.reports.aging import aged_balance, aged_totals
from encours.reports.claim_totals import claim_totals
from encours.reports.claims import claims
from encours.reports.customers import customers
from encours.reports.filters import CustomerFilters, ItemFilters
from encours.reports.items import aged_items, items
from encours.reports.ledger import columns_of
from encours.reports.overview import overview
from encours.reports.statement import customer_account, statement

__all__ = [
    "CustomerFilters",
    "ItemFilters",
    "aged_balance",
    "aged_items",
    "aged_totals",
    "claim_totals",
    "claims",
    "columns_of",
    "customer_account",
    "customers",
    "items",
    "overview",
    "statement",
]
