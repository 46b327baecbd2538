"""A mailbox is authorized at its provider from the settings: by who may, where they began, once; no secret is shown."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.backoffice.conftest import NOW, signed_in
from tests.channels.authority import SECRET, FakeAuthority, TokenPostman, token_postman
from tests.channels.imap_server import ImapServer

from encours.accounts import tenancy
from encours.accounts.models import Organization, Sender, User
from encours.backoffice import authorizations
from encours.channels import oauth
from encours.dunning.models import MailApplication, Mailbox, MailGrant
from encours.events.models import Event

USER = "relances@lumiere.example"
SENDER = {"name": "Ateliers Lumière", "email": USER, "sign_in": "microsoft"}
BOX = {"name": "Relances", "email": USER, "sign_in": "microsoft", "folder": "INBOX", "active": "on"}


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock of the desk, to be moved on."""
    shown = [NOW]
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: shown[0])
    return shown


@pytest.fixture
def authority() -> Iterator[FakeAuthority]:
    with FakeAuthority() as running:
        yield running


@pytest.fixture
def postman(authority: FakeAuthority, moment: list[datetime]) -> Iterator[TokenPostman]:
    with token_postman(authority) as running:
        yield running


@pytest.fixture
def server(
    authority: FakeAuthority, postman: TokenPostman, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ImapServer]:
    running = ImapServer(tokens=authority.access).start()
    for name in ("microsoft", "google"):
        moved = authority.as_authority(name, smtp=postman.port, imap=running.port)
        monkeypatch.setitem(oauth.AUTHORITIES, name, moved)
    yield running
    running.stop()


@pytest.fixture
def ready(bob: Client, organization: Organization, authority: FakeAuthority, server: ImapServer) -> Client:
    """Bob, whose organization knows an application, a sender and a mailbox at Microsoft."""
    enter(bob, authority)
    bob.post(reverse("settings-sender"), SENDER)
    bob.post(reverse("settings-mailboxes"), BOX)
    return bob


def enter(client: Client, authority: FakeAuthority, provider: str = "microsoft", **changes: str) -> str:
    fields = {"client_id": authority.client_id, "secret": SECRET, "tenant": "contoso.example", **changes}
    posted = {"provider": provider, **{f"{provider}-{name}": value for name, value in fields.items()}}
    return client.post(reverse("settings-authorizations"), posted, follow=True).content.decode()


def begin(client: Client, **holder: int) -> str:
    """Press the button and return where the provider sends the browser back."""
    if not holder:
        holder = {"sender": Sender.objects.get().pk}
    answer = client.post(reverse("authorization-begin"), holder)
    assert answer.status_code == 302
    return httpx2.get(answer.headers["Location"]).headers["Location"]


def seen(organization: Organization) -> Organization:
    tenancy.see(organization.pk)
    return organization


def back(client: Client, address: str) -> str:
    place = urlsplit(address)
    return client.get(f"{place.path}?{place.query}", follow=True).content.decode()


def granted(organization: Organization) -> bool:
    seen(organization)
    return MailGrant.objects.exclude(sealed_refresh_token="").exists()


def test_from_nothing_to_a_message_and_an_answer(
    ready: Client, organization: Organization, authority: FakeAuthority, postman: TokenPostman
) -> None:
    page = ready.get(reverse("settings-sender")).content.decode()
    assert "not yet authorized" in page
    assert "Authorize at Microsoft 365" in page
    assert "to be authorized: nothing leaves" in ready.get(reverse("settings")).content.decode()
    seen(organization)
    told = back(ready, begin(ready))
    assert "The mailbox is authorized" in told
    assert authority.visited[0]["redirect_uri"] == "http://127.0.0.1:8000/settings/authorizations/back/"
    assert authority.visited[0]["login_hint"] == USER
    assert authority.visited[0]["code_challenge_method"] == "S256"
    told = ready.post(reverse("sender-test"), {"message": "1"}, follow=True).content.decode()
    assert "took a message" in told
    assert postman.received[0].mail_from == USER
    seen(organization)
    told = ready.post(reverse("mailbox-test", args=[Mailbox.objects.get().pk]), follow=True).content.decode()
    assert "The mailbox opens" in told
    assert "Authorized on" in told, "one authorization serves to write and to read"
    assert "to be authorized" not in ready.get(reverse("settings")).content.decode()
    assert USER in ready.get(reverse("settings-authorizations")).content.decode()


