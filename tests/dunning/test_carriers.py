"""Texts and letters leave by their carrier once, are followed to their end, and nothing leaves in test mode."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from tests.channels.carriers import FakeMySendingBox, FakeOvh
from tests.dunning import desk

from encours.accounts import tenancy
from encours.accounts.actions import provider_secrets, set_provider
from encours.accounts.models import Organization, ProviderAccount
from encours.channels.actions import sweep
from encours.channels.models import Content, Delivery, Sending
from encours.customers.models import Contact
from encours.dunning import actions, sending, tracking
from encours.dunning.actions.carriage import unpost
from encours.dunning.actions.templates import give_words
from encours.dunning.errors import (
    CarrierSilentError,
    LetterGoneError,
    LetterNotPostedTodayError,
    ReminderStateError,
    TrackingNumberError,
)
from encours.dunning.models import Decision, InboundMessage, Reading, Reminder, Step, Task
from encours.events.models import Event

pytestmark = pytest.mark.usefixtures("committed_db")
TODAY = date(2026, 11, 24)
NOW = desk.at(TODAY)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ovh() -> Iterator[FakeOvh]:
    with FakeOvh() as running:
        yield running


@pytest.fixture
def box() -> Iterator[FakeMySendingBox]:
    with FakeMySendingBox() as running:
        yield running


def texts(organization: Organization, server: FakeOvh, **changes: Any) -> ProviderAccount:
    options = {
        "application_key": "AK", "service": "sms-ml-1", "sender": "Lumiere", "credit_price": "0.065",
    }  # fmt: skip
    fields = {"provider": "ovh", "options": options, "base_url": server.base, "test_mode": False}
    secrets = {"application_secret": "AS", "consumer_key": "CK"}
    return set_provider(
        organization, "sms", secrets=secrets, by=desk.user(), now=NOW, **{**fields, **changes}
    )


def post(organization: Organization, server: FakeMySendingBox, **changes: Any) -> ProviderAccount:
    fields = {
        "provider": "mysendingbox",
        "options": {"carry": "all"},
        "base_url": server.base,
        "test_mode": False,
    }
    return set_provider(
        organization, "letter", secrets={"key": "live_k"}, by=desk.user(), now=NOW, **{**fields, **changes}
    )


def confirmed(channel: str, *, customers: int = 1, sending_on: bool = True, **step: Any) -> Organization:
    """A company whose first reminder goes by another channel, confirmed by a person."""
    organization = desk.company(sending=sending_on)
    template = "sms_reminder" if channel == "sms" else "reminder_1"
    give_words(organization, [template])
    Step.objects.filter(organization=organization, rank=1).update(
        channel=channel, template_code=template, **step
    )
    for number in range(customers):
        buyer = desk.customer(organization, f"C{number:03}")
        Contact.objects.filter(customer=buyer).update(phone=f"06 12 34 56 {70 + number}")
        desk.item(buyer, f"F{number:03}", TODAY - timedelta(days=5), 1000 + number)
    desk.run(organization, TODAY)
    for reminder in Reminder.objects.filter(organization=organization, state="drafted"):
        actions.confirm(reminder, by=None, now=NOW)
    return organization


def reminder_of(organization: Organization) -> Reminder:
    with tenancy.inside(organization.pk):
        return Reminder.objects.get(organization=organization, channel__in=["sms", "letter"])


def sending_of(organization: Organization) -> Sending:
    with tenancy.inside(organization.pk):
        return Sending.objects.get(organization_id=organization.pk)


def told(organization: Organization, kind: str) -> list[dict[str, Any]]:
    with tenancy.inside(organization.pk):
        found = Event.objects.filter(organization_id=organization.pk, kind=kind).order_by("pk")
        return list(found.values_list("payload", flat=True))


def test_kept_keys_do_not_follow_to_another_address(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = desk.company()
        account = texts(organization, ovh)
        told = {"provider": "ovh", "secrets": None, "by": desk.user(), "now": NOW}
        same = set_provider(organization, "sms", base_url=account.base_url, **told)
        assert provider_secrets(same)["consumer_key"] == "CK"
        moved = set_provider(organization, "sms", base_url="https://elsewhere.example", **told)
        assert provider_secrets(moved) == {}


def test_a_text_leaves_once_and_is_followed_until_it_is_received(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms")
        texts(organization, ovh)
    assert sending.send_confirmed(organization.pk, NOW).sent == 1
    assert sending.send_confirmed(organization.pk, NOW + MINUTE).sent == 0
    (posted,) = ovh.posts
    assert posted["receivers"] == ["+33612345670"]
    assert "1 000,00 €" in posted["message"]
    found, carried = reminder_of(organization), sending_of(organization)
    assert (found.state, found.recipient) == ("sent", "06 12 34 56 70")
    assert found.body == posted["message"]
    assert (carried.provider, carried.delivery, carried.price) == ("ovh", "submitted", Decimal("0.065"))
    assert carried.options["test"] is False

    ovh.carry(1, deliveredAt="2026-11-24T10:00:09+01:00")
    with tenancy.inside(organization.pk):
        assert tracking.waiting(organization.pk, NOW + MINUTE)
    assert tracking.follow(organization.pk, NOW + MINUTE).news == 3
    assert sending_of(organization).delivery == "delivered"
    assert [one["status"] for one in told(organization, "reminder.delivered")] == [
        "submitted", "accepted", "delivered",
    ]  # fmt: skip
    # It has arrived: nobody asks about it any more.
    assert tracking.follow(organization.pk, NOW + timedelta(days=1)).asked == 0


def test_in_test_mode_everything_is_done_and_no_byte_leaves(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms")
        texts(organization, ovh, test_mode=True)
    assert sending.send_confirmed(organization.pk, NOW).sent == 1
    assert tracking.follow(organization.pk, NOW + MINUTE).asked == 1
    carried = sending_of(organization)
    assert (carried.state, carried.delivery, carried.options["test"]) == ("sent", "delivered", True)
    assert ovh.asked == []
    with transaction.atomic():
        tenancy.see(organization.pk)
        texts(organization, ovh)
    # What was written in test mode stays in it when the account goes live.
    assert tracking.follow(organization.pk, NOW + timedelta(days=1)).asked == 0


def test_in_simulation_nothing_is_even_written(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms", sending_on=False)
        texts(organization, ovh)
    assert sending.send_confirmed(organization.pk, NOW).simulated == 1
    assert ovh.asked == []
    with tenancy.inside(organization.pk):
        assert not Sending.objects.filter(organization_id=organization.pk).exists()


def test_a_lost_answer_is_a_doubt_that_the_carrier_settles(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms")
        texts(organization, ovh)
    ovh.faults = ["hang_up"]
    assert sending.send_confirmed(organization.pk, NOW).in_doubt == 1
    assert reminder_of(organization).state == "in_doubt"
    assert sending.send_confirmed(organization.pk, NOW + 5 * MINUTE).sent == 0
    assert tracking.follow(organization.pk, NOW + 10 * MINUTE).settled == 1
    assert sending.send_confirmed(organization.pk, NOW + 11 * MINUTE).sent == 1
    assert reminder_of(organization).state == "sent"
    assert len(ovh.posts) == 1


def test_a_carrier_that_knows_of_nothing_settles_nothing(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms")
        texts(organization, ovh)
    ovh.faults = [500]
    assert sending.send_confirmed(organization.pk, NOW).in_doubt == 1
    tracking.follow(organization.pk, NOW + 10 * MINUTE)
    assert sending_of(organization).error_code == "provider_fault"
    tracking.follow(organization.pk, NOW + 40 * MINUTE)
    assert (sending_of(organization).state, sending_of(organization).error_code) == (
        "in_doubt",
        "provider_unaware",
    )
    # It is shown to a person and never sent again by itself.
    sending.send_confirmed(organization.pk, NOW + timedelta(days=2))
    assert reminder_of(organization).state == "in_doubt"
    assert len(ovh.posts) == 1


@pytest.mark.parametrize("fault", [401, 403, 429, 503])
def test_a_carrier_that_refuses_us_is_tried_again_later(ovh: FakeOvh, fault: int) -> None:
    with transaction.atomic():
        organization = confirmed("sms")
        texts(organization, ovh)
    ovh.faults = [fault]
    assert sending.send_confirmed(organization.pk, NOW).postponed == 1
    assert sending.send_confirmed(organization.pk, NOW).sent == 0
    assert sending.send_confirmed(organization.pk, NOW + 2 * MINUTE).sent == 1
    assert len(ovh.jobs) == 1


def test_three_refusals_in_a_row_spare_the_rest(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms", customers=5)
        texts(organization, ovh)
    ovh.faults = [503] * 5
    assert sending.send_confirmed(organization.pk, NOW).postponed == 3
    assert len(ovh.posts) == 3


def test_a_text_that_does_not_arrive_becomes_a_task(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms")
        texts(organization, ovh)
    sending.send_confirmed(organization.pk, NOW)
    ovh.carry(2, ptt=27)
    tracking.follow(organization.pk, NOW + MINUTE)
    (lost,) = told(organization, "reminder.undelivered")
    assert (lost["status"], lost["detail"]) == ("failed", "Absent subscriber (ptt 27)")
    with tenancy.inside(organization.pk):
        task = Task.objects.get(organization=organization)
        assert "Verger C000" in task.title


def test_stop_closes_the_number_and_other_answers_wait_to_be_read(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms", customers=2)
        texts(organization, ovh)
    sending.send_confirmed(organization.pk, NOW)
    moment = "2026-11-24T11:00:00+01:00"
    ovh.answers = {
        1: {"sender": "+33612345670", "message": "STOP", "creationDatetime": moment},
        2: {"sender": "+33612345671", "message": "Réglé ce matin", "creationDatetime": moment},
        3: {"sender": "+33799999999", "message": "Qui êtes-vous ?", "creationDatetime": moment},
    }
    assert tracking.follow(organization.pk, NOW + MINUTE).texts == 3
    assert tracking.follow(organization.pk, NOW + 20 * MINUTE).texts == 0
    with tenancy.inside(organization.pk):
        said = {one.text: one for one in InboundMessage.objects.filter(organization=organization)}
        assert said["STOP"].state == "set_aside"
        paid = said["Réglé ce matin"]
        assert (paid.kind, paid.state, paid.matched_by) == ("sms", "new", "number")
        assert paid.customer is not None
        assert paid.customer.code == "C001"
        assert paid.reminder_id is not None
        assert said["Qui êtes-vous ?"].customer_id is None
        closed = Contact.objects.filter(organization=organization, sms_opted_out_at__isnull=False)
        assert [one.customer.code for one in closed.select_related("customer")] == ["C000"]
    ovh.blacklist = ["+33612345671"]
    assert tracking.follow(organization.pk, NOW + 40 * MINUTE).opted_out == 1


def test_a_text_that_comes_back_is_told_and_read(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms", customers=3)
        texts(organization, ovh)
        Contact.objects.filter(organization=organization, customer__code__in=["C001", "C002"]).update(
            phone="+33 7 12 34 56 78"
        )
    sending.send_confirmed(organization.pk, NOW)
    moment = "2026-11-24T11:00:00+01:00"
    ovh.answers = {
        1: {
            "sender": "+33612345670",
            "message": "Stop !! la facture est reglee depuis le 12",
            "creationDatetime": moment,
        },
        2: {"sender": "+33612345670", "message": "STOP 36111.", "creationDatetime": moment},
        3: {"sender": "+33712340000", "message": "on paie vendredi", "creationDatetime": moment},
    }
    with tenancy.inside(organization.pk):
        Contact.objects.filter(organization=organization, customer__code__in=["C001", "C002"]).update(
            phone="+33 7 12 34 00 00"
        )
        Decision.objects.filter(organization=organization).update(basis="same as before")
    assert tracking.follow(organization.pk, NOW + MINUTE).texts == 3
    with tenancy.inside(organization.pk):
        said = {one.text: one for one in InboundMessage.objects.filter(organization=organization)}
        stopped = said["Stop !! la facture est reglee depuis le 12"]
        assert stopped.state == "new"  # it says more than STOP
        assert said["STOP 36111."].state == "set_aside"
        assert Contact.objects.get(organization=organization, customer__code="C000").sms_opted_out_at
        read = Reading.objects.filter(message=stopped).values_list("meaning", flat=True)
        assert "already_paid" in read
        assert said["on paie vendredi"].customer_id is None  # two customers share the number
        decided = Decision.objects.get(organization=organization, customer_id=stopped.customer_id or 0)
        assert decided.basis == ""
    assert [one["kind_of_message"] for one in told(organization, "message.received")] == ["sms", "sms"]


def test_texts_are_fetched_once_however_many_came(ovh: FakeOvh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encours.channels.ovh.INCOMING_AT_ONCE", 2)
    with transaction.atomic():
        organization = confirmed("sms")
        texts(organization, ovh)
    moment = "2026-11-24T11:00:00+01:00"
    ovh.answers = {
        number: {"sender": "+33612345670", "message": f"texte {number}", "creationDatetime": moment}
        for number in range(1, 6)
    }
    taken = [tracking.follow(organization.pk, NOW + passed * MINUTE).texts for passed in (1, 2, 3, 4)]
    assert taken == [2, 2, 1, 0]


def test_a_text_without_a_carrier_or_a_number_waits_and_says_why(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms")
    assert sending.send_confirmed(organization.pk, NOW).held == 1
    assert reminder_of(organization).held == "sms_provider_missing"
    with transaction.atomic():
        tenancy.see(organization.pk)
        texts(organization, ovh)
    assert sending.send_confirmed(organization.pk, NOW + MINUTE).sent == 1


def test_a_registered_letter_is_followed_to_its_proofs(box: FakeMySendingBox) -> None:
    with transaction.atomic():
        organization = confirmed("letter", registered=True)
        post(organization, box)
    assert sending.send_confirmed(organization.pk, NOW).sent == 1
    (posted,) = box.posted
    assert (posted["postage_type"], posted["to[address_postalcode]"]) == ("lrar", "38200")
    carried = sending_of(organization)
    assert (carried.provider_id, carried.price, carried.state) == ("msb1", Decimal("7.31"), "sent")
    box.happens("msb1", "letter.filing_proof", "2026-11-25T08:00:00.000Z", tracking_number="2C12345678901")
    box.happens("msb1", "letter.distributed", "2026-11-27T08:00:00.000Z")
    later = NOW + timedelta(days=4)
    tracking.follow(organization.pk, later)
    assert (sending_of(organization).delivery, sending_of(organization).options["tracking_number"]) == (
        "delivered", "2C12345678901",
    )  # fmt: skip
    # Received, but without its receipt: it is asked for until it comes.
    box.happens("msb1", "letter.delivery_proof", "2026-11-30T08:00:00.000Z")
    tracking.follow(organization.pk, later + timedelta(days=3))
    with tenancy.inside(organization.pk):
        proofs = Delivery.objects.exclude(proof_hash="").order_by("pk")
        assert [one.proof_kind for one in proofs] == ["filing", "delivery"]
        for one in proofs:
            body = bytes(Content.objects.get(sha256=one.proof_hash).body)
            assert hashlib.sha256(body).hexdigest() == one.proof_hash
            assert body.startswith(b"%PDF")
    assert tracking.follow(organization.pk, later + timedelta(days=8)).asked == 0
    assert told(organization, "reminder.delivered")[-1]["proof"] == "delivery"


def test_a_letter_is_stopped_before_it_is_printed(box: FakeMySendingBox) -> None:
    with transaction.atomic():
        organization = confirmed("letter")
        post(organization, box)
    assert sending.send_confirmed(organization.pk, NOW).sent == 1
    with tenancy.inside(organization.pk):
        tracking.recall(reminder_of(organization), by=desk.user(), now=NOW + MINUTE)
        assert desk.run(organization, TODAY).canceled == 0
    stopped, again = sending_of(organization), reminder_of(organization)
    assert box.letters["msb1"]["events"][-1]["name"] == "letter.canceled"
    assert (stopped.state, stopped.delivery) == ("canceled", "canceled")
    assert (again.state, again.sending_id, again.attempt) == ("drafted", None, 2)
    assert told(organization, "reminder.drafted")[-1]["why"] == "recalled"
    assert tracking.follow(organization.pk, NOW + timedelta(days=1)).asked == 0


def test_a_letter_that_is_printed_or_whose_carrier_is_silent_goes_its_way(box: FakeMySendingBox) -> None:
    with transaction.atomic():
        organization = confirmed("letter")
        post(organization, box)
    sending.send_confirmed(organization.pk, NOW)
    mine = reminder_of(organization)
    with tenancy.inside(organization.pk):
        box.late = True
        with pytest.raises(LetterGoneError):
            tracking.recall(mine, by=desk.user(), now=NOW)
        ProviderAccount.objects.update(base_url="http://127.0.0.1:9")
        with pytest.raises(CarrierSilentError):
            tracking.recall(mine, by=desk.user(), now=NOW)
        Sending.objects.update(delivery="posted")
        with pytest.raises(ReminderStateError):
            tracking.recall(mine, by=desk.user(), now=NOW)
    assert reminder_of(organization).state == "sent"


def test_an_address_that_machines_cannot_read_holds_the_letter(box: FakeMySendingBox) -> None:
    with transaction.atomic():
        organization = confirmed("letter")
        post(organization, box)
        reminder = Reminder.objects.select_related("customer").get(organization=organization)
        reminder.customer.postal_code = ""
        reminder.customer.save()
    assert sending.send_confirmed(organization.pk, NOW).held == 1
    assert reminder_of(organization).held == "address_incomplete"
    assert box.asked == []


def test_letters_that_the_carrier_does_not_take_are_posted_by_hand(box: FakeMySendingBox) -> None:
    with transaction.atomic():
        organization = confirmed("letter")
        post(organization, box, options={"carry": "registered"})
    assert sending.send_confirmed(organization.pk, NOW).printed == 1
    assert box.asked == []
    found = reminder_of(organization)
    assert found.state == "printed"
    with tenancy.inside(organization.pk):
        with pytest.raises(TrackingNumberError):
            actions.post(organization, [found.pk], by=None, now=NOW, numbers={found.pk: "not a number"})
        numbers = {found.pk: "2c 123 456 7890 1"}
        assert actions.post(organization, [found.pk], by=None, now=NOW, numbers=numbers) == 1
    carried = sending_of(organization)
    assert (carried.delivery, carried.options["tracking_number"]) == ("posted", "2C12345678901")
    with tenancy.inside(organization.pk):
        unpost(reminder_of(organization), by=None, now=NOW + timedelta(hours=5))
    assert reminder_of(organization).state == "printed"
    assert (sending_of(organization).state, sending_of(organization).delivery) == ("reserved", "")
    with tenancy.inside(organization.pk):
        assert not Delivery.objects.exists()
        assert actions.post(organization, [found.pk], by=None, now=NOW) == 1
        with pytest.raises(LetterNotPostedTodayError):
            unpost(reminder_of(organization), by=None, now=NOW + timedelta(days=1))


def test_a_worker_that_died_after_the_carrier_took_it_leaves_a_doubt_that_settles(ovh: FakeOvh) -> None:
    with transaction.atomic():
        organization = confirmed("sms")
        texts(organization, ovh)
    sending.send_confirmed(organization.pk, NOW)
    with tenancy.inside(organization.pk):
        # As a machine that lost power between the answer and its record leaves it.
        Sending.objects.update(state="sending", provider_id="", delivery="", finished_at=None)
        Reminder.objects.filter(organization=organization).update(state="confirmed")
        assert len(sweep(organization.pk, NOW + 20 * MINUTE)) == 1
    sending.send_confirmed(organization.pk, NOW + 20 * MINUTE)
    assert reminder_of(organization).state == "in_doubt"
    tracking.follow(organization.pk, NOW + 21 * MINUTE)
    sending.send_confirmed(organization.pk, NOW + 21 * MINUTE)
    assert (reminder_of(organization).state, sending_of(organization).provider_id) == ("sent", "26929900")
    assert len(ovh.posts) == 1
