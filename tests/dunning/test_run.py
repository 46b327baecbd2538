"""The run writes what the rule decides, once, and withdraws what no longer holds."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from tests.dunning import desk

from encours.dunning import actions, sentences
from encours.dunning.errors import PlanMissingError
from encours.dunning.models import Decision, DunningPlan, Reminder, ReminderItem
from encours.events.models import Event
from encours.receivables import marks
from encours.rules.dunning import DEFAULT_PLAN_STEPS

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def due(days: int) -> date:
    """Fall due so many days ago."""
    return TODAY - timedelta(days=days)


def kinds() -> list[str]:
    return list(
        Event.objects.filter(kind__startswith="reminder.").order_by("pk").values_list("kind", flat=True)
    )


def test_an_overdue_item_is_drafted_once() -> None:
    organization = desk.company()
    buyer = desk.customer(organization)
    desk.item(buyer, "F1", due(5), "1200.00")
    summary = desk.run(organization, TODAY)
    assert (summary.drafted, summary.confirmed, summary.canceled) == (1, 0, 0)
    reminder = desk.only(organization)
    assert (reminder.state, reminder.rank, reminder.channel, reminder.amount) == (
        "drafted",
        1,
        "email",
        Decimal(1200),
    )
    assert reminder.explanation["count"] == 1
    assert reminder.explanation["reasons"][0]["code"] == "oldest_overdue"
    assert reminder.explanation["oldest_due_on"] == "2026-11-17"
    assert ReminderItem.objects.get().open_amount == Decimal(1200)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.reason, decision.amount) == ("remind", "after_due", Decimal(1200))
    again = desk.run(organization, TODAY)
    assert (again.customers, again.drafted, again.refreshed, again.canceled) == (0, 0, 0, 0)
    assert kinds() == ["reminder.drafted"]


def test_an_item_in_another_currency_is_held_in_words() -> None:
    organization = desk.company()
    dollars = desk.item(desk.customer(organization), "F1", due(40), "1200.00")
    type(dollars).objects.update(currency="USD")
    summary = desk.run(organization, TODAY)
    assert (summary.customers, summary.drafted) == (1, 0)
    decision = Decision.objects.get()
    assert (decision.outcome, decision.reason, decision.amount) == ("hold", "other_currency", Decimal(0))
    with translation.override("en"):
        said = sentences.hold(decision.reason, decision.params)
    assert said == "Everything overdue is in another currency: ask for it yourself"


def test_a_courtesy_leaves_without_a_person() -> None:
    organization = desk.company()
    desk.item(desk.customer(organization), "F1", due(-7), 2000)
    summary = desk.run(organization, TODAY)
    assert (summary.drafted, summary.confirmed) == (0, 1)
    reminder = desk.only(organization)
    assert (reminder.state, reminder.trigger) == ("confirmed", "before_due")
    assert kinds() == ["reminder.drafted", "reminder.confirmed"]


def test_nothing_is_written_without_a_plan() -> None:
    organization = desk.company()
    desk.item(desk.customer(organization), "F1", due(5))
    DunningPlan.objects.update(default=False)
    with pytest.raises(PlanMissingError):
        desk.run(organization, TODAY)


def test_a_preview_is_the_same_run_without_the_write() -> None:
    organization = desk.company()
    small, large = desk.customer(organization, "C1"), desk.customer(organization, "C2")
    desk.item(small, "F1", due(5), 100)
    desk.item(large, "F2", due(5), 900)
    assert [d.customer_id for d in actions.preview(organization, TODAY)] == [large.pk, small.pk]
    assert not Reminder.objects.exists()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "change", ["paid", "disputed", "postponed", "missing", "insolvent", "credited", "other money"]
)
def test_a_draft_is_withdrawn_when_its_case_changes(change: str) -> None:
    organization = desk.company()
    buyer = desk.customer(organization)
    invoice = desk.item(buyer, "F1", due(5))
    desk.run(organization, TODAY)
    if change == "paid":
        desk.pay(invoice, TODAY)
    elif change == "disputed":
        marks.dispute_item(invoice, today=TODAY, reason="quantity", by="user:1", now=desk.at(TODAY))
    elif change == "postponed":
        actions.postpone(buyer, until=due(-10), reason="call back", by=None, now=desk.at(TODAY))
    elif change == "missing":
        type(invoice).objects.update(missing_since=TODAY)
    elif change == "insolvent":
        type(buyer).objects.update(insolvent_on=TODAY)
    elif change == "credited":
        desk.item(buyer, "AV1", TODAY, 1200, kind="credit_note", side="credit")
    else:
        type(invoice).objects.update(currency="USD")
    summary = desk.run(organization, TODAY)
    assert summary.canceled == 1
    reminder = desk.only(organization)
    assert reminder.state == "canceled"
    assert ReminderItem.objects.get().released_at is not None
    assert kinds()[-1] == "reminder.canceled"


def test_a_draft_takes_the_amounts_of_the_day_and_is_confirmed_again_if_it_asks_for_more() -> None:
    organization = desk.company()
    buyer = desk.customer(organization)
    invoice = desk.item(buyer, "F1", due(5), 1000)
    desk.run(organization, TODAY)
    actions.confirm(desk.only(organization), by=desk.user(), now=desk.at(TODAY))
    desk.pay(invoice, TODAY, 400)
    summary = desk.run(organization, TODAY)
    assert (summary.refreshed, summary.canceled) == (1, 0)
    reminder = desk.only(organization)
    assert (reminder.state, reminder.amount) == ("confirmed", Decimal(600))
    desk.item(buyer, "F2", due(4), 50)
    desk.run(organization, TODAY)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.amount, reminder.confirmed_by) == ("drafted", Decimal(650), None)
    assert ReminderItem.objects.filter(reminder=reminder).count() == 2


def test_what_is_leaving_is_left_alone() -> None:
    organization = desk.company()
    invoice = desk.item(desk.customer(organization), "F1", due(5))
    desk.run(organization, TODAY)
    Reminder.objects.update(state="confirmed", sending_id=99)
    desk.pay(invoice, TODAY)
    assert desk.run(organization, TODAY).customers == 0
    assert desk.only(organization).state == "confirmed"


def test_a_decision_keeps_the_day_since_which_it_holds_and_goes_with_the_case() -> None:
    organization = desk.company()
    buyer = desk.customer(organization, email=False)
    invoice = desk.item(buyer, "F1", due(5))
    desk.run(organization, TODAY)
    desk.run(organization, TODAY + timedelta(days=1))
    decision = Decision.objects.get()
    assert (decision.reason, decision.decided_on) == ("contact_missing", TODAY)
    desk.pay(invoice, TODAY)
    desk.run(organization, TODAY + timedelta(days=2))
    assert not Decision.objects.exists()


def test_a_new_plan_keeps_the_waiting_draft_under_its_new_step() -> None:
    organization = desk.company()
    desk.item(desk.customer(organization), "F1", due(5))
    desk.run(organization, TODAY)
    plan = actions.change_plan(
        organization, steps=DEFAULT_PLAN_STEPS, minimum_gap_days=10, by=None, now=desk.at(TODAY)
    )
    desk.run(organization, TODAY)
    assert desk.only(organization).plan_id == plan.pk


def test_what_left_by_itself_waits_for_a_person_once_the_plan_says_so() -> None:
    organization = desk.company()
    desk.item(desk.customer(organization), "F1", TODAY + timedelta(days=5), 2000)
    desk.run(organization, TODAY)
    assert desk.only(organization).state == "confirmed"
    asking = [replace(step, mode="to_confirm") for step in DEFAULT_PLAN_STEPS]
    actions.change_plan(organization, steps=asking, minimum_gap_days=7, by=None, now=desk.at(TODAY))
    desk.run(organization, TODAY)
    assert desk.only(organization).state == "drafted"


@pytest.mark.parametrize("customers", [1, 40])
def test_the_number_of_statements_does_not_grow_with_the_customers(customers: int) -> None:
    organization = desk.company()
    for number in range(customers):
        desk.item(desk.customer(organization, f"C{number:03}"), f"F{number}", due(5))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        desk.run(organization, TODAY)
    assert len(queries) < 60
