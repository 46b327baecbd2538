"""Amounts and dates as French software writes them, read column by column."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

import polars as pl

from encours.connectors import months
from encours.receivables.rows import AMOUNT

Mark = Literal[",", "."]
MARKS: tuple[Mark, ...] = (",", ".")

# What nearly every amount of nearly every file looks like.
PLAIN = r"^(?:-?\d{1,13}(?:[.,]\d{1,2})?)?$"

# AMOUNT holds fifteen digits, two of them decimals.
TOO_LARGE = 10**13

NOISE = "[\\s\u00a0\u2007\u2009\u202f'\u2019€$]|(?i:eur|euros)"
# Three digits after a mark may be thousands; any other number of digits is decimals.
DECIMALS = r"(?:\d{1,2}|\d{4,})"
# Where every mark of a column stands three digits before the end, it separates thousands: money has two decimals.
THOUSANDS = r"^[-+(\x{2212}]?[1-9]\d{0,2}[.,]\d{3}$"
# Debit or credit, after an amount that has no sign.
DEBIT_AFTER, CREDIT_AFTER = r"^([\d.,]+)(?i:db?|dr|d[ée]bit)$", r"^([\d.,]+)(?i:cr?|cr[ée]dit)$"

DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y")
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y")
YEAR_FIRST = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d")
COMPACT_DAY_FIRST = ("%d%m%Y",)
SHORT_YEAR_FIRST = ("%y-%m-%d", "%y/%m/%d", "%y.%m.%d", "%y%m%d")
# How a person says that dates are written; a year of four digits before all else reads one way only.
FORMATS: Mapping[str, tuple[str, ...]] = {
    "day first": (*YEAR_FIRST, *DAY_FIRST, *COMPACT_DAY_FIRST),
    "month first": (*YEAR_FIRST, *MONTH_FIRST),
    "year first": (*YEAR_FIRST, *SHORT_YEAR_FIRST),
}
SIX_DIGITS = r"^(\d{2})(\d{2})(\d{2})$"
LONG = r"^(\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4})[ T]\d{1,2}:.*$"

MONTHS = 12
FIRST_YEAR, LAST_YEAR = 1900, 2199
SERIAL_EPOCH = date(1899, 12, 30)
SERIALS = (20_000, 80_000)


def mark_of(values: pl.Series) -> Mark:
    """Return the decimal mark of a column, for the values that could be read both ways."""
    text = values.drop_nulls().str.replace_all(NOISE, "").str.replace(r"[^\d]+$", "")
    if text.str.contains(rf",{DECIMALS}$").any() or text.str.contains(r"\..*\.").any():
        return ","
    if text.str.contains(rf"\.{DECIMALS}$").any() or text.str.contains(r",.*,").any():
        return "."
    comma = text.str.contains(",", literal=True).any()
    marked = text.filter(text.str.contains(r"[.,]"))
    if marked.len() and marked.str.contains(THOUSANDS).all():
        return "." if comma else ","
    return "," if comma else "."


def to_cents(texts: pl.Series, mark: Mark) -> pl.Series:
    """Return text amounts in whole cents, zero when blank, null when they are no amounts."""
    frame = texts.fill_null("").to_frame("text")
    if frame.select(pl.col("text").str.contains(PLAIN).all()).item():
        return frame.select(_whole(pl.col("text").str.replace(",", ".", literal=True))).to_series()
    return frame.select(_careful_cents("text", mark)).to_series()


def _whole(number: pl.Expr) -> pl.Expr:
    """Return a plain number of at most two decimals in whole cents, zero when blank."""
    return (number.cast(pl.Decimal(18, 2), strict=False) * 100).cast(pl.Int64, strict=False).fill_null(0)


def _careful_cents(column: str, mark: Mark) -> pl.Expr:
    """Return a text amount in whole cents, whatever surrounds it."""
    text = pl.col(column).fill_null("").str.replace_all(NOISE, "")
    text = (
        text.str.replace(r"^\((.*)\)$", "-${1}")
        .str.replace(r"^([^-].*)-$", "-${1}")
        .str.replace("\u2212", "-")
        .str.replace(DEBIT_AFTER, "${1}")
        .str.replace(CREDIT_AFTER, "-${1}")
    )
    short = text.str.replace(rf"[.,]({DECIMALS})$", "~${1}")
    by_shape = short.str.replace_all(r"[.,]", "").str.replace("~", ".", literal=True)
    other = "." if mark == "," else ","
    by_mark = text.str.replace_all(other, "", literal=True).str.replace(mark, ".", literal=True)
    number = pl.when(short.str.contains("~", literal=True)).then(by_shape).otherwise(by_mark)
    exact = pl.when(text == "").then(pl.lit("0")).otherwise(number).cast(pl.Decimal(30, 8), strict=False)
    rounded = exact.round(2, mode="half_away_from_zero")
    return (pl.when(rounded.abs() < TOO_LARGE).then(rounded) * 100).cast(pl.Int64, strict=False)


def amount(column: str) -> pl.Expr:
    """Return whole cents as an exact amount of money."""
    return (pl.col(column).cast(pl.Decimal(20, 2)) / 100).cast(AMOUNT)


def money(whole_cents: int | None) -> Decimal:
    """Return whole cents as an exact decimal."""
    return Decimal(whole_cents or 0).scaleb(-2)


def total(whole_cents: pl.Series) -> Decimal:
    """Return the sum of whole cents as an exact decimal."""
    return money(int(whole_cents.sum()))


def dates(values: pl.Series, *, formats: Sequence[str] | None = None, serial: bool = False) -> pl.Series:
    """Return a text column as dates, null where it holds none.

    A column whose second parts pass twelve, and whose first never do, counts months first.
    """
    distinct = values.drop_nulls().unique()
    distinct = distinct.filter(distinct != "")
    text = months.in_digits(distinct.str.replace(LONG, "${1}"))
    if formats is None:
        text = text.str.replace(SIX_DIGITS, "${1}/${2}/${3}")
    parsed = _parsed(text, formats or (*YEAR_FIRST, *DAY_FIRST, *COMPACT_DAY_FIRST))
    if formats is None and _counts_months_first(text):
        parsed = _parsed(text, (*YEAR_FIRST, *MONTH_FIRST))
    if serial:
        parsed = parsed.fill_null(_from_serials(text))
    known = pl.DataFrame({"text": distinct, "read": parsed})
    return values.to_frame("text").join(known, on="text", how="left", maintain_order="left")["read"]


def _parsed(text: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Return each text by the first format that fits."""
    column = pl.col("text")
    attempts = [column.str.to_date(pattern, strict=False, exact=True) for pattern in formats]
    attempts = [pl.when(day.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(day) for day in attempts]
    return text.to_frame("text").select(pl.coalesce(attempts))["text"]


def _counts_months_first(text: pl.Series) -> bool:
    """Tell whether slashes separate months from days, as the second part alone passes twelve."""
    parts = (
        text.str.extract_groups(r"^(?<first>\d{1,2})/(?<second>\d{1,2})/\d{2,4}$")
        .struct.unnest()
        .cast(pl.Int64)
    )
    return bool((parts["second"] > MONTHS).any()) and not bool((parts["first"] > MONTHS).any())


def _from_serials(text: pl.Series) -> pl.Series:
    """Return spreadsheet day numbers as dates."""
    days = text.cast(pl.Float64, strict=False).floor().cast(pl.Int64, strict=False)
    days = days.set(~days.is_between(*SERIALS), None)
    return pl.Series(
        "text", [None if day is None else SERIAL_EPOCH + timedelta(days=day) for day in days], dtype=pl.Date
    )
