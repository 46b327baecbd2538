from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.rates import (
    SHIPPED,
    HalfYear,
    HalfYearRates,
    RateMissingError,
    RateTable,
    half_year_of,
)

# Facts §1.2: half-year, ECB rate, default, public buyers, legal rate of professionals, 3 x legal.
TABLE = """
2019 H1 | 0.00 | 10.00 |  8.00 | 0.86 |  2.58
2019 H2 | 0.00 | 10.00 |  8.00 | 0.87 |  2.61
2020 H1 | 0.00 | 10.00 |  8.00 | 0.87 |  2.61
2020 H2 | 0.00 | 10.00 |  8.00 | 0.84 |  2.52
2021 H1 | 0.00 | 10.00 |  8.00 | 0.79 |  2.37
2021 H2 | 0.00 | 10.00 |  8.00 | 0.76 |  2.28
2022 H1 | 0.00 | 10.00 |  8.00 | 0.76 |  2.28
2022 H2 | 0.00 | 10.00 |  8.00 | 0.77 |  2.31
2023 H1 | 2.50 | 12.50 | 10.50 | 2.06 |  6.18
2023 H2 | 4.00 | 14.00 | 12.00 | 4.22 | 12.66
2024 H1 | 4.50 | 14.50 | 12.50 | 5.07 | 15.21
2024 H2 | 4.25 | 14.25 | 12.25 | 4.92 | 14.76
2025 H1 | 3.15 | 13.15 | 11.15 | 3.71 | 11.13
2025 H2 | 2.15 | 12.15 | 10.15 | 2.76 |  8.28
2026 H1 | 2.15 | 12.15 | 10.15 | 2.62 |  7.86
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]

SECOND_OF_2026 = HalfYearRates(HalfYear(2026, 2), Decimal("1.00"), Decimal("2.00"), "entered in this test")
SECOND_OF_2027 = HalfYearRates(HalfYear(2027, 2), Decimal("1.00"), Decimal("2.00"), "entered in this test")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_table_of_rates(row):
    name, refinancing, default, public, legal, floor = row
    half_year = HalfYear(int(name[:4]), int(name[-1]))
    rates = SHIPPED.rates_of(half_year)
    assert str(half_year) == name
    assert rates.refinancing_percent == Decimal(refinancing)
    assert rates.legal_percent == Decimal(legal)
    assert SHIPPED.default_rate(half_year) == Decimal(default)
    assert SHIPPED.public_buyer_rate(half_year) == Decimal(public)
    assert SHIPPED.floor(half_year) == Decimal(floor)
    assert "ECB" in rates.source
    assert "L313-2" in rates.source


def test_nothing_more_is_shipped_than_the_table():
    assert [str(row.half_year) for row in SHIPPED.rows] == [row[0] for row in ROWS]
    assert SHIPPED.known_until() == date(2026, 6, 30)


def test_3_times_the_legal_rate_was_above_the_default_rate_in_2024():
    above = [
        row.half_year
        for row in SHIPPED.rows
        if SHIPPED.floor(row.half_year) > SHIPPED.default_rate(row.half_year)
    ]
    assert above == [HalfYear(2024, 1), HalfYear(2024, 2)]


@pytest.mark.parametrize("question", ["rates_of", "default_rate", "public_buyer_rate", "floor"])
def test_a_missing_half_year_is_never_guessed(question):
    missing = HalfYear(2026, 2)
    assert not SHIPPED.knows(missing)
    with pytest.raises(RateMissingError, match="2026 H2") as error:
        getattr(SHIPPED, question)(missing)
    assert error.value.half_year == missing


def test_rates_are_added_and_replaced_in_a_new_table():
    table = SHIPPED.with_rates([SECOND_OF_2026])
    assert table.known_until() == date(2026, 12, 31)
    assert table.default_rate(HalfYear(2026, 2)) == Decimal("11.00")
    assert SHIPPED.known_until() == date(2026, 6, 30)
    corrected = HalfYearRates(HalfYear(2026, 2), Decimal("1.25"), Decimal("2.00"), "corrected")
    assert table.with_rates([corrected]).default_rate(HalfYear(2026, 2)) == Decimal("11.25")
    assert len(table.with_rates([corrected]).rows) == len(table.rows)


def test_a_gap_ends_what_is_known():
    table = SHIPPED.with_rates([SECOND_OF_2027])
    assert table.knows(HalfYear(2027, 2))
    assert table.known_until() == date(2026, 6, 30)


def test_a_table_is_neither_empty_nor_ambiguous():
    with pytest.raises(ValueError, match="at least one"):
        RateTable(())
    with pytest.raises(ValueError, match="stands once"):
        RateTable((SECOND_OF_2026, SECOND_OF_2026))
    assert RateTable((SECOND_OF_2027, SECOND_OF_2026)).rows[0] == SECOND_OF_2026


@given(st.dates(date(1999, 1, 1), date(2100, 12, 31)))
def test_a_day_lies_in_its_half_year_and_half_years_follow_each_other(day):
    half_year = half_year_of(day)
    assert half_year.from_on <= day <= half_year.to_on
    assert (half_year.following().from_on - half_year.to_on).days == 1
    assert half_year < half_year.following()


def test_a_year_has_two_halves():
    with pytest.raises(ValueError, match="not 3"):
        HalfYear(2026, 3)
