"""Mailboxes without passwords are opened by tokens: kept, renewed by one at a time, lost in words, never in loops."""

import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings
from tests.channels.authority import SECRET, FakeAuthority, TokenPostman, token_postman
from tests.channels.imap_server import ImapServer, letter
from tests.dunning import desk

from encours.accounts import tenancy
from encours.accounts.actions import seal
from encours.accounts.models import Organization, Sender
from encours.channels import oauth
from encours.channels.errors import GrantError, TemporaryWireError, WireError
from encours.channels.models import Sending
from encours.dunning import actions, grants, intake, sending
from encours.dunning.actions import grants as granting
from encours.dunning.models import InboundMessage, MailApplication, Mailbox, MailGrant, Reminder
from encours.events.models import Event

pytestmark = pytest.mark.usefixtures("committed_db")
TODAY = date(2026, 11, 22)
NOW = desk.at(TODAY)
USER = "relances@lumiere.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def authority() -> Iterator[FakeAuthority]:
    with FakeAuthority() as running:
        yield running


@pytest.fixture
def postman(authority: FakeAuthority, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenPostman]:
    with token_postman(authority) as running:
        for name in ("microsoft", "google"):
            monkeypatch.setitem(oauth.AUTHORITIES, name, authority.as_authority(name, smtp=running.port))
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


def company(authority: FakeAuthority, provider: str = "microsoft", *, customers: int = 1) -> Organization:
    """A company that sends, with an authorized sender and confirmed reminders."""
    with transaction.atomic():
        organization = desk.company(sending=True)
        desk.mail_server(organization, 1)
        Sender.objects.update(sign_in=provider, username=USER, host="elsewhere.example", port=99)
        known(organization, authority, provider)
        authorize(organization, authority, provider)
        for number in range(customers):
            buyer = desk.customer(organization, f"C{number:03}")
            desk.item(buyer, f"F{number:03}", TODAY - timedelta(days=5), 1000 + number)
        desk.run(organization, TODAY)
        for reminder in Reminder.objects.filter(organization=organization, state="drafted"):
            actions.confirm(reminder, by=None, now=NOW)
    return organization


def known(
    organization: Organization,
    authority: FakeAuthority,
    provider: str = "microsoft",
    *,
    by_itself: bool = False,
) -> MailApplication:
    return granting.set_application(
        organization, provider, client_id=authority.client_id, tenant="contoso.example", by_itself=by_itself,
        secret=SECRET, by=desk.user(), now=NOW,
    )  # fmt: skip


def authorize(organization: Organization, authority: FakeAuthority, provider: str = "microsoft") -> None:
    """Give consent, as the page would take it up, with a token that has run out."""
    grant, _word, _verifier = granting.begin(organization, provider, USER, now=NOW)
    tokens = oauth.Tokens("old", authority.given(), 0)
    granting.keep_consent(grant, tokens, by=desk.user(), now=NOW - HOUR)


def token(organization: Organization, now: datetime = NOW, **options: bool) -> str:
    with tenancy.inside(organization.pk):
        fault: WireError
        try:
            return granting.access(Sender.objects.get(), now=now, **options)
        except WireError as error:
            fault = error
    raise fault


def only_grant(organization: Organization) -> MailGrant:
    with tenancy.inside(organization.pk):
        return MailGrant.objects.get()


def reminder(organization: Organization) -> Reminder:
    with tenancy.inside(organization.pk):
        return Reminder.objects.get()


def test_a_token_is_kept_until_shortly_before_its_end(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority)
    first = token(organization)
    assert token(organization, NOW + timedelta(minutes=54)) == first
    assert len(authority.asked) == 1
    second = token(organization, NOW + timedelta(minutes=56))
    assert second != first
    assert authority.spent == [], "each renewal uses the token that the one before brought"
    assert token(organization, NOW + timedelta(hours=3)) not in {first, second}


