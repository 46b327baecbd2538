"""Asks Microsoft and Google for the tokens that stand for a password at their mail servers (RFC 6749, RFC 7636).

The addresses are fixed: whoever sets a mailbox chooses neither who is asked nor which server hears a token.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from encours.channels import wire
from encours.channels.errors import GrantError, TemporaryWireError
from encours.channels.smtp import Security

MICROSOFT, GOOGLE = "microsoft", "google"
ANY_TENANT = ("organizations", "common", "consumers")
TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,98}[A-Za-z0-9])?")
TIMEOUT_SECONDS = 15.0
MOST_BYTES = 256 * 1024
LONGEST_WORDS = 220
USUAL_SECONDS = 3600
# What the account must say again (RFC 6749 §5.2, OpenID Connect Core §3.1.2.6), and what the application has wrong.
ASK_AGAIN = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required", "access_denied"}
)
APPLICATION_WRONG = frozenset(
    {
        "invalid_client",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "invalid_resource",
        "invalid_target",
    }
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server of a provider: the only kind that is ever shown a token."""

    host: str
    port: int
    security: Security


@dataclass(frozen=True, slots=True)
class Authority:
    """A provider of mail: where consent is asked, where tokens are had, and its mail servers."""

    name: str
    consent: str
    token: str
    scopes: tuple[str, ...]
    smtp: MailServer
    imap: MailServer
    application_scope: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_itself(self) -> bool:
        """Tell whether an application may open mailboxes by itself, without a person's consent to each."""
        return bool(self.application_scope)


AUTHORITIES = {
    MICROSOFT: Authority(
        "Microsoft 365",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        (
            "https://outlook.office.com/IMAP.AccessAsUser.All",
            "https://outlook.office.com/SMTP.Send",
            "offline_access",
        ),
        MailServer("smtp.office365.com", 587, "starttls"),
        MailServer("outlook.office365.com", 993, "tls"),
        "https://outlook.office365.com/.default",
        {"prompt": "select_account", "response_mode": "query"},
    ),
    GOOGLE: Authority(
        "Google",
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        ("https://mail.google.com/",),
        MailServer("smtp.gmail.com", 587, "starttls"),
        MailServer("imap.gmail.com", 993, "tls"),
        # Without a fresh consent Google gives no refresh token a second time.
        extra={"access_type": "offline", "prompt": "consent"},
    ),
}


@dataclass(frozen=True, slots=True)
class Application:
    """How this installation is known to a provider."""

    client_id: str
    secret: str = field(repr=False)
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave: the word for its mail servers, how long it holds, and the one to ask with again."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    seconds: int = USUAL_SECONDS


def new_verifier() -> str:
    """Return a fresh secret that only the one who began may show (RFC 7636 §4.1)."""
    return secrets.token_urlsafe(48)


def challenge_of(verifier: str) -> str:
    """Return the print of a verifier that may travel through a browser."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def consent_origins() -> list[str]:
    """Return where a page may send its reader to give consent."""
    places = (urlsplit(authority.consent) for authority in AUTHORITIES.values())
    return sorted({f"{place.scheme}://{place.netloc}" for place in places})


def consent_address(
    provider: str, application: Application, *, redirect: str, state: str, verifier: str, user: str
) -> str:
    """Return where a person is asked whether this application may open the mailbox."""
    authority = AUTHORITIES[provider]
    asked = {
        "client_id": application.client_id,
        "response_type": "code",
        "redirect_uri": redirect,
        "scope": " ".join(authority.scopes),
        "state": state,
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
        "login_hint": user,
        **authority.extra,
    }
    return f"{_at(authority.consent, application)}?{urlencode(asked)}"


def exchange(provider: str, application: Application, *, code: str, verifier: str, redirect: str) -> Tokens:
    """Return the tokens for the code that a consent brought; without a token to ask with again, they are no use."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    found = _ask(provider, application, asked, (code, verifier))
    if not found.refresh:
        raise GrantError("authorization_brief")
    return found


def renew(provider: str, application: Application, refresh: str) -> Tokens:
    """Return fresh tokens for an authorization; where a new one to ask with comes along, the old one is spent."""
    asked = {"grant_type": "refresh_token", "refresh_token": refresh}
    if provider == MICROSOFT:
        asked["scope"] = " ".join(AUTHORITIES[provider].scopes)
    return _ask(provider, application, asked, (refresh,))


def of_itself(provider: str, application: Application) -> Tokens:
    """Return a token that the application has in its own name, for the mailboxes it was given at the provider."""
    scope = AUTHORITIES[provider].application_scope
    return _ask(provider, application, {"grant_type": "client_credentials", "scope": scope}, ())


def _at(address: str, application: Application) -> str:
    tenant = application.tenant or ANY_TENANT[0]
    if not TENANT.fullmatch(tenant):
        raise GrantError("application_refused", "tenant")
    return address.replace("{tenant}", tenant)


def _ask(
    provider: str, application: Application, asked: Mapping[str, str], hidden: tuple[str, ...]
) -> Tokens:
    known = {"client_id": application.client_id, "client_secret": application.secret}
    try:
        reply = wire.ask(
            "POST",
            _at(AUTHORITIES[provider].token, application),
            data={**known, **asked},
            timeout=TIMEOUT_SECONDS,
            most=MOST_BYTES,
        )
        told = reply.json()
    except TemporaryWireError as fault:
        said = _shown(fault.message, (application.secret, *hidden))
        raise TemporaryWireError("authority_silent", said) from None
    told = told if isinstance(told, dict) else {}
    access, refresh = told.get("access_token"), told.get("refresh_token")
    if (
        reply.status == HTTPStatus.OK
        and isinstance(access, str)
        and access.isascii()
        and access.isprintable()
    ):
        return Tokens(access, refresh if isinstance(refresh, str) else "", _seconds(told.get("expires_in")))
    error = str(told.get("error") or "")
    said = _shown(f"{error} {told.get('error_description') or ''}", (application.secret, *hidden))
    if error in ASK_AGAIN:
        raise GrantError("authorize_again", said)
    if error in APPLICATION_WRONG:
        raise GrantError("application_refused", said)
    raise TemporaryWireError("authority_silent", said or str(reply.status))


def _seconds(told: object) -> int:
    try:
        return max(int(str(told)), 0)
    except ValueError:
        return USUAL_SECONDS


def _shown(words: str, hidden: tuple[str, ...]) -> str:
    """Return the first line of what was answered, short, without anything that we asked with."""
    for secret in filter(None, hidden):
        words = words.replace(secret, "…")
    return next(iter(words.strip().splitlines()), "")[:LONGEST_WORDS].strip()
