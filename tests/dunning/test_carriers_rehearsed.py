"""A carrier put into test mode says nothing of what really left, and takes nothing that was written to leave."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.channels.carriers import FakeOvh
from tests.dunning import desk

from encours.accounts import tenancy
from encours.accounts.actions import set_provider
from encours.accounts.models import Organization
from encours.channels.models import Delivery, Sending
from encours.customers.models import Contact
from encours.dunning import actions, sending, tracking
from encours.dunning.actions.templates import give_words
from encours.dunning.models import Reminder, Step

pytestmark = pytest.mark.usefixtures("committed_db")
TODAY = date(2026, 11, 24)
NOW = desk.at(TODAY)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ovh() -> Iterator[FakeOvh]:
    with FakeOvh() as running:
        yield running


@pytest.fixture
def organization(ovh: FakeOvh) -> Organization:
    """A company whose first reminder is a text, confirmed by a person, with a carrier that really carries."""
    with transaction.atomic():
        organization = desk.company()
        give_words(organization, ["sms_reminder"])
        Step.objects.filter(organization=organization, rank=1).update(
            channel="sms", template_code="sms_reminder"
        )
        buyer = desk.customer(organization)
        Contact.objects.filter(customer=buyer).update(phone="06 12 34 56 70")
        desk.item(buyer, "F-1", TODAY - timedelta(days=5), 1000)
        desk.run(organization, TODAY)
        actions.confirm(desk.only(organization), by=None, now=NOW)
        carried(organization, ovh, test_mode=False)
    return organization


def carried(organization: Organization, server: FakeOvh, *, test_mode: bool) -> None:
    options: dict[str, Any] = {"application_key": "AK", "service": "sms-ml-1", "sender": "Lumiere"}
    set_provider(
        organization, "sms", provider="ovh", options=options, base_url=server.base, test_mode=test_mode,
        secrets={"application_secret": "AS", "consumer_key": "CK"}, by=desk.user(), now=NOW,
    )  # fmt: skip


def rehearse(organization: Organization, server: FakeOvh) -> None:
    with tenancy.inside(organization.pk):
        carried(organization, server, test_mode=True)


def kept(organization: Organization) -> tuple[Sending, Reminder]:
    with tenancy.inside(organization.pk):
        return Sending.objects.get(), Reminder.objects.get(organization=organization, channel="sms")


def test_what_really_left_is_not_said_to_have_arrived(organization: Organization, ovh: FakeOvh) -> None:
    assert sending.send_confirmed(organization.pk, NOW).sent == 1
    rehearse(organization, ovh)
    asked = len(ovh.asked)
    assert tracking.follow(organization.pk, NOW + MINUTE).news == 0
    assert len(ovh.asked) == asked
    with tenancy.inside(organization.pk):
        assert not Delivery.objects.filter(status="delivered").exists()
    with tenancy.inside(organization.pk):
        carried(organization, ovh, test_mode=False)
    ovh.carry(1, ptt=4)
    assert tracking.follow(organization.pk, NOW + timedelta(hours=3)).news > 0


def test_a_doubt_is_not_settled_by_a_rehearsal(organization: Organization, ovh: FakeOvh) -> None:
    ovh.faults = [500]
    assert sending.send_confirmed(organization.pk, NOW).in_doubt == 1
    rehearse(organization, ovh)
    assert tracking.follow(organization.pk, NOW + 10 * MINUTE).settled == 0
    assert kept(organization)[0].state == "in_doubt"


def test_what_was_written_to_leave_waits(organization: Organization, ovh: FakeOvh) -> None:
    ovh.faults = [503]
    assert sending.send_confirmed(organization.pk, NOW).postponed == 1
    rehearse(organization, ovh)
    assert sending.send_confirmed(organization.pk, NOW + 10 * MINUTE).sent == 0
    row, reminder = kept(organization)
    assert (row.state, reminder.state) == ("reserved", "confirmed")
    with tenancy.inside(organization.pk):
        carried(organization, ovh, test_mode=False)
    assert sending.send_confirmed(organization.pk, NOW + 20 * MINUTE).sent == 1
    assert len(ovh.jobs) == 1


def test_a_stop_between_two_attempts_is_heard(organization: Organization, ovh: FakeOvh) -> None:
    ovh.faults = [503]
    assert sending.send_confirmed(organization.pk, NOW).postponed == 1
    with tenancy.inside(organization.pk):
        Contact.objects.filter(phone="06 12 34 56 70").update(sms_opted_out_at=NOW)
    assert sending.send_confirmed(organization.pk, NOW + 10 * MINUTE).canceled == 1
    row, reminder = kept(organization)
    assert (row.state, reminder.state, reminder.held) == ("canceled", "canceled", "mobile_missing")
    assert len(ovh.posts) == 1