def test_a_provider_fills_in_its_own_servers(
    bob: Client,
    organization: Organization,
    authority: FakeAuthority,
    server: ImapServer,
    postman: TokenPostman,
) -> None:
    bob.post(
        reverse("settings-sender"),
        {**SENDER, "host": "evil.example", "port": "1", "security": "none", "password": "p"},
    )
    bob.post(reverse("settings-mailboxes"), {**BOX, "host": "evil.example", "port": "1"})
    seen(organization)
    sender, box = Sender.objects.get(), Mailbox.objects.get()
    assert (sender.host, sender.port, sender.username) == ("127.0.0.1", postman.port, USER)
    assert (box.host, box.port, box.username) == ("127.0.0.1", server.port, USER)
    assert (sender.sealed_password, box.sealed_password) == ("", "")
    again = bob.post(reverse("settings-mailboxes"), BOX)
    assert "already read" in again.content.decode()
    bad = bob.post(reverse("settings-sender"), {**SENDER, "sign_in": "password"})
    assert bad.status_code == 200, "a password needs a server"
    assert bob.post(reverse("settings-sender"), {**SENDER, "sign_in": "yahoo"}).status_code == 200


def test_what_was_kept_as_a_password_goes_when_a_token_comes(
    bob: Client, organization: Organization, server: ImapServer
) -> None:
    by_password = {"sign_in": "password", "host": "127.0.0.1", "port": "25", "security": "none"}
    bob.post(reverse("settings-sender"), {**SENDER, **by_password, "username": USER, "password": "s3cret"})
    seen(organization)
    assert Sender.objects.get().sealed_password
    bob.post(reverse("settings-sender"), SENDER)
    seen(organization)
    assert Sender.objects.get().sealed_password == ""


@pytest.mark.parametrize("misuse", ["twice", "another session", "tampered", "late", "forged", "no state"])
def test_an_answer_is_taken_up_once_where_it_was_asked_for(
    ready: Client, organization: Organization, authority: FakeAuthority, moment: list[datetime], misuse: str
) -> None:
    seen(organization)
    address, client = begin(ready), ready
    if misuse == "twice":
        back(ready, address)
        seen(organization)
        MailGrant.objects.update(sealed_refresh_token="")
    elif misuse == "another session":
        client = signed_in(User.objects.get(email="bob@lumiere.example"))
    elif misuse == "tampered":
        address = re.sub(r"state=[^&]{8}", "state=AAAAAAAA", address)
    elif misuse == "late":
        moment[0] = NOW + timedelta(minutes=16)
    elif misuse == "forged":
        seen(organization)
        word = ready.session[authorizations.SESSION_KEY]["word"]
        state = signing.dumps([MailGrant.objects.get().pk, organization.pk, word], salt="another")
        address = re.sub(r"state=.*", f"state={state}", address)
    else:
        address = re.sub(r"&?state=[^&]*", "", address)
    before = len(authority.asked)
    told = back(client, address)
    assert "was not begun here" in told
    assert len(authority.asked) == before
    assert not granted(organization)


def test_an_answer_is_not_taken_up_in_another_organization(
    ready: Client, organization: Organization, manager: User, authority: FakeAuthority
) -> None:
    from encours.accounts.actions import create_organization

    seen(organization)
    address = begin(ready)
    other = create_organization(manager, name="Beta", now=NOW, welcomed_at=NOW)
    ready.post(reverse("organization-switch", args=[other.pk]))
    assert "was not begun here" in back(ready, address)
    assert authority.asked == []
    seen(other)
    assert not MailGrant.objects.exists()


def test_who_says_no_is_told_and_may_begin_again(
    ready: Client, organization: Organization, authority: FakeAuthority
) -> None:
    authority.consents = False
    seen(organization)
    told = back(ready, begin(ready))
    assert "was not authorized" in told
    assert "The user said no." in told
    authority.consents = True
    authority.faults = [500]
    seen(organization)
    assert "gives no answer" in back(ready, begin(ready))
    authority.faults = ["invalid_client"]
    seen(organization)
    assert "refuses the application" in back(ready, begin(ready))
    assert not granted(organization)
    seen(organization)
    assert "is authorized" in back(ready, begin(ready))


def test_what_the_owner_took_back_is_said_everywhere(
    ready: Client, organization: Organization, authority: FakeAuthority, moment: list[datetime]
) -> None:
    seen(organization)
    back(ready, begin(ready))
    authority.withdraw()
    moment[0] = NOW + timedelta(hours=2)
    told = ready.post(reverse("sender-test"), follow=True).content.decode()
    assert "authorize the mailbox again" in told
    for name in ("settings-sender", "settings-authorizations", "settings"):
        assert "to be authorized" in ready.get(reverse(name)).content.decode(), name
    seen(organization)
    box = Mailbox.objects.get()
    assert (
        "authorize the mailbox again"
        in ready.get(reverse("settings-mailbox", args=[box.pk])).content.decode()
    )
    seen(organization)
    assert "is authorized" in back(ready, begin(ready, mailbox=box.pk))
    assert "to be authorized" not in ready.get(reverse("settings")).content.decode()


