"""The grade: what each line of the card costs, and that paying later never pays."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.behavior import Behavior, OpenPart, SettledPart, behavior
from encours.rules.grade import VERSION, Grade, Reason, grade, letter_of

TODAY = date(2026, 11, 22)
GOOD = Behavior(
    days_beyond_terms=Decimal("0.0"),
    previous_days_beyond_terms=Decimal("0.0"),
    trend_days=Decimal("0.0"),
    share_late=Decimal("0.0000"),
    worst_delay_days=0,
    settled_count=30,
    months_of_history=20,
    usual_delay_days=0,
    habit_limit_days=5,
    broken_habits=0,
    last_paid_on=date(2026, 11, 2),
)
DRIFTING = replace(
    GOOD,
    days_beyond_terms=Decimal("31.0"),
    previous_days_beyond_terms=Decimal("12.0"),
    trend_days=Decimal("19.0"),
    share_late=Decimal("0.8000"),
    worst_delay_days=43,
)


def reason(graded: Grade, code: str) -> Reason:
    return next(line for line in graded.reasons if line.code == code)


def test_a_customer_who_pays_on_the_day_has_an_a_and_nothing_to_explain() -> None:
    assert grade(GOOD) == Grade("A", 100, (), "high", VERSION)


def test_a_drifting_customer_reads_its_reasons_from_the_heaviest() -> None:
    graded = grade(
        DRIFTING, overdue_amount=Decimal(27_000), overdue_oldest_days=43, outstanding=Decimal(31_000)
    )
    assert [(line.code, line.points) for line in graded.reasons] == [
        ("days_beyond_terms", -30),
        ("oldest_overdue", -13),
        ("trend_worse", -10),
        ("share_late", -8),
        ("overdue_share", -4),
        ("worst_delay", -4),
    ]
    assert (graded.letter, graded.points, graded.confidence) == ("D", 31, "high")


def test_a_reason_says_what_would_win_points_back() -> None:
    line = reason(grade(DRIFTING), "days_beyond_terms")
    assert line.params == {"days": Decimal("31.0"), "previous_days": Decimal("12.0"), "target": 22}
    assert (line.improve_code, line.improve_points) == ("pay_within_days", 10)


def test_a_small_loss_promises_nothing() -> None:
    line = reason(grade(replace(GOOD, worst_delay_days=31)), "worst_delay")
    assert (line.points, line.improve_code, line.improve_points) == (-2, None, 0)


@pytest.mark.parametrize(
    ("settled", "points", "letter", "code"),
    [
        (0, 55, "C", "no_history"),
        (4, 70, "B", "thin_history"),
        (8, 85, "A", "thin_history"),
        (12, 100, "A", None),
    ],
)
def test_a_thin_history_starts_from_the_middle(
    settled: int, points: int, letter: str, code: str | None
) -> None:
    graded = grade(replace(GOOD, settled_count=settled))
    assert (graded.points, graded.letter) == (points, letter)
    assert [line.code for line in graded.reasons] == ([code] if code else [])


@pytest.mark.parametrize(
    ("settled", "months", "confidence"),
    [(12, 12, "high"), (12, 11, "medium"), (5, 3, "medium"), (5, 2, "low"), (4, 60, "low")],
)
def test_confidence_follows_the_depth_of_history(settled: int, months: int, confidence: str) -> None:
    assert grade(replace(GOOD, settled_count=settled, months_of_history=months)).confidence == confidence


def test_a_long_clean_history_wins_points() -> None:
    clean = replace(GOOD, months_of_history=36, share_late=Decimal("0.3000"), worst_delay_days=4)
    assert reason(grade(clean), "long_history_clean").points == 5
    assert reason(grade(clean), "long_history_clean").params == {"months": 36}
    assert grade(clean).points == 100
    assert "long_history_clean" not in {line.code for line in grade(clean, overdue_oldest_days=6).reasons}


def test_a_broken_habit_is_named_with_the_habit() -> None:
    broken = replace(GOOD, habit_limit_days=6, broken_habits=2)
    line = reason(grade(broken, overdue_oldest_days=30), "broken_habit")
    assert line.points == -10
    assert line.params == {"days": 30, "habit_days": 6, "count": 2}


def test_a_doubtful_account_and_an_insolvency_weigh_more_than_habits() -> None:
    assert grade(GOOD, doubtful=True).letter == "C"
    assert grade(GOOD, insolvent=True) == Grade("E", 0, (Reason("insolvent", -100),), "high")


def test_credits_not_yet_allocated_do_not_make_the_overdue_share_exceed_one() -> None:
    graded = grade(GOOD, overdue_amount=Decimal(500), outstanding=Decimal(-200))
    assert reason(graded, "overdue_share").params == {"amount": Decimal(500), "share": Decimal("1.0000")}


@pytest.mark.parametrize(
    ("points", "letter"), [(100, "A"), (80, "A"), (79, "B"), (64, "C"), (44, "D"), (24, "E"), (0, "E")]
)
def test_letters(points: int, letter: str) -> None:
    assert letter_of(points) == letter


tenths = st.integers(0, 2000).map(lambda days: Decimal(days) / 10)
behaviors = st.builds(
    Behavior,
    days_beyond_terms=tenths,
    previous_days_beyond_terms=st.none(),
    trend_days=st.none() | st.integers(-500, 500).map(lambda days: Decimal(days) / 10),
    share_late=st.integers(0, 10_000).map(lambda share: Decimal(share) / 10_000),
    worst_delay_days=st.integers(0, 300),
    settled_count=st.integers(0, 40),
    months_of_history=st.integers(0, 60),
    usual_delay_days=st.none(),
    habit_limit_days=st.none() | st.integers(5, 60),
    broken_habits=st.integers(0, 3),
    last_paid_on=st.none(),
)


@given(behaviors, st.integers(0, 200), st.booleans())
def test_the_points_are_the_sum_of_the_reasons(known: Behavior, days: int, doubtful: bool) -> None:
    graded = grade(known, overdue_oldest_days=days, doubtful=doubtful)
    assert graded.points == min(100, max(0, 100 + sum(line.points for line in graded.reasons)))
    effects = [abs(line.points) for line in graded.reasons]
    assert effects == sorted(effects, reverse=True)
    assert all(line.improve_points >= 0 and line.points for line in graded.reasons)


@given(behaviors, st.integers(0, 200), st.integers(0, 100), st.data())
def test_a_worse_figure_never_gives_a_better_grade(
    known: Behavior, days: int, more: int, data: st.DataObject
) -> None:
    assert known.days_beyond_terms is not None
    assert known.share_late is not None
    assert known.worst_delay_days is not None
    worse = replace(
        known,
        days_beyond_terms=known.days_beyond_terms + data.draw(tenths),
        trend_days=None if known.trend_days is None else known.trend_days + data.draw(tenths),
        share_late=min(Decimal(1), known.share_late + Decimal(more) / 100),
        worst_delay_days=known.worst_delay_days + more,
    )
    owed = Decimal(data.draw(st.integers(0, 1000)))
    before = grade(known, overdue_oldest_days=days, overdue_amount=owed, outstanding=Decimal(1000))
    after = grade(
        worse, overdue_oldest_days=days + more, overdue_amount=owed + more, outstanding=Decimal(1000)
    )
    assert after.points <= before.points
    assert after.letter >= before.letter


def facts_grade(settled: list[SettledPart], waits: list[OpenPart]) -> Grade:
    overdue = [part for part in waits if part.due_on < TODAY]
    return grade(
        behavior(settled, waits, TODAY),
        overdue_amount=sum((part.amount for part in overdue), Decimal(0)),
        overdue_oldest_days=max(((TODAY - part.due_on).days for part in overdue), default=0),
        outstanding=sum((part.amount for part in waits), Decimal(0)),
    )


parts = st.tuples(st.integers(1, 9000), st.integers(0, 180), st.integers(0, 90))


@given(st.lists(parts, min_size=1, max_size=10), st.integers(1, 60), st.data())
def test_paying_later_in_the_last_six_months_never_helps(
    rows: list[tuple[int, int, int]], later: int, data: st.DataObject
) -> None:
    settled = [
        SettledPart(Decimal(amount), paid_on - timedelta(days=delay), paid_on)
        for amount, days_ago, delay in rows
        for paid_on in [TODAY - timedelta(days=days_ago)]
    ]
    chosen = data.draw(st.integers(0, len(settled) - 1))
    moved = list(settled)
    moved[chosen] = replace(
        settled[chosen], settled_on=min(TODAY, settled[chosen].settled_on + timedelta(days=later))
    )
    waits = [OpenPart(Decimal(1000), TODAY - timedelta(days=data.draw(st.integers(-30, 90))))]
    assert facts_grade(moved, waits).points <= facts_grade(settled, waits).points
