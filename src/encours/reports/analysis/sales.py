"""The sales of a file month by month, and the days of them that are still to be collected."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from encours.reports.analysis.account import amount
from encours.reports.analysis.model import ZERO, Dso
from encours.rules.dso import Sales, best_possible_dso, count_back_dso, simple_dso
from encours.rules.terms import end_of_month

MONTHS_OF_A_YEAR = 12


def monthly_sales(items: pl.DataFrame, from_on: date, to_on: date) -> list[Sales]:
    """Return what was invoiced less credited in each month of a period, openings left out."""
    signed = pl.when(pl.col("side") == "debit").then("cents").otherwise(-pl.col("cents"))
    sold = (
        items.filter(
            pl.col("kind").is_in(["invoice", "credit_note"]) & pl.col("issued_on").is_between(from_on, to_on)
        )
        .group_by(pl.col("issued_on").dt.truncate("1mo").alias("month"))
        .agg(signed.sum().alias("cents"))
    )
    by_month = dict(sold.iter_rows())
    months: list[Sales] = []
    start = from_on
    while start <= to_on:
        end = min(end_of_month(start), to_on)
        months.append(Sales(start, end, amount(by_month.get(start.replace(day=1), 0))))
        start = end + timedelta(days=1)
    return months


def dso_of(
    items: pl.DataFrame, period: tuple[date, date] | None, today: date, owed: Decimal, not_due: Decimal
) -> Dso | None:
    """Return the DSO on the last day that the file speaks of, or nothing when it holds no sales.

    After that day the sales are unknown, not zero: measured today, an old file would show days that nobody waited.
    """
    invoiced = items.filter(pl.col("kind") == "invoice")["issued_on"]
    if invoiced.is_empty():
        return None
    first = invoiced.min()
    last = invoiced.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    if period is not None:
        first, last = max(first, period[0]), period[1]
    measured_on = min(last, today)
    months = monthly_sales(items, first.replace(day=1), measured_on)
    year = _last_year(months)
    sales = sum((month.amount for month in year), ZERO)
    days = sum(month.days for month in year)
    return Dso(
        measured_on,
        days,
        sales,
        count_back_dso(owed, months) if sales > 0 else None,
        simple_dso(owed, sales, days),
        best_possible_dso(not_due, sales, days),
    )


def _last_year(months: Sequence[Sales]) -> Sequence[Sales]:
    return months[-MONTHS_OF_A_YEAR:]
