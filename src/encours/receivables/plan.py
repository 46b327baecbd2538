"""What a batch would change, computed before anything is written; a preview is this, a load is this and the write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from encours.receivables.due import DESK, GIVEN, with_due_dates
from encours.receivables.openings import continue_openings
from encours.receivables.rows import Batch, Issue

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
COMPARED = ("customer_code", "kind", "side", "number", "issued_on", "cents")
# A payment that a person recorded and the one that the ledger brings later are one if they are this close.
SAME_PAYMENT_DAYS = 10


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
    figures: Mapping[str, int]


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
    new_items = items.filter(fresh).with_columns(
        -(pl.int_range(pl.len(), dtype=pl.Int64) + 1).alias("item_id")
    )
    seen = items.filter(~fresh)
    changed = _changed(seen, ours)
    keys = pl.concat([new_items.select("external_id", "item_id"), seen.select("external_id", "item_id")])
    wanted = _wanted(batch, keys, carried.shares)
    ends_on = None
    if known.later_period_loaded and batch.period:
        # The later file has the last word on what both know.
        ends_on = batch.period[1]
        told = known.allocations.join(
            wanted.select("debit", "credit"), on=["debit", "credit"], how="semi"
        ).select(*PAIRS)
        wanted = pl.concat([wanted.filter((pl.col("debit") < 0) | (pl.col("credit") < 0)), told])
    closed, replaced = _desk_payments(known, new_items, wanted)
    cents = pl.concat(
        [
            new_items.select("item_id", "cents"),
            seen.select("item_id", "cents"),
            known.items.join(seen.select("item_id"), on="item_id", how="anti").select("item_id", "cents"),
        ]
    )
    covered = pl.concat([keys.select("item_id"), carried.shares.select("item_id")]).unique()
    repeated = carried.shares.join(cents, on=["item_id", "cents"], how="semi")["item_id"]
    kept, removed = _reconcile(
        known.allocations,
        wanted,
        covered=covered,
        repeated=repeated,
        starts_on=starts_on,
        ends_on=ends_on,
        replaced=replaced,
    )
    new_allocations, over = _within(pl.concat([wanted, closed]), kept, cents)
    issues += over
    amounts = _amounts(
        cents, kept, new_allocations, known, _touched(removed, new_allocations, known, changed, new_items)
    )
    missing = _missing(known, ours, items, carried.shares, setting.source)
    figures = {
        "customers": batch.customers.height,
        "new": new_items.height,
        "changed": changed.height,
        "unchanged": seen.height - changed.height + carried.shares["external_id"].n_unique(),
        "missing": len(missing),
        "settled": amounts.filter((pl.col("open_cents") == 0) & (pl.col("was_open_cents") > 0)).height,
        "refused": sum(issue.severity == "error" for issue in issues),
        "warnings": sum(issue.severity == "warning" for issue in issues),
        "allocations": new_allocations.height,
    }
    unknown = batch.customers.join(
        known.customers.select("code"), on="code", how="anti", maintain_order="left"
    )
    figures["new_customers"] = unknown.height
    return LoadPlan(
        new_customers=unknown,
        customers=batch.customers,
        new_items=new_items,
        changed_items=changed,
        missing_items=missing,
        found_items=seen.filter(pl.col("missing"))["item_id"].to_list(),
        replaced_items=replaced,
        new_allocations=new_allocations,
        removed_allocations=removed,
        amounts=amounts,
        issues=issues,
        figures=figures,
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


def _wanted(batch: Batch, keys: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Return the allocations of the batch between items, those of opening lines laid over the items behind them."""
    if batch.allocations.is_empty():
        return pl.DataFrame(schema=PAIRS)
    frame = batch.allocations.with_columns((pl.col("amount") * 100).cast(pl.Int64).alias("cents")).drop(
        "amount"
    )
    simple = shares.filter(pl.len().over("external_id") == 1)
    table = pl.concat([keys, simple.select("external_id", "item_id")])
    for side in ("debit", "credit"):
        frame = frame.join(
            table.rename({"external_id": f"{side}_external_id", "item_id": side}),
            on=f"{side}_external_id",
            how="left",
            maintain_order="left",
        )
    whole = frame.filter(pl.col("debit").is_not_null() & pl.col("credit").is_not_null())
    spread = shares.filter(pl.len().over("external_id") > 1)
    parts = frame.filter(pl.col("debit").is_null() | pl.col("credit").is_null())
    if parts.height and spread.height:
        whole = pl.concat([whole.select(*PAIRS), _spread(parts, spread)])
    return (
        whole.group_by("debit", "credit")
        .agg(pl.col("cents").sum(), pl.col("allocated_on").max(), pl.col("origin").first())
        .select(*PAIRS)
    )


