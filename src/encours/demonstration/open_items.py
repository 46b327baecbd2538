"""A ledger of nothing but open invoices, in the shape that other systems were measured on."""

from datetime import date
from pathlib import Path

import polars as pl

from encours.demonstration.entries import SALES, VAT_DUE
from encours.demonstration.exports import LEDGER_HEADER
from encours.demonstration.generator import SEED
from encours.demonstration.model import TRADE
from encours.demonstration.volume_columns import (
    customer_code,
    customer_name,
    euros,
    fec_columns,
    line,
    scattered,
)

ITEMS_PER_CUSTOMER = 5
LEAST_DAYS, MOST_DAYS = 5, 124
TERMS_DAYS = 30
SLICE = 100_000


def benchmark_items(
    path: Path, lines: int, *, today: date, customers: int | None = None, seed: int = SEED
) -> Path:
    """Write so many open invoices, due 5 to 124 days ago: as FEC where the name ends in .txt, else as CSV.

    A FEC has no due dates: there, terms of thirty days net give back those of the CSV.
    """
    as_fec = path.suffix == ".txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        for first in range(0, lines, SLICE):
            items = _items(
                first, min(SLICE, lines - first), customers or -(-lines // ITEMS_PER_CUSTOMER), today, seed
            )
            (_as_fec(items) if as_fec else _as_csv(items)).write_csv(
                file,
                include_header=first == 0,
                separator="\t" if as_fec else ";",
                line_terminator="\r\n",
                quote_style="never",
            )
    return path


def _items(first: int, count: int, customers: int, today: date, seed: int) -> pl.DataFrame:
    i, mixed = pl.col("i"), scattered(pl.col("i"), seed)
    due_days = LEAST_DAYS + mixed // 10_000 % (MOST_DAYS - LEAST_DAYS + 1)
    due_on = pl.lit(today) - pl.duration(days=due_days)
    return (
        pl.select(pl.int_range(first, first + count, dtype=pl.Int64).alias("i"))
        .with_columns(
            due_on.alias("due_on"),
            (due_on - pl.duration(days=TERMS_DAYS)).alias("on"),
            (170 + (mixed % 10_000) ** 3 // 8_000_000).alias("unit"),
            customer_code(i % customers).alias("customer"),
            customer_name(i % customers).alias("name"),
            pl.format("F{}", (i + 1).cast(pl.String).str.zfill(8)).alias("piece"),
        )
        .with_columns(
            pl.col("on").alias("piece_on"),
            i.alias("entry"),
            (i + 1).alias("number"),
            ("Facture " + pl.col("piece") + " " + pl.col("name")).alias("label"),
            pl.lit(None, pl.String).alias("lettering"),
            pl.lit(None, pl.Date).alias("lettered_on"),
        )
    )


def _as_fec(items: pl.DataFrame) -> pl.DataFrame:
    lines = pl.concat(
        [
            line(items, "VE", TRADE, debit=pl.col("unit") * 6, place=0),
            line(items, "VE", SALES, credit=pl.col("unit") * 5, place=1),
            line(items, "VE", VAT_DUE, credit=pl.col("unit"), place=2),
        ]
    ).sort("entry", "place")
    return lines.with_columns((pl.col("entry") + 1).alias("number")).select(fec_columns())


def _as_csv(items: pl.DataFrame) -> pl.DataFrame:
    empty = pl.lit("")
    amount = euros(pl.col("unit") * 6)
    columns = (
        pl.col("customer"),
        pl.col("name"),
        empty,
        pl.format("compta@{}.example", pl.col("customer").str.to_lowercase()),
        empty,
        pl.lit(f"{TERMS_DAYS} jours net"),
        pl.lit("Facture"),
        pl.col("piece"),
        pl.col("on").dt.strftime("%d/%m/%Y"),
        pl.col("due_on").dt.strftime("%d/%m/%Y"),
        pl.col("label"),
        amount,
        amount,
        pl.lit("EUR"),
        pl.lit(TRADE),
        pl.lit("Ventes"),
        empty,
        empty,
    )
    return items.select(column.alias(name) for column, name in zip(columns, LEDGER_HEADER, strict=True))
