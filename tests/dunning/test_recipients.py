"""Whom a step speaks to: by role, then the next best; never where a message came back."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from tests.dunning.desk import company, customer, user

from encours.accounts.models import Membership, User
from encours.backoffice.plan_words import COPIES
from encours.customers.models import Contact
from encours.dunning.recipients import COLLECTOR, CREDIT_MANAGER, SALESPERSON, recipients

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Asked:
    contact_role: str = ""
    escalate_to: str = ""
    copy_to: str = ""


@pytest.mark.django_db
def test_the_role_first_then_the_next_best_then_nobody() -> None:
    organization = company()
    buyer = customer(organization, email=False)

    def contact(name: str, role: str, phone: str = "") -> Contact:
        return Contact.objects.create(
            organization=organization,
            customer=buyer,
            name=name,
            role=role,
            email=f"{name}@v.example",
            phone=phone,
        )

    director, shop = (
        contact("dir", "director", "06 11 22 33 44"),
        contact("achats", "buyer", "04 72 00 00 00"),
    )
    payables = contact("compta", "payables")
    found = recipients(buyer.pk, Asked(escalate_to="director"), TODAY)
    assert (found.to, found.escalated, found.copies) == (payables, director, ["dir@v.example"])
    assert (found.phone, found.mobile) == ("04 72 00 00 00", "06 11 22 33 44")
    assert recipients(buyer.pk, Asked(contact_role="buyer"), TODAY).to == shop
    for gone, then in ((payables, shop), (shop, director), (director, None)):
        gone.bounced_at = NOW
        gone.save()
        assert recipients(buyer.pk, Asked(), TODAY).to == then


@pytest.mark.django_db
def test_colleagues_read_along() -> None:
    organization = company()
    collector = user()
    buyer = customer(organization, collector=collector)
    assert recipients(buyer.pk, Asked(copy_to="collector"), TODAY).copies == [collector.email]
    assert recipients(buyer.pk, Asked(copy_to="salesperson"), TODAY).copies == []


@pytest.mark.django_db
def test_every_credit_manager_who_is_there_reads_along() -> None:
    organization = company()
    buyer = customer(organization)
    gone, left, alice, bob = (
        User.objects.create(email=f"{name}@v.example") for name in ("gone", "left", "alice", "bob")
    )
    for person in (gone, left, alice, bob):
        Membership.objects.create(organization=organization, user=person, role="credit_manager")
    Membership.objects.filter(user=gone).update(absent_from=TODAY, absent_until=TODAY)
    Membership.objects.filter(user=alice).update(
        absent_from=date(2026, 12, 1), absent_until=date(2026, 12, 9)
    )
    left.is_active = False
    left.save()
    Membership.objects.create(organization=organization, user=user(), role="collector")
    assert recipients(buyer.pk, Asked(copy_to="credit_manager"), TODAY).copies == [alice.email, bob.email]


def test_the_page_of_a_step_offers_the_names_that_are_known() -> None:
    assert set(COPIES) == {"", COLLECTOR, SALESPERSON, CREDIT_MANAGER}
