"""The columns of large generated files, computed by polars from ranks."""

from itertools import product
from string import ascii_uppercase

import polars as pl

from encours.demonstration import vocabulary as words
from encours.demonstration.entries import ACCOUNT_LABELS, LEDGER_JOURNALS
from encours.demonstration.fec import HEADER
from encours.demonstration.model import DOUBTFUL, TRADE

MODULUS = 2_147_483_647
PRIME = 1_000_003
SLOTS_PER_CUSTOMER = 2
CODES = pl.Series([f"{a}{b}{c}" for a, b, c in product(ascii_uppercase, repeat=3)])
CUSTOMER_ACCOUNTS = (TRADE, DOUBTFUL)
COLUMNS = (
    "on", "entry", "place", "ledger_journal", "account", "customer", "name", "piece", "piece_on", "label",
    "debit", "credit", "lettering", "lettered_on",
)  # fmt: skip


def scattered(rank: pl.Expr, seed: int) -> pl.Expr:
    """Return a number below 2^31 for each rank that looks drawn and is always the same."""
    first = (rank * 48_271 + seed * 7_919 + 12_345) % MODULUS
    second = first * (first % 65_521 + 17) % MODULUS
    return (second * 40_692 + rank) % MODULUS


def letters(rank: pl.Expr) -> pl.Expr:
    """Return the lettering code of a rank, in three letters."""
    return pl.lit(CODES).gather(rank % CODES.len())


def customer_slots(count: int) -> pl.DataFrame:
    """Return which customer each slot of a round buys in; the first customers have many slots, the last one."""
    height = count * SLOTS_PER_CUSTOMER
    while height % PRIME == 0:
        height += 1
    slot = pl.col("slot")
    rank = (slot * slot // height * count // height).clip(0, count - 1)
    return (
        pl.select(pl.int_range(0, height, dtype=pl.Int64).alias("slot"))
        .with_columns(rank.alias("rank"))
        .with_columns(
            pl.len().over("rank").cast(pl.Int64).alias("slots"),
            slot.cum_count().over("rank").cast(pl.Int64).sub(1).alias("slot_place"),
            customer_code(pl.col("rank")).alias("customer"),
            customer_name(pl.col("rank")).alias("name"),
        )
        .drop("rank")
    )


def customer_code(rank: pl.Expr) -> pl.Expr:
    """Return the code of the customer of a rank."""
    return pl.format("C{}", (rank + 1).cast(pl.String).str.zfill(7))


def customer_name(rank: pl.Expr) -> pl.Expr:
    """Return the name of the customer of a rank; past the plain names it carries a number."""
    nouns = pl.Series([sector.noun for sector in words.SECTORS])
    places = pl.Series(words.PLACES)
    plain = len(nouns) * len(places)
    noun = pl.lit(nouns).gather(rank % len(nouns))
    place = pl.lit(places).gather(rank // len(nouns) % len(places))
    again = pl.when(rank < plain).then(pl.lit("")).otherwise(pl.format(" {}", rank // plain + 1))
    return pl.concat_str([noun, pl.lit(" "), place, again])


def line(
    frame: pl.DataFrame,
    ledger_journal: str,
    account: str,
    *,
    place: int,
    debit: pl.Expr | None = None,
    credit: pl.Expr | None = None,
) -> pl.DataFrame:
    """Return one accounting line for each row, with the customer only where the account is a customer's."""
    third_party = account in CUSTOMER_ACCOUNTS
    nothing = pl.lit(0, pl.Int64)
    blank = pl.lit(None, pl.String)
    return frame.select(
        "on",
        "entry",
        pl.lit(place).alias("place"),
        pl.lit(ledger_journal).alias("ledger_journal"),
        pl.lit(account).alias("account"),
        (pl.col("customer") if third_party else blank).alias("customer"),
        (pl.col("name") if third_party else blank).alias("name"),
        "piece",
        "piece_on",
        "label",
        (nothing if debit is None else debit).cast(pl.Int64).alias("debit"),
        (nothing if credit is None else credit).cast(pl.Int64).alias("credit"),
        (pl.col("lettering") if third_party else blank).alias("lettering"),
        (pl.col("lettered_on") if third_party else pl.lit(None, pl.Date)).alias("lettered_on"),
    )


def fec_columns() -> list[pl.Expr]:
    """Return the eighteen columns of a FEC, from the columns of `line` and the number of the entry."""
    empty = pl.lit("")
    columns = (
        pl.col("ledger_journal"),
        pl.col("ledger_journal").replace_strict(LEDGER_JOURNALS, return_dtype=pl.String),
        pl.col("number"),
        pl.col("on").dt.strftime("%Y%m%d"),
        pl.col("account"),
        pl.col("account").replace_strict(ACCOUNT_LABELS, return_dtype=pl.String),
        pl.col("customer"),
        pl.col("name"),
        pl.col("piece"),
        pl.col("piece_on").dt.strftime("%Y%m%d"),
        pl.col("label"),
        euros(pl.col("debit")),
        euros(pl.col("credit")),
        pl.col("lettering"),
        pl.col("lettered_on").dt.strftime("%Y%m%d"),
        pl.col("on").dt.month_end().dt.strftime("%Y%m%d"),
        empty,
        empty,
    )
    return [column.alias(name) for column, name in zip(columns, HEADER, strict=True)]


def euros(cents: pl.Expr) -> pl.Expr:
    """Return cents as French software writes an amount, without separators of thousands."""
    return pl.format("{},{}", cents // 100, (cents % 100).cast(pl.String).str.zfill(2))
