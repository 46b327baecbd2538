"""Undoing what was done by mistake the same day: things are as before, and history keeps both."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.dunning import desk

from encours.accounts.models import Membership, Organization
from encours.customers.models import Contact
from encours.dunning import actions, calls
from encours.dunning.actions import tasks, undoing
from encours.dunning.actions.calls import Call, record
from encours.dunning.actions.promises import promise
from encours.dunning.errors import UndoneError
from encours.dunning.models import PhoneCall, Promise, Reminder, Task
from encours.events.models import Event
from encours.receivables.models import Item

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
NOW = desk.at(TODAY)
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def organization() -> Organization:
    found = desk.company()
    Membership.objects.create(organization=found, user=desk.user(), role="collector")
    return found


@pytest.fixture
def reminder(organization: Organization) -> Reminder:
    buyer = desk.customer(organization, "C1", collector=desk.user())
    Contact.objects.filter(customer=buyer).update(phone="04 72 00 00 01")
    desk.item(buyer, "F-1", date(2026, 11, 1), 900)
    desk.run(organization, TODAY)
    return desk.only(organization, customer=buyer)


def called(reminder: Reminder, outcome: str, **said: object) -> Event:
    record(
        reminder.organization, reminder.customer, Call(outcome, **said),
        reminder=reminder, today=TODAY, by=desk.user(), now=NOW,
    )  # fmt: skip
    return last(reminder)


def last(reminder: Reminder) -> Event:
    found = undoing.last_act(reminder.customer, NOW)
    assert found is not None
    return found


def undo(event: Event, today: date = TODAY) -> None:
    undoing.undo(event, today=today, by=desk.user(), now=LATER)


def test_a_skipped_step_waits_again(organization: Organization, reminder: Reminder) -> None:
    actions.skip(reminder, by=desk.user(), now=NOW, reason="mistake")
    undo(last(reminder))
    found = desk.only(organization)
    assert (found.pk, found.state, found.note) == (reminder.pk, "drafted", "")
    told = Event.objects.filter(subject_type="reminder", subject_id=reminder.pk).order_by("id")
    assert [event.kind for event in told] == ["reminder.drafted", "reminder.skipped", "act.undone"]
    desk.run(organization, TODAY)
    assert desk.only(organization, state="drafted").pk == reminder.pk


def test_nothing_is_undone_twice(reminder: Reminder) -> None:
    actions.skip(reminder, by=desk.user(), now=NOW)
    event = last(reminder)
    undo(event)
    with pytest.raises(UndoneError):
        undo(event)
    assert Event.objects.filter(kind="act.undone").count() == 1


def test_yesterday_stays_as_it_was(reminder: Reminder) -> None:
    actions.skip(reminder, by=desk.user(), now=NOW)
    with pytest.raises(UndoneError):
        undo(last(reminder), TODAY + timedelta(days=1))


def test_a_step_that_was_followed_by_another_is_not_undone(
    organization: Organization, reminder: Reminder
) -> None:
    actions.skip(reminder, by=desk.user(), now=NOW)
    event = last(reminder)
    Reminder.objects.create(
        **{name: getattr(reminder, name) for name in (
            "organization", "customer", "plan", "step", "rank", "trigger", "channel", "decided_on", "amount",
            "expected_value", "explanation", "language")}
    )  # fmt: skip
    with pytest.raises(UndoneError):
        undo(event)


def test_a_call_made_by_mistake_was_not_made(organization: Organization, reminder: Reminder) -> None:
    undo(called(reminder, "reached", note="wrong customer"))
    found = desk.only(organization)
    assert (found.state, found.channel, found.outcome, found.note) == ("drafted", "email", "", "")
    assert found.sent_at is None
    assert calls.last_calls(reminder.customer) == []
    assert not PhoneCall.objects.exists()


def test_a_promise_heard_by_mistake_was_not_made(reminder: Reminder) -> None:
    invoice = Item.objects.get()
    older = promise(
        reminder.organization, reminder.customer, amount=Decimal(100), promised_on=TODAY, items=[invoice],
        source="desk", sentence="", by=None, now=NOW - timedelta(hours=1),
    )  # fmt: skip
    undo(called(reminder, "promise", amount=Decimal(900), promised_on=TODAY, items=[invoice]))
    older.refresh_from_db()
    assert older.canceled_at is None
    assert Promise.objects.exclude(pk=older.pk).get().canceled_at == LATER


def test_a_dispute_heard_by_mistake_is_closed(reminder: Reminder) -> None:
    undo(called(reminder, "dispute", items=[Item.objects.get()], reason="price"))
    assert Item.objects.get().disputed_on is None


def test_a_call_nobody_answered_leaves_the_plan_as_it_was(reminder: Reminder) -> None:
    planned = tasks.add(
        reminder.organization, kind="call", title="C1", due_on=TODAY, customer=reminder.customer,
        by=desk.user(), now=NOW - timedelta(days=1),
    )  # fmt: skip
    undo(called(reminder, "no_answer"))
    planned.refresh_from_db()
    assert planned.done_at is None
    assert Task.objects.exclude(pk=planned.pk).get().canceled_at == LATER


def test_a_number_that_was_right_is_right_again(reminder: Reminder) -> None:
    contact = Contact.objects.get()
    undo(called(reminder, "wrong_number", contact=contact))
    contact.refresh_from_db()
    assert contact.phone_failed_at is None


def test_a_number_that_is_wrong_after_all_is_a_task_again(reminder: Reminder) -> None:
    contact = Contact.objects.get()
    undo(called(reminder, "wrong_number", contact=contact))
    record(
        reminder.organization, reminder.customer, Call("wrong_number", contact=contact),
        reminder=reminder, today=TODAY, by=desk.user(), now=LATER,
    )  # fmt: skip
    assert Task.objects.filter(kind="fix_contact", canceled_at=None, done_at=None).count() == 1


def test_what_was_confirmed_in_simulation_waits_like_any_other(reminder: Reminder) -> None:
    Reminder.objects.filter(pk=reminder.pk).update(
        state="confirmed", simulated_at=NOW, confirmed_at=NOW, confirmed_by=desk.user().pk
    )
    actions.skip(reminder, by=desk.user(), now=NOW)
    undo(last(reminder))
    assert Reminder.objects.get(pk=reminder.pk).simulated_at is None
