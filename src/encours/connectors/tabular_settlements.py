"""What a list says is settled: by its letters, by its other lines, or by payments that it no longer shows."""

from hashlib import blake2b

import polars as pl

from encours.connectors import lettering, values
from encours.receivables.rows import ALLOCATION_COLUMNS, ITEM_COLUMNS, conform

SETTLED_LABEL = "settled before import"


def settle(frame: pl.DataFrame, *, open_told: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the items and allocations of typed lines, so that each item is open by as much as the list says.

    Lines that share a letter settle one another; then, where the list tells what remains open, the settled parts of a
    customer's lines settle one another; what is left of a settled part was paid by something that the list no longer
    shows, and becomes an item of its own.
    """
    told = pl.col("cents") - pl.col("open_cents") if open_told else pl.col("cents")
    lettered = pl.when(pl.col("lettering") != "").then(
        pl.concat_str("customer_code", "lettering", separator=":")
    )
    frame = frame.with_columns(lettered.alias("lettering"), told.alias("settled"))
    by_letter = _allocate(frame, "lettering")
    if not open_told:
        return conform(_priced(frame), ITEM_COLUMNS), by_letter
    rest = _rest(frame, by_letter)
    by_customer = _allocate(rest, "customer_code").with_columns(pl.lit("given").alias("origin"))
    unseen, by_unseen = _unseen(_rest(rest, by_customer), frame["issued_on"].max())
    items = pl.concat([conform(_priced(frame), ITEM_COLUMNS), conform(_priced(unseen), ITEM_COLUMNS)])
    return items, _once(pl.concat([by_letter, by_customer, by_unseen]))


def _priced(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines with their amount of money."""
    return lines.with_columns(values.amount("cents").alias("amount"))


def _allocate(lines: pl.DataFrame, group: str) -> pl.DataFrame:
    """Return the allocations among the settled parts of the lines of each group."""
    sign = pl.when(pl.col("side") == "debit").then(1).otherwise(-1)
    return lettering.allocations_of(
        lines.filter(pl.col("settled") > 0).select(
            "external_id",
            pl.col(group).alias("group"),
            (pl.col("settled") * sign).alias("cents"),
            "issued_on",
            pl.col("issued_on").alias("entry_on"),
            pl.col("lettered_on").alias("letter_on"),
        )
    )


def _rest(lines: pl.DataFrame, allocations: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with what is left of their settled part, those of which something is."""
    used = pl.concat(
        allocations.select(
            pl.col(side).alias("external_id"), (pl.col("amount") * 100).cast(pl.Int64).alias("used")
        )
        for side in ("debit_external_id", "credit_external_id")
    )
    used = used.group_by("external_id").agg(pl.col("used").sum())
    lines = lines.join(used, on="external_id", how="left", maintain_order="left")
    left = pl.col("settled") - pl.col("used").fill_null(0)
    return lines.with_columns(left.alias("settled")).drop("used").filter(pl.col("settled") > 0)


def _unseen(lines: pl.DataFrame, last_on: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return an item for what settled each line and is not in the list, and the allocation of both.

    The day is that of the payment where the list has one, or of the lettering; else the due date, but not after the
    last day of the list.
    """
    ids = [blake2b(f"settled\x1f{one}".encode(), digest_size=16).hexdigest() for one in lines["external_id"]]
    debit = pl.col("side") == "debit"
    guessed = pl.min_horizontal(pl.coalesce("due_on", "issued_on"), pl.lit(last_on, pl.Date))
    unseen = lines.with_columns(
        pl.col("external_id").alias("settles"),
        pl.Series("external_id", ids, dtype=pl.String),
        pl.when(debit).then(pl.lit("payment")).otherwise(pl.lit("adjustment")).alias("kind"),
        pl.when(debit).then(pl.lit("credit")).otherwise(pl.lit("debit")).alias("side"),
        pl.col("settled").alias("cents"),
        pl.max_horizontal("issued_on", pl.coalesce("paid_on", "lettered_on", guessed)).alias("issued_on"),
        pl.lit(None, pl.Date).alias("due_on"),
        pl.lit(SETTLED_LABEL).alias("label"),
        pl.lit(None, pl.String).alias("lettering"),
        pl.lit(value=False).alias("carried"),
    )
    paid = pl.col("side") == "credit"
    allocations = _priced(unseen).select(
        pl.when(paid).then("settles").otherwise("external_id").alias("debit_external_id"),
        pl.when(paid).then("external_id").otherwise("settles").alias("credit_external_id"),
        "amount",
        pl.col("issued_on").alias("allocated_on"),
        pl.lit("given").alias("origin"),
    )
    return unseen, conform(allocations, ALLOCATION_COLUMNS)


def _once(allocations: pl.DataFrame) -> pl.DataFrame:
    """Return one allocation for each pair of items."""
    pair = ["debit_external_id", "credit_external_id"]
    summed = allocations.group_by(pair, maintain_order=True).agg(
        pl.col("amount").sum(), pl.col("allocated_on").max(), pl.col("origin").first()
    )
    return conform(summed, ALLOCATION_COLUMNS)
