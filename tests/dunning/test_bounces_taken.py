"""What comes back changes whom we write to: the step is said again to somebody else, or nobody is hurt twice."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.db import transaction
from tests.channels.imap_server import letter
from tests.channels.postman import Postman
from tests.channels.reports import bounce, complaint
from tests.dunning import desk

from encours.accounts import tenancy
from encours.accounts.models import Organization, Sender
from encours.channels.models import Sending
from encours.customers.models import Contact
from encours.dunning import actions, answers, sending
from encours.dunning.actions import inbound
from encours.dunning.addressing import token_of
from encours.dunning.errors import AnswerEmptyError
from encours.dunning.models import InboundMessage, MessageKind, MessageState, Reminder, Step, Task

pytestmark = pytest.mark.usefixtures("committed_db")
DAY = date(2026, 11, 23)
NOW = desk.at(DAY)
MailServer = Callable[..., Postman]


def opened(port: int, **fields: object) -> Organization:
    """A company whose first reminder left this morning."""
    with transaction.atomic():
        organization = desk.company(**fields)
        sender = desk.mail_server(organization, port)
        sender.plus_addresses, sender.signature = True, "Claire Martin\nLigne directe 04 72 00 11 33"
        sender.save()
        buyer = desk.customer(organization)
        desk.item(buyer, "F001", DAY - timedelta(days=5), 1000)
        buyer.contacts.create(
            organization=organization, name="Paul Durand", role="director", email="direction@verger.example"
        )
    remind(organization, DAY)
    return organization


def remind(organization: Organization, day: date) -> None:
    with tenancy.inside(organization.pk):
        desk.run(organization, day)
        for reminder in Reminder.objects.filter(organization=organization, state="drafted"):
            actions.confirm(reminder, by=None, now=desk.at(day))
    sending.send_confirmed(organization.pk, desk.at(day))


def come_back(organization: Organization, content: bytes, now: datetime = NOW) -> InboundMessage:
    with tenancy.inside(organization.pk):
        message = inbound.keep(organization, content, mailbox=None, now=now)
    assert message is not None
    return message


def parsed(envelope: object) -> object:
    return message_from_bytes(envelope.content, policy=policy.default)


def test_a_reminder_carries_its_tokens_and_its_signature(mail_server: MailServer) -> None:
    server = mail_server()
    organization = opened(server.port)
    (envelope,) = server.received
    mail = parsed(envelope)
    with tenancy.inside(organization.pk):
        sent = Sending.objects.get()
        buyer = Reminder.objects.get().customer
    token = token_of(organization.pk, buyer.pk)
    assert envelope.mail_from == f"relances+bounce-{sent.token}@lumiere.example"
    assert mail["From"].addresses[0].addr_spec == "relances@lumiere.example"
    assert mail["Reply-To"].addresses[0].addr_spec == f"relances+{token}@lumiere.example"
    assert mail["Subject"].endswith(f"[#C-{token}]")
    assert mail["List-Unsubscribe"] is None
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    assert "-- \nClaire Martin" in text.replace("\r\n", "\n")
    assert "Ligne directe" in mail.get_body(("html",)).get_content()


def test_a_dead_address_is_given_up_and_the_step_is_said_to_somebody_else(mail_server: MailServer) -> None:
    server = mail_server()
    organization = opened(server.port)
    to = server.received[0].mail_from
    message = come_back(organization, bounce(to=to, returned="<lost@x.example>"))
    with tenancy.inside(organization.pk):
        first = Reminder.objects.get()
        contact = Contact.objects.get(role="payables")
        assert (message.kind, message.customer, message.reminder_id) == ("bounce", contact.customer, first.pk)
        assert contact.bounced_at == NOW
        assert "5.1.1" in contact.bounce_detail
        assert (first.state, first.failure) == ("canceled", "bounced")
        assert Sending.objects.get().delivery == "failed"
        task = Task.objects.get(kind="fix_contact")
        assert contact.email in task.title
    remind(organization, DAY)
    remind(organization, DAY + timedelta(days=4))
    assert [one.rcpt_tos[0] for one in server.received] == [contact.email, "direction@verger.example"]
    with tenancy.inside(organization.pk):
        assert Reminder.objects.get(state="sent").rank == first.rank
        assert come_back_known(organization, bounce(to=to, returned="<lost@x.example>"))


def come_back_known(organization: Organization, content: bytes) -> bool:
    return inbound.keep(organization, content, mailbox=None, now=NOW) is None


def test_a_report_is_known_by_the_message_it_returns_and_by_the_address(mail_server: MailServer) -> None:
    organization = opened(mail_server().port)
    with tenancy.inside(organization.pk):
        sent = Sending.objects.get()
    message = come_back(organization, bounce(returned=sent.message_id))
    assert message.kind == MessageKind.BOUNCE
    other = opened(mail_server().port, name="Autre")
    assert come_back(other, bounce(returned="<nothing@x.example>")).kind == MessageKind.BOUNCE


def test_a_report_about_nothing_we_know_stays_in_the_queue(mail_server: MailServer) -> None:
    organization = opened(mail_server().port)
    message = come_back(organization, bounce("nobody@else.example", returned="<nothing@x.example>"))
    assert (message.kind, message.state, message.customer) == ("auto_reply", MessageState.NEW, None)


@pytest.mark.parametrize("by_token", [True, False])
def test_an_address_we_never_wrote_to_is_not_given_up(mail_server: MailServer, *, by_token: bool) -> None:
    server = mail_server()
    organization = opened(server.port)
    to = server.received[0].mail_from if by_token else "relances@lumiere.example"
    message = come_back(organization, bounce("direction@verger.example", to=to, returned="<no@x.example>"))
    with tenancy.inside(organization.pk):
        assert Contact.objects.get(role="director").bounced_at is None
        assert Reminder.objects.get().state == "sent"
    assert message.kind == (MessageKind.BOUNCE if by_token else MessageKind.AUTO_REPLY)
    assert message.state == (MessageState.READ if by_token else MessageState.NEW)


def test_three_full_mailboxes_in_two_weeks_count_as_gone(mail_server: MailServer) -> None:
    organization = opened(mail_server().port)
    for number, days in enumerate((0, 5, 11)):
        now = NOW + timedelta(days=days)
        content = bounce(status="4.2.2", diagnostic="smtp; 452 mailbox full", name=f"b{number}")
        come_back(organization, content.replace(b"could not", f"{number}".encode()), now)
        with tenancy.inside(organization.pk):
            assert (Contact.objects.get(role="payables").bounced_at is not None) == (days == 11)


def test_a_message_refused_because_of_us_raises_an_alarm_and_waits(mail_server: MailServer) -> None:
    server = mail_server()
    organization = opened(server.port)
    to = server.received[0].mail_from
    come_back(organization, bounce(to=to, status="5.7.26", diagnostic="smtp; 550 5.7.26 fails DMARC"))
    with tenancy.inside(organization.pk):
        reminder = Reminder.objects.get()
        assert (reminder.state, reminder.failure) == ("failed", "refused_by_policy")
        assert Contact.objects.get(role="payables").bounced_at is None
        alarm = Sender.objects.get().alarm
        assert alarm["count"] == 1
        assert "DMARC" in alarm["said"]


@pytest.mark.parametrize(
    ("action", "status", "state"), [("delayed", "4.4.1", ""), ("relayed", "2.0.0", "delivered")]
)
def test_a_delay_or_a_receipt_changes_nothing(
    mail_server: MailServer, action: str, status: str, state: str
) -> None:
    server = mail_server()
    organization = opened(server.port)
    come_back(organization, bounce(to=server.received[0].mail_from, action=action, status=status))
    with tenancy.inside(organization.pk):
        assert Reminder.objects.get().state == "sent"
        assert Sending.objects.get().delivery == state


def test_who_complains_is_left_in_peace(mail_server: MailServer) -> None:
    organization = opened(mail_server().port)
    with tenancy.inside(organization.pk):
        sent = Sending.objects.get()
    come_back(organization, complaint(returned=sent.message_id))
    with tenancy.inside(organization.pk):
        assert Contact.objects.get(role="payables").opted_out_at == NOW
        assert Task.objects.filter(kind="fix_contact").count() == 1
        assert Reminder.objects.get().state == "sent"


def test_an_answer_goes_back_in_the_thread(mail_server: MailServer) -> None:
    server = mail_server()
    organization = opened(server.port)
    first = parsed(server.received[0])
    headers = f"In-Reply-To: {first['Message-ID']}\nReferences: {first['Message-ID']}"
    message = come_back(organization, letter(headers=headers))
    assert message.matched_by == "references"
    with tenancy.inside(organization.pk):
        with pytest.raises(AnswerEmptyError):
            answers.answer(message, text=" ", by=desk.user(), now=NOW)
        answers.answer(message, text="Merci, c’est noté.", by=desk.user(), now=NOW)
        assert answers.waiting(organization.pk, NOW)
    assert answers.send(organization.pk, NOW) == 1
    assert answers.send(organization.pk, NOW) == 0
    mail = parsed(server.received[1])
    assert mail["In-Reply-To"] == "<r1@verger.example>"
    assert mail["References"].split() == [first["Message-ID"], "<r1@verger.example>"]
    assert mail["Auto-Submitted"] is None
    assert mail["Subject"].startswith("Re: ")
    assert server.received[1].rcpt_tos == ["compta.c001@verger.example"]
    with tenancy.inside(organization.pk):
        assert InboundMessage.objects.get(kind="reply").state == MessageState.ANSWERED


def test_a_second_click_is_no_second_answer(mail_server: MailServer) -> None:
    server = mail_server()
    organization = opened(server.port)
    message = come_back(organization, letter())
    with tenancy.inside(organization.pk):
        first, second = (
            answers.answer(message, text=text, by=desk.user(), now=NOW + timedelta(seconds=place))
            for place, text in enumerate(("Merci, c’est noté.", "Merci, c’est noté. "))
        )
        assert first.pk == second.pk
    assert answers.send(organization.pk, NOW + timedelta(minutes=1)) == 1
    with tenancy.inside(organization.pk):
        answers.answer(message, text="Et la F-2 ?", by=desk.user(), now=NOW + timedelta(minutes=2))
        again = answers.answer(message, text="Et la F-2 ?", by=desk.user(), now=NOW + timedelta(hours=2))
        Sending.objects.filter(pk=again.pk).update(state="failed", finished_at=NOW)
        last = answers.answer(message, text="Et la F-2 ?", by=desk.user(), now=NOW + timedelta(hours=2))
        assert last.pk != again.pk  # the one before did not leave
    assert answers.send(organization.pk, NOW + timedelta(hours=3)) == 2


def test_a_strangers_headers_are_answered(mail_server: MailServer) -> None:
    server = mail_server()
    organization = opened(server.port)
    message = come_back(organization, letter())
    strange = {"subject": "Facture\x07 F001 " + "très en retard " * 60, "from_name": "Claire\x08 Lefèvre"}
    with tenancy.inside(organization.pk):
        InboundMessage.objects.filter(pk=message.pk).update(**strange)
        message.refresh_from_db()
        answers.answer(message, text="Merci.", by=desk.user(), now=NOW)
        InboundMessage.objects.filter(pk=message.pk).update(from_address="comptabilité@verger.example")
        message.refresh_from_db()
        with pytest.raises(AnswerEmptyError):
            answers.answer(message, text="Merci bien.", by=desk.user(), now=NOW)
    assert answers.send(organization.pk, NOW) == 1
    assert parsed(server.received[1])["Subject"].startswith("Re: Facture F001")


def test_a_message_is_sent_on_whole(mail_server: MailServer) -> None:
    server = mail_server()
    organization = opened(server.port)
    message = come_back(organization, letter())
    with tenancy.inside(organization.pk):
        answers.forward(message, to="adv@lumiere.example", text="Pour vous.", by=desk.user(), now=NOW)
    assert answers.send(organization.pk, NOW) == 1
    mail = parsed(server.received[1])
    assert [part.get_filename() for part in mail.iter_attachments()] == ["message.eml"]
    assert server.received[1].rcpt_tos == ["adv@lumiere.example"]


def test_what_is_answered_in_simulation_never_leaves(mail_server: MailServer) -> None:
    server = mail_server()
    organization = opened(server.port, sending=False)
    message = come_back(organization, letter())
    with tenancy.inside(organization.pk):
        answers.answer(message, text="Merci.", by=desk.user(), now=NOW)
        assert not answers.waiting(organization.pk, NOW)
    assert answers.send(organization.pk, NOW) == 0
    later = NOW + timedelta(days=2)
    with tenancy.inside(organization.pk):
        Organization.objects.update(sending_on_since=later)
    assert answers.send(organization.pk, later) == 0
    assert server.received == []
    with tenancy.inside(organization.pk):
        assert InboundMessage.objects.get().state == MessageState.NEW
        assert Sending.objects.get().error_code == "simulation_over"


def test_a_colleague_reads_along_and_a_wrong_copy_stops_nothing(mail_server: MailServer) -> None:
    server = mail_server()
    with transaction.atomic():
        organization = desk.company()
        desk.mail_server(organization, server.port)
        collector = desk.user()
        desk.item(desk.customer(organization, collector=collector), "F001", DAY - timedelta(days=5), 1000)
        Step.objects.filter(organization=organization, rank=1).update(copy_to="collector")
    server.answers["RCPT"] = lambda smtp: "550 no" if smtp.envelope.rcpt_tos else "250 OK"
    remind(organization, DAY)
    (envelope,) = server.received
    assert envelope.rcpt_tos == ["compta.c001@verger.example"]
    assert parsed(envelope)["Cc"] == collector.email
    with tenancy.inside(organization.pk):
        assert Reminder.objects.get().copies == collector.email
        assert Sending.objects.get().recipient == f"compta.c001@verger.example, {collector.email}"


def test_each_step_is_said_by_its_voice(mail_server: MailServer) -> None:
    server, higher = mail_server(), mail_server()
    with transaction.atomic():
        organization = desk.company()
        desk.mail_server(organization, server.port)
        Sender.objects.create(
            organization=organization, purpose="escalated", name="Direction", email="daf@lumiere.example",
            host="127.0.0.1", port=higher.port, security="none",
        )  # fmt: skip
        desk.item(desk.customer(organization), "F001", DAY - timedelta(days=5), 1000)
        Step.objects.filter(organization=organization, rank=1).update(sender="escalated")
    remind(organization, DAY)
    assert server.received == []
    (envelope,) = higher.received
    assert parsed(envelope)["From"].addresses[0].addr_spec == "daf@lumiere.example"
    assert "Direction" in parsed(envelope).get_body(("plain",)).get_content()


def test_the_demands_of_one_case_stay_in_one_thread(mail_server: MailServer) -> None:
    server = mail_server()
    organization = opened(server.port)
    remind(organization, DAY + timedelta(days=14))
    first, second = (parsed(envelope) for envelope in server.received)
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]
