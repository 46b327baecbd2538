from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.dso import (
    Sales,
    best_possible_dso,
    collection_effectiveness,
    concentration,
    count_back_dso,
    simple_dso,
)

MONTHS = [
    Sales(date(2026, 1, 1), date(2026, 1, 31), Decimal(310)),
    Sales(date(2026, 2, 1), date(2026, 2, 28), Decimal(280)),
    Sales(date(2026, 3, 1), date(2026, 3, 10), Decimal(100)),
]
amounts = st.decimals(min_value=0, max_value=10**8, places=2)
sales = st.lists(st.decimals(min_value=-1000, max_value=10**6, places=2), max_size=12).map(
    lambda values: [
        Sales(date(2025, month, 1), date(2025, month, 28), value) for month, value in enumerate(values, 1)
    ]
)


@pytest.mark.parametrize(
    ("owed", "days", "at_least"),
    [
        (0, "0.0", False),
        (-50, "0.0", False),
        (50, "5.0", False),
        (100, "10.0", False),
        (240, "24.0", False),
        (690, "69.0", False),
        (700, "69.0", True),
    ],
)
def test_count_back_uses_up_the_newest_sales_first(owed, days, at_least):
    dso = count_back_dso(Decimal(owed), MONTHS)
    assert (str(dso.days), dso.at_least) == (days, at_least)


def test_a_month_without_sales_or_with_more_credits_still_lasted_its_days():
    months = [MONTHS[0], Sales(date(2026, 2, 1), date(2026, 2, 28), Decimal(-20)), MONTHS[2]]
    assert count_back_dso(Decimal(110), months).days == 39
    assert count_back_dso(Decimal(110), []).at_least


@given(amounts, amounts, sales)
def test_owing_more_never_shortens_the_count_back(one, other, months):
    smaller, larger = sorted((one, other))
    dso = count_back_dso(smaller, months)
    assert dso.days <= count_back_dso(larger, months).days
    assert 0 <= dso.days <= sum(month.days for month in months)


def test_simple_and_best_possible():
    assert simple_dso(Decimal(690), Decimal(690), 69) == Decimal("69.0")
    assert simple_dso(Decimal(100), Decimal(0), 90) is None
    assert simple_dso(Decimal(-100), Decimal(100), 90) == 0
    assert best_possible_dso(Decimal(230), Decimal(690), 69) == Decimal("23.0")
    assert best_possible_dso(Decimal(230), Decimal(-1), 69) is None


def test_collection_effectiveness():
    everything_due_was_collected = (Decimal(100), Decimal(200), Decimal(80), Decimal(80))
    assert collection_effectiveness(*everything_due_was_collected) == 100
    assert collection_effectiveness(Decimal(100), Decimal(200), Decimal(300), Decimal(80)) == 0
    assert collection_effectiveness(Decimal(0), Decimal(80), Decimal(80), Decimal(80)) is None


def test_concentration():
    spread = concentration([Decimal(60), Decimal(30), Decimal(10), Decimal(-500)], top=2)
    assert (spread.top, spread.top_share_percent, spread.herfindahl) == (
        2,
        Decimal("90.0"),
        Decimal("0.4600"),
    )
    assert concentration([Decimal(7)]).herfindahl == 1
    assert concentration([Decimal(-7), Decimal(0)]) is None


@given(st.lists(amounts, max_size=30), st.integers(1, 10))
def test_concentration_stays_within_its_bounds(some, top):
    spread = concentration(some, top)
    if spread:
        assert 0 < spread.top_share_percent <= 100
        assert 0 < spread.herfindahl <= 1


def test_a_period_does_not_end_before_it_starts():
    with pytest.raises(ValueError, match="on or after"):
        Sales(date(2026, 2, 1), date(2026, 1, 31), Decimal(1))
