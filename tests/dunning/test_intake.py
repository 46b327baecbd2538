"""What debtors write is kept once, whoever it is from, and matched by the surest sign there is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from tests.channels.imap_server import ImapServer, letter
from tests.channels.reports import bounce
from tests.dunning import desk

from encours.accounts import tenancy
from encours.accounts.actions import seal
from encours.accounts.models import Organization, Sender
from encours.channels.models import Content, Sending
from encours.customers.models import Contact, Customer
from encours.dunning import intake
from encours.dunning.actions import inbound, mailboxes, readings
from encours.dunning.addressing import token_of
from encours.dunning.models import InboundMessage, Mailbox, MessageKind, MessageState, Reading

DAY = date(2026, 11, 23)
NOW = desk.at(DAY)
HERE = Path(__file__).parent


@pytest.fixture
def server() -> Iterator[ImapServer]:
    running = ImapServer().start()
    yield running
    running.stop()


def mailbox(organization: Organization, server: ImapServer, **changes: object) -> Mailbox:
    return Mailbox.objects.create(
        organization=organization, name="Relances", email=server.user, host="127.0.0.1", port=server.port,
        security="none", username=server.user, sealed_password=seal(server.password), **changes,
    )  # fmt: skip


def kept(organization: Organization, content: bytes) -> InboundMessage:
    message = inbound.keep(organization, content, mailbox=None, now=NOW)
    assert message is not None
    return message


@pytest.fixture
def organization(db: None) -> Organization:
    organization = desk.company()
    desk.mail_server(organization, 25)
    return organization


@pytest.fixture
def buyer(organization: Organization) -> Customer:
    return desk.customer(organization)


def test_a_token_says_whose_case_it_is_whoever_writes(organization: Organization, buyer: Customer) -> None:
    to = f"relances+{token_of(organization.pk, buyer.pk)}@lumiere.example"
    message = kept(organization, letter(sender="patron@gmail.com", to=to))
    assert (message.customer, message.matched_by, message.contact) == (buyer, "token", None)
    assert (message.kind, message.state) == (MessageKind.REPLY, MessageState.NEW)


def test_the_message_that_is_answered_says_whose_case_it_is(
    organization: Organization, buyer: Customer
) -> None:
    Sending.objects.create(
        organization_id=organization.pk, key="reminder-1-1", channel="email", recipient="a@b.example",
        message_id="<reminder-1@lumiere.example>", content_hash="0" * 64, size=1, next_attempt_at=NOW,
        reserved_at=NOW, options={"customer": buyer.pk},
    )  # fmt: skip
    answer = letter(sender="x@gmail.com", headers="References: <reminder-1@lumiere.example>")
    message = kept(organization, answer)
    assert (message.customer, message.matched_by) == (buyer, "references")
    follows = letter(
        "Re: encore",
        sender="y@gmail.com",
        message_id="<r2@x.example>",
        headers="In-Reply-To: <r1@verger.example>",
    )
    assert kept(organization, follows).customer == buyer


def test_the_tag_the_author_and_the_domain_come_next(organization: Organization, buyer: Customer) -> None:
    tag = f"[#C-{token_of(organization.pk, buyer.pk)}]"
    assert kept(organization, letter(f"TR: facture {tag}", sender="z@gmail.com")).matched_by == "subject"
    message = kept(organization, letter(message_id="<a@x.example>"))
    assert (message.matched_by, message.contact) == ("sender", buyer.contacts.get())
    message = kept(organization, letter(sender="direction@verger.example", message_id="<b@x.example>"))
    assert (message.customer, message.matched_by) == (buyer, "domain")


def test_what_two_customers_share_waits_for_a_person(organization: Organization, buyer: Customer) -> None:
    other = desk.customer(organization, "C002", email=False)
    address = buyer.contacts.get().email
    Contact.objects.create(organization=organization, customer=other, email=address)
    message = kept(organization, letter())
    assert (message.customer, message.matched_by) == (None, "")
    assert Reading.objects.filter(message=message).exists()
    readings.assign(message, other, by=None, now=NOW)
    message.refresh_from_db()
    assert (message.customer, message.matched_by) == (other, "person")


def test_neighbors_at_a_public_provider_are_strangers(organization: Organization) -> None:
    buyer = desk.customer(organization, email=False)
    Contact.objects.create(organization=organization, customer=buyer, email="lui@orange.fr")
    assert kept(organization, letter(sender="elle@orange.fr")).customer is None


def test_another_organizations_token_matches_nobody(organization: Organization, buyer: Customer) -> None:
    to = f"relances+{token_of(organization.pk + 1, buyer.pk)}@lumiere.example"
    assert kept(organization, letter(sender="x@gmail.com", to=to)).customer is None


def test_the_same_message_by_two_doors_is_kept_once(organization: Organization, buyer: Customer) -> None:
    assert inbound.keep(organization, letter(), mailbox=None, now=NOW) is not None
    assert inbound.keep(organization, b"Received: from x\r\n" + letter(), mailbox=None, now=NOW) is None
    # Somebody who forges the name of a message cannot make another one disappear.
    assert inbound.keep(organization, letter(text="Autre chose."), mailbox=None, now=NOW) is not None
    assert inbound.keep(organization, b"no mail at all", mailbox=None, now=NOW) is not None
    assert inbound.keep(organization, b"no mail at all", mailbox=None, now=NOW) is None
    assert InboundMessage.objects.filter(organization=organization).count() == 3


def test_our_own_words_coming_back_are_passed_over(organization: Organization, buyer: Customer) -> None:
    Sending.objects.create(
        organization_id=organization.pk, key="k", channel="email", recipient="a@b.example",
        message_id="<ours@lumiere.example>", content_hash="0" * 64, size=1, next_attempt_at=NOW, reserved_at=NOW,
    )  # fmt: skip
    assert (
        inbound.keep(organization, letter(message_id="<ours@lumiere.example>"), mailbox=None, now=NOW) is None
    )
    colleague = kept(organization, letter(sender=Sender.objects.get().email))
    assert colleague.state == MessageState.SET_ASIDE


def test_an_automatic_reply_is_kept_and_is_no_answer(organization: Organization, buyer: Customer) -> None:
    message = kept(
        organization, letter("Réponse automatique : absence", "Je suis absente jusqu'au 30 novembre.")
    )
    assert message.kind == MessageKind.AUTO_REPLY
    assert message.customer == buyer


def test_files_are_kept_under_their_hash_and_html_is_safe(
    organization: Organization, buyer: Customer
) -> None:
    raw = (
        letter()
        .replace(b"Content-Type: text/plain; charset=utf-8", b"Content-Type: multipart/mixed; boundary=x")
        .partition(b"\r\n\r\n")[0]
    )
    raw += (
        b"\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>Voir <script>x()</script>l'avis</p>\r\n"
        b'--x\r\nContent-Type: application/pdf; name="avis.pdf"\r\n\r\n%PDF-1.4\r\n--x--\r\n'
    )
    message = kept(organization, raw)
    assert "script" not in message.html
    (file,) = message.attachments
    assert file["name"] == "avis.pdf"
    for digest in (file["sha256"], message.content_hash):
        assert Content.objects.filter(organization_id=organization.pk, sha256=digest).exists()


def test_a_mailbox_is_taken_in_portion_by_portion(
    organization: Organization, buyer: Customer, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PORTION", 2)
    box = mailbox(organization, server)
    for number in range(3):
        server.put(letter(f"Re: {number}", message_id=f"<{number}@x.example>"))
    counts = [intake.take_in(organization.pk, box.pk, NOW).taken for _ in range(3)]
    assert counts == [2, 1, 0]
    box.refresh_from_db()
    assert (box.uid_validity, box.last_uid, box.fault, box.checked_at) == (7, 3, "", NOW)


def test_a_folder_numbered_afresh_brings_nothing_twice(
    organization: Organization, buyer: Customer, server: ImapServer
) -> None:
    box = mailbox(organization, server)
    server.put(letter())
    assert intake.take_in(organization.pk, box.pk, NOW).taken == 1
    server.validity = 8
    summary = intake.take_in(organization.pk, box.pk, NOW)
    assert (summary.taken, summary.known) == (0, 1)
    box.refresh_from_db()
    assert box.uid_validity == 8


def test_another_folder_is_read_from_its_own_beginning(
    organization: Organization, server: ImapServer
) -> None:
    box = mailbox(organization, server, uid_validity=1, last_uid=9, checked_at=NOW)
    mailboxes.set_mailbox(organization, box, password=None, by=desk.user(), now=NOW, folder="Relances")
    box.refresh_from_db()
    assert (box.uid_validity, box.last_uid, box.checked_at) == (None, 0, None)


def test_a_kept_password_does_not_follow_a_mailbox_to_another_server(
    organization: Organization, server: ImapServer
) -> None:
    box = mailbox(organization, server)
    kept = box.sealed_password
    assert kept
    told = {"password": None, "by": desk.user(), "now": NOW}
    assert mailboxes.set_mailbox(organization, box, **told, folder="Relances").sealed_password == kept
    assert mailboxes.set_mailbox(organization, box, **told, port=143).sealed_password == ""


def test_a_mailbox_is_checked_once_it_was_read_to_its_end(
    organization: Organization, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encours.dunning.intake.PORTION", 2)
    box = mailbox(organization, server)
    for number in range(3):
        server.put(letter(message_id=f"<{number}@x.example>"))
    intake.take_in(organization.pk, box.pk, NOW)
    box.refresh_from_db()
    assert box.checked_at is None
    intake.take_in(organization.pk, box.pk, NOW)
    box.refresh_from_db()
    assert box.checked_at == NOW


def test_a_line_that_dies_keeps_what_came_and_says_so(
    organization: Organization, buyer: Customer, server: ImapServer
) -> None:
    box = mailbox(organization, server)
    for number in range(3):
        server.put(letter(f"Re: {number}", message_id=f"<{number}@x.example>"))
    server.dies_after = 1
    summary = intake.take_in(organization.pk, box.pk, NOW)
    box.refresh_from_db()
    assert (summary.taken, box.last_uid, box.checked_at) == (1, 1, None)
    assert box.fault.startswith("connection_lost")
    server.dies_after = None
    assert intake.take_in(organization.pk, box.pk, NOW).taken == 2
    box.refresh_from_db()
    assert box.fault == ""


def test_a_mailbox_removed_meanwhile_is_left_alone(
    organization: Organization, buyer: Customer, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = mailbox(organization, server)
    server.put(letter())
    read = intake.imap.read

    def and_removed(*arguments: object, **options: object) -> Iterator[object]:
        yield from list(read(*arguments, **options))[: Mailbox.objects.all().delete()[0]]

    monkeypatch.setattr(intake.imap, "read", and_removed)
    assert intake.take_in(organization.pk, box.pk, NOW).taken == 0
    assert not InboundMessage.objects.exists()


def test_a_wrong_or_lost_password_is_a_fault(
    organization: Organization, server: ImapServer, settings: object
) -> None:
    box = mailbox(organization, server)
    server.password = "changed"
    assert intake.take_in(organization.pk, box.pk, NOW).fault.startswith("sign_in_refused")
    settings.SECRET_KEY = "another"
    assert intake.take_in(organization.pk, box.pk, NOW).fault == "password_lost"


def test_a_message_that_cannot_be_understood_is_kept_all_the_same(
    organization: Organization, buyer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("encours.dunning.actions.readings.propose", broken)
    assert kept(organization, letter()).customer == buyer


def test_a_report_that_cannot_be_followed_is_kept_all_the_same(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("encours.dunning.actions.bounces.take", broken)
    message = kept(organization, bounce())
    assert (message.kind, message.state) == (MessageKind.AUTO_REPLY, MessageState.NEW)


@pytest.mark.parametrize(
    "content",
    [
        bounce(recipient="\0", status="5.1.1\0", diagnostic="smtp; \0 550"),
        bounce(returned="<a\0b@x.example>"),
        b"Content-Type: image/p\0ng; name=\0x\r\n\r\nx",
        b"Message-ID: <" + b"x" * 480 + b"@y.example>\r\nFrom: " + b"a" * 400 + b"@b.fr\r\n\r\nx",
        b"Date: Fri, 31 Dec 9999 23:59:00 -1200\r\n\r\nx",
        b"Subject: " + b"x" * 5_000 + b"\r\nReferences: " + b"<a@b> " * 500 + b"\r\n\r\nx",
    ],
    ids=["report", "returned", "type", "long", "year", "headers"],
)
def test_no_message_is_too_strange_to_be_kept(organization: Organization, content: bytes) -> None:
    message = kept(organization, content)
    assert InboundMessage.objects.get(pk=message.pk).content_hash


@pytest.mark.parametrize(
    "written", ["Fri, 20 Nov 2099 10:00:00 +0100", "Sat, 01 Jan 2000 10:00:00 +0100", "no date"]
)
def test_a_wrong_clock_moves_no_promise(organization: Organization, buyer: Customer, written: str) -> None:
    desk.item(buyer, "F-1", date(2026, 10, 1), 1000)
    text = "Bonjour, nous réglerons la facture F-1 vendredi prochain par virement."
    content = letter("Re: F-1", text).replace(b"\r\nDate: ", b"\r\nX-Date: ", 1)
    message = kept(organization, f"Date: {written}\r\n".encode() + content)
    promise = Reading.objects.get(message=message, meaning="promise")
    assert promise.details["on"] == "2026-11-27"


def test_a_message_too_large_is_kept_by_its_headers(
    organization: Organization, buyer: Customer, server: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encours.channels.imap.LARGEST", 400)
    box = mailbox(organization, server)
    server.put(letter("Re: grand", "x" * 1000))
    assert intake.take_in(organization.pk, box.pk, NOW).taken == 1
    message = InboundMessage.objects.get()
    assert (message.subject, message.customer) == ("Re: grand", buyer)
    assert message.text
    assert "xxx" not in message.text


@pytest.mark.slow
def test_a_reader_killed_at_any_line_loses_nothing_and_doubles_nothing(
    committed_db: None, server: ImapServer
) -> None:
    with transaction.atomic():
        organization = desk.company()
        box = mailbox(organization, server)
        desk.customer(organization)
    server.put(letter("Re: un", message_id="<1@x.example>"))
    server.put(letter("Re: un deux", message_id="<2@x.example>"))
    place = connection.settings_dict
    connection.close()
    arguments = [
        str(HERE / "killed_reader.py"),
        str(organization.pk),
        str(box.pk),
        "1",
        place["NAME"],
        place["HOST"],
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(HERE.parents[1]), str(HERE.parents[1] / "src")]),
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.stdout.endswith(" 0\n"), done.stdout + done.stderr
    assert int(done.stdout.split()[0]) > 50
    with tenancy.inside(organization.pk):
        assert InboundMessage.objects.count() == 2
