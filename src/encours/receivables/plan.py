"""What a batch would change, computed before anything is written; a preview is this, a load is this and the write."""

from datetime import date

import polars as pl

from encours.receivables.changes import Known, LoadPlan, Setting
from encours.receivables.due import DESK, GIVEN, with_due_dates
from encours.receivables.openings import continue_openings
from encours.receivables.rows import Batch
from encours.receivables.settling import settle

COMPARED = ("customer_code", "kind", "side", "number", "issued_on", "cents")


def plan_load(batch: Batch, known: Known, setting: Setting) -> LoadPlan:
    """Compare a batch with what is known and say what would change."""
    issues = list(batch.issues)
    items = batch.items.with_columns(
        (pl.col("amount") * 100).cast(pl.Int64).alias("cents"),
        *(pl.col(name).fill_null("") for name in ("number", "reference", "label")),
        pl.col("currency").fill_null(setting.currency),
    )
    starts_on = batch.period[0] if batch.period else None
    ours = known.items.filter(pl.col("source") == setting.source)
    carried = continue_openings(items, _open_before(ours, known.allocations, starts_on, items), starts_on)
    issues += carried.issues
    items, due_issues = with_due_dates(carried.items, _terms(batch, known), setting.default_terms)
    issues += due_issues
    items = items.join(
        ours.select("external_id", "item_id", "missing"), on="external_id", how="left", maintain_order="left"
    )
    fresh = pl.col("item_id").is_null()
    # Rows of one customer lie together: fewer pages to write now, and to read when its account is shown.
    new_items = (
        items.filter(fresh)
        .sort("customer_code", "issued_on", maintain_order=True)
        .with_columns(-(pl.int_range(pl.len(), dtype=pl.Int64) + 1).alias("item_id"))
    )
    seen = items.filter(~fresh)
    changed = _changed(seen, ours)
    settlement = settle(batch, known, new_items=new_items, seen=seen, changed=changed, shares=carried.shares)
    issues += settlement.issues
    return LoadPlan(
        new_customers=batch.customers.join(
            known.customers.select("code"), on="code", how="anti", maintain_order="left"
        ),
        customers=batch.customers,
        new_items=new_items,
        changed_items=changed,
        missing_items=_missing(known, ours, items, carried.shares, setting.source),
        found_items=seen.filter(pl.col("missing"))["item_id"].to_list(),
        replaced_items=settlement.replaced_items,
        new_allocations=settlement.new_allocations,
        removed_allocations=settlement.removed_allocations,
        amounts=settlement.amounts,
        issues=issues,
        unchanged_count=seen.height - changed.height + carried.shares["external_id"].n_unique(),
    )


def _terms(batch: Batch, known: Known) -> dict[str, str]:
    given = {code: terms for code, terms in batch.customers.select("code", "terms").iter_rows() if terms}
    kept = {code: terms for code, terms in known.customers.select("code", "terms").iter_rows() if terms}
    return given | kept


def _open_before(
    ours: pl.DataFrame, allocations: pl.DataFrame, starts_on: date | None, items: pl.DataFrame
) -> pl.DataFrame:
    """Return what was open when the period began, without the lines of the file itself."""
    if starts_on is None or ours.is_empty():
        return pl.DataFrame()
    older = ours.join(items.select("external_id"), on="external_id", how="anti").filter(
        pl.col("issued_on") < starts_on
    )
    settled = allocations.filter(pl.col("allocated_on") < starts_on)
    both_ways = pl.concat(
        [
            settled.select(pl.col("debit").alias("item_id"), pl.col("credit").alias("other"), "cents"),
            settled.select(pl.col("credit").alias("item_id"), pl.col("debit").alias("other"), "cents"),
        ]
    )
    paid = both_ways.group_by("item_id").agg(pl.col("cents").sum().alias("paid"))
    state = older.join(paid, on="item_id", how="left").with_columns(
        pl.col("cents").alias("full_cents"), (pl.col("cents") - pl.col("paid").fill_null(0)).alias("cents")
    )
    still_open = state.filter(pl.col("cents") > 0).select("item_id")
    # What settled a part of something still open may be repeated beside it.
    beside = both_ways.join(still_open.rename({"item_id": "other"}), on="other", how="semi").select("item_id")
    return (
        state.join(pl.concat([still_open, beside]).unique(), on="item_id", how="semi")
        .sort("due_on", "item_id")
        .select("item_id", "customer_code", "side", "number", "issued_on", "cents", "full_cents")
    )


def _changed(seen: pl.DataFrame, ours: pl.DataFrame) -> pl.DataFrame:
    """Return the items of which the file now says something else; a due date that a person set is kept."""
    if seen.is_empty():
        return seen.with_columns(before_due_on=pl.lit(None, pl.Date), before_basis=pl.lit(None, pl.String))
    before = ours.select(
        "item_id", *(pl.col(name).alias(f"before_{name}") for name in (*COMPARED, "due_on", "due_basis"))
    )
    both = seen.join(before, on="item_id", how="inner", maintain_order="left").with_columns(
        pl.when((pl.col("before_due_basis") == DESK) & (pl.col("due_basis") != GIVEN))
        .then("before_due_on")
        .otherwise("due_on")
        .alias("due_on"),
        pl.when((pl.col("before_due_basis") == DESK) & (pl.col("due_basis") != GIVEN))
        .then(pl.lit(DESK))
        .otherwise("due_basis")
        .alias("due_basis"),
    )
    differs = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col(f"before_{name}")) for name in (*COMPARED, "due_on", "due_basis")
    )
    return both.filter(differs)


def _missing(
    known: Known, ours: pl.DataFrame, items: pl.DataFrame, shares: pl.DataFrame, source: str
) -> list[int]:
    """Return the items that an earlier file of the same period brought and that this one no longer has."""
    if not known.same_period_imports or ours.is_empty():
        return []
    return (
        ours.filter(
            (pl.col("source") == source)
            & pl.col("import_id").is_in(known.same_period_imports)
            & ~pl.col("missing")
        )
        .join(items.select("external_id"), on="external_id", how="anti")
        .join(shares.select("item_id"), on="item_id", how="anti")["item_id"]
        .to_list()
    )