def test_no_secret_is_shown_told_or_kept_in_the_open(
    ready: Client, organization: Organization, authority: FakeAuthority, caplog: pytest.LogCaptureFixture
) -> None:
    seen(organization)
    address = begin(ready)
    caplog.set_level("DEBUG")
    verifier_print = authority.visited[0]["code_challenge"]
    back(ready, address)
    ready.post(reverse("sender-test"))
    code = parse_qs(urlsplit(address).query)["code"][0]
    secrets = [SECRET, authority.refresh, code, authority.asked[0]["code_verifier"], *authority.access]
    shown = caplog.text
    for name in ("settings-authorizations", "settings-sender", "settings-mailboxes", "activity"):
        shown += ready.get(reverse(name)).content.decode()
    seen(organization)
    with connection.cursor() as cursor:
        for table in ("dunning_mailgrant", "dunning_mailapplication", "events_event", "django_session"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")
            shown += cursor.fetchone()[0]
    assert verifier_print
    assert [secret for secret in secrets if secret in shown] == []
    seen(organization)
    kinds = list(Event.objects.filter(kind__startswith="mail_").values_list("kind", flat=True))
    assert kinds == ["mail_application.changed", "mail_access.given"]


def test_the_application_is_kept_and_its_secret_stays(
    bob: Client, organization: Organization, authority: FakeAuthority, server: ImapServer
) -> None:
    assert "Without its secret" in enter(bob, authority, secret="")
    assert "identifier of the directory" in enter(bob, authority, tenant="../evil")
    assert "names its directory" in enter(bob, authority, tenant="", by_itself="on")
    assert not MailApplication.objects.exists()
    enter(bob, authority)
    seen(organization)
    before = MailApplication.objects.get().sealed_secret
    page = enter(bob, authority, secret="", client_id="app-2", by_itself="on")
    assert "app-2" in page
    assert "http://127.0.0.1:8000/settings/authorizations/back/" in page
    seen(organization)
    kept = MailApplication.objects.get()
    assert (kept.client_id, kept.by_itself, kept.sealed_secret == before) == ("app-2", True, True)
    enter(bob, authority, "google")
    seen(organization)
    assert MailApplication.objects.count() == 2
    bob.post(reverse("settings-authorizations"), {"provider": "microsoft", "remove": "1"})
    seen(organization)
    assert MailApplication.objects.get().provider == "google"
    assert bob.post(reverse("settings-authorizations"), {"provider": "yahoo"}).status_code == 200


def test_what_was_authorized_can_be_given_up(
    ready: Client, organization: Organization, authority: FakeAuthority
) -> None:
    seen(organization)
    back(ready, begin(ready))
    seen(organization)
    ready.post(reverse("authorization-forget", args=[MailGrant.objects.get().pk]))
    assert not granted(organization)
    assert "not yet authorized" in ready.get(reverse("settings-sender")).content.decode()


def test_without_an_application_the_button_leads_to_it(
    bob: Client, organization: Organization, server: ImapServer
) -> None:
    bob.post(reverse("settings-sender"), SENDER)
    page = bob.get(reverse("settings-sender")).content.decode()
    assert "Enter the application first" in page
    seen(organization)
    answer = bob.post(reverse("authorization-begin"), {"sender": Sender.objects.get().pk})
    assert answer.headers["Location"] == reverse("settings-authorizations")


def test_only_who_configures_authorizes_and_only_what_is_ours(
    ready: Client, alice: Client, charlie: Client, organization: Organization, authority: FakeAuthority
) -> None:
    seen(organization)
    address = begin(ready)
    seen(organization)
    sender, box, grant = Sender.objects.get(), Mailbox.objects.get(), MailGrant.objects.get()
    for name in ("settings-authorizations", "authorization-back"):
        assert alice.get(reverse(name)).status_code == 403
    for client, status in ((alice, 403), (charlie, 404)):
        assert client.post(reverse("authorization-begin"), {"sender": sender.pk}).status_code == status
        assert client.post(reverse("authorization-begin"), {"mailbox": box.pk}).status_code == status
        assert client.post(reverse("authorization-forget", args=[grant.pk])).status_code == status
    assert "was not begun here" in back(charlie, address)
    assert USER not in charlie.get(reverse("settings-authorizations")).content.decode()
    for posted in ({}, {"sender": "x"}, {"sender": "9" * 30}, {"mailbox": "-1"}):
        assert ready.post(reverse("authorization-begin"), posted).status_code == 404
    assert ready.get(reverse("authorization-begin")).status_code == 405


def test_the_browser_may_follow_to_the_provider_and_nowhere_else(
    ready: Client, organization: Organization, authority: FakeAuthority
) -> None:
    policy = ready.get(reverse("settings-sender")).headers["Content-Security-Policy"]
    assert f"form-action 'self' {authority.base}" in policy
    assert "form-action 'self';" in ready.get(reverse("settings")).headers["Content-Security-Policy"] + ";"
