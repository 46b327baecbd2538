"""What a provider of mail is asked, what it answers, and how a mail server is shown a token; all over real lines."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.channels.authority import SECRET, FakeAuthority, TokenPostman, token_postman
from tests.channels.imap_server import ImapServer, letter

from encours.channels import imap, oauth
from encours.channels.errors import GrantError, TemporaryWireError, WireError
from encours.channels.imap import ImapAccount
from encours.channels.smtp import SmtpTransport

USER = "relances@lumiere.example"
BACK = "http://127.0.0.1:8000/back/"


@pytest.fixture
def authority(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAuthority]:
    with FakeAuthority() as running:
        for name in ("microsoft", "google"):
            monkeypatch.setitem(oauth.AUTHORITIES, name, running.as_authority(name))
        yield running


@pytest.fixture
def postman(authority: FakeAuthority) -> Iterator[TokenPostman]:
    with token_postman(authority) as running:
        yield running


@pytest.fixture
def imap_server() -> Iterator[ImapServer]:
    running = ImapServer().start()
    yield running
    running.stop()


def fault_of(ask: object, *arguments: object) -> WireError:
    with pytest.raises(WireError) as caught:
        ask(*arguments)
    return caught.value


def test_the_real_places_are_those_that_the_providers_document() -> None:
    microsoft, google = oauth.AUTHORITIES["microsoft"], oauth.AUTHORITIES["google"]
    address = oauth.consent_address(
        "microsoft", oauth.Application("id", "s"), redirect=BACK, state="S", verifier="v" * 43, user=USER
    )
    assert address.startswith("https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize?")
    assert {"https://outlook.office.com/SMTP.Send", "offline_access"} < set(microsoft.scopes)
    assert (google.scopes, google.extra["access_type"]) == (("https://mail.google.com/",), "offline")
    assert {server.security for one in (microsoft, google) for server in (one.smtp, one.imap)} == {
        "tls",
        "starttls",
    }
    assert oauth.consent_origins() == ["https://accounts.google.com", "https://login.microsoftonline.com"]


def test_the_print_of_a_verifier_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B.
    assert (
        oauth.challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )
    assert 43 <= len(oauth.new_verifier()) <= 128


def test_consent_brings_tokens_and_tokens_bring_others(authority: FakeAuthority) -> None:
    verifier = oauth.new_verifier()
    address = oauth.consent_address(
        "microsoft", authority.application, redirect=BACK, state="S", verifier=verifier, user=USER
    )
    assert verifier not in address
    back = httpx2.get(address).headers["Location"]
    answer = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    assert (back.partition("?")[0], answer["state"]) == (BACK, "S")
    assert authority.visited[0]["login_hint"] == USER
    found = oauth.exchange(
        "microsoft", authority.application, code=answer["code"], verifier=verifier, redirect=BACK
    )
    again = oauth.renew("microsoft", authority.application, found.refresh)
    assert found.access != again.access
    assert found.refresh != again.refresh, "the old one is spent"
    spent = fault_of(oauth.renew, "microsoft", authority.application, found.refresh)
    assert (type(spent), spent.code) == (GrantError, "authorize_again")
    assert found.access not in repr(found)
    assert SECRET not in repr(authority.application)


def test_a_code_without_its_verifier_is_worth_nothing(authority: FakeAuthority) -> None:
    address = oauth.consent_address(
        "google", authority.application, redirect=BACK, state="S", verifier="a" * 43, user=USER
    )
    back = httpx2.get(address).headers["Location"]
    code = parse_qs(urlsplit(back).query)["code"][0]
    with pytest.raises(GrantError):
        oauth.exchange("google", authority.application, code=code, verifier="b" * 43, redirect=BACK)


def test_an_authorization_that_cannot_be_renewed_is_refused(authority: FakeAuthority) -> None:
    authority.long_lived = False
    address = oauth.consent_address(
        "google", authority.application, redirect=BACK, state="S", verifier="a" * 43, user=USER
    )
    code = parse_qs(urlsplit(httpx2.get(address).headers["Location"]).query)["code"][0]
    with pytest.raises(GrantError) as caught:
        oauth.exchange("google", authority.application, code=code, verifier="a" * 43, redirect=BACK)
    assert caught.value.code == "authorization_brief"


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("invalid_grant", GrantError, "authorize_again"),
        ("interaction_required", GrantError, "authorize_again"),
        ("invalid_client", GrantError, "application_refused"),
        ("unauthorized_client", GrantError, "application_refused"),
        ("temporarily_unavailable", TemporaryWireError, "authority_silent"),
        ("what_is_this", TemporaryWireError, "authority_silent"),
        ("gibberish", TemporaryWireError, "authority_silent"),
        (500, TemporaryWireError, "authority_silent"),
        (503, TemporaryWireError, "authority_silent"),
        (302, TemporaryWireError, "authority_silent"),
        (429, TemporaryWireError, "authority_silent"),
        (404, TemporaryWireError, "authority_silent"),
    ],
)
def test_every_fault_says_who_must_act_and_repeats_no_secret(
    authority: FakeAuthority,
    fault: str | int,
    kind: type[WireError],
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    refresh = authority.given()
    authority.faults.append(fault)
    error = fault_of(oauth.renew, "microsoft", authority.application, refresh)
    assert (type(error), error.code) == (kind, code)
    for secret in (refresh, SECRET):
        assert secret not in f"{error!r} {error.message} {error.__cause__!r}"
        assert secret not in caplog.text
    assert "Trace" not in error.message


def test_a_provider_that_is_slow_or_gone_is_asked_later(
    authority: FakeAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "TIMEOUT_SECONDS", 0.2)
    authority.faults.append("late")
    assert fault_of(oauth.renew, "google", authority.application, "r").code == "authority_silent"
    gone = replace(oauth.AUTHORITIES["google"], token="http://127.0.0.1:9/token")
    monkeypatch.setitem(oauth.AUTHORITIES, "google", gone)
    assert fault_of(oauth.renew, "google", authority.application, "r").code == "authority_silent"


@pytest.mark.parametrize("tenant", ["../evil", "a/b", "x?y", "a b", "evil.example#", "-"])
def test_a_directory_cannot_lead_elsewhere(authority: FakeAuthority, tenant: str) -> None:
    application = oauth.Application("id", "s", tenant)
    assert fault_of(oauth.renew, "microsoft", application, "r").code == "application_refused"
    assert authority.asked == []


def test_a_token_opens_the_mail_server(authority: FakeAuthority, postman: TokenPostman) -> None:
    token = oauth.of_itself("microsoft", authority.application).access
    assert authority.asked[-1]["scope"] == "https://outlook.office365.com/.default"
    transport = SmtpTransport("127.0.0.1", postman.port, "none", USER, token=token, timeout=2)
    transport.send(b"Subject: x\r\n\r\nx\r\n", USER, "compta@verger.example")
    assert len(postman.received) == 1
    assert token not in repr(transport)


@pytest.mark.parametrize(
    ("closed", "code"),
    [
        ("", "token_refused"),
        ("535 5.7.139 SmtpClientAuthentication is disabled", "token_refused"),
        ("454 4.7.0 Temporary authentication failure", "sign_in_refused"),
    ],
)
def test_a_mail_server_that_refuses_says_why(postman: TokenPostman, closed: str, code: str) -> None:
    postman.closed = closed
    transport = SmtpTransport("127.0.0.1", postman.port, "none", USER, token="stolen", timeout=2)
    error = fault_of(transport.send, b"x\r\n", USER, "compta@verger.example")
    assert (type(error), error.code) == (TemporaryWireError, code)
    assert error.message.startswith(closed or "535")
    assert "stolen" not in repr(error)


def test_a_mail_server_without_tokens_is_no_loop(mail_server: object) -> None:
    port = mail_server().port
    transport = SmtpTransport("127.0.0.1", port, "none", USER, token="t", timeout=2)
    assert fault_of(transport.check_connection).code in {"token_refused", "security_unsupported"}


def test_a_token_never_travels_in_clear() -> None:
    transport = SmtpTransport("mail.invalid", 25, "none", USER, token="t", timeout=0.5)
    account = ImapAccount("mail.invalid", USER, 143, "none", token="t", timeout=0.5)
    assert fault_of(transport.check_connection).code != "token_refused"
    assert fault_of(imap.check, account).code == "password_unprotected"


def test_a_token_opens_the_mailbox(imap_server: ImapServer) -> None:
    imap_server.put(letter())
    imap_server.tokens.append("t" * 2000)
    account = ImapAccount("127.0.0.1", USER, imap_server.port, "none", token="t" * 2000, timeout=2)
    assert imap.check(account) == 1
    assert "LOGIN" not in " ".join(imap_server.commands)
    assert "t" * 20 not in repr(account)


def test_a_mailbox_that_refuses_a_token_says_so(imap_server: ImapServer) -> None:
    account = ImapAccount("127.0.0.1", USER, imap_server.port, "none", token="stolen", timeout=2)
    error = fault_of(imap.check, account)
    assert (type(error), error.code) == (TemporaryWireError, "token_refused")
