"""Amounts and dates as French software writes them."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.connectors import values


def cents(*texts, mark=None):
    series = pl.Series("text", list(texts), dtype=pl.String)
    return values.to_cents(series, mark or values.mark_of(series)).to_list()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1234,56", 123456),
        ("1 234,56", 123456),
        ("1\u202f234,56 €", 123456),
        ("1.234,56", 123456),
        ("1,234.56", 123456),
        ("1'234.56", 123456),
        ("1.234.567,8", 123456780),
        ("0000000069,60", 6960),
        (" 000000000001437,12", 143712),
        ("-5", -500),
        ("\u22125,10", -510),
        ("5,00-", -500),
        ("(3,10)", -310),
        ("+7", 700),
        ("1200.00000000", 120000),
        ("0.005", 1),
        ("12 EUR", 1200),
        ("", 0),
        (None, 0),
        ("abc", None),
        ("12OO,00", None),
        ("--5", None),
        ("99999999999999", None),
        ("1e999", None),
    ],
)
def test_amounts(text, expected):
    assert cents(text) == [expected]


def test_the_rest_of_the_column_settles_what_three_digits_mean():
    assert cents("1.234", "5,60") == [123400, 560]
    assert cents("1.234", "5.60") == [123, 560]
    assert cents("1,234", "5.60") == [123400, 560]
    assert cents("1,234", mark=".") == [123400]


def test_three_digits_after_every_mark_are_thousands():
    assert cents("1.234", "2.500", "850") == [123400, 250000, 85000]
    assert cents("1,234") == [123400]
    assert cents("1200.000", "12.345") == [120000, 1235]
    assert cents("0.500", "1.234") == [50, 123]


def test_debit_or_credit_after_the_amount():
    assert cents("1 200,00 D", "200,00 C", "50 CR", "10,5DB", "7 Crédit") == [
        120000,
        -20000,
        -5000,
        1050,
        -700,
    ]


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from([",", "."]))
def test_any_amount_of_money_is_exact(amount, mark):
    text = f"{amount:,.2f}".replace(",", " ").replace(".", mark)
    (found,) = cents(text)
    assert values.money(found) == amount


def test_amount_column():
    frame = pl.DataFrame({"cents": [123456, -5, 10**15 - 1]}).select(values.amount("cents"))
    assert frame.to_series().to_list() == [Decimal("1234.56"), Decimal("-0.05"), Decimal("9999999999999.99")]


def days(*texts, **options):
    return [
        day and str(day) for day in values.dates(pl.Series("text", list(texts), dtype=pl.String), **options)
    ]


@pytest.mark.parametrize(
    "text",
    ["20240131", "2024-01-31", "2024/01/31", "31/01/2024", "31-01-2024", "31.01.24", "31/1/24", "31012024",
     "2024-01-31 00:00:00", "2024-01-31T10:11:12Z", "31/01/2024 08:30", "310124", "31 janvier 2024", "31-janv-24",
     "31 janv. 2024", "31-Jan-2024", "Jan 31, 2024", "mercredi 31 janvier 2024"],
)  # fmt: skip
def test_dates(text):
    assert days(text) == ["2024-01-31"]


@pytest.mark.parametrize(
    "text",
    ["", None, "00000000", "20240231", "31/02/2024", "0224-01-31", "45322", "soon", "31 jui 2024", "310224"],
)
def test_no_dates(text):
    assert days(text) == [None]


def test_months_first_only_when_the_whole_column_says_so():
    assert days("01/31/2024", "02/03/2024") == ["2024-01-31", "2024-02-03"]
    assert days("31/01/2024", "01/31/2024") == ["2024-01-31", None]
    assert days("02/03/2024", formats=["%m/%d/%Y"]) == ["2024-02-03"]


@given(st.dates(min_value=date(1960, 1, 1), max_value=date(2100, 1, 1)))
def test_serial_numbers_of_spreadsheets(day):
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    assert days(str(serial), f"{serial}.5", serial=True) == [str(day), str(day)]
