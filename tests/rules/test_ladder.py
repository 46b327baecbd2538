"""How an item climbs: where it enters, what its next step counts from, and how far it stays when the plan changes."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.dunning import (
    DEFAULT_PLAN_STEPS,
    Case,
    CaseEvent,
    CaseItem,
    Decision,
    Hold,
    Plan,
    Remind,
    decide,
)
from encours.rules.ladder import carried_rank, entry_rank, next_step, step_age

TODAY = date(2026, 11, 24)
PLAN = Plan("French default", DEFAULT_PLAN_STEPS)
FIRST = DEFAULT_PLAN_STEPS[1]
ANSWER = replace(
    FIRST, rank=500, name="Answer", days=1, counts_from="event", event="promise_broken", template="broken"
)


def item(name: str, days_overdue: int, *, rank: int = 0, **more: object) -> CaseItem:
    due_on = TODAY - timedelta(days=days_overdue)
    return replace(CaseItem(name, name, Decimal(1200), due_on, reached_rank=rank), **more)


def case(*items: CaseItem, **more: object) -> Case:
    return replace(Case("C1", items, rates_known_until=date(2030, 1, 1)), **more)


def said(decision: Decision) -> tuple[str, list[object]]:
    assert isinstance(decision, Remind), decision
    return decision.step.template, [line.id for line in decision.items]


@pytest.mark.parametrize(
    ("known_age", "template"),
    [
        (-10, "reminder_1"),
        (0, "reminder_1"),
        (14, "reminder_1"),
        (15, "reminder_2"),
        (60, "reminder_2"),
        (400, "reminder_2"),
    ],
)
def test_an_old_ledger_enters_at_its_age_short_of_interest_and_formal_notice(
    known_age: int, template: str
) -> None:
    old = item("F1", 400, known_on=TODAY - timedelta(days=400 - known_age))
    assert said(decide(case(old), PLAN, TODAY))[0] == template


def test_what_was_known_in_time_climbs_from_the_first_step_however_late_the_run() -> None:
    late = item("F1", 60, known_on=TODAY - timedelta(days=90))
    assert said(decide(case(late), PLAN, TODAY))[0] == "reminder_1"


def test_a_case_under_way_goes_one_step_at_a_time_whatever_enters_it() -> None:
    steps = tuple(replace(step, states_interest=False) for step in DEFAULT_PLAN_STEPS)
    plan = Plan("Long", steps)
    old = item("F1", 40, known_on=TODAY)
    assert entry_rank(plan, old, 0, TODAY) == 3
    assert entry_rank(plan, old, 1, TODAY) == 2
    assert entry_rank(plan, old, 2, TODAY) == 3


def test_the_step_before_counts_from_the_day_it_was_really_said() -> None:
    spaced = tuple(
        replace(step, counts_from="previous", days=10) if step.rank in {2, 3} else step
        for step in DEFAULT_PLAN_STEPS
    )
    plan = Plan("Spaced", spaced)
    late = item("F1", 60, rank=1, said_on=TODAY - timedelta(days=9))
    decision = decide(case(late, last_rank=1), plan, TODAY)
    assert isinstance(decision, Hold)
    assert (decision.reason_code, decision.until) == ("step_not_due", TODAY + timedelta(days=1))
    assert said(decide(case(late, last_rank=1), plan, TODAY + timedelta(days=1)))[0] == "reminder_2"
    assert [step_age(plan.ladder, step) for step in plan.ladder] == [3, 13, 23, 45]


def test_a_step_may_count_from_the_day_of_issue() -> None:
    plan = Plan("Issue", (replace(FIRST, counts_from="issue", days=40),))
    one = item("F1", 5, issued_on=TODAY - timedelta(days=39))
    assert isinstance(decide(case(one), plan, TODAY), Hold)
    decision = decide(case(one), plan, TODAY + timedelta(days=1))
    assert said(decision) == ("reminder_1", ["F1"])
    assert isinstance(decision, Remind)
    assert decision.items[0].reached_days == 6


def test_by_item_a_message_speaks_of_one_step_only() -> None:
    plan = replace(PLAN, scope="item")
    items = (
        item("F1", 31, rank=2),
        item("F2", 16, rank=1),
        item("F3", 17, rank=1),
        item("F4", 4),
        item("F5", 1),
    )
    decision = decide(case(*items, last_rank=3), plan, TODAY)
    assert said(decision) == ("last_reminder", ["F1"])
    rest = (replace(items[0], reached_rank=3), *items[1:])
    assert said(decide(case(*rest, last_rank=3), plan, TODAY)) == ("reminder_2", ["F3", "F2"])
    assert said(decide(case(items[3], last_rank=3), plan, TODAY)) == ("reminder_1", ["F4"])


def test_switching_to_one_voice_restarts_nothing() -> None:
    items = (item("F1", 31, rank=3), item("F2", 16, rank=1))
    assert said(decide(case(*items, last_rank=3), PLAN, TODAY)) == ("last_reminder", ["F1", "F2"])


@given(st.integers(1, 4), st.lists(st.integers(1, 90), min_size=1, max_size=6, unique=True).map(sorted))
def test_another_version_neither_starts_again_nor_softens(rank: int, days: list[int]) -> None:
    said_at = PLAN.ladder[rank - 1].days
    other = Plan(
        "Other", tuple(replace(FIRST, rank=place, days=day) for place, day in enumerate(days, start=1))
    )
    reached = carried_rank(other, rank, said_at)
    ages = {step.rank: step.days for step in other.ladder}
    assert all(day > said_at for place, day in ages.items() if place > reached)
    following = next_step(other, item("F1", 100, rank=rank, reached_days=said_at), 0, TODAY)
    assert following is None or following.days > said_at


def test_a_version_with_other_words_is_the_same_ladder() -> None:
    twins = Plan("Twins", tuple(replace(FIRST, rank=place, days=3) for place in (1, 2, 3)))
    assert carried_rank(twins, 2, 3) == 2


@pytest.mark.parametrize(
    ("days", "said_at", "reached"),
    [
        ((3, 8, 15), 15, 3),  # put in between, and this one keeps its day
        ((3, 8, 22), 15, 3),  # put in between, and this one comes later now
        ((3, 15, 15), 15, 3),  # put in before it on the same day
        ((3, 40, 50), 60, 3),  # sooner now than it was
    ],
)
def test_a_step_is_known_again_by_its_voice(days: tuple[int, ...], said_at: int, reached: int) -> None:
    words = ("reminder_1", "new", "reminder_2")
    steps = tuple(
        replace(FIRST, rank=place, days=age, template=text)
        for place, (age, text) in enumerate(zip(days, words, strict=True), start=1)
    )
    assert carried_rank(Plan("Next", steps), 2, said_at, reached_by="email reminder_2") == reached


def test_words_said_twice_by_a_plan_are_known_again_by_their_age_too() -> None:
    steps = tuple(replace(FIRST, rank=place, days=10 * place) for place in (1, 2, 3))
    assert [
        carried_rank(Plan("Thrice", steps), 1, age, reached_by="email reminder_1") for age in (9, 10, 21)
    ] == [1, 1, 2]


def test_an_event_is_answered_once_and_moves_nobody_up_the_ladder() -> None:
    plan = Plan("Answering", (*DEFAULT_PLAN_STEPS, ANSWER))
    broken = CaseEvent("promise_broken", TODAY - timedelta(days=1), ("F1",))
    facts = case(item("F1", 31, rank=2), item("F2", 31, rank=2), last_rank=2, events=(broken,))
    decision = decide(facts, plan, TODAY)
    assert said(decision) == ("broken", ["F1"])
    assert isinstance(decision, Remind)
    assert [line.rank for line in decision.items] == [2]
    assert decision.reasons[0].code == "promise_broken"
    answered = replace(broken, answered_on=TODAY)
    assert said(decide(replace(facts, events=(answered,)), plan, TODAY))[0] == "last_reminder"
    again = CaseEvent("promise_broken", TODAY + timedelta(days=3), (), answered_on=TODAY)
    later = decide(replace(facts, events=(again,)), plan, TODAY + timedelta(days=4))
    assert said(later) == ("broken", ["F1", "F2"])


@pytest.mark.parametrize(
    ("days", "template"), [(0, "last_reminder"), (1, "broken"), (31, "broken"), (32, "last_reminder")]
)
def test_an_event_waits_for_its_days_and_grows_old(days: int, template: str) -> None:
    plan = Plan("Answering", (*DEFAULT_PLAN_STEPS, ANSWER))
    broken = CaseEvent("promise_broken", TODAY - timedelta(days=days))
    facts = case(item("F1", 31, rank=2), last_rank=2, events=(broken,))
    assert said(decide(facts, plan, TODAY))[0] == template


def test_an_answer_that_cannot_be_given_does_not_stop_the_ladder() -> None:
    call = replace(ANSWER, channel="phone", days=0)
    plan = Plan("Calling", (*DEFAULT_PLAN_STEPS, call))
    facts = case(
        item("F1", 31, rank=2), last_rank=2, events=(CaseEvent("promise_broken", TODAY),), has_phone=False
    )
    assert said(decide(facts, plan, TODAY))[0] == "last_reminder"


def test_thanks_wait_for_their_days() -> None:
    steps = tuple(
        replace(step, days=3) if step.trigger == "after_payment" else step for step in DEFAULT_PLAN_STEPS
    )
    paid = item("F1", 20, rank=1, settled_on=TODAY - timedelta(days=2))
    facts = Case("C1", (), settled_recently=(paid,))
    assert isinstance(decide(facts, Plan("Later", steps), TODAY), Hold)
    assert said(decide(facts, Plan("Later", steps), TODAY + timedelta(days=1)))[0] == "thanks"
