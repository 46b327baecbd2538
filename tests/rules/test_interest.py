from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.interest import LateInterestPolicy, late_interest
from encours.rules.rates import SHIPPED, HalfYear, HalfYearRates, RateTable

THREE_TIMES_LEGAL = LateInterestPolicy("legal_multiple")
ACTUAL_YEAR = LateInterestPolicy(day_basis="actual")
PUBLIC = LateInterestPolicy("public_buyer")
TWELVE_PERCENT = LateInterestPolicy("contract", Decimal(12))

principals = st.decimals(min_value=0, max_value=10**7, places=2)
known_days = st.dates(date(2018, 12, 31), date(2026, 6, 30))
policies = st.sampled_from([LateInterestPolicy(), THREE_TIMES_LEGAL, ACTUAL_YEAR, TWELVE_PERCENT])


# Facts §1.1: principal, due, paid, days by half-year with rate and interest, total, total at 3 x legal.
@pytest.mark.parametrize(
    ("principal", "due_on", "paid_on", "segments", "totals"),
    [
        (
            "12000", "2025-01-31", "2025-09-15",
            [(150, "13.15", "648.4932"), (77, "12.15", "307.5781")],
            ("956.07", "758.49"),
        ),
        (
            "2400", "2023-05-31", "2024-03-10",
            [(30, "12.50", "24.6575"), (184, "14.00", "169.3808"), (70, "14.50", "66.7397")],
            ("260.78", "235.37"),
        ),
        ("1000", "2022-12-31", "2023-01-01", [(1, "12.50", "0.3425")], ("0.34", "0.17")),
        ("5000", "2025-12-31", "2026-03-31", [(90, "12.15", "149.7945")], ("149.79", "96.90")),
    ],
)  # fmt: skip
def test_the_table_of_late_interest(principal, due_on, paid_on, segments, totals):
    days = date.fromisoformat(due_on), date.fromisoformat(paid_on)
    statement = late_interest(Decimal(principal), *days, SHIPPED)
    assert [
        (part.days, str(part.rate_percent), str(part.interest)) for part in statement.segments
    ] == segments
    assert str(statement.total) == totals[0]
    assert sum(part.days for part in statement.segments) == (days[1] - days[0]).days
    assert statement.counted_until == days[1]
    assert not statement.partial
    assert statement.missing is None
    assert {part.basis for part in statement.segments} == {"refinancing_plus_10"}
    at_legal = late_interest(Decimal(principal), *days, SHIPPED, policy=THREE_TIMES_LEGAL)
    assert str(at_legal.total) == totals[1]
    assert {part.basis for part in at_legal.segments} == {"three_times_legal"}


def test_a_leap_year_counted_in_its_own_days():
    statement = late_interest(
        Decimal(2400), date(2023, 5, 31), date(2024, 3, 10), SHIPPED, policy=ACTUAL_YEAR
    )
    assert str(statement.total) == "260.60"


# Facts §1.1: what freezing the rate at the first day would give, which only public buyers do.
@pytest.mark.parametrize(
    ("principal", "due_on", "paid_on", "frozen", "total"),
    [
        ("12000", date(2025, 1, 31), date(2025, 9, 15), "13.15", "981.39"),
        ("2400", date(2023, 5, 31), date(2024, 3, 10), "12.50", "233.42"),
    ],
)
def test_public_buyers_keep_the_rate_of_the_first_day(principal, due_on, paid_on, frozen, total):
    statement = late_interest(Decimal(principal), due_on, paid_on, SHIPPED, policy=PUBLIC)
    assert {part.rate_percent for part in statement.segments} == {Decimal(frozen) - 2}
    assert {part.basis for part in statement.segments} == {"refinancing_plus_8"}
    two_points_higher = RateTable(
        tuple(
            HalfYearRates(row.half_year, row.refinancing_percent + 2, row.legal_percent, row.source)
            for row in SHIPPED.rows
        )
    )
    as_frozen = late_interest(Decimal(principal), due_on, paid_on, two_points_higher, policy=PUBLIC)
    assert str(as_frozen.total) == total


