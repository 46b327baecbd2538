"""How a customer pays: tables that a person can check, and what must hold for every customer."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.behavior import (
    PREVIOUS_DAYS,
    Behavior,
    BehaviorSums,
    OpenPart,
    SettledPart,
    behavior,
    behavior_of,
    sums_of,
)

TODAY = date(2026, 11, 22)


def paid(amount: int, due_days_ago: int, delay: int) -> SettledPart:
    due_on = TODAY - timedelta(days=due_days_ago)
    return SettledPart(Decimal(amount), due_on, due_on + timedelta(days=delay))


def waiting(amount: int, days_overdue: int) -> OpenPart:
    return OpenPart(Decimal(amount), TODAY - timedelta(days=days_overdue))


amounts = st.integers(1, 50_000)
settled_parts = st.lists(st.builds(paid, amounts, st.integers(0, 700), st.integers(-30, 200)), max_size=12)
open_parts = st.lists(st.builds(waiting, amounts, st.integers(-60, 200)), max_size=6)


def test_nothing_known_is_unknown_not_zero() -> None:
    assert behavior([], [], TODAY) == Behavior(
        days_beyond_terms=None,
        previous_days_beyond_terms=None,
        trend_days=None,
        share_late=None,
        worst_delay_days=None,
        settled_count=0,
        months_of_history=0,
        usual_delay_days=None,
        habit_limit_days=None,
        broken_habits=0,
        last_paid_on=None,
    )


def test_days_beyond_terms_weigh_the_amounts_and_count_what_is_open() -> None:
    # (1,000 x 10 + 3,000 x 30 + 2,000 x 20) / 6,000 = 140,000 / 6,000 = 23.3 days
    known = behavior([paid(1000, 90, 10), paid(3000, 60, 30)], [waiting(2000, 20)], TODAY)
    assert known.days_beyond_terms == Decimal("23.3")
    assert known.share_late == 1
    assert known.worst_delay_days == 30
    assert known.settled_count == 2
    assert known.last_paid_on == TODAY - timedelta(days=30)


@pytest.mark.parametrize(
    ("settled", "waits", "days", "share"),
    [
        ([paid(500, 60, -20)], [], "0.0", "0.0000"),  # early does not count as negative
        ([paid(500, 60, -20), paid(500, 60, 20)], [], "10.0", "0.5000"),
        ([paid(500, 60, 0)], [waiting(500, -30)], "0.0", "0.0000"),  # not due yet: says nothing
        ([paid(500, 60, 0)], [waiting(500, 0)], "0.0", "0.0000"),  # due today is not overdue
        ([], [waiting(500, 45)], "45.0", "1.0000"),
        ([paid(500, 420, 10)], [waiting(500, 4)], "4.0", "1.0000"),  # settled over a year ago
    ],
)
def test_days_beyond_terms_at_the_edges(
    settled: list[SettledPart], waits: list[OpenPart], days: str, share: str
) -> None:
    known = behavior(settled, waits, TODAY)
    assert known.days_beyond_terms == Decimal(days)
    assert known.share_late == Decimal(share)


def test_the_trend_compares_with_what_was_known_six_months_ago() -> None:
    # Six months ago: one invoice paid at 10 days, and one open for 18 days that was paid much later.
    old, long_open = paid(1000, 300, 10), paid(1000, PREVIOUS_DAYS + 18, 60)
    known = behavior([old, long_open], [], TODAY)
    assert known.previous_days_beyond_terms == Decimal("14.0")
    assert known.days_beyond_terms == Decimal("35.0")
    assert known.trend_days == Decimal("21.0")


def test_a_payment_after_the_day_of_the_question_was_not_known_then() -> None:
    part = paid(800, 50, 40)
    as_of = TODAY - timedelta(days=20)
    known = behavior([part], [], as_of)
    assert known.settled_count == 0
    assert known.last_paid_on is None
    assert known.days_beyond_terms == 30
    assert known.months_of_history == 0


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2025, 11, 22), date(2026, 11, 22), 12),
        (date(2025, 11, 23), date(2026, 11, 22), 11),
        (date(2026, 11, 30), date(2026, 11, 22), 0),
    ],
)
def test_months_of_history_are_whole_months(first: date, last: date, months: int) -> None:
    assert behavior([], [OpenPart(Decimal(1), first)], last).months_of_history == months


def test_the_usual_delay_is_the_median_and_keeps_its_sign() -> None:
    assert behavior([paid(1, 90, -3), paid(1, 80, -2), paid(1, 70, 40)], [], TODAY).usual_delay_days == -2


def test_a_habit_is_broken_when_an_item_waits_longer_than_ever() -> None:
    habit = [paid(100, 60 + day, day) for day in range(1, 7)]
    # Delays 1 to 6: mean 3.5, deviation 1.7, hence 6 days.
    known = behavior(habit, [waiting(100, 6), waiting(100, 7), waiting(100, 30)], TODAY)
    assert known.habit_limit_days == 6
    assert known.broken_habits == 2


def test_four_payments_make_no_habit() -> None:
    known = behavior([paid(100, 60, 1)] * 4, [waiting(100, 90)], TODAY)
    assert known.habit_limit_days is None
    assert known.broken_habits == 0


def test_a_perfect_payer_is_given_the_time_a_bank_takes() -> None:
    known = behavior([paid(100, 60, 0)] * 8, [waiting(100, 5), waiting(100, 6)], TODAY)
    assert known.habit_limit_days == 5
    assert known.broken_habits == 1


def test_sums_added_up_elsewhere_give_the_same_figures() -> None:
    sums = BehaviorSums(
        today=TODAY,
        amount=Decimal(6000),
        amount_days=Decimal(140_000),
        late_amount=Decimal(5000),
        previous_amount=Decimal(1000),
        previous_amount_days=Decimal(12_000),
        worst_delay_days=30,
    )
    known = behavior_of(sums)
    assert (known.days_beyond_terms, known.trend_days) == (Decimal("23.3"), Decimal("11.3"))
    assert known.share_late == Decimal("0.8333")


@given(settled_parts, open_parts)
def test_the_order_of_the_parts_says_nothing(settled: list[SettledPart], waits: list[OpenPart]) -> None:
    assert behavior(settled[::-1], waits[::-1], TODAY) == behavior(settled, waits, TODAY)


@given(settled_parts, open_parts)
def test_a_part_cut_in_two_weighs_the_same(settled: list[SettledPart], waits: list[OpenPart]) -> None:
    halves = [replace(part, amount=part.amount / 2) for part in settled for _ in range(2)]
    whole, cut = behavior(settled, waits, TODAY), behavior(halves, waits, TODAY)
    assert whole.days_beyond_terms == cut.days_beyond_terms
    assert whole.previous_days_beyond_terms == cut.previous_days_beyond_terms
    assert whole.share_late == cut.share_late


@given(settled_parts, open_parts)
def test_the_figures_stay_within_their_bounds(settled: list[SettledPart], waits: list[OpenPart]) -> None:
    known = behavior(settled, waits, TODAY)
    if known.days_beyond_terms is None or known.share_late is None or known.worst_delay_days is None:
        assert known.worst_delay_days is None
        return
    assert 0 <= known.days_beyond_terms <= known.worst_delay_days
    assert 0 <= known.share_late <= 1
    assert known.broken_habits <= len(waits) + len(settled)


@given(settled_parts, open_parts, st.integers(1, 90))
def test_a_fact_learned_later_changes_nothing_before(
    settled: list[SettledPart], waits: list[OpenPart], days: int
) -> None:
    """Between that day and today nothing else happened: both tellings of the story must agree."""
    as_of = TODAY - timedelta(days=days)
    untold = [OpenPart(part.amount, part.due_on) for part in settled if part.settled_on > as_of]
    told = [part for part in settled if part.settled_on <= as_of]
    then, seen_later = sums_of(told, [*waits, *untold], as_of), sums_of(settled, waits, as_of)
    assert replace(then, overdue_days=()) == replace(seen_later, overdue_days=())
    assert sorted(then.overdue_days) == sorted(seen_later.overdue_days)
