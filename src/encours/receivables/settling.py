"""Which allocations a batch adds and takes away, and what is open afterwards."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from encours.receivables.changes import PAIRS, Known
from encours.receivables.rows import Batch, Issue

# A payment that a person recorded and the one that the ledger brings later are one if they are this close.
SAME_PAYMENT_DAYS = 10


@dataclass(frozen=True)
class Settlement:
    """The change in allocations; existing items by their number, new ones by a negative number."""

    new_allocations: pl.DataFrame
    removed_allocations: list[int]
    replaced_items: list[int]
    amounts: pl.DataFrame
    issues: list[Issue]


def settle(
    batch: Batch,
    known: Known,
    *,
    new_items: pl.DataFrame,
    seen: pl.DataFrame,
    changed: pl.DataFrame,
    shares: pl.DataFrame,
) -> Settlement:
    """Compare what a batch says settles what with the allocations there are."""
    keys = pl.concat([new_items.select("external_id", "item_id"), seen.select("external_id", "item_id")])
    starts_on, ends_on = batch.period or (None, None)
    wanted = _wanted(batch, keys, shares)
    if known.later_period_loaded:
        # The later file has the last word on what both know.
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
    kept, removed = _reconcile(
        known.allocations,
        wanted,
        covered=pl.concat([keys.select("item_id"), shares.select("item_id")]).unique(),
        repeated=shares.join(cents, on=["item_id", "cents"], how="semi")["item_id"],
        starts_on=starts_on,
        ends_on=ends_on if known.later_period_loaded else None,
        replaced=replaced,
    )
    added, issues = _within(pl.concat([wanted, closed]), kept, cents)
    touched = _touched(removed, added, known, changed, new_items)
    return Settlement(added, removed, replaced, _amounts(cents, kept, added, known, touched), issues)


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
