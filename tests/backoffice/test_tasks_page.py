"""The agenda: what is late, of today and of the week, made by people and by the program."""

from datetime import date, timedelta

import pytest
from django.test import Client
from tests.backoffice.conftest import NOW
from tests.backoffice.work import TODAY, customer

from encours.accounts.models import Organization, User
from encours.customers.models import Customer
from encours.dunning.actions import tasks
from encours.dunning.actions.chores import make_chores
from encours.dunning.models import InboundMessage, Task
from encours.events.models import Event


@pytest.fixture
def buyer(organization: Organization, collector: User) -> Customer:
    return customer(organization, name="Verger des Tilleuls", collector=collector)


def add(organization: Organization, title: str, due_on: date, **more: object) -> Task:
    return tasks.add(organization, kind="other", title=title, due_on=due_on, by=None, now=NOW, **more)


def read(client: Client, address: str = "/tasks/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_agenda_sorts_by_when(alice: Client, organization: Organization, buyer: Customer) -> None:
    for title, days in (("Yesterday’s", -1), ("Now", 0), ("Friday’s", 4), ("Next month’s", 30)):
        add(organization, title, TODAY + timedelta(days=days), customer=buyer)
    said = read(alice)
    places = [said.index(word) for word in ("Late", "Yesterday’s", "Now", "Friday’s", "Next month’s")]
    assert places == sorted(places)
    assert "2 tasks" in said


def test_a_task_is_added_and_done(alice: Client, collector: User) -> None:
    alice.post(
        "/tasks/add/", {"title": "Send the statement", "due_on": "2026-11-24", "assignee": collector.pk}
    )
    task = Task.objects.get()
    assert (task.title, task.assignee, task.due_on) == ("Send the statement", collector, date(2026, 11, 24))
    alice.post(f"/tasks/{task.pk}/done/")
    task.refresh_from_db()
    assert task.done_by == collector.pk
    assert "Nothing is planned" in read(alice)
    assert list(Event.objects.filter(subject_type="task").values_list("kind", flat=True)) == [
        "task.added",
        "task.done",
    ]


def test_a_task_about_a_customer_goes_to_its_collector(bob: Client, buyer: Customer, collector: User) -> None:
    assert str(collector) in read(bob, f"/customers/{buyer.pk}/task/")
    bob.post(
        f"/customers/{buyer.pk}/task/",
        {"title": "Ask for the order number", "due_on": "2026-11-25", "assignee": collector.pk},
    )
    assert Task.objects.get().customer == buyer


def test_several_tasks_are_handed_over_moved_and_dropped(
    alice: Client, organization: Organization, buyer: Customer, manager: User
) -> None:
    numbers = [add(organization, f"Task {rank}", TODAY, customer=buyer).pk for rank in range(3)]
    alice.post("/tasks/many/", {"task": numbers[:2], "verb": "reassign", "assignee": manager.pk})
    assert Task.objects.filter(assignee=manager).count() == 2
    alice.post("/tasks/many/", {"task": numbers, "verb": "postpone", "due_on": "2026-12-01"})
    assert set(Task.objects.values_list("due_on", flat=True)) == {date(2026, 12, 1)}
    alice.post("/tasks/many/", {"task": numbers, "verb": "postpone", "due_on": "2020-12-01"})
    assert set(Task.objects.values_list("due_on", flat=True)) == {date(2026, 12, 1)}
    alice.post("/tasks/many/", {"task": numbers[:1], "verb": "cancel"})
    alice.post("/tasks/many/", {"task": numbers[1:], "verb": "done"})
    assert Task.objects.filter(done_at=None, canceled_at=None).count() == 0
    assert Task.objects.exclude(canceled_at=None).count() == 1


def test_a_verb_that_nobody_chose_ends_no_task(alice: Client, organization: Organization) -> None:
    task = add(organization, "Keep me", TODAY)
    for verb in ("", "finish"):
        alice.post("/tasks/many/", {"task": task.pk, "verb": verb})
    task.refresh_from_db()
    assert (task.done_at, task.canceled_at) == (None, None)
    # The Enter key presses the first button of a form: it must be one that does nothing.
    form = read(alice).partition("data-agenda>")[2]
    assert form[: form.index("<button")].count("<li") == 0
    assert form[form.index("<button") :].startswith("<button hidden disabled>")


def test_a_task_that_is_refused_keeps_what_was_typed(alice: Client, collector: User) -> None:
    typed = {"title": "Send the statement", "due_on": "soon", "assignee": collector.pk, "note": "Twice"}
    answer = alice.post("/tasks/add/", typed)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-labelledby="task-new-title" data-dialog-open' in said
    assert 'value="Send the statement"' in said
    assert not Task.objects.exists()


def test_who_covers_an_absent_colleague_sees_their_tasks(
    alice: Client, organization: Organization, manager: User, collector: User
) -> None:
    add(organization, "Of Bob", TODAY, assignee=manager)
    assert "Of Bob" not in read(alice)
    manager.memberships.update(absent_from=TODAY, absent_until=TODAY, covered_by=collector)
    assert "Of Bob" in read(alice)


def test_what_nobody_owns_is_shown_to_everybody(alice: Client, organization: Organization) -> None:
    add(organization, "An orphan", TODAY)
    assert "Without an owner" in read(alice)


def test_a_reply_that_waits_two_days_is_a_task_until_it_is_read(
    organization: Organization, buyer: Customer, collector: User
) -> None:
    message = InboundMessage.objects.create(
        organization=organization,
        customer=buyer,
        source_key="1",
        from_address="compta@verger.example",
        subject="Re: reminder [#C-abcdefghijklmn]",
        content_hash="0" * 64,
        received_at=NOW - timedelta(days=3),
    )
    # Of Thursday morning: on Sunday it has not waited two working days, on Tuesday it has.
    assert make_chores(organization, TODAY, NOW) == 0
    later = NOW + timedelta(days=2)
    assert make_chores(organization, TODAY, later) == 1
    assert make_chores(organization, TODAY, later + timedelta(hours=1)) == 0
    task = Task.objects.get()
    assert (task.kind, task.assignee, task.done_at) == ("reply", collector, None)
    assert task.note == "Re: reminder"
    message.state = "read"
    message.save()
    make_chores(organization, TODAY, later)
    task.refresh_from_db()
    assert task.done_at is not None
