"""Which item settles which, from the letters that accountants put on both."""

import polars as pl

from encours.connectors import values
from encours.receivables.rows import ALLOCATION_COLUMNS, conform, empty

NEEDED = ("external_id", "group", "cents", "issued_on", "entry_on", "letter_on")
PLAUSIBLE_DELAY = pl.duration(days=400)


def allocations_of(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the allocations of lettered lines: in a group, the oldest debit is settled by the oldest credit.

    `lines` has external_id, group (null when not lettered), cents (signed), issued_on, entry_on and
    letter_on. A group that does not balance is a partial lettering: what is left over stays open.
    """
    lettered = lines.select(NEEDED).filter(pl.col("group").is_not_null())
    if not lettered.height:
        return empty(ALLOCATION_COLUMNS)
    lettered = lettered.with_columns(
        pl.col("group").hash(), (pl.col("cents") > 0).alias("debit"), pl.col("cents").abs()
    ).sort("group", "debit", "issued_on", "external_id")
    lettered = lettered.with_columns(_running_total("cents", "group", "debit").alias("end"))
    pieces = lettered.sort("group", "end", "debit").with_row_index("row")
    same = pl.col("group") == pl.col("group").shift(1)
    started = pl.when(same).then(pl.col("end").shift(1)).otherwise(0)
    pieces = pieces.with_columns((pl.col("end") - started).alias("part"))
    pieces = pieces.with_columns(_next_row("debit", side=True), _next_row("credit", side=False))
    parts = pieces.filter(
        (pl.col("part") > 0) & pl.col("debit_row").is_not_null() & pl.col("credit_row").is_not_null()
    )
    debits = pieces[parts["debit_row"]]
    credits_ = pieces[parts["credit_row"]]
    same_group = (debits["group"] == parts["group"]) & (credits_["group"] == parts["group"])
    made = pl.DataFrame(
        {
            "debit_external_id": debits["external_id"],
            "credit_external_id": credits_["external_id"],
            "cents": parts["part"],
            "later": _later(debits["entry_on"], credits_["entry_on"]),
            "lettered": _later(debits["letter_on"], credits_["letter_on"]),
        }
    ).filter(same_group)
    return conform(
        made.with_columns(
            values.amount("cents").alias("amount"),
            _allocated_on().alias("allocated_on"),
            pl.lit("lettering").alias("origin"),
        ).sort("debit_external_id", "credit_external_id"),
        ALLOCATION_COLUMNS,
    )


def _running_total(column: str, *keys: str) -> pl.Expr:
    """Return the running total within rows sorted by the keys, without a window for each of many groups."""
    total = pl.col(column).cum_sum()
    first = pl.any_horizontal(pl.col(key).ne_missing(pl.col(key).shift(1)) for key in keys)
    return total - pl.when(first).then(total - pl.col(column)).forward_fill()


def _next_row(name: str, *, side: bool) -> pl.Expr:
    """Return the row of the next line on one side: the one that the interval ending here lies in."""
    row = pl.when(pl.col("debit") == side).then("row")
    return row.fill_null(strategy="backward").alias(f"{name}_row")


def _later(one: pl.Series, other: pl.Series) -> pl.Series:
    """Return the later of two dates, row by row."""
    return pl.DataFrame({"one": one, "other": other}).select(pl.max_horizontal("one", "other")).to_series()


def _allocated_on() -> pl.Expr:
    """Return the day of the lettering when plausible, else the day the later of the two lines was entered."""
    plausible = pl.col("lettered").is_between(pl.col("later"), pl.col("later") + PLAUSIBLE_DELAY)
    return pl.when(plausible).then("lettered").otherwise("later")


def groups_of(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with their `group`: account, customer and letter; no account where only that balances.

    Letters are used again from one customer to the next, in some software from one account to another.
    """
    has_letter = pl.col("letter").str.strip_chars("-0 ") != ""
    narrow = pl.concat_str("account", "customer_code", "letter", separator=":")
    wide = pl.concat_str(pl.lit("41"), "customer_code", "letter", separator=":")
    keyed = lines.with_columns(pl.when(has_letter).then(narrow).alias("group"))
    lettered = keyed.filter(pl.col("group").is_not_null()).with_columns(wide.alias("wide"))
    joined = (
        lettered.group_by("group", "wide")
        .agg(pl.col("cents").sum(), (pl.col("cents").min() * pl.col("cents").max() > 0).alias("one_sided"))
        .filter(pl.col("one_sided").all().over("wide") & (pl.col("cents").sum().over("wide") == 0))
    )
    if not joined.height:
        return keyed
    return (
        keyed.join(joined.select("group", "wide"), on="group", how="left", maintain_order="left")
        .with_columns(pl.coalesce("wide", "group").alias("group"))
        .drop("wide")
    )
