"""The large generated files have the exact size asked for and the shape of a real ledger."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from encours.demonstration import benchmark_fec, benchmark_items

TODAY = date(2026, 11, 22)


def read(path: Path, separator: str = "\t") -> pl.DataFrame:
    frame = pl.read_csv(path, separator=separator, infer_schema=False, quote_char=None)
    if "Debit" not in frame.columns:
        return frame
    return frame.with_columns(
        (amount("Debit") - amount("Credit")).alias("signed"),
    )


def amount(column: str) -> pl.Expr:
    return pl.col(column).str.replace(",", ".").cast(pl.Decimal(15, 2))


@pytest.mark.parametrize("lines", [1_000, 9_999, 60_000])
def test_a_large_fec_has_exactly_the_lines_asked_for(tmp_path: Path, lines: int):
    frame = read(benchmark_fec(tmp_path / "large.txt", lines))
    assert frame.height == lines
    items = frame.filter(pl.col("CompteNum") == "411000")
    assert 0.37 <= items.height / lines <= 0.42
    assert abs(items["CompAuxNum"].n_unique() - lines / 25) <= 2


def test_a_large_fec_is_balanced_and_lettered(tmp_path: Path):
    frame = read(benchmark_fec(tmp_path / "large.txt", 30_000))
    assert frame["signed"].sum() == 0
    assert frame.group_by("EcritureNum").agg(pl.col("signed").sum()).filter(pl.col("signed") != 0).is_empty()
    assert frame["EcritureDate"].is_sorted()
    items = frame.filter(pl.col("CompteNum") == "411000")
    groups = (
        items.filter(pl.col("EcritureLet") != "")
        .group_by("CompAuxNum", "EcritureLet")
        .agg(pl.col("signed").sum(), pl.len())
    )
    whole = groups.filter(pl.col("EcritureLet") == pl.col("EcritureLet").str.to_uppercase())
    assert whole.filter(pl.col("signed") != 0).is_empty()
    assert 0 < groups.height - whole.height < groups.height / 8
    assert set(groups["len"]) == {2, 3}
    assert 0.8 <= items.filter(pl.col("EcritureLet") != "").height / items.height <= 0.95


def test_a_large_fec_is_the_same_every_time(tmp_path: Path):
    first = benchmark_fec(tmp_path / "first.txt", 2_000, seed=3)
    second = benchmark_fec(tmp_path / "second.txt", 2_000, seed=3)
    other = benchmark_fec(tmp_path / "other.txt", 2_000, seed=4)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_too_few_lines_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="too few"):
        benchmark_fec(tmp_path / "small.txt", 20)


def test_open_items_are_due_five_to_a_hundred_and_twenty_four_days_ago(tmp_path: Path):
    frame = read(benchmark_items(tmp_path / "open.csv", 2_000, today=TODAY), ";")
    days = (pl.lit(TODAY) - pl.col("Échéance").str.to_date("%d/%m/%Y")).dt.total_days()
    assert frame.select(days.min().alias("least"), days.max().alias("most")).row(0) == (5, 124)
    assert frame.height == 2_000
    assert frame["Code client"].n_unique() == 400
    assert frame["Montant TTC"].to_list() == frame["Reste dû"].to_list()


def test_open_items_are_the_same_as_fec_and_as_csv(tmp_path: Path):
    as_fec = read(benchmark_items(tmp_path / "open.txt", 500, today=TODAY, customers=90))
    as_csv = read(benchmark_items(tmp_path / "open.csv", 500, today=TODAY, customers=90), ";")
    items = as_fec.filter(pl.col("CompteNum") == "411000")
    assert as_fec.height == 1_500
    assert as_fec["signed"].sum() == Decimal(0)
    assert items["PieceRef"].to_list() == as_csv["N° pièce"].to_list()
    assert items["signed"].sum() == as_csv.select(amount("Montant TTC").sum()).item()
    assert items["CompAuxNum"].n_unique() == 90
