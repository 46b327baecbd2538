from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.terms import PaymentTerms, due_on

bases = st.sampled_from(["invoice_date", "receipt", "delivery", "end_of_decade"])
all_terms = st.builds(
    PaymentTerms,
    base=bases,
    days=st.integers(0, 366),
    end_of_month=st.sampled_from(["none", "before", "after"]),
    day_of_month=st.none() | st.integers(1, 31),
)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))

SIXTY_NET = PaymentTerms(days=60)
THIRTY_NET = PaymentTerms(days=30)
BEFORE_45 = PaymentTerms(days=45, end_of_month="before")
AFTER_45 = PaymentTerms(days=45, end_of_month="after")
BEFORE_30 = PaymentTerms(days=30, end_of_month="before")
AFTER_30 = PaymentTerms(days=30, end_of_month="after")

# Facts §1.3, the two lawful computations of "end of month" side by side.
TABLE = [
    ("2026-01-31", "2026-04-01", "2026-03-17", "2026-03-31", "2026-03-02", "2026-03-02", "2026-03-31"),
    ("2026-02-28", "2026-04-29", "2026-04-14", "2026-04-30", "2026-03-30", "2026-03-30", "2026-03-31"),
    ("2026-03-10", "2026-05-09", "2026-05-15", "2026-04-30", "2026-04-09", "2026-04-30", "2026-04-30"),
    ("2026-12-15", "2027-02-13", "2027-02-14", "2027-01-31", "2027-01-14", "2027-01-30", "2027-01-31"),
    ("2024-01-15", "2024-03-15", "2024-03-16", "2024-02-29", "2024-02-14", "2024-03-01", "2024-02-29"),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_the_table_of_due_dates(row):
    issued_on, *expected = (date.fromisoformat(day) for day in row)
    terms = (SIXTY_NET, BEFORE_45, AFTER_45, THIRTY_NET, BEFORE_30, AFTER_30)
    assert [due_on(term, issued_on) for term in terms] == expected


@pytest.mark.parametrize(
    ("terms", "base_on", "expected"),
    [
        (PaymentTerms(days=30, end_of_month="after", day_of_month=10), "2026-03-10", "2026-05-10"),
        (PaymentTerms(days=0, end_of_month="after", day_of_month=31), "2026-01-15", "2026-02-28"),
        (PaymentTerms(days=30, day_of_month=15), "2026-03-10", "2026-04-15"),
        (PaymentTerms(days=30, day_of_month=5), "2026-03-10", "2026-05-05"),
        (PaymentTerms(days=0, day_of_month=31), "2026-02-28", "2026-02-28"),
        (PaymentTerms(days=30, end_of_month="before", day_of_month=10), "2026-12-15", "2027-02-10"),
        (PaymentTerms("end_of_decade", 30), "2026-03-10", "2026-04-09"),
        (PaymentTerms("end_of_decade", 30), "2026-03-11", "2026-04-19"),
        (PaymentTerms("end_of_decade", 0), "2026-02-21", "2026-02-28"),
        (PaymentTerms("receipt", 0), "2026-02-21", "2026-02-21"),
    ],
)
def test_days_of_the_month_and_ten_day_periods(terms, base_on, expected):
    assert due_on(terms, date.fromisoformat(base_on)) == date.fromisoformat(expected)


@given(all_terms, days)
def test_nothing_falls_due_before_its_base_date_nor_before_its_days(terms, base_on):
    due = due_on(terms, base_on)
    assert due >= base_on
    assert (due - base_on).days >= terms.days
    assert (due - base_on).days <= terms.days + 93


@given(all_terms, days, days)
def test_a_later_base_date_never_falls_due_earlier(terms, one, other):
    earlier, later = sorted((one, other))
    assert due_on(terms, earlier) <= due_on(terms, later)


@pytest.mark.parametrize(
    "wrong",
    [
        {"base": "order"},
        {"end_of_month": "twice"},
        {"days": -1},
        {"days": 367},
        {"day_of_month": 0},
        {"day_of_month": 32},
    ],
)
def test_impossible_terms_are_refused(wrong):
    with pytest.raises(ValueError, match="not"):
        PaymentTerms(**wrong)
