"""Senders with their voices and their domains, mailboxes with their faults, and the door of a provider."""

import json
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from tests.backoffice.conftest import NOW
from tests.channels.imap_server import ImapServer, letter
from tests.channels.name_server import NameServer

from encours.accounts import tenancy
from encours.accounts.actions import raise_alarm, unseal
from encours.accounts.models import Membership, Organization, Sender, User
from encours.channels.domains import resolver_at
from encours.dunning.intake import signature_of
from encours.dunning.models import InboundMessage, Mailbox

SENDER = {
    "name": "Ateliers Lumière", "email": "relances@lumiere.example", "host": "127.0.0.1", "port": "2525",
    "security": "none", "username": "", "password": "", "signature": "Claire\nLigne directe",
}  # fmt: skip


@pytest.fixture
def imap_server() -> Iterator[ImapServer]:
    running = ImapServer().start()
    yield running
    running.stop()


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    running = NameServer().start()
    yield running
    running.stop()


def mailbox_fields(server: ImapServer, **changes: str) -> dict[str, str]:
    known = {
        "name": "Relances", "email": server.user, "host": "127.0.0.1", "port": str(server.port),
        "security": "none", "username": server.user, "password": server.password, "folder": "INBOX", "active": "on",
    }  # fmt: skip
    return {**known, **changes}


def test_each_voice_has_its_sender(bob: Client, manager: User, organization: Organization) -> None:
    bob.post(reverse("settings-sender"), SENDER)
    bob.post(
        reverse("sender-escalated"),
        {**SENDER, "name": "Direction financière", "email": "daf@lumiere.example"},
    )
    own = reverse("sender-collector", args=[manager.pk])
    page = bob.get(own).content.decode()
    assert 'value="127.0.0.1"' in page, "a further voice mostly leaves by the same server"
    bob.post(own, {**SENDER, "email": "bob@lumiere.example", "plus_addresses": "on"})
    tenancy.see(organization.pk)
    found = {(one.purpose, one.user_id): one for one in Sender.objects.all()}
    assert set(found) == {("main", None), ("escalated", None), ("collector", manager.pk)}
    assert found["collector", manager.pk].plus_addresses
    assert found["main", None].signature.splitlines() == ["Claire", "Ligne directe"]
    bob.post(reverse("sender-remove"), {"sender": found["escalated", None].pk})
    assert bob.post(reverse("sender-remove"), {"sender": found["main", None].pk}).status_code == 404
    tenancy.see(organization.pk)
    assert Sender.objects.count() == 2


ELSEWHERE = [
    {"host": "mail.elsewhere.example"},
    {"port": "2526"},
    {"security": "tls"},
    {"username": "another"},
]


@pytest.mark.parametrize("changes", ELSEWHERE)
def test_the_password_of_a_sender_is_shown_to_no_other_server(
    bob: Client, organization: Organization, changes: dict[str, str]
) -> None:
    kept = {**SENDER, "username": "relances", "password": "kept words", "security": "starttls"}
    bob.post(reverse("settings-sender"), kept)
    empty = {**kept, "password": ""}
    answer = bob.post(reverse("settings-sender"), {**empty, **changes})
    assert "enter the password again" in answer.content.decode()
    tenancy.see(organization.pk)
    sender = Sender.objects.get()
    assert (sender.host, unseal(sender.sealed_password)) == ("127.0.0.1", "kept words"), "nothing changed"
    assert bob.post(reverse("settings-sender"), {**empty, "name": "Compta"}).status_code == 302
    tenancy.see(organization.pk)
    sender.refresh_from_db()
    assert (sender.name, unseal(sender.sealed_password)) == ("Compta", "kept words")
    assert bob.post(reverse("settings-sender"), {**kept, **changes, "password": "new"}).status_code == 302
    tenancy.see(organization.pk)
    sender.refresh_from_db()
    assert unseal(sender.sealed_password) == "new"


@pytest.mark.parametrize("changes", ELSEWHERE)
def test_the_password_of_a_mailbox_is_shown_to_no_other_server(
    bob: Client, organization: Organization, imap_server: ImapServer, changes: dict[str, str]
) -> None:
    bob.post(reverse("settings-mailboxes"), mailbox_fields(imap_server))
    tenancy.see(organization.pk)
    box = Mailbox.objects.get()
    own = reverse("settings-mailbox", args=[box.pk])
    answer = bob.post(own, mailbox_fields(imap_server, password="", **changes))
    assert "enter the password again" in answer.content.decode()
    tenancy.see(organization.pk)
    box.refresh_from_db()
    assert (box.host, box.port, unseal(box.sealed_password)) == (
        "127.0.0.1",
        imap_server.port,
        imap_server.password,
    )
    assert bob.post(own, mailbox_fields(imap_server, password="", name="Lettres")).status_code == 302
    tenancy.see(organization.pk)
    box.refresh_from_db()
    assert (box.name, unseal(box.sealed_password)) == ("Lettres", imap_server.password)


def test_nobody_from_elsewhere_gets_a_voice(bob: Client, stranger: User) -> None:
    assert bob.post(reverse("sender-collector", args=[stranger.pk]), SENDER).status_code == 404


