"""Promises and installments on the page of a customer: noted, agreed to the cent, shown as they are kept."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from tests.backoffice.conftest import NOW
from tests.backoffice.work import TODAY, customer, item, run
from tests.dunning.desk import pay

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.dunning import actions
from encours.dunning.models import Decision, Promise, Reminder
from encours.payment_plans.models import Installment, PaymentPlan
from encours.receivables.models import Item

FIRST = TODAY + timedelta(days=15)


@pytest.fixture
def buyer(organization: Organization) -> Customer:
    actions.ensure_default_plan(organization, now=NOW)
    found = customer(organization, name="Verger des Tilleuls")
    item(found, "F-1", date(2026, 10, 10), 700)
    item(found, "F-2", date(2026, 11, 10), 300)
    run(organization, TODAY)
    return found


def numbers(buyer: Customer) -> list[int]:
    return list(Item.objects.filter(customer=buyer).order_by("pk").values_list("pk", flat=True))


def agree(client: Client, buyer: Customer, **more: object) -> None:
    data = {"count": 3, "first_on": FIRST.isoformat(), "every": "month", "item": numbers(buyer), **more}
    answer = client.post(f"/customers/{buyer.pk}/installments/", data)
    assert answer.status_code == 302, answer.content.decode()


def test_installments_add_up_to_the_cent_and_hold_what_waits(alice: Client, buyer: Customer) -> None:
    assert Reminder.objects.get().state == "drafted"
    agree(alice, buyer)
    assert Reminder.objects.get().state == "canceled"
    assert Decision.objects.get(customer=buyer).outcome == "hold"
    amounts = list(Installment.objects.order_by("number").values_list("amount", flat=True))
    assert amounts == [Decimal("333.34"), Decimal("333.33"), Decimal("333.33")]
    said = alice.get(f"/customers/{buyer.pk}/").content.decode()
    assert "agreed on" in said
    assert "333.34" in said


def test_what_they_would_be_is_shown_first(alice: Client, buyer: Customer) -> None:
    said = alice.get(f"/customers/{buyer.pk}/installments/").content.decode()
    assert said.count("333.33") == 2
    data = {"count": 4, "first_on": FIRST.isoformat(), "every": "week", "item": numbers(buyer)}
    shown = alice.post(f"/customers/{buyer.pk}/installments/?preview", data).content.decode()
    assert shown.count("250.00") == 4
    assert not PaymentPlan.objects.exists()
    assert (
        "Tick at least one item"
        in alice.post(f"/customers/{buyer.pk}/installments/?preview", {**data, "item": []}).content.decode()
    )


def test_a_plan_shows_what_was_paid_and_may_be_ended(alice: Client, buyer: Customer) -> None:
    agree(alice, buyer)
    pay(Item.objects.get(number="F-1"), TODAY, 400)
    said = alice.get(f"/customers/{buyer.pk}/").content.decode()
    assert "66.66" in said
    plan = PaymentPlan.objects.get()
    alice.post(f"/customers/{buyer.pk}/installments/{plan.pk}/cancel/")
    plan.refresh_from_db()
    assert plan.canceled_at is not None
    assert Reminder.objects.filter(state="drafted").exists()
    assert "agreed on" not in alice.get(f"/customers/{buyer.pk}/").content.decode()


def test_a_promise_is_noted_and_withdrawn(alice: Client, buyer: Customer) -> None:
    said = alice.get(f"/customers/{buyer.pk}/promise/").content.decode()
    assert 'value="1000.00"' in said
    alice.post(
        f"/customers/{buyer.pk}/promise/",
        {"amount": "1000", "promised_on": "2026-11-30", "item": numbers(buyer), "sentence": "On the 30th"},
    )
    made = Promise.objects.get()
    assert (made.source, made.amount) == ("desk", 1000)
    assert Decision.objects.get(customer=buyer).outcome == "hold"
    assert Reminder.objects.get().state == "canceled"
    alice.post(f"/customers/{buyer.pk}/promise/{made.pk}/cancel/")
    made.refresh_from_db()
    assert made.canceled_at is not None
    assert Reminder.objects.filter(state="drafted").exists()


def test_a_promise_of_yesterday_is_refused_in_words(alice: Client, buyer: Customer) -> None:
    answer = alice.post(
        f"/customers/{buyer.pk}/promise/",
        {"amount": "1000", "promised_on": "2020-11-30", "item": numbers(buyer), "sentence": "Mme Roux"},
        headers={"HX-Request": "true"},
    )
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "A promise is about a day to come." in said
    assert 'value="Mme Roux"' in said, "the dialog stays, with what was typed"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"item": []}, "choose at least one"),
        ({"first_on": "2020-01-01"}, "The installments must add up"),
        ({"first_on": "9999-12-31"}, "The installments must add up"),
        ({"first_on": "9999-12-31", "every": "week"}, "The installments must add up"),
    ],
)
def test_installments_that_cannot_be_are_refused_in_words(
    alice: Client, buyer: Customer, wrong: dict[str, object], told: str
) -> None:
    data = {
        "count": 3,
        "first_on": FIRST.isoformat(),
        "every": "month",
        "item": numbers(buyer),
        "note": "By phone",
    }
    answer = alice.post(f"/customers/{buyer.pk}/installments/", {**data, **wrong})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert told in said
    assert 'value="By phone"' in said
    assert not PaymentPlan.objects.exists()
