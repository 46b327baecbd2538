"""The demonstration company is chased as a real one would be, and set up once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from encours.accounts import tenancy
from encours.accounts.models import Membership, Organization
from encours.channels.models import Sending
from encours.cli import showcase
from encours.customers.models import Customer
from encours.dunning import plans
from encours.dunning.models import InboundMessage, Mention, Promise, Reading, Reminder, Target, Task
from encours.events.models import Event
from encours.payment_plans.models import PaymentPlan

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
COUNTED = (InboundMessage, Membership, PaymentPlan, Promise, Reading, Reminder, Target, Task)


@pytest.fixture
def number(db: None, tmp_path: Path, settings: Settings) -> int:
    settings.HOME = tmp_path
    user, _password = showcase.person("demo@encours.example")
    return showcase.demonstration(user, NOW)


def counts() -> list[int]:
    return [model.objects.count() for model in COUNTED]


def test_there_is_a_chase_to_look_at(number: int) -> None:
    organization = Organization.objects.get(pk=number)
    with tenancy.inside(number):
        assert organization.simulation
        assert not Sending.objects.exists()
        named = {plan.name: lineage for lineage, plan in plans.in_force(organization).items()}
        assert set(named) == {"Standard", "Risky customers", "Public buyers"}
        followed = plans.lineages(organization, NOW.date())
        public = Customer.objects.filter(public_buyer=True).values_list("pk", flat=True)
        assert {followed[pk] for pk in public} == {named["Public buyers"]}
        assert named["Risky customers"] in followed.values()
        risky = plans.in_force(organization)[named["Risky customers"]]
        assert {"phone", "sms"} <= set(risky.steps.values_list("channel", flat=True))
        assert Reminder.objects.filter(channel="phone", state="drafted").exists()
        assert {one.meaning for one in Reading.objects.filter(state="proposed")} >= {
            "promise", "already_paid", "dispute", "asks_copy", "wrong_contact", "out_of_office", "insolvency", "other",
        }  # fmt: skip
        assert InboundMessage.objects.filter(customer=None).count() == 1
        running = Promise.objects.filter(kept_on=None, broken_on=None, canceled_at=None)
        assert running.count() == 3
        assert Promise.objects.exclude(broken_on=None).count() == 1
        assert PaymentPlan.objects.count() == 1
        assert set(Customer.objects.values_list("collector__first_name", flat=True)) == {"Claire", "Karim"}
        assert Mention.objects.get().user.first_name == "Claire"
        assert Event.objects.filter(at__gt=NOW).count() == 0


def test_nothing_is_made_twice(number: int) -> None:
    user, _password = showcase.person("demo@encours.example")
    with tenancy.inside(number):
        before = counts()
    assert showcase.demonstration(user, NOW + timedelta(hours=1)) == number
    with tenancy.inside(number):
        assert counts() == before
