"""What forbids a contact whatever the plan says: silence, pressure, days and hours, promises, replies, old ledgers."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.dunning import (
    DEFAULT_PLAN_STEPS,
    Case,
    CaseItem,
    Decision,
    Guardrails,
    Hold,
    Plan,
    Remind,
    decide,
)
from encours.rules.guardrails import closed, open_again, waits, working_since

TODAY = date(2026, 11, 24)  # a Tuesday
PLAN = Plan("French default", DEFAULT_PLAN_STEPS)
PARIS = ZoneInfo("Europe/Paris")
HOUSE = Guardrails(
    gap_days=2,
    budget_contacts=6,
    week_days=frozenset(range(1, 6)),
    window_from=time(8),
    window_to=time(18, 30),
    keep_holidays=True,
)
LATER = TODAY + timedelta(days=4)


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS)


def item(name: str = "F1", days_overdue: int = 5, **more: object) -> CaseItem:
    return replace(CaseItem(name, name, Decimal(1200), TODAY - timedelta(days=days_overdue)), **more)


def case(*items: CaseItem, **more: object) -> Case:
    return replace(Case("C1", items or (item(),), rates_known_until=date(2030, 1, 1)), **more)


def held(decision: Decision) -> tuple[str, date | None]:
    assert isinstance(decision, Hold), decision
    return decision.reason_code, decision.until


def asked(decision: Decision) -> list[tuple[object, Decimal]]:
    assert isinstance(decision, Remind), decision
    return [(line.id, line.open_amount) for line in decision.items]


@pytest.mark.parametrize(
    ("facts", "reason", "until"),
    [
        ({"promise_until": LATER}, "promise_running", LATER),
        ({"installment_until": LATER}, "installments_kept", LATER),
        ({"stale_since": TODAY - timedelta(days=3)}, "ledger_stale", None),
        ({"reply_on": TODAY}, "reply_waiting", None),
        ({"has_email": False}, "contact_missing", None),
        ({"has_email": False, "email_bounced": True}, "contact_bounced", None),
    ],
)
def test_each_guardrail_has_a_name_and_its_end(
    facts: dict[str, object], reason: str, until: date | None
) -> None:
    assert held(decide(case(**facts), PLAN, TODAY, HOUSE)) == (reason, until)


def test_a_guardrail_that_ends_today_is_over() -> None:
    assert asked(decide(case(promise_until=TODAY), PLAN, TODAY, HOUSE))
    assert asked(decide(case(reply_on=TODAY), PLAN, TODAY, replace(HOUSE, replies_stop=False)))


def test_only_the_items_of_a_promise_or_an_agreement_are_left_out() -> None:
    facts = case(
        item("F1", promised_until=LATER), item("F2", installment_until=LATER), item("F3", 6), item("F4", 9)
    )
    decision = decide(facts, PLAN, TODAY, HOUSE)
    assert [name for name, _ in asked(decision)] == ["F4", "F3"]
    assert isinstance(decision, Remind)
    assert {"promised_left_out", "installments_left_out"} <= {why.code for why in decision.reasons}


def test_only_the_disputed_part_is_held() -> None:
    partly = item("F1", disputed=True, disputed_amount=Decimal(200))
    decision = decide(case(partly, item("F2", 4)), PLAN, TODAY, HOUSE)
    assert asked(decision) == [("F1", Decimal(1000)), ("F2", Decimal(1200))]
    assert isinstance(decision, Remind)
    (left_out,) = [why for why in decision.reasons if why.code == "disputed_left_out"]
    assert left_out.params == {"amount": Decimal(200), "count": 1}
    more = item("F1", disputed=True, disputed_amount=Decimal(5000))
    assert held(decide(case(more), PLAN, TODAY, HOUSE)) == ("all_disputed", None)


def test_the_longer_silence_counts_and_thanks_keep_the_shorter() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert held(decide(case(last_contact_on=yesterday), PLAN, TODAY, HOUSE)) == (
        "too_soon",
        yesterday + timedelta(days=7),
    )
    ten = replace(HOUSE, gap_days=10)
    assert held(decide(case(last_contact_on=yesterday), PLAN, TODAY, ten))[1] == yesterday + timedelta(
        days=10
    )
    paid = Case("C1", (), settled_recently=(item(reached_rank=1),), last_contact_on=yesterday)
    assert held(decide(paid, PLAN, TODAY, HOUSE)) == ("too_soon", TODAY + timedelta(days=1))
    assert isinstance(decide(paid, PLAN, TODAY + timedelta(days=1), HOUSE), Remind)


def test_the_budget_of_contacts_is_counted_over_any_thirty_days() -> None:
    days = tuple(TODAY - timedelta(days=number) for number in (29, 25, 18, 12, 9, 8))
    full = case(contacts=days, last_contact_on=days[-1])
    assert held(decide(full, PLAN, TODAY, HOUSE)) == ("budget_spent", TODAY + timedelta(days=1))
    assert asked(decide(full, PLAN, TODAY + timedelta(days=1), HOUSE))
    assert asked(decide(full, PLAN, TODAY, replace(HOUSE, budget_contacts=7)))
    assert asked(decide(full, PLAN, TODAY, replace(HOUSE, budget_contacts=0)))


def test_what_leaves_by_itself_waits_for_an_open_day_and_what_a_person_confirms_does_not() -> None:
    sunday = date(2026, 11, 22)
    notice = case(item(days_overdue=-4))
    assert held(decide(notice, PLAN, sunday, HOUSE)) == ("closed_day", date(2026, 11, 23))
    assert asked(decide(case(), PLAN, sunday, HOUSE))


def test_saint_stephen_is_a_holiday_in_alsace_only() -> None:
    friday_off = replace(HOUSE, week_days=frozenset(range(1, 8)))
    notice = case(item(days_overdue=-(date(2026, 12, 30) - TODAY).days))
    saturday = date(2026, 12, 26)
    assert held(decide(replace(notice, region="alsace"), PLAN, saturday, friday_off)) == (
        "closed_day",
        date(2026, 12, 27),
    )
    assert asked(decide(notice, PLAN, saturday, friday_off))
    assert held(decide(notice, PLAN, saturday, replace(friday_off, region="alsace")))[0] == "closed_day"


def test_nothing_is_asked_below_the_minimum_of_the_house() -> None:
    dear = replace(HOUSE, minimum_case=Decimal(5000))
    assert held(decide(case(), PLAN, TODAY, dear)) == ("below_minimum", None)


@pytest.mark.parametrize(
    ("now", "why", "until"),
    [
        (paris(2026, 11, 24, 8, 0), "", None),
        (paris(2026, 11, 24, 18, 29), "", None),
        (paris(2026, 11, 24, 7, 59), "hours", paris(2026, 11, 24, 8)),
        (paris(2026, 11, 24, 18, 30), "hours", paris(2026, 11, 25, 8)),
        (paris(2026, 11, 27, 20, 0), "hours", paris(2026, 11, 30, 8)),
        (paris(2026, 11, 28, 12, 0), "day_off", paris(2026, 11, 30, 8)),
        (paris(2026, 12, 25, 12, 0), "christmas", paris(2026, 12, 28, 8)),
        (paris(2026, 12, 24, 19, 0), "hours", paris(2026, 12, 28, 8)),
    ],
)
def test_a_message_waits_for_its_hour(now: datetime, why: str, until: datetime | None) -> None:
    assert waits(HOUSE, "", now) == ((why, until) if until else None)


@pytest.mark.parametrize(
    ("now", "since"),
    [
        (paris(2026, 11, 26, 5), paris(2026, 11, 24, 5)),  # a Thursday: plain hours
        (paris(2026, 11, 22, 5), paris(2026, 11, 19)),  # a Sunday: Friday and Thursday
        (
            paris(2026, 11, 23, 5),
            paris(2026, 11, 19, 5),
        ),  # a Monday: its first hours, Friday, the rest on Thursday
        (paris(2026, 12, 28, 12), paris(2026, 12, 23, 12)),  # Christmas was a Friday
        (paris(2026, 3, 30, 12), paris(2026, 3, 26, 12)),  # the clocks changed on the Sunday
    ],
)
def test_two_working_days_ago(now: datetime, since: datetime) -> None:
    assert working_since(HOUSE, now, timedelta(days=2)) == since


def test_where_nobody_ever_works_time_still_passes() -> None:
    never = replace(HOUSE, week_days=frozenset())
    assert working_since(never, paris(2026, 11, 26), timedelta(days=2)) == paris(2026, 10, 26)


@given(st.dates(date(2024, 1, 1), date(2035, 12, 31)), st.sampled_from(["", "alsace", "971", "PF"]))
def test_a_closed_day_is_followed_by_an_open_one_and_none_is_passed_over(day: date, region: str) -> None:
    later = open_again(HOUSE, region, day)
    assert later is not None
    assert not closed(HOUSE, region, later)
    between = (day + timedelta(days=number) for number in range(1, (later - day).days))
    assert all(closed(HOUSE, region, other) for other in between)


def test_who_is_never_chased_is_held_by_name() -> None:
    assert held(decide(case(), None, TODAY, HOUSE)) == ("never_asked", None)
    assert held(decide(Case("C1", ()), None, TODAY, HOUSE)) == ("nothing_due", None)
