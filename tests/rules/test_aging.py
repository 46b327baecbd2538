from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.aging import Columns, age_words, aged_balance, column_of, days_overdue
from encours.rules.outstanding import OpenItem, outstanding, overdue

TODAY = date(2026, 3, 10)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
items = st.lists(
    st.builds(
        OpenItem,
        st.decimals(min_value=0, max_value=10**7, places=2),
        st.sampled_from(["debit", "credit"]),
        st.none() | days,
    ),
    max_size=30,
)
columns = st.lists(st.integers(1, 400), min_size=1, max_size=6, unique=True).map(
    lambda limits: Columns(tuple(sorted(limits)))
)


@given(items, days, columns)
def test_the_columns_always_sum_to_the_outstanding(some, today, some_columns):
    aged = aged_balance(some, today, some_columns)
    assert aged.outstanding == outstanding(some)
    assert aged.overdue == overdue(some, today)
    assert tuple(aged.by_column) == some_columns.codes
    assert all(amount >= 0 for amount in (*aged.by_column.values(), aged.unallocated))


@given(st.integers(-800, 2000), columns)
def test_every_age_stands_in_the_column_whose_bounds_hold_it(number, some_columns):
    bounds = dict(zip(some_columns.codes, some_columns.bounds, strict=True))
    first, last = bounds[column_of(number, some_columns)]
    assert first is None or first <= number
    assert last is None or number <= last


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (-10, "not_due"),
        (0, "not_due"),
        (1, "1_30"),
        (30, "1_30"),
        (31, "31_60"),
        (60, "31_60"),
        (61, "61_90"),
        (90, "61_90"),
        (91, "over_90"),
    ],
)
def test_the_default_columns(number, code):
    assert column_of(number) == code


def test_an_aged_balance_by_hand():
    aged = aged_balance(
        [
            OpenItem(Decimal("10.00"), "debit", TODAY),
            OpenItem(Decimal("20.00"), "debit", date(2026, 3, 9)),
            OpenItem(Decimal("40.00"), "debit", date(2025, 12, 1)),
            OpenItem(Decimal("5.00"), "debit"),
            OpenItem(Decimal("7.00"), "credit", date(2025, 12, 1)),
        ],
        TODAY,
    )
    assert dict(aged.by_column) == {
        "not_due": Decimal("15.00"),
        "1_30": Decimal("20.00"),
        "31_60": 0,
        "61_90": 0,
        "over_90": Decimal("40.00"),
    }
    assert aged.unallocated == Decimal("7.00")
    assert aged.overdue == Decimal("60.00")
    assert aged.outstanding == Decimal("68.00")


@pytest.mark.parametrize("limits", [(), (0, 30), (30, 30), (60, 30), (-1,)])
def test_columns_that_do_not_rise_are_refused(limits):
    with pytest.raises(ValueError, match="rise"):
        Columns(limits)


def test_days_overdue_counts_from_the_day_after():
    assert days_overdue(date(2026, 3, 9), TODAY) == 1
    assert days_overdue(TODAY, TODAY) == 0
    assert days_overdue(date(2026, 3, 12), TODAY) == -2


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (-12, ("due_in_days", {"days": 12})),
        (-1, ("due_tomorrow", {})),
        (0, ("due_today", {})),
        (1, ("overdue_since_yesterday", {})),
        (2, ("overdue_days", {"days": 2})),
        (90, ("overdue_days", {"days": 90})),
        (92, ("overdue_months", {"months": 3})),
        (729, ("overdue_months", {"months": 23})),
        (730, ("overdue_years", {"years": 2})),
        (1200, ("overdue_years", {"years": 3})),
    ],
)
def test_ages_in_words(number, words):
    assert age_words(number) == words


@given(st.integers(91, 5000))
def test_no_age_is_said_in_zero_units(number):
    _, parameters = age_words(number)
    assert all(value >= 2 for value in parameters.values())
