"""What debtors promised: kept and broken as the ledger shows, told once, and put on the collector's desk."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.dunning import desk

from encours.accounts.models import Membership, Organization
from encours.customers.models import Customer
from encours.dunning.actions import promises
from encours.dunning.day import run_day
from encours.dunning.errors import PromiseAmountError, PromiseDateError, PromiseEndedError, PromiseItemsError
from encours.dunning.models import Promise, Task
from encours.events.models import Event
from encours.receivables.models import Item

pytestmark = pytest.mark.django_db
MADE = date(2026, 11, 2)
DAY = date(2026, 11, 10)
GRACE = timedelta(days=2)


@pytest.fixture
def organization() -> Organization:
    return desk.company()


@pytest.fixture
def buyer(organization: Organization) -> Customer:
    Membership.objects.create(organization=organization, user=desk.user(), role="collector")
    return desk.customer(organization, collector=desk.user())


@pytest.fixture
def items(buyer: Customer) -> list[Item]:
    return [
        desk.item(buyer, "F-1", date(2026, 10, 1), 1200),
        desk.item(buyer, "F-2", date(2026, 10, 15), 800),
    ]


def made(items: list[Item], amount: int = 2000, on: date = DAY) -> Promise:
    return promises.promise(
        items[0].organization,
        items[0].customer,
        amount=Decimal(amount),
        promised_on=on,
        items=items,
        source="call",
        sentence="Paid on the 10th",
        by=desk.user(),
        now=desk.at(MADE),
    )


def settle(organization: Organization, day: date) -> promises.Judged:
    return promises.settle_promises(organization, day, desk.at(day))


def told(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_a_promise_is_kept_once_the_ledger_shows_the_money(
    organization: Organization, items: list[Item]
) -> None:
    found = made(items)
    assert settle(organization, DAY) == promises.Judged()
    desk.pay(items[0], DAY)
    assert settle(organization, DAY) == promises.Judged()
    desk.pay(items[1], DAY)
    assert settle(organization, DAY) == promises.Judged(kept=1)
    assert settle(organization, DAY) == promises.Judged()
    found.refresh_from_db()
    assert (found.kept_on, found.broken_on) == (DAY, None)
    assert told("promise.kept") == 1


def test_a_promise_is_broken_after_its_grace_and_becomes_a_task(
    organization: Organization, items: list[Item]
) -> None:
    found = made(items)
    desk.pay(items[0], DAY)
    assert settle(organization, DAY + GRACE) == promises.Judged()
    late = DAY + GRACE + timedelta(days=1)
    assert settle(organization, late) == promises.Judged(broken=1)
    assert settle(organization, late) == promises.Judged()
    found.refresh_from_db()
    assert (found.kept_on, found.broken_on) == (None, late)
    task = Task.objects.get()
    assert (task.kind, task.assignee, task.due_on) == ("check_promise", desk.user(), late)
    assert Event.objects.get(kind="promise.broken").payload["paid"] == "1200.00"


def test_what_was_paid_after_the_grace_does_not_keep_it(
    organization: Organization, items: list[Item]
) -> None:
    made(items)
    for item in items:
        desk.pay(item, DAY + timedelta(days=9))
    assert settle(organization, DAY + timedelta(days=20)) == promises.Judged(broken=1)


def test_an_outage_over_the_day_does_not_break_what_was_paid_in_time(
    organization: Organization, items: list[Item]
) -> None:
    made(items)
    for item in items:
        desk.pay(item, DAY)
    assert settle(organization, DAY + timedelta(days=20)) == promises.Judged(kept=1)


def test_money_that_is_not_yet_allocated_may_still_keep_it(
    organization: Organization, buyer: Customer, items: list[Item]
) -> None:
    made(items)
    credit = desk.item(buyer, "VIR", DAY, 2000, kind="payment", side="credit", issued_on=DAY)
    late = DAY + timedelta(days=5)
    assert settle(organization, late) == promises.Judged()
    Item.objects.filter(pk=credit.pk).update(open_amount=100)
    assert settle(organization, late) == promises.Judged(broken=1)


def test_a_promise_of_more_than_is_open_is_kept_when_all_is_paid(
    organization: Organization, items: list[Item]
) -> None:
    made(items, amount=2500)
    for item in items:
        desk.pay(item, DAY)
    assert settle(organization, DAY) == promises.Judged(kept=1)


def test_a_newer_promise_about_the_same_item_replaces_the_older(items: list[Item]) -> None:
    older, other = made(items[:1], 1200), made(items[1:], 800)
    newer = made(items[:1], 1200, DAY + timedelta(days=7))
    running = Promise.objects.filter(canceled_at=None)
    assert set(running) == {other, newer}
    assert Event.objects.get(kind="promise.canceled").subject_id == older.pk


def test_a_promise_that_has_ended_cannot_be_taken_back(organization: Organization, items: list[Item]) -> None:
    found = made(items)
    promises.cancel_promise(found, by=desk.user(), now=desk.at(MADE))
    with pytest.raises(PromiseEndedError):
        promises.cancel_promise(found, by=desk.user(), now=desk.at(MADE))
    assert settle(organization, DAY + timedelta(days=20)) == promises.Judged()


def test_nonsense_is_refused(items: list[Item], organization: Organization) -> None:
    with pytest.raises(PromiseAmountError):
        made(items, 0)
    with pytest.raises(PromiseDateError):
        made(items, on=MADE - timedelta(days=1))
    with pytest.raises(PromiseDateError):
        made(items, on=date.max)
    for item in items:
        desk.pay(item, MADE)
    with pytest.raises(PromiseItemsError):
        made(items)
    stranger = desk.customer(organization, "C002")
    with pytest.raises(PromiseItemsError):
        made([desk.item(stranger, "F-9", MADE), items[0]][1:])


def test_the_daily_run_tells_a_broken_promise_once_and_asks_somebody(
    organization: Organization, items: list[Item]
) -> None:
    made(items)
    late = DAY + GRACE + timedelta(days=1)
    for hour in range(2):
        run_day(organization.pk, desk.at(late) + timedelta(hours=hour))
    assert told("promise.broken") == 1
    assert told("task.added") == 1
    assert Task.objects.get().customer == items[0].customer
