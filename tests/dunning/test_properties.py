"""Whatever happens to a customer, three promises hold: what is settled, disputed or postponed is never in a message."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dunning import desk

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.dunning import actions
from encours.dunning.models import Pause, Reminder, ReminderItem
from encours.receivables import marks
from encours.receivables.models import Item

pytestmark = pytest.mark.django_db
START = date(2026, 9, 1)
GAP_DAYS = 7

what = st.sampled_from(
    ["invoice", "pay", "pay part", "dispute", "agree", "postpone", "postpone one", "lift", "nothing"]
)
lives = st.lists(st.tuples(what, st.integers(0, 5), st.integers(1, 9)), min_size=5, max_size=25)


@contextmanager
def undone() -> Iterator[None]:
    """Take back everything an example wrote."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    connection.needs_rollback = False


def happen(buyer: Customer, kind: str, which: int, day: date) -> None:  # noqa: C901 - one branch per fact
    now = desk.at(day)
    items = list(Item.objects.filter(customer=buyer, side="debit", open_amount__gt=0).order_by("pk"))
    chosen = items[which % len(items)] if items else None
    if kind == "invoice":
        number = Item.objects.count()
        desk.item(buyer, f"F{number}", day + timedelta(days=5 * which - 10), 500 + number, issued_on=day)
    elif kind == "lift":
        for pause in Pause.objects.filter(lifted_at=None):
            actions.lift(pause, by=None, now=now)
    elif kind == "postpone":
        actions.postpone(buyer, until=day + timedelta(days=which + 1), reason="r", by=None, now=now)
    elif chosen is None:
        return
    elif kind == "pay":
        desk.pay(chosen, day)
    elif kind == "pay part":
        desk.pay(chosen, day, chosen.open_amount / 2 if chosen.open_amount > 1 else None)
    elif kind == "dispute":
        marks.dispute_item(chosen, today=day, reason="r", by="user:1", now=now)
    elif kind == "agree":
        marks.undispute_item(chosen, by="user:1", now=now)
    elif kind == "postpone one":
        actions.postpone(
            buyer, until=day + timedelta(days=which + 1), reason="r", by=None, now=now, item=chosen
        )


def waiting(organization: Organization) -> list[Reminder]:
    return list(Reminder.objects.filter(organization=organization, state__in=["drafted", "confirmed"]))


def promises_hold(organization: Organization, day: date) -> None:
    """Check every message that waits, the morning after the run."""
    for reminder in waiting(organization):
        if reminder.trigger == "after_payment":
            continue
        for line in ReminderItem.objects.filter(reminder=reminder).select_related("item"):
            assert line.item.open_amount == line.open_amount > 0
            assert line.item.disputed_on is None
            assert line.released_at is None
            left_alone = Pause.objects.filter(customer_id=reminder.customer_id, lifted_at=None, until__gt=day)
            assert not left_alone.filter(item=None).exists()
            assert not left_alone.filter(item=line.item).exists()
        last = (
            Reminder.objects.filter(customer_id=reminder.customer_id, state="sent")
            .order_by("-sent_at")
            .first()
        )
        if last and last.sent_at:
            assert day - last.sent_at.date() >= timedelta(days=GAP_DAYS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=lives)
def test_promises(life: list[tuple[str, int, int]]) -> None:
    with undone():
        organization = desk.company()
        buyer = desk.customer(organization)
        day = START
        said: dict[int, int] = {}
        for kind, which, days in life:
            happen(buyer, kind, which, day)
            desk.run(organization, day)
            promises_hold(organization, day)
            again = desk.run(organization, day)
            assert (again.drafted, again.confirmed, again.refreshed, again.canceled) == (0, 0, 0, 0)
            for reminder in waiting(organization):
                for line in ReminderItem.objects.filter(reminder=reminder, trigger="after_due"):
                    assert line.rank >= said.get(line.item_id, 0)
                    assert line.rank - said.get(line.item_id, 0) <= 1
                    said[line.item_id] = line.rank
                desk.sent(reminder, day)
            day += timedelta(days=days)
