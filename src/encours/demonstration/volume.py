"""A year of accounts of any size for the benchmarks, written slice by slice so that memory stays flat.

Everything about a sale is computed from its rank alone: its payment, several slices later, is written without
anything having been kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from encours.demonstration.entries import BANK, BANK_FEES, SALES, VAT_DUE
from encours.demonstration.fec import HEADER
from encours.demonstration.generator import SEED
from encours.demonstration.model import TRADE
from encours.demonstration.volume_columns import (
    PRIME,
    customer_slots,
    fec_columns,
    letters,
    line,
    scattered,
)

FEWEST_LINES = 1_000
LINES_PER_SLICE = 50_000
FEWEST_SLICES = 24
LINES_PER_CUSTOMER = 25
LINES_PER_SALE = 5.31
FILLED_PART = 0.97
RESERVED_LINES = 24  # enough for the last slice to end on the exact line
DAYS, PAID_AFTER_DAYS = 365, 52
PAID_PERCENT, PAID_IN_FULL_PERCENT, SOLD_TWICE_PERCENT = 94, 86, 15


@dataclass(frozen=True, slots=True)
class Plan:
    """How a year is cut into slices, how many sales a slice has, and after how many it is paid."""

    seed: int
    year: int
    slices: int
    lag: int
    sales: int
    slots: pl.DataFrame

    def first_day(self, rank: int) -> float:
        """Return how many days of the year are over when a slice begins."""
        return rank * DAYS / self.slices


def benchmark_fec(path: Path, lines: int = 1_000_000, *, seed: int = SEED, year: int = 2025) -> Path:
    """Write a FEC of exactly so many lines, about two in five of which are items of a customer."""
    if lines < FEWEST_LINES:
        raise ValueError(f"A year of accounts has at least {FEWEST_LINES} lines, {lines} are too few.")
    path.parent.mkdir(parents=True, exist_ok=True)
    number = 0
    with path.open("wb") as file:
        file.write(("\t".join(HEADER) + "\r\n").encode())
        for frame in _frames(_plan(lines, seed, year), lines):
            numbered = frame.with_columns((pl.col("entry").rle_id() + number + 1).alias("number"))
            numbered.select(fec_columns()).write_csv(
                file, include_header=False, separator="\t", line_terminator="\r\n", quote_style="never"
            )
            number = numbered["number"][-1]
    return path


def _plan(lines: int, seed: int, year: int) -> Plan:
    slices = max(FEWEST_SLICES, -(-lines // LINES_PER_SLICE))
    lag = round(slices * PAID_AFTER_DAYS / DAYS)
    opening_lines = lag * 1.15
    sales = int(lines * FILLED_PART / (LINES_PER_SALE * slices + opening_lines))
    return Plan(seed, year, slices, lag, sales, customer_slots(max(1, lines // LINES_PER_CUSTOMER)))


def _frames(plan: Plan, lines: int) -> Iterator[pl.DataFrame]:
    """Yield the opening, then each slice filled up with bank charges to its part of the lines."""
    opening = _opening(plan)
    yield opening
    written = opening.height
    per_slice = (lines - written - RESERVED_LINES) / plan.slices
    for rank in range(plan.slices):
        wanted = lines if rank == plan.slices - 1 else opening.height + round(per_slice * (rank + 1))
        moved = [_sold(plan, rank), _paid(plan, rank)]
        missing = wanted - written - sum(frame.height for frame in moved)
        last = rank == plan.slices - 1
        frame = pl.concat([*moved, _charged(plan, rank, missing if last else missing // 2 * 2)])
        yield frame.sort("on", "entry", "place", maintain_order=True)
        written += frame.height


def _sales(plan: Plan, rank: int) -> pl.DataFrame:
    """Return the sales of one slice; those before the first slice were made the year before."""
    first = (rank + plan.lag) * plan.sales
    i, mixed = pl.col("i"), pl.col("mixed")
    passed = (i - first) * (DAYS / plan.slices / max(plan.sales, 1)) + plan.first_day(rank)
    start = pl.lit(date(plan.year, 1, 1))
    later = plan.first_day(plan.lag)
    return (
        pl.select(pl.int_range(first, first + plan.sales, dtype=pl.Int64).alias("i"))
        .with_columns(
            scattered(i, plan.seed).alias("mixed"),
            (scattered(i, plan.seed + 1) % 100).alias("fate"),
            (scattered(i, plan.seed + 2) % 100 < SOLD_TWICE_PERCENT).alias("twice"),
            ((i * PRIME) % plan.slots.height).alias("slot"),
            (start + pl.duration(days=passed.floor().cast(pl.Int64))).alias("sold_on"),
            (start + pl.duration(days=(passed + later).floor().cast(pl.Int64))).alias("paid_on"),
        )
        .join(plan.slots, on="slot", how="left", maintain_order="left")
        .with_columns(
            (170 + (mixed % 10_000) ** 3 // 8_000_000 + mixed // 10_000 % 37).alias("unit"),
            (180 + (mixed % 9_973) ** 3 // 9_000_000).alias("second_unit"),
            letters(i // plan.slots.height * pl.col("slots") + pl.col("slot_place")).alias("code"),
            pl.format("F{}", i.cast(pl.String).str.zfill(8)).alias("piece"),
        )
        .with_columns(
            (pl.col("unit") * 6 + pl.when("twice").then(pl.col("second_unit") * 6).otherwise(0)).alias(
                "total"
            )
        )
        .with_columns(
            pl.when(pl.col("fate") < PAID_IN_FULL_PERCENT)
            .then("total")
            .otherwise(pl.col("total") // 2)
            .alias("payment")
        )
    )


def _invoices(plan: Plan, rank: int) -> pl.DataFrame:
    """Return one row for each invoice of a slice, lettered if it is paid before the year ends."""
    paid = (pl.col("fate") < PAID_PERCENT) & pl.lit(rank + plan.lag < plan.slices)
    code = pl.when("even").then("code").otherwise(pl.col("code").str.to_lowercase())
    sales = _sales(plan, rank).with_columns((pl.col("fate") < PAID_IN_FULL_PERCENT).alias("even"))
    second = sales.filter("twice").with_columns(
        pl.col("second_unit").alias("unit"), (pl.col("piece") + "B").alias("piece")
    )
    return pl.concat(
        [sales.with_columns(pl.lit(0).alias("half")), second.with_columns(pl.lit(1).alias("half"))]
    ).with_columns(
        pl.when(paid).then(code).alias("lettering"),
        pl.when(paid).then("paid_on").alias("lettered_on"),
        (pl.col("i") * 4 + pl.col("half")).alias("entry"),
        pl.col("sold_on").alias("piece_on"),
        ("Facture " + pl.col("piece") + " " + pl.col("name")).alias("label"),
    )


def _opening(plan: Plan) -> pl.DataFrame:
    """Return the invoices of the year before that are still open, and what balances them."""
    start = pl.lit(date(plan.year, 1, 1))
    owed = pl.concat([_invoices(plan, rank) for rank in range(-plan.lag, 0)]).with_columns(
        start.alias("on"), pl.lit(-1, pl.Int64).alias("entry")
    )
    total = owed.select(pl.col("unit").sum() * 6).item()
    rest = owed.head(1).with_columns(
        pl.lit("AN").alias("piece"), pl.lit("À nouveau").alias("label"), start.alias("piece_on")
    )
    return pl.concat(
        [
            line(owed, "AN", TRADE, debit=pl.col("unit") * 6, place=0),
            line(rest, "AN", "110000", credit=pl.lit(total), place=1),
        ]
    )


def _sold(plan: Plan, rank: int) -> pl.DataFrame:
    invoices = _invoices(plan, rank).with_columns(pl.col("sold_on").alias("on"))
    return pl.concat(
        [
            line(invoices, "VE", TRADE, debit=pl.col("unit") * 6, place=0),
            line(invoices, "VE", SALES, credit=pl.col("unit") * 5, place=1),
            line(invoices, "VE", VAT_DUE, credit=pl.col("unit"), place=2),
        ]
    )


def _paid(plan: Plan, rank: int) -> pl.DataFrame:
    """Return the payments of a slice: one for all that was sold together, in full or half of it."""
    even = pl.col("fate") < PAID_IN_FULL_PERCENT
    payments = (
        _sales(plan, rank - plan.lag)
        .filter(pl.col("fate") < PAID_PERCENT)
        .with_columns(
            pl.col("paid_on").alias("on"),
            pl.col("paid_on").alias("piece_on"),
            pl.col("paid_on").alias("lettered_on"),
            pl.when(even).then("code").otherwise(pl.col("code").str.to_lowercase()).alias("lettering"),
            (pl.col("i") * 4 + 2).alias("entry"),
            ("Virement " + pl.col("name") + " " + pl.col("piece")).alias("label"),
            ("B" + pl.col("piece")).alias("piece"),
        )
    )
    return pl.concat(
        [
            line(payments, "BQ", BANK, debit=pl.col("payment"), place=0),
            line(payments, "BQ", TRADE, credit=pl.col("payment"), place=1),
        ]
    )


def _charged(plan: Plan, rank: int, lines: int) -> pl.DataFrame:
    """Return bank charges that make so many lines; an odd one is the VAT of the last charge."""
    count, odd = divmod(max(lines, 0), 2)
    i = pl.col("i")
    passed = (i * (DAYS / plan.slices / max(count, 1)) + plan.first_day(rank)).floor().cast(pl.Int64)
    on = pl.lit(date(plan.year, 1, 1)) + pl.duration(days=passed)
    charges = pl.select(pl.int_range(0, count, dtype=pl.Int64).alias("i")).with_columns(
        on.alias("on"),
        on.alias("piece_on"),
        (i * 4 + 3).alias("entry"),
        (i % 500 * 6 + 150).alias("unit"),
        pl.lit("FRAIS").alias("piece"),
        pl.lit("Frais bancaires").alias("label"),
        *(pl.lit(None, pl.String).alias(name) for name in ("code", "name", "lettering", "customer")),
        pl.lit(None, pl.Date).alias("lettered_on"),
        (i >= count - odd).alias("taxed"),
    )
    net = pl.col("unit") - pl.when("taxed").then(pl.col("unit") // 6).otherwise(0)
    parts = [
        line(charges, "BQ", BANK_FEES, debit=net, place=0),
        line(charges, "BQ", BANK, credit=pl.col("unit"), place=1),
        line(charges.filter("taxed"), "BQ", "445660", debit=pl.col("unit") // 6, place=2),
    ]
    return pl.concat(parts)
