"""What a person checks before a file is loaded: its totals, its due dates, its first rows, its columns."""

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from encours.accounts.models import Organization
from encours.connectors import tabular, values
from encours.connectors.columns import AMOUNTS, DATES, SPELLINGS, Mapping
from encours.customers.queries import customers_of
from encours.receivables.due import DERIVED, with_due_dates
from encours.receivables.rows import Batch

FIRST_ROWS = 10
TERMS_SHOWN = 6
LONGEST_CELL = 120
TOTALS = ("lines", "ar_lines", "debit", "credit", "ar_debit", "ar_credit", "outstanding", "encoding", "sheet")
SHOWN = ("customer_code", "kind", "side", "number", "issued_on", "due_on", "amount", "currency", "label")
ORDERS: Map[str, str] = {
    "%Y%m%d": "year first",
    "%Y-%m-%d": "year first",
    "%d/%m/%Y": "day first",
    "%d-%m-%Y": "day first",
    "%d.%m.%Y": "day first",
    "%d/%m/%y": "day first",
    "%m/%d/%Y": "month first",
}


@dataclass(frozen=True)
class Cell:
    """One cell as the file writes it, and as we read it; nothing when it is not understood."""

    text: str
    read: str | date | Decimal | None

    @property
    def wrong(self) -> bool:
        """Tell whether the cell holds something that is not understood."""
        return bool(self.text) and self.read is None


@dataclass(frozen=True)
class Reading:
    """The first rows of a list read with a mapping, and how its amounts and dates are written."""

    names: list[str]
    rows: list[list[Cell]]
    mark: str
    order: str
    wrong: int


def facts_of(batch: Batch, organization: Organization) -> dict[str, object]:
    """Return the totals of a batch, its due dates by where they come from, and its first rows, to be kept as JSON."""
    names = dict(batch.customers.select("code", "name").iter_rows())
    items, _issues = with_due_dates(batch.items, _terms(batch, organization.pk), organization.default_terms)
    return {
        "totals": {name: str(batch.facts[name]) for name in TOTALS if batch.facts.get(name) is not None},
        "due": _due(items, _terms(batch, organization.pk), organization.default_terms),
        "unallocated": _unallocated(batch),
        "rows": [
            {**{name: str(row[name] or "") for name in SHOWN}, "basis": row["due_basis"],
             "customer": names.get(row["customer_code"]) or row["customer_code"]}
            for row in items.head(FIRST_ROWS).iter_rows(named=True)
        ],
    }  # fmt: skip


def _terms(batch: Batch, organization_id: int) -> dict[str, str]:
    """Return the terms of each customer: those of the file, over those we knew."""
    known = customers_of(organization_id).exclude(terms="").values_list("code", "terms")
    given = {code: terms for code, terms in batch.customers.select("code", "terms").iter_rows() if terms}
    return {**dict(known), **given}


def _due(items: pl.DataFrame, terms: Map[str, str], default_terms: str) -> dict[str, object]:
    """Return how many due dates the file gives, and how many are derived, with which terms."""
    derived = items.filter(pl.col("due_basis") == DERIVED)
    words = derived["customer_code"].replace_strict(
        dict(terms), default=default_terms, return_dtype=pl.String
    )
    counted = words.value_counts(sort=True, name="count")
    return {
        "given": items.filter(pl.col("due_basis") == "given").height,
        "derived": derived.height,
        "terms": [list(row) for row in counted.head(TERMS_SHOWN).iter_rows()],
    }


def _unallocated(batch: Batch) -> dict[str, str | int]:
    """Return the payments and credit notes of the file that settle nothing yet, or not wholly."""
    used = batch.allocations.group_by("credit_external_id").agg(pl.col("amount").sum().alias("used"))
    credits_ = (
        batch.items.filter(pl.col("side") == "credit")
        .join(used, left_on="external_id", right_on="credit_external_id", how="left")
        .with_columns((pl.col("amount") - pl.col("used").fill_null(0)).alias("left"))
        .filter(pl.col("left") > 0)
    )
    return {"count": credits_.height, "amount": str(credits_["left"].sum() if credits_.height else 0)}


def sample_of(path: Path) -> dict[str, object]:
    """Return the first rows of a list, its columns and what they likely mean, to be kept as JSON."""
    table = tabular.sample(path, tabular.GUESS_ROWS)
    guessed = tabular.guess(table)
    return {
        "fingerprint": table.fingerprint,
        "headers": list(table.headers),
        "rows": [
            [line, [cell[:LONGEST_CELL] for cell in cells]]
            for line, cells in table.rows[: tabular.SHOWN_ROWS]
        ],
        "guess": guessed.as_json(),
        "confidence": dict(guessed.confidence),
        "header_line": table.header_line,
        "sheet": table.sheet,
        "encoding": table.encoding,
        "separator": table.separator,
    }


def reading_of(headers: Sequence[str], rows: Sequence[Sequence[str]], mapping: Mapping) -> Reading:
    """Read the first rows of a list with a mapping, as the load will."""
    names = [name for name in SPELLINGS if mapping.columns.get(name) in headers]
    columns = {name: _column(headers, rows, mapping.columns[name]) for name in names}
    amounts = [columns[name] for name in names if name in AMOUNTS]
    mark = mapping.decimal or (values.mark_of(pl.concat(amounts)) if amounts else ",")
    cells = {name: _cells(name, columns[name], mark, mapping.formats) for name in names}
    read = [[cells[name][place] for name in names] for place in range(len(rows))]
    dated = [columns[name] for name in names if name in DATES]
    return Reading(
        names,
        read,
        mark if amounts else "",
        (mapping.dates or _order(pl.concat(dated))) if dated else "",
        sum(cell.wrong for row in read for cell in row),
    )


def _column(headers: Sequence[str], rows: Sequence[Sequence[str]], header: str) -> pl.Series:
    place = list(headers).index(header)
    return pl.Series(
        "text", [row[place].strip() if place < len(row) else "" for row in rows], dtype=pl.String
    )


def _cells(name: str, texts: pl.Series, mark: values.Mark, formats: Sequence[str] | None) -> list[Cell]:
    """Return a column as it is written and as it is read."""
    if name in AMOUNTS:
        cents = values.to_cents(texts, mark)
        return [
            Cell(text, None if whole is None or not text else values.money(whole))
            for text, whole in zip(texts, cents, strict=True)
        ]
    if name in DATES:
        days = values.dates(texts, formats=formats, serial=True)
        return [Cell(text, day) for text, day in zip(texts, days, strict=True)]
    return [Cell(text, text) for text in texts]


def _order(texts: pl.Series) -> str:
    """Return which part of a date comes first, as a stable code."""
    filled = texts.filter(texts != "")
    filled = filled.filter(values.dates(filled, serial=True).is_not_null())
    understood = values.dates(filled, serial=True)
    if not filled.len():
        return ""
    for pattern, order in ORDERS.items():
        if (values.dates(filled, formats=[pattern]) == understood).fill_null(value=False).all():
            return order
    return "mixed"