def test_a_public_buyer_due_on_the_last_day_of_a_half_year_pays_the_rate_of_the_next():
    statement = late_interest(Decimal(1000), date(2025, 6, 30), date(2026, 9, 30), SHIPPED, policy=PUBLIC)
    assert {part.rate_percent for part in statement.segments} == {Decimal("10.15")}
    assert not statement.partial
    assert statement.counted_until == date(2026, 9, 30)


def test_a_contract_rate_is_raised_to_the_floor_half_year_by_half_year():
    statement = late_interest(
        Decimal(1000), date(2023, 6, 30), date(2025, 6, 30), SHIPPED, policy=TWELVE_PERCENT
    )
    assert [(str(part.rate_percent), part.floor_applied, part.basis) for part in statement.segments] == [
        ("12.66", True, "three_times_legal"),
        ("15.21", True, "three_times_legal"),
        ("14.76", True, "three_times_legal"),
        ("12", False, "contract"),
    ]
    assert all(part.source for part in statement.segments)


def test_a_payment_cuts_the_principal_from_the_day_after_it():
    statement = late_interest(
        Decimal(1000),
        date(2026, 1, 31),
        date(2026, 3, 31),
        SHIPPED,
        payments=[(date(2026, 3, 10), Decimal(300)), (date(2026, 2, 10), Decimal(400))],
    )
    assert [(part.from_on, part.to_on, part.days, part.principal) for part in statement.segments] == [
        (date(2026, 2, 1), date(2026, 2, 10), 10, Decimal(1000)),
        (date(2026, 2, 11), date(2026, 3, 10), 28, Decimal(600)),
        (date(2026, 3, 11), date(2026, 3, 31), 21, Decimal(300)),
    ]
    assert str(statement.total) == "11.02"


def test_payments_before_the_due_date_and_on_the_last_day_and_on_the_same_day():
    due_on, until = date(2026, 1, 31), date(2026, 2, 10)
    early = late_interest(Decimal(1000), due_on, until, SHIPPED, payments=[(date(2026, 1, 15), Decimal(400))])
    assert [(part.days, part.principal) for part in early.segments] == [(10, Decimal(600))]
    last = late_interest(Decimal(1000), due_on, until, SHIPPED, payments=[(until, Decimal(400))])
    assert [(part.days, part.principal) for part in last.segments] == [(10, Decimal(1000))]
    twice = [(date(2026, 2, 5), Decimal(400)), (date(2026, 2, 5), Decimal(100))]
    both = late_interest(Decimal(1000), due_on, until, SHIPPED, payments=twice)
    assert [(part.days, part.principal) for part in both.segments] == [(5, Decimal(1000)), (5, Decimal(500))]


def test_once_settled_nothing_runs_and_nothing_is_missing():
    statement = late_interest(
        Decimal(1000),
        date(2026, 5, 31),
        date(2026, 11, 22),
        SHIPPED,
        payments=[(date(2026, 6, 10), Decimal(1200)), (date(2026, 8, 1), Decimal(10))],
    )
    assert [part.days for part in statement.segments] == [10]
    assert not statement.partial
    assert statement.counted_until == date(2026, 11, 22)


def test_a_missing_half_year_at_the_end_stops_the_count_there():
    statement = late_interest(Decimal(5000), date(2025, 12, 31), date(2026, 11, 22), SHIPPED)
    assert statement.partial
    assert statement.missing == HalfYear(2026, 2)
    assert statement.counted_until == date(2026, 6, 30)
    until_known = late_interest(Decimal(5000), date(2025, 12, 31), date(2026, 6, 30), SHIPPED)
    assert statement.total == until_known.total
    assert not until_known.partial


@pytest.mark.parametrize("policy", [LateInterestPolicy(), TWELVE_PERCENT, THREE_TIMES_LEGAL, PUBLIC])
def test_a_missing_half_year_at_the_start_counts_nothing(policy):
    statement = late_interest(Decimal(5000), date(2026, 6, 30), date(2026, 11, 22), SHIPPED, policy=policy)
    assert statement.segments == ()
    assert statement.total == 0
    assert statement.counted_until == date(2026, 6, 30)
    assert statement.missing == HalfYear(2026, 2)


