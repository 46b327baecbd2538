"""Agreed installments: what was agreed, whether it is kept, and when it is not."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.dunning import desk

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.dunning.models import Decision, Guardrails
from encours.events.models import Event
from encours.payment_plans import actions, queries
from encours.payment_plans.errors import InstallmentsError, PlanCanceledError, PlanItemsError
from encours.payment_plans.models import PaymentPlan
from encours.payment_plans.queries import Standing
from encours.receivables.models import Item
from encours.rules.installments import Part, installments

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
FIRST = date(2026, 11, 15)


@pytest.fixture
def organization() -> Organization:
    return desk.company()


@pytest.fixture
def buyer(organization: Organization) -> Customer:
    return desk.customer(organization)


@pytest.fixture
def items(buyer: Customer) -> list[Item]:
    return [
        desk.item(buyer, "F-1", date(2026, 10, 1), 1000),
        desk.item(buyer, "F-2", date(2026, 10, 15), 500),
    ]


def agreed(items: list[Item], parts: tuple[Part, ...] | None = None) -> PaymentPlan:
    return actions.agree(
        items[0].customer,
        items=items,
        installments=installments(Decimal(1500), 3, FIRST) if parts is None else parts,
        today=TODAY,
        by=desk.user(),
        now=desk.at(TODAY),
    )


def standing(buyer: Customer, day: date) -> Standing | None:
    return queries.standing(buyer.organization_id, [buyer.pk], day, grace_days=2).get(buyer.pk)


def test_an_agreement_is_kept_installment_by_installment(buyer: Customer, items: list[Item]) -> None:
    agreed(items)
    numbers = frozenset(item.pk for item in items)
    grace = timedelta(days=2)
    assert standing(buyer, TODAY) == Standing(FIRST + grace, None, numbers)
    assert standing(buyer, FIRST + grace) == Standing(FIRST + grace, None, numbers)
    assert standing(buyer, FIRST + timedelta(days=3)) == Standing(None, FIRST, numbers)
    desk.pay(items[0], date(2026, 11, 20), 500)
    assert standing(buyer, date(2026, 11, 20)) == Standing(date(2026, 12, 15) + grace, None, numbers)
    # The past is as it was.
    assert standing(buyer, date(2026, 11, 19)) == Standing(None, FIRST, numbers)
    desk.pay(items[0], date(2026, 12, 1))
    desk.pay(items[1], date(2026, 12, 1))
    assert standing(buyer, date(2026, 12, 1)) is None


def test_an_agreement_shows_what_was_paid_of_each_part(buyer: Customer, items: list[Item]) -> None:
    agreed(items)
    desk.pay(items[0], FIRST, 700)
    (found,) = queries.agreements(buyer.organization_id, buyer.pk, date(2026, 12, 20), grace_days=2)
    assert [share.paid for share in found.shares] == [Decimal(500), Decimal(200), Decimal(0)]
    assert [share.missed for share in found.shares] == [False, True, False]
    assert (found.paid, found.total, found.missed, found.complete) == (700, 1500, True, False)


def test_a_canceled_agreement_counts_for_nothing(buyer: Customer, items: list[Item]) -> None:
    plan = agreed(items)
    actions.cancel(plan, by=None, now=desk.at(TODAY))
    assert standing(buyer, TODAY) is None
    with pytest.raises(PlanCanceledError):
        actions.cancel(plan, by=None, now=desk.at(TODAY))
    kinds = Event.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["payment_plan.agreed", "payment_plan.canceled"]


def test_an_item_is_in_one_unfinished_agreement_at_most(buyer: Customer, items: list[Item]) -> None:
    agreed(items)
    with pytest.raises(PlanItemsError):
        agreed(items)
    later = desk.item(buyer, "F-3", date(2026, 10, 20), 300)
    agreed([later], installments(Decimal(300), 2, FIRST))
    desk.pay(items[0], TODAY)
    found = standing(buyer, FIRST + timedelta(days=3))
    assert found is not None
    assert found.missed_on == FIRST
    assert len(found.item_ids) == 3


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (Part(FIRST, Decimal(1499)),),
        (Part(TODAY - timedelta(days=1), Decimal(1500)),),
        (Part(FIRST, Decimal(750)), Part(FIRST, Decimal(750))),
        (Part(FIRST, Decimal(1600)), Part(FIRST + timedelta(days=1), Decimal(-100))),
    ],
)
def test_installments_that_do_not_hold_together_are_refused(
    items: list[Item], parts: tuple[Part, ...]
) -> None:
    with pytest.raises(InstallmentsError):
        agreed(items, parts)


def test_what_is_settled_is_not_agreed_on(items: list[Item]) -> None:
    for item in items:
        desk.pay(item, TODAY)
    with pytest.raises(PlanItemsError):
        agreed(items)


def test_the_grace_of_an_installment_is_that_of_the_house(
    organization: Organization, items: list[Item]
) -> None:
    Guardrails.objects.filter(organization=organization).update(promise_grace_days=5)
    agreed(items)
    desk.run(organization, FIRST + timedelta(days=5))
    assert Decision.objects.get().reason == "installments_kept"
    desk.run(organization, FIRST + timedelta(days=6))
    assert Decision.objects.get().outcome == "remind"