def test_the_domain_is_looked_at_and_what_to_do_is_said(
    bob: Client, organization: Organization, name_server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "encours.channels.domains._resolver", lambda: resolver_at("127.0.0.1", name_server.port)
    )
    name_server.texts["lumiere.example"] = ["v=spf1 +all"]
    bob.post(reverse("settings-sender"), SENDER)
    bob.post(reverse("sender-check"))
    page = bob.get(reverse("settings-sender")).content.decode()
    assert "v=spf1 +all" in page
    assert "~all" in page
    tenancy.see(organization.pk)
    codes = [check["code"] for check in Sender.objects.get().domain_report["checks"]]
    assert codes == ["mx_missing", "spf_open", "dkim_missing", "dmarc_missing"]


def test_an_alarm_is_shown_until_it_is_mended(bob: Client, organization: Organization) -> None:
    bob.post(reverse("settings-sender"), SENDER)
    tenancy.see(organization.pk)
    raise_alarm(Sender.objects.get(), said="5.7.26 DMARC", now=NOW)
    assert "5.7.26 DMARC" in bob.get(reverse("settings-sender")).content.decode()
    bob.post(reverse("sender-clear"))
    tenancy.see(organization.pk)
    assert Sender.objects.get().alarm == {}


def test_a_mailbox_is_set_tested_and_its_fault_shown(
    bob: Client, organization: Organization, imap_server: ImapServer
) -> None:
    imap_server.put(letter())
    answer = bob.post(reverse("settings-mailboxes"), mailbox_fields(imap_server))
    tenancy.see(organization.pk)
    box = Mailbox.objects.get()
    assert answer.url == reverse("settings-mailbox", args=[box.pk])
    assert imap_server.password not in box.sealed_password
    page = bob.post(reverse("mailbox-test", args=[box.pk]), follow=True).content.decode()
    assert "1 message" in page
    again = bob.post(reverse("settings-mailboxes"), mailbox_fields(imap_server))
    assert again.status_code == 200, "the same folder twice"
    box.last_uid, box.uid_validity = 5, 7
    box.save()
    bob.post(
        reverse("settings-mailbox", args=[box.pk]), mailbox_fields(imap_server, password="", folder="Nowhere")
    )
    bob.post(reverse("mailbox-test", args=[box.pk]))
    tenancy.see(organization.pk)
    box.refresh_from_db()
    assert unseal(box.sealed_password) == imap_server.password
    assert (box.last_uid, box.uid_validity) == (0, None), "another folder is read from its own beginning"
    assert box.fault.startswith("folder_unknown")
    assert "no such folder" in bob.get(reverse("settings-mailboxes")).content.decode()
    bob.post(reverse("mailbox-remove", args=[box.pk]))
    tenancy.see(organization.pk)
    assert not Mailbox.objects.exists()


def test_a_provider_hands_over_by_its_secret_only(
    bob: Client, client: Client, organization: Organization
) -> None:
    bob.post(reverse("mailbox-door"))
    tenancy.see(organization.pk)
    door = Mailbox.objects.get()
    secret = unseal(door.sealed_password)
    assert secret in bob.get(reverse("settings-mailboxes")).content.decode()

    def post(content: bytes, kind: str = "message/rfc822", *, key: str = secret, **headers: str) -> int:
        address = reverse("hook-inbound", args=[organization.pk, door.pk, key])
        return client.post(address, content, content_type=kind, headers=headers).status_code

    def count() -> int:
        tenancy.see(organization.pk)
        return InboundMessage.objects.count()

    assert post(letter(), key="wrong") == 404
    assert post(letter(), **{"X-Encours-Signature": "sha256=00"}) == 404
    assert count() == 0
    assert post(letter(), **{"X-Encours-Signature": signature_of(secret, letter())}) == 204
    assert (post(letter()), count()) == (204, 1)
    second = letter(message_id="<2@x.example>").decode()
    assert post(json.dumps({"RawEmail": second}).encode(), "application/json") == 204
    third = letter("trois", message_id="<3@x.example>")
    form = b'--q\r\nContent-Disposition: form-data; name="body-mime"\r\n\r\n' + third + b"\r\n--q--\r\n"
    assert post(form, "multipart/form-data; boundary=q") == 204
    assert count() == 3
    assert InboundMessage.objects.filter(subject="trois").exists()
    fourth = letter("quatre", message_id="<q4@x.example>").replace(b"\r\n\r\n", b"\r\n\r\nR\xe9gl\xe9 ", 1)
    assert post(urlencode({"email": fourth}).encode(), "application/x-www-form-urlencoded") == 204
    tenancy.see(organization.pk)
    kept = InboundMessage.objects.get(subject="quatre")
    assert kept.content_hash == sha256(fourth).hexdigest(), "not one byte is changed on the way"
    assert post(b"{", "application/json") == 400
    assert post(b"", "message/rfc822") == 411
    bob.post(reverse("mailbox-remove", args=[door.pk]))
    assert post(letter(message_id="<4@x.example>")) == 404


def test_a_collector_does_not_set_senders(alice: Client, organization: Organization) -> None:
    for name in ("settings-sender", "settings-mailboxes"):
        assert alice.get(reverse(name)).status_code == 403
    assert Membership.objects.filter(organization=organization).exists()
