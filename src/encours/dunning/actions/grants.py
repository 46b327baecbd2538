"""Authorizations of mailboxes: asked for once, kept sealed, renewed by one worker at a time, given up in words."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from encours.accounts.actions import actor, seal, unseal
from encours.accounts.errors import SenderPasswordLostError
from encours.accounts.models import Organization, Sender, User
from encours.channels import oauth
from encours.channels.actions import look_again
from encours.channels.errors import GrantError, TemporaryWireError, WireError
from encours.channels.models import Channel, Sending, State
from encours.dunning.grants import KnownApplication, application_of, hindrance_of, named, use_of
from encours.dunning.models import MailApplication, Mailbox, MailGrant
from encours.events.actions import record

# Long enough to sign in elsewhere with a second factor, too short to be found lying about.
CONSENT_HOLDS = timedelta(minutes=15)
# A token is not used to its last second: the line to the mail server still has to be opened.
SPARE = timedelta(minutes=5)
# A token this young is not exchanged for another: the mail server that refuses it will refuse the next as well.
YOUNG = timedelta(minutes=10)
PAUSES_MINUTES = (1, 5, 15, 60)
LONGEST_FAULT = 300


@transaction.atomic
def set_application(
    organization: Organization,
    provider: str,
    *,
    client_id: str,
    tenant: str,
    by_itself: bool,
    secret: str | None,
    by: User,
    now: datetime,
) -> MailApplication:
    """Set the application that asks at a provider, and try again what was refused before; None keeps the secret."""
    facts: dict[str, object] = {"client_id": client_id, "tenant": tenant, "by_itself": by_itself}
    if secret is not None:
        facts["sealed_secret"] = seal(secret)
    application, _created = MailApplication.objects.update_or_create(
        organization=organization, provider=provider, defaults=facts
    )
    _start_afresh(organization, provider, now)
    record(
        organization.pk, "mail_application.changed", by=actor(by), at=now,
        subject=("mail_application", application.pk), provider=provider,
    )  # fmt: skip
    return application


@transaction.atomic
def remove_application(application: MailApplication, *, by: User, now: datetime) -> None:
    """Give up an application of our own; the one of the installation asks again, if there is one."""
    record(
        application.organization_id, "mail_application.removed", by=actor(by), at=now,
        subject=("mail_application", application.pk), provider=application.provider,
    )  # fmt: skip
    application.delete()
    _start_afresh(application.organization, application.provider, now)


def _start_afresh(organization: Organization, provider: str, now: datetime) -> None:
    """Forget tokens that another application was given, and what it was refused."""
    MailGrant.objects.filter(organization=organization, provider=provider).update(
        sealed_access_token="", expires_at=None, refused_at=None, fault="", failures=0, retry_at=None, refusals={},
    )  # fmt: skip
    _wake(organization.pk, now)


@transaction.atomic
def begin(
    organization: Organization, provider: str, username: str, *, now: datetime
) -> tuple[MailGrant, str, str]:
    """Note that a person goes to give consent; return the word they must bring back, and the secret kept here."""
    word, verifier = secrets.token_urlsafe(32), oauth.new_verifier()
    facts = {"asked": _print(word), "asked_at": now, "sealed_verifier": seal(verifier)}
    grant, _created = MailGrant.objects.update_or_create(
        organization=organization, provider=provider, username=named(username), defaults=facts
    )
    return grant, word, verifier


@transaction.atomic
def take_up(
    organization: Organization, grant_id: int, word: str, *, now: datetime
) -> tuple[MailGrant, str] | None:
    """Take up a consent that was asked for, once: nothing for a word that is wrong, old or already used."""
    grant = (
        MailGrant.objects.select_for_update(of=("self",))
        .filter(organization=organization, pk=grant_id)
        .first()
    )
    if grant is None or not grant.asked or not hmac.compare_digest(grant.asked, _print(word)):
        return None
    verifier, begun = unseal(grant.sealed_verifier), grant.asked_at
    grant.asked, grant.sealed_verifier, grant.asked_at = "", "", None
    grant.save(update_fields=["asked", "sealed_verifier", "asked_at"])
    return (grant, verifier) if begun is not None and begun <= now <= begun + CONSENT_HOLDS else None


def _print(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()


@transaction.atomic
def keep_consent(grant: MailGrant, tokens: oauth.Tokens, *, by: User, now: datetime) -> None:
    """Keep what a consent brought, and let what waited for it leave."""
    found = MailGrant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    found.authorized_at, found.authorized_by = now, by.pk
    found.refusals = {}
    _keep(found, tokens, now)
    record(
        found.organization_id, "mail_access.given", by=actor(by), at=now, subject=("mail_access", found.pk),
        provider=found.provider, email=found.username,
    )  # fmt: skip
    _wake(found.organization_id, now)


@transaction.atomic
def forget(grant: MailGrant, *, by: User, now: datetime) -> None:
    """Give up what was authorized; the provider may be told in its own pages."""
    record(
        grant.organization_id, "mail_access.forgotten", by=actor(by), at=now, subject=("mail_access", grant.pk),
        provider=grant.provider, email=grant.username,
    )  # fmt: skip
    grant.delete()


def access(holder: Sender | Mailbox, *, now: datetime, trying: bool = False) -> str:
    """Return a token for the mail server, the kept one while it holds, else a fresh one; or raise what prevents it.

    Whoever renews holds the row: a second worker waits, and finds what the first one was given. What went wrong is
    kept even so: catch the fault inside the transaction. `trying`: a person asks, whatever was refused before
    and however long an old token would still hold.
    """
    found = _access(holder, now, trying=trying)
    if isinstance(found, WireError):
        raise found
    return found


@transaction.atomic
def _access(holder: Sender | Mailbox, now: datetime, *, trying: bool) -> str | WireError:
    known = application_of(holder.organization_id, holder.sign_in)
    grant = _locked(holder, known)
    obstacle = hindrance_of(known, grant, use_of(holder), now)
    if known is None or grant is None:
        return GrantError(obstacle.code if obstacle else "authorize_first")
    if obstacle and not (trying and obstacle.code in {"token_refused", "application_refused"}):
        return GrantError(obstacle.code, obstacle.said)
    if (kept := _kept_token(grant, now)) and (not trying or _young(grant, now)):
        return kept
    if grant.retry_at is not None and now < grant.retry_at and not trying:
        return TemporaryWireError("authority_silent", grant.fault)
    return _renewed(grant, known, now)


def _locked(holder: Sender | Mailbox, known: KnownApplication | None) -> MailGrant | None:
    """Return the row of a mailbox, held; one that an application opens by itself is made on first use."""
    place: dict[str, Any] = {
        "organization_id": holder.organization_id,
        "provider": holder.sign_in,
        "username": named(holder.username),
    }
    if known is not None and known.by_itself:
        MailGrant.objects.get_or_create(**place)
    return MailGrant.objects.select_for_update(of=("self",)).filter(**place).first()


def _young(grant: MailGrant, now: datetime) -> bool:
    return grant.renewed_at is not None and grant.renewed_at > now - YOUNG


def _kept_token(grant: MailGrant, now: datetime) -> str:
    if grant.expires_at is None or now >= grant.expires_at:
        return ""
    try:
        return unseal(grant.sealed_access_token)
    except SenderPasswordLostError:
        return ""


def _renewed(grant: MailGrant, known: KnownApplication, now: datetime) -> str | WireError:
    try:
        tokens = _asked(grant, known)
    except GrantError as fault:
        grant.refused_at, grant.fault = now, _words(fault)
        grant.sealed_access_token, grant.expires_at = "", None
        grant.save(update_fields=["refused_at", "fault", "sealed_access_token", "expires_at"])
        record(
            grant.organization_id, "mail_access.lost", by="system", at=now, subject=("mail_access", grant.pk),
            provider=grant.provider, email=grant.username, said=fault.code,
        )  # fmt: skip
        return fault
    except TemporaryWireError as fault:
        pause = PAUSES_MINUTES[min(grant.failures, len(PAUSES_MINUTES) - 1)]
        grant.failures = min(grant.failures + 1, len(PAUSES_MINUTES))
        grant.retry_at, grant.fault = now + timedelta(minutes=pause), fault.message[:LONGEST_FAULT]
        grant.save(update_fields=["failures", "retry_at", "fault"])
        return fault
    _keep(grant, tokens, now)
    return tokens.access


def _asked(grant: MailGrant, known: KnownApplication) -> oauth.Tokens:
    if known.by_itself:
        return oauth.of_itself(grant.provider, known.application)
    try:
        refresh = unseal(grant.sealed_refresh_token)
    except SenderPasswordLostError as error:
        raise GrantError("authorize_again") from error
    return oauth.renew(grant.provider, known.application, refresh)


def _keep(grant: MailGrant, tokens: oauth.Tokens, now: datetime) -> None:
    lifetime = timedelta(seconds=tokens.seconds)
    grant.sealed_access_token = seal(tokens.access)
    grant.expires_at, grant.renewed_at = now + max(lifetime - SPARE, lifetime / 2), now
    if tokens.refresh:
        grant.sealed_refresh_token = seal(tokens.refresh)
    grant.refused_at, grant.retry_at, grant.failures, grant.fault = None, None, 0, ""
    grant.save()


def _words(fault: WireError) -> str:
    said = "" if fault.message == fault.code else f": {fault.message}"
    return f"{fault.code}{said}"[:LONGEST_FAULT]


@transaction.atomic
def note_refusal(holder: Sender | Mailbox, token: str, said: str, *, now: datetime) -> None:
    """Keep that a mail server refused a token: an old one is given up, a fresh one closes the way for a while."""
    grant = _locked(holder, None)
    if grant is None or _kept_token(grant, now) != token:
        return
    if _young(grant, now):
        grant.refusals = {**grant.refusals, use_of(holder): {"at": now.isoformat(), "said": said[:200]}}
    else:
        grant.sealed_access_token, grant.expires_at = "", None
    grant.save(update_fields=["refusals", "sealed_access_token", "expires_at"])


@transaction.atomic
def note_success(holder: Sender | Mailbox, *, now: datetime) -> None:
    """Keep that a mail server lets us in, after it had refused."""
    grant = _locked(holder, None)
    use = use_of(holder)
    if grant is not None and use in grant.refusals:
        grant.refusals = {name: refusal for name, refusal in grant.refusals.items() if name != use}
        grant.save(update_fields=["refusals"])
        _wake(grant.organization_id, now)


def _wake(organization_id: int, now: datetime) -> None:
    """Let the messages that a refused token kept here leave at the next pass."""
    waiting = Sending.objects.filter(
        organization_id=organization_id,
        channel=Channel.EMAIL,
        state=State.RESERVED,
        error_code="token_refused",
    )
    look_again(waiting.values_list("pk", flat=True), now)