def _spread(parts: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Lay an allocation of one opening line over the several items it stands for, oldest first."""
    left: dict[str, list[list[int]]] = {}
    for external_id, item_id, cents in shares.iter_rows():
        left.setdefault(external_id, []).append([item_id, cents])
    rows = []
    for part in parts.sort("allocated_on").iter_rows(named=True):
        side, other = ("debit", "credit") if part["debit"] is None else ("credit", "debit")
        needed = part["cents"]
        for place in left.get(part[f"{side}_external_id"], []):
            take = min(needed, place[1])
            if take and part[other] is not None:
                pair = {side: place[0], other: part[other]}
                rows.append((pair["debit"], pair["credit"], take, part["allocated_on"], part["origin"]))
                place[1] -= take
                needed -= take
    return pl.DataFrame(rows, schema=PAIRS, orient="row")


def _desk_payments(
    known: Known, new_items: pl.DataFrame, wanted: pl.DataFrame
) -> tuple[pl.DataFrame, list[int]]:
    """Recognize in the file the payments that a person had already recorded, so that none counts twice."""
    recorded = known.items.filter((pl.col("source") == "desk") & (pl.col("kind") == "payment"))
    arrived = new_items.filter(pl.col("kind").is_in(["payment", "prepayment"]))
    if recorded.is_empty() or arrived.is_empty():
        return pl.DataFrame(schema=PAIRS), []
    close = (
        recorded.select("item_id", "customer_code", "cents", "issued_on")
        .join(
            arrived.select(
                pl.col("item_id").alias("arrived"), "customer_code", "cents", pl.col("issued_on").alias("on")
            ),
            on=["customer_code", "cents"],
        )
        .filter((pl.col("on") - pl.col("issued_on")).dt.total_days().abs() <= SAME_PAYMENT_DAYS)
        .unique("item_id", keep="first", maintain_order=True)
        .unique("arrived", keep="first", maintain_order=True)
    )
    lettered = pl.concat([wanted["debit"], wanted["credit"]])
    carried_over = (
        known.allocations.join(close.select(pl.col("item_id").alias("credit"), "arrived"), on="credit")
        .filter(~pl.col("arrived").is_in(lettered.implode()))
        .select("debit", pl.col("arrived").alias("credit"), "cents", "allocated_on", "origin")
    )
    return carried_over, close["item_id"].to_list()


def _reconcile(
    known: pl.DataFrame,
    wanted: pl.DataFrame,
    *,
    covered: pl.DataFrame,
    repeated: pl.Series,
    starts_on: date | None,
    ends_on: date | None,
    replaced: list[int],
) -> tuple[pl.DataFrame, list[int]]:
    """Split what was allocated into what stays and what the file no longer says.

    A file speaks of its own period; of an earlier one only between items that its opening repeats in full.
    """
    if known.is_empty():
        return known, []
    here = covered["item_id"].implode()
    said_by_file = (
        pl.col("origin").is_in(["lettering", "given"])
        & pl.col("debit").is_in(here)
        & pl.col("credit").is_in(here)
    )
    if starts_on is not None:
        again = repeated.implode()
        said_by_file &= (pl.col("allocated_on") >= starts_on) | (
            pl.col("debit").is_in(again) & pl.col("credit").is_in(again)
        )
    if ends_on is not None:
        said_by_file &= pl.col("allocated_on") <= ends_on
    marked = known.join(
        wanted.select("debit", "credit", pl.col("cents").alias("wanted_cents")),
        on=["debit", "credit"],
        how="left",
    )
    goes = (
        (said_by_file & pl.col("wanted_cents").is_null())
        | (pl.col("wanted_cents").is_not_null() & (pl.col("wanted_cents") != pl.col("cents")))
        | pl.col("credit").is_in(replaced)
    )
    return marked.filter(~goes).drop("wanted_cents"), marked.filter(goes)["allocation_id"].to_list()


def _within(
    wanted: pl.DataFrame, kept: pl.DataFrame, cents: pl.DataFrame
) -> tuple[pl.DataFrame, list[Issue]]:
    """Return the allocations to add: those not there yet, none beyond the amount of either side."""
    new = wanted.join(
        kept.select("debit", "credit"), on=["debit", "credit"], how="anti", maintain_order="left"
    )
    if new.is_empty():
        return new, []
    both = pl.concat([new.select(*PAIRS), kept.select(*PAIRS)])
    used = (
        pl.concat(
            [
                both.select(pl.col("debit").alias("item_id"), "cents"),
                both.select(pl.col("credit").alias("item_id"), "cents"),
            ]
        )
        .group_by("item_id")
        .agg(pl.col("cents").sum().alias("used"))
    )
    over = used.join(cents, on="item_id").filter(pl.col("used") > pl.col("cents"))
    if over.is_empty():
        return new, []
    beyond = over["item_id"].implode()
    fits = new.filter(~(pl.col("debit").is_in(beyond) | pl.col("credit").is_in(beyond)))
    issue = Issue(
        None,
        "allocated_beyond",
        "%(count)s allocations of the file would settle more than the amount of an item, because something was "
        "already allocated by hand; they are left out. Remove the hand-made allocation, then load the file again.",
        params={"count": str(new.height - fits.height)},
    )
    return fits, [issue]


def _touched(
    removed: list[int], added: pl.DataFrame, known: Known, changed: pl.DataFrame, new_items: pl.DataFrame
) -> pl.Series:
    """Return the items whose open amount must be computed again."""
    gone = known.allocations.filter(pl.col("allocation_id").is_in(removed))
    return pl.concat(
        [
            new_items["item_id"],
            changed["item_id"],
            added["debit"],
            added["credit"],
            gone["debit"],
            gone["credit"],
        ]
    ).unique()


def _amounts(
    cents: pl.DataFrame, kept: pl.DataFrame, added: pl.DataFrame, known: Known, touched: pl.Series
) -> pl.DataFrame:
    """Return the open amount and the day of settlement of every item that is new or whose allocations change."""
    table = pl.DataFrame({"item_id": touched}, schema={"item_id": pl.Int64})
    both = pl.concat([kept.select(*PAIRS), added.select(*PAIRS)])
    sums = (
        pl.concat(
            [
                both.select(pl.col("debit").alias("item_id"), pl.col("cents").alias("paid"), "allocated_on"),
                both.select(pl.col("credit").alias("item_id"), pl.col("cents").alias("paid"), "allocated_on"),
            ]
        )
        .join(table, on="item_id", how="semi")
        .group_by("item_id")
        .agg(pl.col("paid").sum(), pl.col("allocated_on").max())
    )
    was = known.items.select("item_id", pl.col("open_cents").alias("was_open_cents"))
    return (
        table.join(cents.unique("item_id", keep="first"), on="item_id", how="inner")
        .join(sums, on="item_id", how="left")
        .join(was, on="item_id", how="left")
        .with_columns((pl.col("cents") - pl.col("paid").fill_null(0)).alias("open_cents"))
        .with_columns(pl.when(pl.col("open_cents") == 0).then("allocated_on").alias("settled_on"))
        .select("item_id", "open_cents", "settled_on", "was_open_cents")
    )


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
