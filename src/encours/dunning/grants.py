"""The ways into mailboxes that take no password: which application asks, what is authorized, what stands in the way."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from encours.accounts.actions import unseal
from encours.accounts.errors import SenderPasswordLostError
from encours.accounts.models import Sender, SignIn
from encours.channels.oauth import AUTHORITIES, Application, MailServer
from encours.dunning.models import MailApplication, Mailbox, MailGrant

SMTP, IMAP = "smtp", "imap"
# A mail server that refuses a fresh token is asked again by itself, but seldom.
REFUSAL_HOLDS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KnownApplication:
    """The application that asks for an organization: its own, or the one of this installation."""

    application: Application
    own: bool
    by_itself: bool = False


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps a mailbox shut until a person acts: a stable code, and the words of the other side."""

    code: str
    said: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.said}" if self.said else self.code


def by_token(holder: Sender | Mailbox) -> bool:
    """Tell whether a sender or a mailbox signs in with a token instead of a password."""
    return holder.sign_in != SignIn.PASSWORD


def use_of(holder: Sender | Mailbox) -> str:
    """Return what a mailbox is opened for: to write, or to read."""
    return SMTP if isinstance(holder, Sender) else IMAP


def server_of(holder: Sender | Mailbox) -> MailServer:
    """Return the provider's own server; a token is shown to no other, whatever was written beside it."""
    authority = AUTHORITIES[holder.sign_in]
    return authority.smtp if isinstance(holder, Sender) else authority.imap


def application_of(organization_id: int, provider: str) -> KnownApplication | None:
    """Return the application that asks at a provider; nothing when none is known or its secret is lost.

    The one of the installation never opens mailboxes by itself: it would open those of other organizations too.
    """
    own = MailApplication.objects.filter(organization_id=organization_id, provider=provider).first()
    if own is not None:
        try:
            secret = unseal(own.sealed_secret)
        except SenderPasswordLostError:
            return None
        by_itself = own.by_itself and AUTHORITIES[provider].by_itself
        return KnownApplication(Application(own.client_id, secret, own.tenant), own=True, by_itself=by_itself)
    shared = settings.MAIL_APPLICATIONS.get(provider, {})
    if not shared.get("client_id"):
        return None
    found = Application(shared["client_id"], shared.get("secret", ""), shared.get("tenant", ""))
    return KnownApplication(found, own=False)


def grant_of(holder: Sender | Mailbox) -> MailGrant | None:
    """Return what was authorized for the mailbox of a sender or of an intake."""
    return MailGrant.objects.filter(
        organization_id=holder.organization_id, provider=holder.sign_in, username=named(holder.username)
    ).first()


def named(username: str) -> str:
    """Return a mailbox's name as authorizations are kept under it."""
    return username.strip().lower()


def hindrance(holder: Sender | Mailbox, now: datetime) -> Hindrance | None:
    """Return what keeps a mailbox shut until somebody acts, or nothing; asks no one."""
    if not by_token(holder):
        return None
    return hindrance_of(
        application_of(holder.organization_id, holder.sign_in), grant_of(holder), use_of(holder), now
    )


def hindrance_of(
    known: KnownApplication | None, grant: MailGrant | None, use: str, now: datetime
) -> Hindrance | None:
    """Return what keeps a use of a mailbox from happening, the cause to mend first."""
    if known is None:
        return Hindrance("application_missing")
    if grant is None or not (known.by_itself or grant.sealed_refresh_token):
        return None if known.by_itself else Hindrance("authorize_first")
    if grant.refused_at is not None:
        code, _colon, said = grant.fault.partition(": ")
        return Hindrance(code or "authorize_again", said)
    refusal = grant.refusals.get(use)
    if refusal and now < datetime.fromisoformat(refusal["at"]) + REFUSAL_HOLDS:
        return Hindrance("token_refused", refusal["said"])
    return None


def provider_name(provider: str) -> str:
    """Return how a provider is called."""
    return AUTHORITIES[provider].name