def test_nothing_is_kept_that_could_be_read(authority: FakeAuthority, postman: TokenPostman) -> None:
    organization = company(authority)
    said = [token(organization), authority.refresh, SECRET]
    with tenancy.inside(organization.pk), connection.cursor() as cursor:
        for table in ("dunning_mailgrant", "dunning_mailapplication", "accounts_sender", "events_event"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            told = cursor.fetchone()[0]
            assert told
            assert not [secret for secret in said if secret in told], table


def test_workers_that_need_a_token_at_once_ask_once(authority: FakeAuthority, postman: TokenPostman) -> None:
    organization = company(authority)
    authority.faults, authority.delay = ["late"], 0.5
    found: list[str] = []

    def work() -> None:
        try:
            found.append(token(organization))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert len(found) == 4
    assert len(set(found)) == 1
    assert (len(authority.asked), authority.spent) == (1, [])


def test_a_reminder_leaves_by_a_token_and_by_the_providers_own_server(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority, customers=3)
    assert sending.send_confirmed(organization.pk, NOW).sent == 3
    assert len(postman.received) == 3
    assert len(authority.asked) == 1


def test_what_waits_for_an_authorization_is_neither_lost_nor_asked_for_in_vain(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority, customers=2)
    authority.withdraw()
    for minute in range(30):
        summary = sending.send_confirmed(organization.pk, NOW + timedelta(minutes=minute))
        assert (summary.sent, summary.failed, summary.in_doubt, summary.canceled) == (0, 0, 0, 0)
    assert len(authority.asked) == 1, "a refusal for good is heard once"
    assert postman.shown == []
    grant = only_grant(organization)
    assert (grant.refused_at, grant.fault.partition(":")[0]) == (NOW, "authorize_again")
    with tenancy.inside(organization.pk):
        assert set(Reminder.objects.values_list("state", flat=True)) == {"confirmed"}
        assert "sender_unauthorized" in set(Reminder.objects.values_list("held", flat=True))
        assert not Sending.objects.exclude(state="reserved", attempts=0).exists()
        assert Event.objects.filter(kind="mail_access.lost").count() == 1
        later = NOW + timedelta(days=1)
        grant, _word, _verifier = granting.begin(organization, "microsoft", USER, now=later)
        granting.keep_consent(
            grant, oauth.Tokens("old", authority.given(), 0), by=desk.user(), now=later - HOUR
        )
    assert sending.send_confirmed(organization.pk, later).sent == 2
    assert len(postman.received) == 2


def test_a_provider_that_is_down_is_asked_less_and_less(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority)
    authority.faults = [500] * 100
    for minute in range(180):
        assert sending.send_confirmed(organization.pk, NOW + timedelta(minutes=minute)).failed == 0
    assert len(authority.asked) <= 6
    with tenancy.inside(organization.pk):
        assert Sending.objects.get().attempts == 0
        assert grants.hindrance(Sender.objects.get(), NOW) is None, "nobody need act"
    authority.faults.clear()
    assert sending.send_confirmed(organization.pk, NOW + timedelta(hours=5)).sent == 1
    grant = only_grant(organization)
    assert (grant.failures, grant.retry_at, grant.fault) == (0, None, "")


def test_a_secret_that_ran_out_is_cured_by_a_new_one(authority: FakeAuthority, postman: TokenPostman) -> None:
    organization = company(authority)
    authority.secret = "the new one"
    for minute in range(5):
        sending.send_confirmed(organization.pk, NOW + timedelta(minutes=minute))
    assert len(authority.asked) == 1
    assert only_grant(organization).fault.startswith("application_refused: invalid_client AADSTS7000222")
    with tenancy.inside(organization.pk):
        granting.set_application(
            organization, "microsoft", client_id=authority.client_id, tenant="contoso.example", by_itself=False,
            secret="the new one", by=desk.user(), now=NOW,
        )  # fmt: skip
    assert sending.send_confirmed(organization.pk, NOW + HOUR).sent == 1


def test_a_mail_server_that_refuses_fresh_tokens_is_asked_once_an_hour(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority, customers=4)
    postman.closed = "535 5.7.139 SmtpClientAuthentication is disabled for the Mailbox"
    for minute in range(0, 24 * 60, 10):
        assert sending.send_confirmed(organization.pk, NOW + timedelta(minutes=minute)).failed == 0
    assert len(postman.shown) <= 48
    assert len(authority.asked) <= 30
    with tenancy.inside(organization.pk):
        hindrance = grants.hindrance(Sender.objects.get(), NOW + timedelta(hours=23, minutes=50))
        assert hindrance is not None
        assert str(hindrance).startswith("token_refused: 535 5.7.139")
        assert set(Sending.objects.values_list("state", flat=True)) == {"reserved"}
    postman.closed = ""
    later = NOW + timedelta(days=1, minutes=1)
    with tenancy.inside(organization.pk):
        granting.note_success(Sender.objects.get(), now=later)
    assert sending.send_confirmed(organization.pk, later).sent == 4


def test_a_kept_token_that_is_refused_is_given_up_for_a_fresh_one(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority)
    token(organization, NOW - timedelta(minutes=30))
    authority.access.clear()
    assert sending.send_confirmed(organization.pk, NOW).sent == 0
    assert sending.send_confirmed(organization.pk, NOW + timedelta(minutes=2)).sent == 1
    assert only_grant(organization).refusals == {}


def mailbox(organization: Organization, provider: str = "microsoft") -> Mailbox:
    with tenancy.inside(organization.pk):
        return Mailbox.objects.create(
            organization=organization, name="Relances", email=USER, host="elsewhere.example", port=99,
            security="tls", username=USER, sign_in=provider,
        )  # fmt: skip


@pytest.mark.parametrize("provider", ["microsoft", "google"])
def test_answers_come_in_by_the_same_authorization(
    authority: FakeAuthority, server: ImapServer, provider: str
) -> None:
    authority.rotates = provider == "microsoft"
    organization = company(authority, provider)
    server.put(letter())
    box = mailbox(organization, provider)
    assert intake.take_in(organization.pk, box.pk, NOW).taken == 1
    assert intake.take_in(organization.pk, box.pk, NOW + timedelta(minutes=1)).fault == ""
    assert token(organization) == authority.access[0]
    assert len(authority.asked) == 1
    assert ("scope" in authority.asked[0]) == (provider == "microsoft")
    assert intake.take_in(organization.pk, box.pk, NOW + 2 * HOUR).fault == ""


def test_a_mailbox_that_was_closed_says_so_and_loses_nothing(
    authority: FakeAuthority, server: ImapServer
) -> None:
    organization = company(authority)
    box = mailbox(organization)
    authority.withdraw()
    server.tokens = authority.access
    server.put(letter())
    for minute in range(10):
        fault = intake.take_in(organization.pk, box.pk, NOW + timedelta(minutes=minute)).fault
        assert fault.startswith("authorize_again")
    assert (len(authority.asked), server.commands) == (1, [])
    with tenancy.inside(organization.pk):
        box.refresh_from_db()
        assert box.fault.startswith("authorize_again")
        authorize(organization, authority)
    assert intake.take_in(organization.pk, box.pk, NOW + HOUR).taken == 1
    with tenancy.inside(organization.pk):
        box.refresh_from_db()
        assert (box.fault, InboundMessage.objects.count()) == ("", 1)


def test_a_mailbox_that_refuses_tokens_is_asked_once_an_hour(
    authority: FakeAuthority, server: ImapServer
) -> None:
    organization = company(authority)
    box = mailbox(organization)
    server.tokens = []
    for minute in range(60):
        fault = intake.take_in(organization.pk, box.pk, NOW + timedelta(minutes=minute)).fault
        assert fault.startswith("token_refused: ")
    assert server.commands.count("AUTHENTICATE XOAUTH2") <= 2
    with tenancy.inside(organization.pk):
        assert grants.hindrance(Sender.objects.get(), NOW) is None, "to write is another matter"
    server.tokens = authority.access
    assert intake.take_in(organization.pk, box.pk, NOW + 2 * HOUR).fault == ""


def test_an_application_may_open_mailboxes_by_itself(authority: FakeAuthority, server: ImapServer) -> None:
    with transaction.atomic():
        organization = desk.company(sending=True)
        desk.mail_server(organization, 1)
        Sender.objects.update(sign_in="microsoft", username=USER)
        known(organization, authority, by_itself=True)
        assert grants.hindrance(Sender.objects.get(), NOW) is None
    box = mailbox(organization)
    assert intake.take_in(organization.pk, box.pk, NOW).fault == ""
    assert token(organization) == authority.access[0]
    assert [form["grant_type"] for form in authority.asked] == ["client_credentials"]
    assert token(organization, NOW + HOUR) == authority.access[1]


def test_the_application_of_the_installation_opens_nothing_by_itself(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority)
    shared = {"microsoft": {"client_id": authority.client_id, "secret": SECRET, "tenant": ""}}
    with tenancy.inside(organization.pk), override_settings(MAIL_APPLICATIONS=shared):
        MailApplication.objects.update(by_itself=True)
        granting.remove_application(MailApplication.objects.get(), by=desk.user(), now=NOW)
        found = grants.application_of(organization.pk, "microsoft")
        assert found
        assert (found.own, found.by_itself) == (False, False)
        assert granting.access(Sender.objects.get(), now=NOW) == authority.access[-1]
        MailGrant.objects.all().delete()
        with pytest.raises(GrantError) as caught:
            granting.access(Sender.objects.get(), now=NOW)
        assert caught.value.code == "authorize_first"


def test_without_an_application_or_with_a_lost_key_somebody_must_act(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority)
    with tenancy.inside(organization.pk):
        sender = Sender.objects.get()
        with override_settings(SECRET_KEY="another"):
            assert str(grants.hindrance(sender, NOW)) == "application_missing"
        with override_settings(SECRET_KEY="another"):
            lost = seal(SECRET)
        MailApplication.objects.update(sealed_secret=lost)
        assert str(grants.hindrance(sender, NOW)) == "application_missing"
        MailApplication.objects.all().delete()
        assert str(grants.hindrance(sender, NOW)) == "application_missing"
    assert sending.send_confirmed(organization.pk, NOW).held == 1
    assert reminder(organization).held == "sender_unauthorized"
    assert authority.asked == []


def test_tokens_sealed_with_a_lost_key_are_asked_for_again(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority)
    with tenancy.inside(organization.pk):
        with override_settings(SECRET_KEY="another"):
            MailGrant.objects.update(sealed_refresh_token=seal("r"), sealed_access_token=seal("a"))
        MailGrant.objects.update(expires_at=NOW + HOUR)
    with pytest.raises(GrantError) as caught:
        token(organization)
    assert caught.value.code == "authorize_again"
    assert authority.asked == []


def test_a_person_who_tries_is_answered_now(authority: FakeAuthority, postman: TokenPostman) -> None:
    organization = company(authority)
    authority.faults = [500]
    with pytest.raises(TemporaryWireError):
        token(organization)
    with pytest.raises(TemporaryWireError):
        token(organization)
    assert len(authority.asked) == 1
    assert token(organization, trying=True) == authority.access[-1]


def test_a_person_who_tries_does_not_try_an_old_token(
    authority: FakeAuthority, postman: TokenPostman
) -> None:
    organization = company(authority)
    old = token(organization)
    assert token(organization, NOW + timedelta(minutes=2), trying=True) == old
    later = NOW + timedelta(minutes=20)
    assert token(organization, later) == old
    assert token(organization, later, trying=True) == authority.access[-1] != old


def test_each_organization_has_its_own(authority: FakeAuthority, postman: TokenPostman) -> None:
    organization = company(authority)
    with transaction.atomic():
        other = desk.company()
        desk.mail_server(other, 1)
        Sender.objects.filter(organization=other).update(sign_in="microsoft", username=USER)
        tenancy.see(other.pk)
        assert not MailGrant.objects.exists()
        assert not MailApplication.objects.exists()
        assert str(grants.hindrance(Sender.objects.get(), NOW)) == "application_missing"
    assert only_grant(organization).username == USER
