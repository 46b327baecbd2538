"""The sums that SQL adds up are those that the rule adds up, part by part."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledgers import Ledger, day

from encours.receivables.models import Allocation, Item
from encours.rules.behavior import BehaviorSums, OpenPart, SettledPart, behavior_of, sums_of
from encours.scoring import queries

pytestmark = pytest.mark.django_db

TODAY = day("2026-11-22")


def sums_now(ledger: Ledger, customer_id: int) -> dict[int, BehaviorSums]:
    return queries.behaviors_among(ledger.organization.pk, TODAY, queries.Among.these([customer_id]))


def test_a_customer_who_pays_twenty_days_late() -> None:
    ledger = Ledger.opened()
    garage = ledger.customer("GARAGE")
    first = ledger.invoice(garage, "F1", "2026-08-01", "2026-08-31", "1000")
    ledger.payment(garage, "2026-09-20", "1000", {first: "1000"})  # 20 days
    second = ledger.invoice(garage, "F2", "2026-09-01", "2026-09-30", "3000")
    ledger.payment(garage, "2026-09-30", "3000", {second: "3000"})  # on the day
    ledger.invoice(garage, "F3", "2026-10-01", "2026-11-12", "1000")  # open, 10 days
    sums = sums_now(ledger, garage.pk)[garage.pk]
    assert (sums.amount, sums.amount_days, sums.late_amount) == (5000, 30_000, 2000)
    assert (sums.settled_count, sums.worst_delay_days, sums.overdue_days) == (2, 20, (10,))
    assert behavior_of(sums).days_beyond_terms == Decimal("6.0")  # (20 x 1000 + 0 x 3000 + 10 x 1000) / 5000


def test_what_is_disputed_or_no_longer_in_the_ledger_says_nothing() -> None:
    ledger = Ledger.opened()
    bakery = ledger.customer("BAKERY")
    ledger.invoice(bakery, "F1", "2026-08-01", "2026-08-31", "10", disputed_on=day("2026-09-01"))
    ledger.invoice(bakery, "F2", "2026-08-01", "2026-08-31", "10", missing_since=day("2026-09-01"))
    assert sums_now(ledger, bakery.pk) == {}


def test_ranges_hold_every_customer_once() -> None:
    ledger = Ledger.opened()
    made = [ledger.customer(f"C{rank}").pk for rank in range(5)]
    pieces = list(queries.ranges(ledger.organization.pk, size=2))
    assert [(piece.first_id, piece.last_id) for piece in pieces] == [
        (made[0], made[1]),
        (made[2], made[3]),
        (made[4], made[4]),
    ]


DAYS = st.integers(-800, 60).map(lambda shift: TODAY + timedelta(days=shift))
AMOUNTS = st.integers(1, 10**7).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    settled=st.lists(st.tuples(AMOUNTS, DAYS, DAYS), max_size=8),
    waiting=st.lists(st.tuples(AMOUNTS, DAYS), max_size=4),
)
def test_sql_and_rule_add_up_alike(
    settled: list[tuple[Decimal, date, date]], waiting: list[tuple[Decimal, date]]
) -> None:
    ledger = Ledger.opened()
    customer = ledger.customer("C1")
    for amount, due_on, settled_on in settled:
        invoice = ledger.invoice(customer, "F", str(due_on), str(due_on), str(amount))
        credit = ledger.payment(customer, str(settled_on), str(amount))
        ledger.allocate(invoice, credit, str(amount), str(settled_on))
    for amount, due_on in waiting:
        ledger.invoice(customer, "F", str(due_on), str(due_on), str(amount))
    found = sums_now(ledger, customer.pk).get(customer.pk)
    expected = sums_of([SettledPart(*part) for part in settled], [OpenPart(*part) for part in waiting], TODAY)
    if settled or waiting:
        assert found is not None
        assert sorted(found.overdue_days) == sorted(expected.overdue_days)
        assert behavior_of(found) == behavior_of(expected)
    Allocation.objects.all().delete()
    Item.objects.all().delete()