def test_a_missing_half_year_in_the_middle_is_not_jumped_over():
    later = HalfYearRates(HalfYear(2027, 1), Decimal(1), Decimal(1), "entered in this test")
    statement = late_interest(
        Decimal(5000), date(2025, 12, 31), date(2027, 3, 31), SHIPPED.with_rates([later])
    )
    assert statement.counted_until == date(2026, 6, 30)
    assert statement.missing == HalfYear(2026, 2)


def test_nothing_runs_up_to_the_due_date():
    statement = late_interest(Decimal(5000), date(2026, 1, 31), date(2026, 1, 31), SHIPPED)
    assert (statement.segments, statement.total, statement.partial) == ((), 0, False)


def test_the_total_has_the_decimals_of_its_currency():
    days = date(2025, 12, 31), date(2026, 3, 31)
    assert str(late_interest(Decimal(5000), *days, SHIPPED, currency="TND").total) == "149.795"
    assert str(late_interest(Decimal(5000), *days, SHIPPED, currency="XOF").total) == "150"


@given(principals, known_days, known_days, known_days, policies)
def test_interest_adds_up_over_the_parts_of_a_period(principal, one, two, three, policy):
    due_on, middle, until = sorted((one, two, three))
    whole = late_interest(principal, due_on, until, SHIPPED, policy=policy)
    first = late_interest(principal, due_on, middle, SHIPPED, policy=policy)
    second = late_interest(principal, middle, until, SHIPPED, policy=policy)
    parts = [*first.segments, *second.segments]
    assert sum(part.days for part in whole.segments) == sum(part.days for part in parts)
    difference = sum((part.interest for part in parts), Decimal(0)) - sum(
        (part.interest for part in whole.segments), Decimal(0)
    )
    assert abs(difference) <= Decimal("0.0002")


@given(principals, principals, known_days, known_days, policies)
def test_more_principal_or_more_days_never_means_less_interest(one, other, due_on, until, policy):
    smaller, larger = sorted((one, other))
    small = late_interest(smaller, due_on, until, SHIPPED, policy=policy)
    assert small.total <= late_interest(larger, due_on, until, SHIPPED, policy=policy).total
    assert (
        small.total <= late_interest(smaller, due_on, until + timedelta(days=1), SHIPPED, policy=policy).total
    )


@given(
    principals,
    known_days,
    known_days,
    st.lists(st.tuples(known_days, st.decimals(min_value=0, max_value=10**6, places=2)), max_size=5),
)
def test_payments_lower_interest_and_segments_never_overlap(principal, due_on, until, payments):
    statement = late_interest(principal, due_on, until, SHIPPED, payments=payments)
    assert 0 <= statement.total <= late_interest(principal, due_on, until, SHIPPED).total
    for earlier, later in zip(statement.segments, statement.segments[1:], strict=False):
        assert later.from_on == earlier.to_on + timedelta(days=1)
        assert later.principal <= earlier.principal
    assert all(due_on < part.from_on <= part.to_on <= until for part in statement.segments)


def test_impossible_policies_and_amounts_are_refused():
    with pytest.raises(ValueError, match="not 'usury'"):
        LateInterestPolicy("usury")
    with pytest.raises(ValueError, match="not 360"):
        LateInterestPolicy(day_basis=360)
    with pytest.raises(ValueError, match="has a contract rate"):
        LateInterestPolicy("contract")
    with pytest.raises(ValueError, match="has a contract rate"):
        LateInterestPolicy("default", Decimal(12))
    with pytest.raises(ValueError, match="not negative"):
        LateInterestPolicy("contract", Decimal(-1))
    with pytest.raises(ValueError, match="positive"):
        late_interest(Decimal(-1), date(2026, 1, 1), date(2026, 2, 1), SHIPPED)
    with pytest.raises(ValueError, match="positive"):
        late_interest(
            Decimal(1),
            date(2026, 1, 1),
            date(2026, 2, 1),
            SHIPPED,
            payments=[(date(2026, 1, 5), Decimal(-1))],
        )
