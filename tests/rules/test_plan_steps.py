"""The steps of a plan: their order, their ranks when one comes or goes, and what is wrong named by its step."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules import ready_plans
from encours.rules.cases import Plan, Step
from encours.rules.plan_steps import (
    FIRST_RANK,
    KINDS,
    PARTS,
    Words,
    added,
    ages,
    changed,
    differences,
    faults,
    moved,
    part_of,
    removed,
    steps_of,
)

NOTICE = Step(0, "Notice", "before_due", 7, "email", "automatic", "a")
FIRST = Step(1, "First", "after_due", 3, "email", "to_confirm", "a")
SECOND = Step(2, "Second", "after_due", 15, "email", "to_confirm", "a")
FORMAL = Step(3, "Formal", "after_due", 45, "letter", "manual", "a", formal=True)
BROKEN = Step(
    500, "Broken", "after_due", 1, "phone", "manual", "s", counts_from="event", event="promise_broken"
)
THANKS = Step(1000, "Thanks", "after_payment", 0, "email", "automatic", "a")
STEPS = (NOTICE, FIRST, SECOND, FORMAL, BROKEN, THANKS)
WORDS = {"a": Words("message", frozenset({"fr", "en"})), "s": Words("script", frozenset({"fr"}))}


def codes(*steps: Step, gap: int = 7) -> list[tuple[str, str]]:
    found = faults(Plan("P", steps, gap), WORDS, ["fr"])
    return [(fault.code, str(fault.params.get("name", ""))) for fault in found if fault.blocking]


def test_a_sound_plan_has_no_fault() -> None:
    assert codes(*STEPS) == []
    assert [part_of(step) for step in STEPS] == ["before_due", *["after_due"] * 3, "event", "after_payment"]


@pytest.mark.parametrize("ready", ready_plans.READY_PLANS, ids=lambda ready: ready.code)
def test_every_plan_to_start_from_is_sound(ready: ready_plans.ReadyPlan) -> None:
    found = faults(Plan(ready.name, ready.steps, ready.minimum_gap_days))
    assert [fault for fault in found if fault.blocking] == []
    demands = [step for step in ready.steps if part_of(step) == "after_due"]
    assert all(step.rank >= 1 for step in demands)


def test_a_public_buyer_is_never_threatened() -> None:
    public = next(ready for ready in ready_plans.READY_PLANS if ready.code == "public")
    assert not any(step.formal or step.registered for step in public.steps)
    assert {step.template for step in public.steps}.isdisjoint({"last_reminder", "formal_notice"})


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((), [("no_steps", "")]),
        ((FIRST, replace(SECOND, days=3)), [("out_of_order", "Second")]),
        ((FIRST, replace(SECOND, days=2)), [("out_of_order", "Second")]),
        ((FIRST, replace(SECOND, rank=1)), [("rank_taken", "First"), ("rank_taken", "Second")]),
        ((replace(FIRST, counts_from="previous"),), [("nothing_before", "First")]),
        ((FIRST, replace(FORMAL, rank=2, days=10), replace(SECOND, rank=3)), [("formal_not_last", "Formal")]),
        ((replace(FORMAL, mode="automatic"),), [("formal_automatic", "Formal")]),
        ((replace(FORMAL, channel="phone", template="s"),), [("formal_unwritten", "Formal")]),
        ((FIRST, replace(THANKS, formal=True)), [("formal_elsewhere", "Thanks")]),
        ((replace(FIRST, registered=True),), [("registered_no_letter", "First")]),
        ((NOTICE, replace(NOTICE, rank=-1, name="Other")), [("same_day", "Notice")]),
        ((THANKS, replace(THANKS, rank=1001, name="Again")), [("thanks_twice", "Again")]),
        ((replace(BROKEN, event=""),), [("event_unnamed", "Broken")]),
        ((BROKEN, replace(BROKEN, rank=501, name="Again")), [("event_twice", "Again")]),
        ((replace(FIRST, template="nowhere"),), [("words_missing", "First")]),
        ((replace(FIRST, channel="sms"),), [("words_of_another_kind", "First")]),
    ],
)
def test_what_is_wrong_names_its_step(steps: tuple[Step, ...], said: list[tuple[str, str]]) -> None:
    assert codes(*steps) == said


def test_words_must_speak_the_languages_of_the_customers() -> None:
    (fault,) = faults(Plan("P", (BROKEN,)), WORDS, ["fr", "en"])
    assert (fault.code, fault.params["language"], fault.rank) == ("language_missing", "en", 500)


def test_a_step_within_the_silence_is_only_a_warning() -> None:
    near = replace(SECOND, days=8)
    assert codes(FIRST, near) == []
    (warning,) = faults(Plan("P", (FIRST, near)), WORDS, ["fr"])
    assert (warning.code, warning.params["gap"], warning.blocking) == ("within_silence", 7, False)


def test_days_may_count_from_the_step_before_or_from_the_issue() -> None:
    after = replace(SECOND, counts_from="previous", days=5)
    assert ages((FIRST, after, FORMAL)) == {1: 3, 2: 8, 3: 45}
    assert ages((FIRST, replace(SECOND, counts_from="issue"), replace(FORMAL, counts_from="previous"))) == {
        1: 3,
        2: None,
        3: None,
    }
    assert codes(replace(FIRST, days=20), replace(after, days=2), replace(FORMAL, days=21)) == [
        ("out_of_order", "Formal")
    ]


def test_a_step_comes_in_its_place_in_time_and_the_others_keep_theirs() -> None:
    call = Step(0, "Call", "after_due", 8, "phone", "manual", "s")
    steps, rank = added(STEPS, call)
    assert rank == 2
    assert [(one.name, one.rank) for one in steps_of(steps, "after_due")] == [
        ("First", 1),
        ("Call", 2),
        ("Second", 3),
        ("Formal", 4),
    ]
    without = removed(steps, 3)
    assert [one.rank for one in steps_of(without, "after_due")] == [1, 2, 4]
    again, rank = added(without, replace(call, name="Fax", days=20))
    assert rank == 3
    assert [one.rank for one in steps_of(again, "after_due")] == [1, 2, 3, 4]
    last, rank = added(STEPS, replace(call, counts_from="previous"))
    assert [one.name for one in steps_of(last, "after_due")] == ["First", "Second", "Call", "Formal"]


def test_events_and_thanks_have_ranks_of_their_own() -> None:
    again = replace(BROKEN, name="Returned", event="direct_debit_returned")
    assert added(STEPS, again)[1] == 501
    assert added((), BROKEN)[1] == FIRST_RANK["event"]
    assert added((), THANKS)[1] == FIRST_RANK["after_payment"]
    assert added((), replace(FIRST, rank=99))[1] == 1


def test_notices_stand_in_the_order_of_their_days() -> None:
    early = replace(NOTICE, name="Early", days=15)
    steps, rank = added(STEPS, early)
    assert rank == -1
    assert [(one.name, one.rank) for one in steps_of(steps, "before_due")] == [("Early", -1), ("Notice", 0)]
    steps, rank = changed(steps, -1, replace(early, days=2))
    assert [(one.name, one.rank) for one in steps_of(steps, "before_due")] == [("Notice", -1), ("Early", 0)]
    assert rank == 0
    assert [one.rank for one in steps_of(removed(steps, 0), "before_due")] == [0]


def test_a_step_moves_by_one_place_and_no_further() -> None:
    steps, rank = moved(STEPS, 1, later=True)
    assert (rank, [one.name for one in steps_of(steps, "after_due")]) == (2, ["Second", "First", "Formal"])
    assert moved(STEPS, 1, later=False) == (STEPS, 1)
    assert moved(STEPS, 3, later=True) == (STEPS, 3)
    changed_steps, rank = changed(STEPS, 2, replace(SECOND, minimum_amount=Decimal(10)))
    assert (rank, len(changed_steps)) == (2, len(STEPS))


def test_two_versions_are_told_apart_by_their_steps() -> None:
    before = Plan("P", STEPS)
    steps, _rank = added(removed(STEPS, 2), replace(SECOND, name="Call", channel="phone"))
    steps, _rank = changed(steps, 1, replace(FIRST, days=5))
    found = differences(before, replace(before, steps=steps, minimum_gap_days=3))
    assert (found.added, found.removed, found.changed, found.itself) == (
        ("Call",),
        ("Second",),
        ("First",),
        True,
    )
    moved_steps, _rank = moved(STEPS, 1, later=True)
    assert differences(before, replace(before, steps=moved_steps)).changed == ()


DRAWN = st.builds(
    lambda part, days, channel: Step(
        0, f"{part} {days}", "after_due" if part == "event" else part, days, channel, "manual", "a",
        counts_from="event" if part == "event" else "due", event="promise_broken" if part == "event" else "",
    ),
    st.sampled_from(PARTS), st.integers(0, 90), st.sampled_from(sorted(KINDS)),
)  # fmt: skip


@given(st.lists(DRAWN, max_size=9))
def test_however_steps_come_no_rank_is_taken_twice_and_ages_stay_in_order(drawn: list[Step]) -> None:
    steps: tuple[Step, ...] = ()
    for step in drawn:
        before = {one.rank for one in steps}
        steps, rank = added(steps, step)
        assert any(one.rank == rank and one.name == step.name for one in steps)
        assert len({one.rank for one in steps}) == len(before) + 1
    demands = [one.days for one in steps_of(steps, "after_due")]
    assert demands == sorted(demands)
    notices = [one.days for one in steps_of(steps, "before_due")]
    assert notices == sorted(notices, reverse=True)
    for part in PARTS:
        for one in steps_of(steps, part):
            assert one.rank <= 0 if part == "before_due" else one.rank >= FIRST_RANK[part]
