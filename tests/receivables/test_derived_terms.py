"""Terms that change move derived due dates of what is open, and nothing else."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.dunning import desk

from encours.customers.actions import set_terms
from encours.events.models import Event
from encours.receivables.models import Item
from encours.receivables.terms import derive_due_dates

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
BY = "user:7"
ISSUED = date(2026, 10, 5)


def test_only_open_items_with_a_derived_due_date_move() -> None:
    organization = desk.company(default_terms="30 days net")
    buyer, other = desk.customer(organization, "C1"), desk.customer(organization, "C2")
    derived = {"due_basis": "derived", "issued_on": ISSUED}
    moved = desk.item(buyer, "F1", date(2026, 11, 4), **derived)
    given = desk.item(buyer, "F2", date(2026, 11, 4), issued_on=ISSUED)
    paid = desk.item(buyer, "F3", date(2026, 11, 4), **derived)
    desk.pay(paid, date(2026, 11, 2))
    credit = desk.item(buyer, "AV1", ISSUED, 50, kind="credit_note", side="credit", **derived)
    elsewhere = desk.item(other, "F4", date(2026, 11, 4), **derived)
    set_terms(buyer, "45 days end of month", agreed=True, by=BY, now=NOW)
    assert derive_due_dates(organization, by=BY, now=NOW, customer_ids=[buyer.pk]) == 1
    assert derive_due_dates(organization, by=BY, now=NOW, customer_ids=[buyer.pk]) == 0
    due = dict(Item.objects.values_list("pk", "due_on"))
    assert due[moved.pk] == date(2026, 11, 30)
    assert {due[item.pk] for item in (given, paid, elsewhere)} == {date(2026, 11, 4)}
    assert due[credit.pk] == ISSUED
    event = Event.objects.get(kind="item.changed")
    assert (event.subject_id, event.customer_id, event.actor) == (moved.pk, buyer.pk, BY)
    assert event.payload == {"due_on_before": "2026-11-04", "due_on": "2026-11-30"}


def test_without_terms_the_default_ones_hold_and_so_they_do_for_those_not_understood() -> None:
    organization = desk.company(default_terms="60 days net")
    for code, terms in (("C1", ""), ("C2", "when the moon is full")):
        buyer = desk.customer(organization, code, terms=terms)
        desk.item(buyer, "F1", date(2026, 11, 4), due_basis="derived", issued_on=ISSUED)
    assert derive_due_dates(organization, by=BY, now=NOW) == 2
    assert set(Item.objects.values_list("due_on", flat=True)) == {date(2026, 12, 4)}


@pytest.mark.parametrize("items", [1, 60])
def test_the_number_of_statements_does_not_grow_with_the_items(items: int) -> None:
    organization = desk.company(default_terms="60 days net")
    buyer = desk.customer(organization)
    for number in range(items):
        desk.item(buyer, f"F{number}", date(2026, 11, 4), due_basis="derived", issued_on=ISSUED)
    with CaptureQueriesContext(connection) as queries:
        assert derive_due_dates(organization, by=BY, now=NOW) == items
    assert len(queries) <= 12
