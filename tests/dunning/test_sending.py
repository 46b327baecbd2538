"""What was confirmed leaves once, if it is still true; what may have left twice never does."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from tests.channels.postman import Postman, hang_up
from tests.dunning import desk

from encours.accounts import tenancy
from encours.accounts.actions import switch_sending
from encours.accounts.models import Organization, Sender
from encours.channels.models import Sending
from encours.customers.models import Contact
from encours.dunning import actions, sending
from encours.dunning.errors import ReminderStateError
from encours.dunning.models import Guardrails, Reminder, ReminderItem, Template
from encours.events.models import Event
from encours.receivables.models import Item

pytestmark = pytest.mark.usefixtures("committed_db")
TODAY = date(2026, 11, 22)
NOW = desk.at(TODAY)
PARIS = ZoneInfo("Europe/Paris")
HERE = Path(__file__).parent
MailServer = Callable[..., Postman]


def confirmed(port: int, *, days: int = 5, customers: int = 1, sending_on: bool = True) -> Organization:
    """A company whose reminders are confirmed: first reminders, or last ones as letters after 30 days."""
    with transaction.atomic():
        organization = desk.company(sending=sending_on)
        desk.mail_server(organization, port)
        for number in range(customers):
            buyer = desk.customer(organization, f"C{number:03}")
            desk.item(buyer, f"F{number:03}", TODAY - timedelta(days=days), 1000 + number)
        if days >= 30:
            climb(organization, days)
        desk.run(organization, TODAY)
        for reminder in Reminder.objects.filter(organization=organization, state="drafted"):
            actions.confirm(reminder, by=None, now=NOW)
    return organization


def climb(organization: Organization, days: int) -> None:
    """Live through the first two reminders."""
    for age in (3, 15):
        day = TODAY - timedelta(days=days - age)
        desk.run(organization, day)
        for reminder in Reminder.objects.filter(organization=organization, state="drafted"):
            desk.sent(reminder, day)


def reminders(organization: Organization) -> list[Reminder]:
    with tenancy.inside(organization.pk):
        return list(Reminder.objects.filter(organization=organization).order_by("pk"))


def kinds(organization: Organization) -> list[str]:
    with tenancy.inside(organization.pk):
        found = Event.objects.filter(organization_id=organization.pk, kind__startswith="reminder.")
        return list(found.order_by("pk").values_list("kind", flat=True))


def test_a_reminder_arrives_with_its_statement_and_is_recorded(mail_server: MailServer) -> None:
    postman = mail_server()
    organization = confirmed(postman.port)
    summary = sending.send_confirmed(organization.pk, NOW)
    assert (summary.sent, summary.failed, summary.in_doubt) == (1, 0, 0)
    mail = message_from_bytes(postman.received[0].original_content, policy=policy.default)
    assert mail["To"] == "Claire Lefèvre <compta.c000@verger.example>"
    assert mail["From"] == "Ateliers Lumière <relances@lumiere.example>"
    assert "facture échue" in mail["Subject"]
    attached = [part.get_filename() for part in mail.iter_attachments()]
    assert attached == ["statement-C000-20261122.pdf"] or attached[0].endswith("-C000-20261122.pdf")
    reminder = reminders(organization)[0]
    assert (reminder.state, reminder.sent_at, reminder.recipient) == (
        "sent",
        NOW,
        "compta.c000@verger.example",
    )
    assert "F000" in reminder.body
    assert kinds(organization) == ["reminder.drafted", "reminder.confirmed", "reminder.sent"]
    assert sending.send_confirmed(organization.pk, NOW).sent == 0
    assert len(postman.received) == 1


@pytest.mark.parametrize(("closes", "left"), [(True, 1), (False, 3)])
def test_a_long_pass_ends_with_the_hours_of_sending(mail_server: MailServer, closes: bool, left: int) -> None:
    postman = mail_server()
    organization = confirmed(postman.port, customers=3)
    if closes:
        with tenancy.inside(organization.pk):
            Guardrails.objects.update(window_to=NOW.astimezone(PARIS).time().replace(minute=30))
    before = NOW + timedelta(minutes=29, seconds=50)
    summary = sending.send_confirmed(
        organization.pk, before, lambda: before + timedelta(minutes=len(postman.received))
    )
    assert (summary.sent, len(postman.received)) == (left, left)
    held = [reminder.held for reminder in reminders(organization) if reminder.state == "confirmed"]
    assert len(held) == 3 - left
    assert all(why.startswith("closed:hours:2026-11-23") for why in held)


def test_a_pass_ends_with_its_day(mail_server: MailServer) -> None:
    postman = mail_server()
    organization = confirmed(postman.port, customers=2)
    summary = sending.send_confirmed(
        organization.pk, NOW, lambda: NOW + timedelta(days=len(postman.received))
    )
    assert (summary.sent, len(postman.received)) == (1, 1)


def test_nothing_leaves_in_simulation_and_it_is_said_once(mail_server: MailServer) -> None:
    postman = mail_server()
    organization = confirmed(postman.port, sending_on=False)
    assert sending.send_confirmed(organization.pk, NOW).simulated == 1
    assert sending.send_confirmed(organization.pk, NOW).simulated == 0
    assert postman.received == []
    assert kinds(organization)[-1] == "reminder.simulated"
    with tenancy.inside(organization.pk):
        assert not sending.waiting(organization.pk, NOW)
        switch_sending(organization, on=True, by=desk.user(), now=NOW)
    # What a person confirmed while nothing could leave must be confirmed again.
    assert sending.send_confirmed(organization.pk, NOW).sent == 0
    reminder = reminders(organization)[0]
    assert (reminder.state, reminder.simulated_at) == ("drafted", None)
    with tenancy.inside(organization.pk):
        actions.confirm(reminder, by=None, now=NOW)
        assert sending.waiting(organization.pk, NOW)
    assert sending.send_confirmed(organization.pk, NOW).sent == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("paid", "settled"), ("part paid", "amount_changed"), ("disputed", "disputed"), ("missing", "missing"),
        ("customer left alone", "postponed"), ("item left alone", "postponed"), ("insolvent", "insolvent"),
        ("switched off", "sending_switched_off"), ("bounced", "contact_bounced"),
        ("complained", "contact_missing"),
    ],
)  # fmt: skip
def test_the_guard_speaks_last(mail_server: MailServer, change: str, why: str) -> None:
    postman = mail_server({"RCPT": "451 later"})
    organization = confirmed(postman.port)
    assert sending.send_confirmed(organization.pk, NOW).postponed == 1
    postman.answers.clear()
    with tenancy.inside(organization.pk):
        invoice = Item.objects.get(number="F000")
        buyer = invoice.customer
        if change == "paid":
            desk.pay(invoice, TODAY)
        elif change == "part paid":
            desk.pay(invoice, TODAY, 10)
        elif change == "disputed":
            Item.objects.filter(pk=invoice.pk).update(disputed_on=TODAY)
        elif change == "missing":
            Item.objects.filter(pk=invoice.pk).update(missing_since=TODAY)
        elif change in {"bounced", "complained"}:
            field = {"bounced": "bounced_at", "complained": "opted_out_at"}[change]
            Contact.objects.filter(customer=buyer).update(**{field: NOW})
        elif change == "insolvent":
            type(buyer).objects.filter(pk=buyer.pk).update(insolvent_on=TODAY)
        elif change == "switched off":
            switch_sending(organization, on=False, by=desk.user(), now=NOW)
        else:
            which = invoice if change == "item left alone" else None
            actions.postpone(
                buyer, until=TODAY + timedelta(days=9), reason="trade fair", by=None, now=NOW, item=which
            )
    later = NOW + timedelta(minutes=5)
    sending.send_confirmed(organization.pk, later)
    assert postman.received == []
    reminder = reminders(organization)[0]
    assert (reminder.state, reminder.held) == ("canceled", why)
    with tenancy.inside(organization.pk):
        assert Sending.objects.get().state == "canceled"
        assert not ReminderItem.objects.filter(reminder=reminder, released_at=None).exists()


def test_an_address_that_the_server_refuses_waits_for_a_person(mail_server: MailServer) -> None:
    postman = mail_server({"RCPT": "550 no such user"})
    organization = confirmed(postman.port)
    assert sending.send_confirmed(organization.pk, NOW).failed == 1
    reminder = reminders(organization)[0]
    assert (reminder.state, reminder.failure) == ("failed", "recipient_refused")
    with tenancy.inside(organization.pk):
        assert desk.run(organization, TODAY).held["on_hold"] == 1
        Contact.objects.update(email="claire@verger.example")
        actions.retry(reminder, by=None, now=NOW)
        actions.confirm(reminder, by=None, now=NOW)
    postman.answers.clear()
    assert sending.send_confirmed(organization.pk, NOW).sent == 1
    assert postman.received[0].rcpt_tos == ["claire@verger.example"]


def test_a_failure_of_what_was_paid_meanwhile_goes_away(mail_server: MailServer) -> None:
    postman = mail_server({"RCPT": "550 no such user"})
    organization = confirmed(postman.port)
    sending.send_confirmed(organization.pk, NOW)
    with tenancy.inside(organization.pk):
        desk.pay(Item.objects.get(number="F000"), TODAY)
        assert desk.run(organization, TODAY).canceled == 1


@pytest.mark.parametrize("left", [True, False])
def test_a_doubt_is_settled_by_a_person_only(mail_server: MailServer, *, left: bool) -> None:
    postman = mail_server({"DATA": hang_up})
    organization = confirmed(postman.port)
    assert sending.send_confirmed(organization.pk, NOW).in_doubt == 1
    postman.answers.clear()
    assert sending.send_confirmed(organization.pk, NOW + timedelta(hours=1)).sent == 0
    reminder = reminders(organization)[0]
    assert reminder.state == "in_doubt"
    with tenancy.inside(organization.pk):
        assert desk.run(organization, TODAY).held["on_hold"] == 1
        actions.resolve_doubt(reminder, left=left, by=desk.user(), now=NOW)
        with pytest.raises(ReminderStateError):
            actions.resolve_doubt(reminder, left=left, by=desk.user(), now=NOW)
    reminder = reminders(organization)[0]
    assert reminder.state == ("sent" if left else "drafted")
    before = len(postman.received)
    if not left:
        with tenancy.inside(organization.pk):
            actions.confirm(reminder, by=None, now=NOW)
    sending.send_confirmed(organization.pk, NOW)
    assert len(postman.received) - before == (0 if left else 1)


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        ("sender", "sender_missing"), ("contact", "contact_missing"), ("wording", "wording_error"),
        ("iban", "document_error"),
    ],
)  # fmt: skip
def test_what_cannot_leave_yet_says_why_and_leaves_once_it_can(
    mail_server: MailServer, cause: str, why: str
) -> None:
    postman = mail_server()
    organization = confirmed(postman.port)
    with tenancy.inside(organization.pk):
        reminder = Reminder.objects.get()
        if cause == "sender":
            Sender.objects.all().delete()
        elif cause == "contact":
            Reminder.objects.update(subject="S", body="B", edited_at=NOW)
            Contact.objects.update(email=" ")
        elif cause == "wording":
            Template.objects.update(body="{{ nobody }}")
        else:
            Organization.objects.update(iban="FR76")
    summary = sending.send_confirmed(organization.pk, NOW)
    reminder = reminders(organization)[0]
    if cause == "contact":
        assert summary.failed == 1
        assert reminder.failure == "recipient_invalid"
        return
    assert summary.held == 1
    assert (reminder.state, reminder.held) == ("confirmed", why)
    with tenancy.inside(organization.pk):
        if cause == "sender":
            desk.mail_server(organization, postman.port)
        elif cause == "wording":
            Template.objects.update(body="{{ invoice_list }}")
        else:
            Organization.objects.update(iban="FR7630006000011234567890189")
    assert sending.send_confirmed(organization.pk, NOW).sent == 1
    assert reminders(organization)[0].held == ""


def test_a_letter_waits_for_the_post_and_stays_true(mail_server: MailServer) -> None:
    postman = mail_server()
    organization = confirmed(postman.port, days=30, customers=2)
    assert sending.send_confirmed(organization.pk, NOW).printed == 2
    assert postman.received == []
    first, second = (number for number in reminders(organization) if number.state == "printed")
    with tenancy.inside(organization.pk):
        desk.pay(Item.objects.get(number="F001"), TODAY)
        assert desk.run(organization, TODAY).canceled == 1
        assert actions.post(organization, [first.pk, second.pk], by=None, now=NOW) == 1
        assert sorted(Sending.objects.values_list("state", flat=True)) == ["canceled", "sent"]
    assert [number.state for number in reminders(organization) if number.rank == 3] == ["sent", "canceled"]


def test_a_server_that_is_down_is_not_asked_for_everyone(mail_server: MailServer) -> None:
    postman = mail_server({"MAIL": "421 shutting down"})
    organization = confirmed(postman.port, customers=5)
    summary = sending.send_confirmed(organization.pk, NOW)
    assert (summary.postponed, summary.sent) == (3, 0)
    postman.answers.clear()
    later = NOW + timedelta(minutes=2)
    assert sending.send_confirmed(organization.pk, later).sent == 5
    assert len(postman.received) == 5


def test_two_workers_at_once_send_each_message_once(mail_server: MailServer) -> None:
    postman = mail_server()
    organization = confirmed(postman.port, customers=12)
    place = connection.settings_dict
    program = [sys.executable, HERE / "lone_sender.py", str(organization.pk), place["NAME"], place["HOST"]]
    workers = [subprocess.Popen(program, env={**os.environ, "PYTHONPATH": "."}) for _ in range(2)]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0]
    sending.send_confirmed(organization.pk, NOW)
    assert {reminder.state for reminder in reminders(organization)} == {"sent"}
    assert set(arrived(postman).values()) == {1}
    assert len(postman.received) == 12


def arrived(postman: Postman) -> Counter[str]:
    return Counter(
        message_from_bytes(envelope.original_content)["Message-ID"] for envelope in postman.received
    )


def test_a_message_that_the_program_cannot_write_keeps_no_other(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    server = mail_server()
    organization = confirmed(server.port, customers=3)
    written = sending.letters.message

    def fails(reminder: Reminder, today: date) -> Any:
        if reminder.customer.code == "C002":
            raise ZeroDivisionError
        return written(reminder, today)

    monkeypatch.setattr("encours.dunning.sending.letters.message", fails)
    summary = sending.send_confirmed(organization.pk, NOW)
    assert (summary.sent, summary.held) == (2, 1)
    assert [one.held for one in reminders(organization)] == ["", "", "program_error"]
    assert "could not be written" in caplog.text
    monkeypatch.undo()
    assert sending.send_confirmed(organization.pk, NOW).sent == 1
    assert len(server.received) == 3
