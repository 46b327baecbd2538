"""What must hold for every customer, whatever happens and whenever the run takes place."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from encours.rules.cases import Scope
from encours.rules.dunning import DEFAULT_PLAN_STEPS, Case, CaseItem, Guardrails, Hold, Plan, Remind, decide
from encours.rules.guardrails import closed

START = date(2026, 1, 1)
PLAN = Plan("French default", DEFAULT_PLAN_STEPS)
RANKS = {step.rank for step in DEFAULT_PLAN_STEPS if step.trigger == "after_due"}


def record(case: Case, decision: Remind, today: date) -> Case:
    """Write down a reminder as the desk does."""
    ranks = {line.id: line.rank for line in decision.items}
    trigger = decision.step.trigger
    items = tuple(
        replace(
            item,
            reached_rank=max(item.reached_rank, ranks[item.id])
            if trigger == "after_due"
            else item.reached_rank,
            noticed_days=decision.step.days if trigger == "before_due" else item.noticed_days,
        )
        if item.id in ranks
        else item
        for item in case.items
    )
    last_rank = max(case.last_rank, decision.step.rank) if trigger == "after_due" else case.last_rank
    thanked = tuple(replace(item, thanked=True) for item in case.settled_recently)
    return replace(
        case,
        items=items,
        last_contact_on=today,
        last_rank=last_rank,
        settled_recently=thanked if trigger == "after_payment" else case.settled_recently,
    )


@dataclass(frozen=True)
class Contact:
    day: date
    decision: Remind


untils = st.none() | st.integers(-10, 60).map(lambda days: START + timedelta(days=days))
items = st.builds(
    CaseItem,
    id=st.integers(1, 10**9),
    number=st.just("F"),
    open_amount=st.integers(1, 5000).map(Decimal),
    due_on=st.integers(-60, 40).map(lambda days: START + timedelta(days=days)),
    disputed=st.sampled_from([False, False, False, True]),
    disputed_amount=st.none() | st.integers(1, 5000).map(Decimal),
    postponed_until=st.none() | untils,
    promised_until=st.none() | untils,
    installment_until=st.none() | untils,
)
cases = st.builds(
    Case,
    customer_id=st.just(1),
    items=st.lists(items, min_size=1, max_size=5, unique_by=lambda item: item.id).map(tuple),
    unallocated_amount=st.sampled_from([Decimal(0), Decimal(0), Decimal(0), Decimal(300)]),
    on_hold_until=st.none() | st.none() | st.integers(-10, 30).map(lambda days: START + timedelta(days=days)),
    rates_known_until=st.sampled_from([date(2027, 1, 1), date(2027, 1, 1), None]),
)
# The days on which a run takes place: some are skipped, some see two runs.
runs = st.lists(st.integers(0, 9), min_size=10, max_size=30)


def live(
    case: Case, gaps: list[int], plan: Plan = PLAN, guardrails: Guardrails | None = None
) -> tuple[Case, list[Contact]]:
    today, contacts = START, list[Contact]()
    for gap in gaps:
        today += timedelta(days=gap)
        decision = decide(case, plan, today, guardrails or Guardrails())
        if isinstance(decision, Remind):
            contacts.append(Contact(today, decision))
            case = record(case, decision, today)
    return case, contacts


@given(cases, runs)
def test_two_contacts_always_keep_their_distance(case: Case, gaps: list[int]) -> None:
    _, contacts = live(case, gaps)
    for before, after in pairwise(contacts):
        assert (after.day - before.day).days >= PLAN.minimum_gap_days


CHANNELS = [
    replace(step, channel=channel, mode="automatic", states_interest=False)
    for step, channel in zip(
        DEFAULT_PLAN_STEPS, ("sms", "phone", "email", "letter", "phone", "email"), strict=True
    )
]


@given(cases, runs, st.sampled_from(["customer", "item"]), st.integers(0, 12), st.booleans())
def test_the_guardrails_hold_over_all_channels_and_in_both_scopes(
    case: Case, gaps: list[int], scope: Scope, silence: int, paid: bool
) -> None:
    plan = Plan("All channels", tuple(CHANNELS), minimum_gap_days=1, scope=scope)
    rails = Guardrails(gap_days=silence, week_days=frozenset(range(1, 6)), keep_holidays=True)
    if paid:
        settled = CaseItem("paid", "P", Decimal(10), START - timedelta(days=9), reached_rank=1)
        case = replace(case, settled_recently=(settled,))
    _, contacts = live(case, gaps, plan, rails)
    for before, after in pairwise(contacts):
        assert (after.day - before.day).days >= max(silence, 1)
    for contact in contacts:
        assert closed(rails, "", contact.day) == ""
        if scope == "item" and contact.decision.step.trigger == "after_due":
            assert {line.rank for line in contact.decision.items} == {contact.decision.step.rank}


@given(cases, runs)
def test_no_step_is_skipped_and_none_comes_before_its_age(case: Case, gaps: list[int]) -> None:
    _, contacts = live(case, gaps)
    days = {step.rank: step.days for step in DEFAULT_PLAN_STEPS}
    reached: dict[object, int] = {}
    for contact in contacts:
        if contact.decision.step.trigger != "after_due":
            continue
        for line in contact.decision.items:
            before = reached.get(line.id, 0)
            assert line.rank in {before, before + 1}
            if line.rank > before:
                assert line.days_overdue >= days[line.rank]
            if contact.decision.step.formal:
                assert before == contact.decision.step.rank - 1
            reached[line.id] = line.rank


@given(cases, runs)
def test_nothing_that_is_kept_out_is_ever_asked_for(case: Case, gaps: list[int]) -> None:
    _, contacts = live(case, gaps)
    known = {item.id: item for item in case.items}
    for contact in contacts:
        for line in contact.decision.items:
            item = known[line.id]
            assert 0 < line.open_amount == item.asked_amount
            assert item.disputed_amount or not item.disputed
            for until in (item.postponed_until, item.promised_until, item.installment_until):
                assert until is None or until <= contact.day
        allowed = sum(item.asked_amount for item in case.items)
        assert contact.decision.amount == sum(line.open_amount for line in contact.decision.items) <= allowed


@given(cases, runs)
def test_the_tone_never_softens_within_an_episode(case: Case, gaps: list[int]) -> None:
    _, contacts = live(case, gaps)
    tones = [c.decision.step.rank for c in contacts if c.decision.step.trigger == "after_due"]
    gentle = [min(tone, 3) for tone in tones]
    assert gentle == sorted(gentle)
    noticed: set[object] = set()
    for contact in contacts:
        asked = {line.id for line in contact.decision.items}
        assert not asked & noticed
        noticed |= asked if contact.decision.step.formal else set()


@given(cases)
def test_a_recorded_reminder_is_not_decided_again(case: Case) -> None:
    decision = decide(case, PLAN, START)
    if isinstance(decision, Remind):
        again = decide(record(case, decision, START), PLAN, START)
        assert isinstance(again, Hold)


@given(cases, st.integers(0, 200))
def test_a_decision_is_always_made_and_its_date_is_ahead(case: Case, days: int) -> None:
    today = START + timedelta(days=days)
    decision = decide(case, PLAN, today)
    if isinstance(decision, Hold):
        assert decision.until is None or decision.until > today
    else:
        assert decision.items
        assert decision.expected_value >= 0


@given(st.integers(46, 400), st.integers(0, 300))
def test_a_late_run_catches_up_in_order_with_its_silences(age: int, silent_days: int) -> None:
    item = CaseItem(1, "F1", Decimal(2000), START - timedelta(days=age))
    case = Case(1, (item,), rates_known_until=date(2030, 1, 1))
    _, contacts = live(case, [silent_days, *[1] * 30])
    assert [contact.decision.step.rank for contact in contacts] == sorted(RANKS)
    assert [(c.day - contacts[0].day).days for c in contacts] == [0, 7, 14, 21]


def test_the_story_of_a_customer_who_pays_after_the_second_reminder() -> None:
    """Due on 1 January; paid on 20 January, after two reminders; thanked the next day, once."""
    item = CaseItem(1, "F1", Decimal(2000), START)
    case = Case(1, (item,), rates_known_until=date(2030, 1, 1))
    case, contacts = live(case, [0, 1, 1, 1, *[1] * 15])
    assert [(c.day, c.decision.step.template) for c in contacts] == [
        (date(2026, 1, 1), "pre_due"),
        (date(2026, 1, 8), "reminder_1"),
        (date(2026, 1, 16), "reminder_2"),
    ]
    paid = replace(case, items=(), settled_recently=case.items, last_rank=0)
    thanks = decide(paid, PLAN, date(2026, 1, 21))
    assert isinstance(thanks, Remind)
    assert thanks.step.template == "thanks"
    done = record(paid, thanks, date(2026, 1, 21))
    assert isinstance(decide(done, PLAN, date(2026, 2, 21)), Hold)
