"""What a comparison knows, and what it finds: the tables between a batch and the account."""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from encours.receivables.rows import Issue

CUSTOMERS_KNOWN = {
    "id": pl.Int64,
    "code": pl.String,
    "name": pl.String,
    "terms": pl.String,
    "doubtful": pl.Boolean,
}
ITEMS_KNOWN = {
    "item_id": pl.Int64,
    "source": pl.String,
    "external_id": pl.String,
    "customer_code": pl.String,
    "kind": pl.String,
    "side": pl.String,
    "number": pl.String,
    "issued_on": pl.Date,
    "due_on": pl.Date,
    "due_basis": pl.String,
    "cents": pl.Int64,
    "open_cents": pl.Int64,
    "settled_on": pl.Date,
    "import_id": pl.Int64,
    "missing": pl.Boolean,
}
ALLOCATIONS_KNOWN = {
    "allocation_id": pl.Int64,
    "debit": pl.Int64,
    "credit": pl.Int64,
    "cents": pl.Int64,
    "allocated_on": pl.Date,
    "origin": pl.String,
}
PAIRS = {
    "debit": pl.Int64,
    "credit": pl.Int64,
    "cents": pl.Int64,
    "allocated_on": pl.Date,
    "origin": pl.String,
}


@dataclass(frozen=True)
class Known:
    """What the organization already has: everything of the source, and what people did by hand."""

    customers: pl.DataFrame
    items: pl.DataFrame
    allocations: pl.DataFrame
    same_period_imports: list[int] = field(default_factory=list)
    later_period_loaded: bool = False


@dataclass(frozen=True)
class Setting:
    """What the plan needs to know beyond the file: the day, the default terms, the currency."""

    source: str
    today: date
    default_terms: str
    currency: str


@dataclass(frozen=True)
class LoadPlan:
    """The change itself; existing items by their number, new ones by a negative number, -1 the first."""

    new_customers: pl.DataFrame
    customers: pl.DataFrame
    new_items: pl.DataFrame
    changed_items: pl.DataFrame
    missing_items: list[int]
    found_items: list[int]
    replaced_items: list[int]
    new_allocations: pl.DataFrame
    removed_allocations: list[int]
    amounts: pl.DataFrame
    issues: list[Issue]
    unchanged_count: int

    @property
    def figures(self) -> dict[str, int]:
        """Return the change in figures, as a preview shows it."""
        now_settled = (pl.col("open_cents") == 0) & (pl.col("was_open_cents") > 0)
        return {
            "customers": self.customers.height,
            "new_customers": self.new_customers.height,
            "new": self.new_items.height,
            "changed": self.changed_items.height,
            "unchanged": self.unchanged_count,
            "missing": len(self.missing_items),
            "settled": self.amounts.filter(now_settled).height,
            "refused": sum(issue.severity == "error" for issue in self.issues),
            "warnings": sum(issue.severity == "warning" for issue in self.issues),
            "allocations": self.new_allocations.height,
        }
