"""The dunning decision, case by case: what is asked, what is left out, and why nothing is said."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from encours.rules.dunning import (
    DEFAULT_PLAN_STEPS,
    REACH,
    Case,
    CaseItem,
    Decision,
    Hold,
    PaidAfter,
    Plan,
    Remind,
    Why,
    decide,
    explain,
    order,
    paid_after,
    probability_unpaid,
)

TODAY = date(2026, 11, 22)
PLAN = Plan("French default", DEFAULT_PLAN_STEPS)
LATER = TODAY + timedelta(days=10)


def item(name: str, days_overdue: int, amount: int = 1200, *, rank: int = 0, **more: object) -> CaseItem:
    due_on = TODAY - timedelta(days=days_overdue)
    return replace(CaseItem(name, name, Decimal(amount), due_on, reached_rank=rank), **more)


def case(*items: CaseItem, **more: object) -> Case:
    return replace(Case("C1", items, rates_known_until=TODAY), **more)


def reminded(decision: Decision) -> Remind:
    assert isinstance(decision, Remind), decision
    return decision


def held(decision: Decision) -> tuple[str, date | None]:
    assert isinstance(decision, Hold), decision
    return decision.reason_code, decision.until


def names(lines: Iterable[object]) -> list[str]:
    return [line.number for line in lines]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("days", "rank", "step"),
    [
        (3, 0, "reminder_1"),
        (200, 0, "reminder_1"),  # however late the run is, one step at a time
        (15, 1, "reminder_2"),
        (200, 1, "reminder_2"),
        (30, 2, "last_reminder"),
        (45, 3, "formal_notice"),
        (200, 3, "formal_notice"),
    ],
)
def test_each_step_follows_the_one_before_at_the_age_of_the_item(days: int, rank: int, step: str) -> None:
    decision = reminded(decide(case(item("F1", days, rank=rank), last_rank=rank), PLAN, TODAY))
    assert decision.step.template == step
    assert [line.rank for line in decision.items] == [rank + 1]


@pytest.mark.parametrize(
    ("one", "reason", "until"),
    [
        (item("F1", 2), "step_not_due", TODAY + timedelta(days=1)),
        (item("F1", 14, rank=1), "step_not_due", TODAY + timedelta(days=1)),
        (item("F1", 44, rank=3), "step_not_due", TODAY + timedelta(days=1)),
        (item("F1", 90, rank=4), "sequence_finished", None),
        (item("F1", -8), "nothing_due", TODAY + timedelta(days=1)),
        (item("F1", -2, noticed_days=7), "nothing_due", TODAY + timedelta(days=5)),
        (item("F1", 30, disputed=True), "all_disputed", None),
        (item("F1", 30, postponed_until=LATER), "all_postponed", LATER),
        (item("F1", 30, amount=0), "nothing_due", None),
        (item("P1", 30, side="credit"), "nothing_due", None),
        (item("F1", 30, due_on=None), "nothing_due", None),
    ],
)
def test_nothing_is_said_and_the_reason_is_known(one: CaseItem, reason: str, until: date | None) -> None:
    assert held(decide(case(one), PLAN, TODAY)) == (reason, until)


def test_a_case_without_items_has_nothing_due() -> None:
    assert held(decide(case(), PLAN, TODAY)) == ("nothing_due", None)


@pytest.mark.parametrize(
    ("facts", "reason", "until"),
    [
        ({"on_hold_until": LATER, "hold_reason": "family"}, "on_hold", LATER),
        ({"hold_reason": "lawyer"}, "on_hold", None),
        ({"insolvent": True}, "insolvent", None),
        ({"unallocated_amount": Decimal(1200)}, "unallocated_credit", None),
        ({"last_contact_on": TODAY - timedelta(days=6)}, "too_soon", TODAY + timedelta(days=1)),
        ({"last_contact_on": TODAY}, "too_soon", TODAY + timedelta(days=7)),
        ({"has_email": False}, "contact_missing", None),
    ],
)
def test_guardrails_come_before_steps(facts: dict[str, object], reason: str, until: date | None) -> None:
    assert held(decide(case(item("F1", 5), **facts), PLAN, TODAY)) == (reason, until)


def test_what_a_person_leaves_alone_holds_back_what_is_overdue() -> None:
    mine = case(item("F1", 5), item("F2", 9, disputed=True), item("F3", -4), hold_reason="postponed")
    decision = decide(mine, PLAN, TODAY)
    assert isinstance(decision, Hold)
    assert decision.params == {"reason": "postponed", "amount": Decimal(2400)}


@pytest.mark.parametrize(
    "facts",
    [
        {"on_hold_until": TODAY, "hold_reason": "over"},
        {"unallocated_amount": Decimal("1199.99")},
        {"last_contact_on": TODAY - timedelta(days=7)},
        {"has_address": False},
        {"rates_known_until": None},
    ],
)
def test_a_guardrail_that_does_not_apply_lets_the_reminder_pass(facts: dict[str, object]) -> None:
    assert reminded(decide(case(item("F1", 5), **facts), PLAN, TODAY)).step.template == "reminder_1"


@pytest.mark.parametrize("known_until", [None, date(2026, 6, 30)])
def test_a_step_that_states_interest_waits_for_the_rate(known_until: date | None) -> None:
    decision = decide(case(item("F1", 31, rank=2), rates_known_until=known_until), PLAN, TODAY)
    assert held(decision) == ("rate_missing", None)
    assert isinstance(decision, Hold)
    assert decision.params.get("known_until") == known_until


def test_a_letter_needs_an_address() -> None:
    decision = decide(case(item("F1", 31, rank=2), has_address=False), PLAN, TODAY)
    assert isinstance(decision, Hold)
    assert decision.params == {"channel": "letter", "amount": Decimal(1200)}


def test_crumbs_are_forgotten() -> None:
    plan = replace(PLAN, tolerance=Decimal(5))
    assert held(decide(case(item("F1", 30, amount=5)), plan, TODAY)) == ("below_minimum", None)
    decision = reminded(decide(case(item("F1", 30, amount=5), item("F2", 9, amount=6)), plan, TODAY))
    assert names(decision.items) == ["F2"]


def test_a_step_may_ask_for_a_minimum_net_of_what_is_unallocated() -> None:
    plan = replace(PLAN, steps=(replace(DEFAULT_PLAN_STEPS[1], minimum_amount=Decimal(1000)),))
    assert isinstance(decide(case(item("F1", 5)), plan, TODAY), Remind)
    assert held(decide(case(item("F1", 5), unallocated_amount=Decimal(201)), plan, TODAY)) == (
        "below_minimum",
        None,
    )


def test_only_what_is_disputed_or_postponed_is_left_out() -> None:
    decision = reminded(
        decide(
            case(
                item("F1", 20),
                item("F2", 40, amount=500, disputed=True),
                item("F3", 9, amount=300, postponed_until=LATER),
                item("F4", 1, amount=100),
                item("F5", 8, postponed_until=TODAY),
            ),
            PLAN,
            TODAY,
        )
    )
    assert names(decision.items) == ["F1", "F5", "F4"]
    assert [line.rank for line in decision.items] == [1, 1, 0]
    assert decision.amount == Decimal(2500)
    assert Why("disputed_left_out", {"amount": Decimal(500), "count": 1}) in decision.reasons
    assert Why("postponed_left_out", {"amount": Decimal(300), "count": 1}) in decision.reasons


def test_the_sequence_does_not_soften_when_the_oldest_is_paid() -> None:
    # The invoice that had reached the last reminder is paid; a newer one has just become five days old.
    decision = reminded(decide(case(item("F2", 5), last_rank=3), PLAN, TODAY))
    assert decision.step.template == "last_reminder"
    assert [line.rank for line in decision.items] == [1]
    assert Why("tone_kept", {"rank": 3}) in decision.reasons


def test_the_tone_never_reaches_the_formal_notice_by_itself() -> None:
    assert reminded(decide(case(item("F2", 5), last_rank=4), PLAN, TODAY)).step.template == "last_reminder"


def test_a_formal_notice_holds_only_what_has_earned_it() -> None:
    decision = reminded(
        decide(case(item("F1", 60, rank=3), item("F2", 50, rank=2), item("F3", 20), last_rank=3), PLAN, TODAY)
    )
    assert decision.step.formal
    assert names(decision.items) == ["F1"]
    assert decision.amount == Decimal(1200)


def test_a_formal_notice_too_small_to_give_does_not_silence_the_rest() -> None:
    steps = tuple(replace(step, minimum_amount=Decimal(500)) if step.formal else step for step in PLAN.steps)
    plan = Plan("Worth it", steps)
    small = item("F1", 60, amount=100, rank=3)
    large = item("F2", 5, amount=5000)
    decision = reminded(decide(case(small, large, last_rank=3), plan, TODAY))
    assert decision.step.template == "last_reminder"
    assert [(line.number, line.rank) for line in decision.items] == [("F1", 3), ("F2", 1)]
    assert held(decide(case(small, replace(large, reached_rank=1), last_rank=3), plan, TODAY)) == (
        "below_minimum",
        None,
    )


def test_by_item_a_step_that_cannot_be_said_does_not_silence_the_others() -> None:
    plan = replace(PLAN, scope="item")
    facts = case(item("F1", 31, rank=2), item("F2", 16, rank=1), item("F3", 4), has_address=False)
    decision = reminded(decide(facts, plan, TODAY))
    assert (decision.step.template, names(decision.items)) == ("reminder_2", ["F2"])
    unknown = replace(facts, has_address=True, rates_known_until=None, items=(facts.items[0], facts.items[2]))
    assert reminded(decide(unknown, plan, TODAY)).step.template == "reminder_1"
    alone = decide(replace(facts, items=facts.items[:1]), plan, TODAY)
    assert held(alone) == ("contact_missing", None)


def test_what_was_given_formal_notice_is_never_reminded_of_more_softly() -> None:
    decision = reminded(decide(case(item("F1", 90, rank=4), item("F2", 5), last_rank=4), PLAN, TODAY))
    assert (decision.step.template, names(decision.items)) == ("last_reminder", ["F2"])
    assert Why("noticed_left_out", {"amount": Decimal(1200), "count": 1}) in decision.reasons


def test_a_credit_that_may_settle_the_formal_notice_holds_it() -> None:
    facts = case(item("F1", 60, rank=3), item("F2", 1), last_rank=3, unallocated_amount=Decimal(1500))
    assert held(decide(facts, PLAN, TODAY)) == ("unallocated_credit", None)


def test_the_notice_before_due_is_for_amounts_worth_it_and_for_customers_who_owe_nothing() -> None:
    decision = reminded(decide(case(item("F1", -7), item("F2", 0), item("F3", -8)), PLAN, TODAY))
    assert (decision.step.template, names(decision.items)) == ("pre_due", ["F2", "F1"])
    assert decision.reasons == (Why("due_soon", {"days": 0, "count": 2}),)
    assert held(decide(case(item("F1", -5, amount=900)), PLAN, TODAY))[0] == "below_minimum"
    assert held(decide(case(item("F1", -5), item("F2", 1)), PLAN, TODAY))[0] == "step_not_due"
    paid = case(item("F1", -5), unallocated_amount=Decimal(1200))
    assert held(decide(paid, PLAN, TODAY))[0] == "unallocated_credit"


def test_two_notices_before_due_take_turns() -> None:
    steps = (
        replace(DEFAULT_PLAN_STEPS[0], rank=-1, days=15, template="far"),
        replace(DEFAULT_PLAN_STEPS[0], days=3, template="near"),
    )
    plan = Plan("Two notices", steps)
    far = reminded(decide(case(item("F1", -9), item("F2", -2, noticed_days=3)), plan, TODAY))
    assert (far.step.template, names(far.items)) == ("far", ["F1"])
    near = reminded(decide(case(item("F1", -9), item("F2", -2)), plan, TODAY))
    assert (near.step.template, names(near.items)) == ("near", ["F2"])


def test_thanks_are_given_once_to_who_paid_after_a_reminder_and_owes_nothing_more() -> None:
    settled = (item("F1", 20, rank=1), item("F2", 20), item("F3", 20, rank=2, thanked=True))
    decision = reminded(decide(case(settled_recently=settled), PLAN, TODAY))
    assert (decision.step.template, names(decision.items)) == ("thanks", ["F1"])
    assert decision.expected_value == 0
    assert decision.reasons == (Why("paid_after_reminder", {"count": 1}),)
    assert held(decide(case(item("F4", 1), settled_recently=settled), PLAN, TODAY))[0] == "step_not_due"
    assert held(decide(case(settled_recently=settled[1:]), PLAN, TODAY))[0] == "nothing_due"


def test_thanks_do_not_wait_for_the_silence_between_demands_but_for_the_next_day() -> None:
    settled = (item("F1", 20, rank=1, amount=0),)
    yesterday = case(settled_recently=settled, last_contact_on=TODAY - timedelta(days=1))
    assert reminded(decide(yesterday, PLAN, TODAY)).step.template == "thanks"
    same_day = case(settled_recently=settled, last_contact_on=TODAY)
    assert held(decide(same_day, PLAN, TODAY)) == ("too_soon", TODAY + timedelta(days=1))


@pytest.mark.parametrize(("days", "thanked"), [(0, True), (15, True), (16, False), (-1, False)])
def test_thanks_come_on_their_day_or_soon_after(days: int, thanked: bool) -> None:
    thanks = replace(DEFAULT_PLAN_STEPS[5], days=20)
    plan = Plan("Late thanks", (*DEFAULT_PLAN_STEPS[:5], thanks))
    paid = item("F1", 40, rank=1, settled_on=TODAY - timedelta(days=20 + days))
    assert isinstance(decide(case(settled_recently=(paid,)), plan, TODAY), Remind) is thanked


def test_a_plan_without_thanks_gives_none() -> None:
    plan = Plan("Short", DEFAULT_PLAN_STEPS[:5])
    assert held(decide(case(settled_recently=(item("F1", 20, rank=1),)), plan, TODAY))[0] == "nothing_due"


def test_a_plan_without_demands_never_asks() -> None:
    assert held(decide(case(item("F1", 20)), Plan("Empty", ()), TODAY))[0] == "sequence_finished"


def test_a_reminder_explains_itself() -> None:
    facts = case(item("F1", 20), usual_delay_days=6, unallocated_amount=Decimal(200))
    decision = reminded(decide(facts, PLAN, TODAY))
    assert decision.reasons == (
        Why("oldest_overdue", {"days": 20, "number": "F1", "count": 1}),
        Why("beyond_usual_delay", {"usual_days": 6, "days": 20}),
        Why("unallocated_deducted", {"amount": Decimal(200)}),
    )
    # (1,200 - 200) x 56 % x 80 %
    assert explain(decision) == {
        "amount": Decimal(1200),
        "unallocated_amount": Decimal(200),
        "probability_unpaid": Decimal("0.5600"),
        "channel": "email",
        "reach": Decimal("0.8"),
        "expected_value": Decimal("448.00"),
        "minutes": Decimal(1),
    }


@pytest.mark.parametrize(
    ("days", "probability"),
    [
        (-5, "0.07"),
        (0, "0.07"),
        (1, "0.07"),
        (7, "0.07"),
        (8, "0.37"),
        (15, "0.56"),
        (29, "0.56"),
        (30, "0.49"),
    ],
)
def test_the_rate_of_everyone_is_that_of_the_age(days: int, probability: str) -> None:
    assert probability_unpaid(days) == Decimal(probability)


def test_the_customer_own_rate_outweighs_with_its_number() -> None:
    # (0 paid + 5 x 63 %) / (15 reached + 5) = 15.75 %
    assert probability_unpaid(8, [PaidAfter(8, 15, 0)]) == Decimal("0.8425")
    assert probability_unpaid(8, [PaidAfter(1, 15, 0)]) == Decimal("0.3700")
    assert paid_after([-3, 1, 15, 16, 22, 60])[:2] == (PaidAfter(1, 5, 2), PaidAfter(8, 4, 3))


def test_the_work_is_ordered_by_what_it_is_worth() -> None:
    small = reminded(decide(replace(case(item("F1", 20, amount=100)), customer_id="small"), PLAN, TODAY))
    large = reminded(decide(replace(case(item("F1", 5, amount=9000)), customer_id="large"), PLAN, TODAY))
    twin = replace(small, customer_id="another")
    quiet = decide(replace(case(), customer_id="quiet"), PLAN, TODAY)
    assert order([quiet, small, large, twin]) == [large, twin, small, quiet]


def test_the_default_plan_is_sound() -> None:
    assert len({step.rank for step in DEFAULT_PLAN_STEPS}) == len(DEFAULT_PLAN_STEPS)
    demands = PLAN.after_due()
    assert [step.days for step in demands] == [3, 15, 30, 45]
    assert [step.formal for step in demands] == [False, False, False, True]
    assert not any(step.mode == "automatic" for step in demands)
    assert {step.channel for step in DEFAULT_PLAN_STEPS} <= set(REACH)


def test_what_is_in_another_currency_is_named_and_never_added_up() -> None:
    dollars = item("D", 40, 9000, foreign=True)
    decision = decide(case(dollars), PLAN, TODAY)
    assert held(decision) == ("other_currency", None)
    assert isinstance(decision, Hold)
    assert decision.params == {"count": 1}

    both = reminded(decide(case(item("E", 10), dollars), PLAN, TODAY))
    assert (names(both.items), both.amount) == (["E"], Decimal(1200))
    assert Why("foreign_left_out", {"count": 1}) in both.reasons

    disputed = item("L", 40, 10, disputed=True)
    assert held(decide(case(disputed, dollars), PLAN, TODAY))[0] == "all_disputed"


@pytest.mark.parametrize("days", [-3, 0])
def test_what_is_not_yet_overdue_in_another_currency_is_nothing(days: int) -> None:
    assert held(decide(case(item("D", days, 9000, foreign=True)), PLAN, TODAY))[0] == "nothing_due"
