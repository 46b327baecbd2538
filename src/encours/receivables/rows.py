"""The tables that every source fills, whatever it reads, and that one loader writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

Severity = Literal["error", "warning"]

AMOUNT = pl.Decimal(15, 2)

CUSTOMER_COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "code": pl.String,
    "name": pl.String,
    "siren": pl.String,
    "vat_number": pl.String,
    "email": pl.String,
    "phone": pl.String,
    "address": pl.String,
    "postal_code": pl.String,
    "city": pl.String,
    "country": pl.String,
    "terms": pl.String,
    "account": pl.String,
    "doubtful": pl.Boolean,
}

ITEM_COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "external_id": pl.String,
    "customer_code": pl.String,
    "kind": pl.String,
    "side": pl.String,
    "number": pl.String,
    "reference": pl.String,
    "label": pl.String,
    "issued_on": pl.Date,
    "due_on": pl.Date,
    "amount": AMOUNT,
    "currency": pl.String,
    "line": pl.Int64,
    "lettering": pl.String,
    "carried": pl.Boolean,
}

ALLOCATION_COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "debit_external_id": pl.String,
    "credit_external_id": pl.String,
    "amount": AMOUNT,
    "allocated_on": pl.Date,
    "origin": pl.String,
}


@dataclass(frozen=True)
class Issue:
    """Something a source says that we could not take as it stands.

    `message` is an English sentence with `%(name)s` places that `params` fills, so that a door can translate it.
    """

    line: int | None
    code: str
    message: str
    severity: Severity = "warning"
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % dict(self.params)


@dataclass(frozen=True)
class Batch:
    """What one source says at one moment: customers, their items, and which item settles which."""

    source: str
    origin: str
    customers: pl.DataFrame
    items: pl.DataFrame
    allocations: pl.DataFrame
    issues: list[Issue] = field(default_factory=list)
    period: tuple[date, date] | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def empty(columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """Return a table without rows that has the agreed columns."""
    return pl.DataFrame(schema=dict(columns))


def conform(frame: pl.DataFrame, columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    """Return the frame with exactly the agreed columns, in order and typed; a missing one is null."""
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in columns.items()
    )
