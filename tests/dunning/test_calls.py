"""Calls: who is called first, how a call ends, and what follows from it."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.dunning import desk
from tests.dunning.replies import message

from encours.accounts.models import Membership, Organization, Sender, User
from encours.channels.models import Sending
from encours.customers.models import Contact, Customer
from encours.dunning import actions, answers, calls, guard
from encours.dunning.actions.calls import Call, Recorded, next_weekday, next_working_day, record
from encours.dunning.errors import CallOutcomeError
from encours.dunning.models import Decision, Guardrails, PhoneCall, Promise, Reminder, Task
from encours.events.models import Event

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)


@pytest.fixture
def organization() -> Organization:
    found = desk.company()
    Membership.objects.create(organization=found, user=desk.user(), role="collector")
    return found


def to_call(organization: Organization, code: str, amount: int, phone: str = "04 72 00 00 01") -> Reminder:
    """Return the reminder of a customer that waits to be made by telephone."""
    buyer = desk.customer(organization, code, collector=desk.user())
    Contact.objects.filter(customer=buyer).update(phone=phone)
    desk.item(buyer, f"F-{code}", date(2026, 11, 1), amount)
    desk.run(organization, TODAY)
    Reminder.objects.filter(customer=buyer).update(channel="phone")
    return desk.only(organization, customer=buyer)


def called(reminder: Reminder, outcome: str, **said: Any) -> Recorded:
    return record(
        reminder.organization,
        reminder.customer,
        Call(outcome, **said),
        reminder=reminder,
        today=TODAY,
        by=desk.user(),
        now=desk.at(TODAY),
    )


def order(organization: Organization, day: date = TODAY) -> list[str]:
    return [line.customer.code for line in calls.call_list(organization, day).lines]


def test_the_list_puts_first_what_brings_most(organization: Organization) -> None:
    for code, amount in (("A", 500), ("B", 9000), ("C", 3000)):
        to_call(organization, code, amount)
    to_call(organization, "D", 20000, phone="")
    found = calls.call_list(organization, TODAY)
    assert [line.customer.code for line in found.lines] == ["B", "C", "A"]
    assert [line.customer.code for line in found.unreachable] == ["D"]
    assert found.lines[0].worth > found.lines[1].worth > 0


def test_a_promise_takes_the_step_and_is_kept(organization: Organization) -> None:
    reminder = to_call(organization, "A", 500)
    item = reminder.lines.get().item
    made = called(
        reminder, "promise", amount=Decimal(500), promised_on=MONDAY, items=[item], note="Paid on Monday"
    )
    assert made.promise == Promise.objects.get()
    assert (made.promise.source, made.promise.reminder_id) == ("call", reminder.pk)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.channel, reminder.outcome) == ("sent", "phone", "promise")
    assert order(organization) == []


def test_nobody_answers_and_the_call_comes_back_on_a_weekday(organization: Organization) -> None:
    reminder = to_call(organization, "A", 500)
    made = called(reminder, "no_answer")
    assert made.task is not None
    assert (made.task.kind, made.task.due_on, made.task.assignee) == ("call", MONDAY, desk.user())
    reminder.refresh_from_db()
    assert reminder.state == "drafted"
    found = calls.call_list(organization, TODAY)
    assert (found.lines, len(found.later)) == ((), 1)
    assert order(organization, MONDAY) == ["A"]


def test_three_calls_that_nobody_answers_are_counted(organization: Organization) -> None:
    reminder = to_call(organization, "A", 500)
    called(reminder, "call_back", call_on=MONDAY)
    for _turn in range(3):
        called(reminder, "no_answer")
    assert calls.unanswered(calls.last_calls(reminder.customer)) == calls.ATTEMPTS
    assert Task.objects.filter(done_at=None).count() == 1


def test_an_appointment_comes_before_the_money(organization: Organization) -> None:
    small, _large = to_call(organization, "A", 500), to_call(organization, "B", 9000)
    called(small, "call_back", call_on=MONDAY, call_at=time(10, 30))
    assert order(organization) == ["B"]
    assert order(organization, MONDAY) == ["A", "B"]


def test_a_wrong_number_is_not_dialed_again(organization: Organization) -> None:
    reminder = to_call(organization, "A", 500)
    contact = reminder.customer.contacts.get()
    called(reminder, "wrong_number", contact=contact)
    contact.refresh_from_db()
    assert contact.phone_failed_at is not None
    assert Task.objects.get().kind == "fix_contact"
    found = calls.call_list(organization, TODAY)
    assert (found.lines, len(found.unreachable)) == ((), 1)


def test_a_dispute_is_marked_on_the_item(organization: Organization) -> None:
    reminder = to_call(organization, "A", 500)
    item = reminder.lines.get().item
    called(reminder, "dispute", items=[item], reason="Quantity")
    item.refresh_from_db()
    assert (item.disputed_on, item.dispute_reason) == (TODAY, "Quantity")


def test_a_call_without_a_reminder_is_told(organization: Organization) -> None:
    buyer: Customer = desk.customer(organization)
    record(
        organization,
        buyer,
        Call("reached", note="All is well"),
        today=TODAY,
        by=desk.user(),
        now=desk.at(TODAY),
    )
    event = Event.objects.get(kind="call.recorded")
    assert (event.customer_id, event.subject_type, event.payload["outcome"]) == (
        buyer.pk,
        "customer",
        "reached",
    )


def test_a_planned_call_without_a_reminder_is_on_the_list_of_who_made_it(organization: Organization) -> None:
    buyer = desk.customer(organization, collector=None)
    Contact.objects.filter(customer=buyer).update(phone="01 02 03 04 05")
    desk.item(buyer, "F-1", date(2026, 10, 1), 400)
    contested = {"disputed_on": TODAY}
    desk.item(buyer, "F-2", date(2026, 10, 1), 300, disputed_amount=Decimal(100), **contested)
    desk.item(buyer, "F-3", date(2026, 10, 1), 900, **contested)
    record(
        organization, buyer, Call("call_back", call_on=TODAY), today=TODAY, by=desk.user(), now=desk.at(TODAY)
    )
    found = calls.call_list(organization, TODAY, collector_ids=[desk.user().pk])
    assert [(line.amount, line.appointment) for line in found.lines] == [(600, True)]
    other = User.objects.create_user("dora@lumiere.example", "x")
    assert calls.call_list(organization, TODAY, collector_ids=[other.pk]).lines == ()


def test_a_call_must_end_somehow(organization: Organization) -> None:
    reminder = to_call(organization, "A", 500)
    for outcome in ("shouted", "promise"):
        with pytest.raises(CallOutcomeError):
            called(reminder, outcome)


def test_a_weekday_follows() -> None:
    assert next_weekday(TODAY) == MONDAY
    assert next_weekday(date(2026, 11, 21)) == MONDAY
    assert next_weekday(MONDAY) == date(2026, 11, 24)


def test_no_call_is_planned_on_a_holiday(organization: Organization) -> None:
    buyer = desk.customer(organization)
    Guardrails.objects.filter(organization=organization).update(keep_holidays=True)
    christmas_eve, monday = date(2026, 12, 24), date(2026, 12, 28)
    assert next_working_day(organization, buyer, christmas_eve) == monday
    assert next_working_day(organization, buyer, TODAY) == MONDAY
    kept = record(
        organization,
        buyer,
        Call("no_answer"),
        today=christmas_eve,
        by=desk.user(),
        now=desk.at(christmas_eve),
    )
    assert kept.task is not None
    assert kept.task.due_on == monday
    Guardrails.objects.filter(organization=organization).update(keep_holidays=False)
    assert next_working_day(organization, buyer, christmas_eve) == date(2026, 12, 25)
    Guardrails.objects.filter(organization=organization).update(keep_holidays=True, week_days=[2])
    assert next_working_day(organization, buyer, christmas_eve) == monday, "days of messages bind no call"


def test_the_holidays_of_the_place_of_a_customer_are_kept(organization: Organization) -> None:
    buyer = desk.customer(organization)
    Guardrails.objects.filter(organization=organization).update(keep_holidays=True)
    assert next_working_day(organization, buyer, date(2025, 12, 24)) == date(2025, 12, 26)
    buyer.country, buyer.postal_code = "FR", "67000"
    assert next_working_day(organization, buyer, date(2025, 12, 24)) == date(2025, 12, 29)


@pytest.mark.parametrize(
    ("outcome", "heard"),
    [("reached", True), ("call_back", True), ("no_answer", False), ("wrong_number", False)],
)
def test_after_a_conversation_no_message_leaves_within_the_gap(
    organization: Organization, outcome: str, heard: bool
) -> None:
    Guardrails.objects.filter(organization=organization).update(gap_days=3)
    buyer = desk.customer(organization)
    desk.item(buyer, "F-1", date(2026, 11, 1), 400)
    desk.run(organization, TODAY)
    mail = actions.confirm(desk.only(organization), by=None, now=desk.at(TODAY))
    record(organization, buyer, Call(outcome), today=TODAY, by=desk.user(), now=desk.at(TODAY))
    for days in range(3):
        assert guard.objection(mail.pk, TODAY + timedelta(days=days)) == ("too_soon" if heard else None)
    assert guard.objection(mail.pk, TODAY + timedelta(days=3)) is None
    assert desk.run(organization, TODAY).canceled == heard
    assert Decision.objects.get().reason == ("too_soon" if heard else "after_due")


def test_after_an_answer_no_message_leaves_within_the_gap(organization: Organization) -> None:
    Guardrails.objects.filter(organization=organization).update(gap_days=3)
    Sender.objects.create(organization=organization, email="ar@lumiere.example", host="smtp.lumiere.example")
    buyer = desk.customer(organization)
    desk.item(buyer, "F-1", date(2026, 11, 1), 400)
    desk.run(organization, TODAY)
    mail = actions.confirm(desk.only(organization), by=None, now=desk.at(TODAY))
    asked = message(organization, buyer, "Quelle est votre banque ?", TODAY)
    answers.answer(asked, text="La voici.", by=desk.user(), now=desk.at(TODAY))
    for days in range(3):
        assert guard.objection(mail.pk, TODAY + timedelta(days=days)) == "too_soon"
    assert guard.objection(mail.pk, TODAY + timedelta(days=3)) is None
    assert desk.run(organization, TODAY).canceled == 1
    assert Decision.objects.get().reason == "too_soon"
    Sending.objects.update(state="canceled", finished_at=desk.at(TODAY))
    assert guard.objection(mail.pk, TODAY) == "withdrawn"
    Decision.objects.update(basis="")
    assert desk.run(organization, TODAY).drafted == 1


def test_a_call_that_took_a_step_counts_once(organization: Organization) -> None:
    Guardrails.objects.filter(organization=organization).update(budget_contacts=2)
    reminder = to_call(organization, "A", 500)
    called(reminder, "reached")
    kept = PhoneCall.objects.get()
    assert (kept.outcome, kept.reminder_id, kept.recorded_by) == ("reached", reminder.pk, desk.user().pk)
    later = TODAY + timedelta(days=8)
    desk.run(organization, later)
    assert Decision.objects.get().outcome == "remind"


def test_the_call_that_waits_goes_on_waiting_when_asked_to_call_back(organization: Organization) -> None:
    reminder = to_call(organization, "A", 500)
    step = reminder.step
    step.channel = "phone"
    step.save()
    called(reminder, "call_back", call_on=MONDAY)
    desk.run(organization, MONDAY)
    reminder.refresh_from_db()
    assert (reminder.state, Decision.objects.get().reason) == ("drafted", "too_soon")
    assert order(organization, MONDAY) == ["A"]
