"""Verbs on organizations and their members."""

import base64
import hashlib
import json
from datetime import date, datetime
from decimal import Decimal

from allauth.usersessions.models import UserSession
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import connection, transaction

from encours.accounts import joining, people, places, tenancy
from encours.accounts.errors import LastAdministratorError, SenderPasswordLostError, WorksElsewhereError
from encours.accounts.models import (
    EnteredRate,
    Membership,
    Organization,
    ProviderAccount,
    PublicRate,
    Role,
    Sender,
    SenderPurpose,
    User,
)
from encours.events.actions import record

DEFAULT_AGING_COLUMNS = [30, 60, 90]


@transaction.atomic
def create_organization(user: User, *, name: str, now: datetime, **fields: object) -> Organization:
    """Create an organization, in simulation, with its first administrator, and open the transaction to it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_organization', 'id'))")
        number = cursor.fetchone()[0]
    tenancy.see(number, user_id=user.pk)
    fields.setdefault("aging_columns", DEFAULT_AGING_COLUMNS)
    organization = Organization.objects.create(id=number, name=name, **fields)
    Membership.objects.create(organization=organization, user=user, role=Role.ADMIN)
    record(number, "organization.created", by=actor(user), at=now, subject=("organization", number))
    return organization


def actor(user: User | None) -> str:
    """Return how history names a person: by number, so that erasing a name does not break a seal."""
    return f"user:{user.pk}" if user else "system"


@transaction.atomic
def change_organization(
    organization: Organization, *, by: User, now: datetime, **fields: object
) -> Organization:
    """Change settings of the organization, and say which."""
    changed = sorted(name for name, value in fields.items() if getattr(organization, name) != value)
    for name in changed:
        setattr(organization, name, fields[name])
    if changed:
        organization.save(update_fields=changed)
        record(
            organization.pk,
            "organization.changed",
            by=actor(by),
            at=now,
            subject=("organization", organization.pk),
            fields=changed,
        )
    return organization


@transaction.atomic
def switch_sending(organization: Organization, *, on: bool, by: User | None, now: datetime) -> None:
    """Let messages leave, or bring the organization back into simulation."""
    organization.sending_on_since = now if on else None
    organization.save(update_fields=["sending_on_since"])
    kind = "sending.switched_on" if on else "sending.switched_off"
    record(organization.pk, kind, by=actor(by), at=now, subject=("organization", organization.pk))


@transaction.atomic
def add_member(
    organization: Organization, *, email: str, role: str, restricted: bool, by: User | None, now: datetime
) -> Membership:
    """Give a person a role; a person unknown so far gets an account without a password, to be set by a link."""
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(
        email, language=organization.language
    )
    membership, created = Membership.objects.get_or_create(
        organization=organization, user=user, defaults={"role": role, "restricted": restricted}
    )
    if not created:
        return change_member(membership, role=role, restricted=restricted, by=by, now=now)
    record(
        organization.pk,
        "member.added",
        by=actor(by),
        at=now,
        subject=("user", user.pk),
        role=role,
        restricted=restricted,
    )
    return membership


@transaction.atomic
def change_member(
    membership: Membership, *, role: str, restricted: bool, by: User | None, now: datetime
) -> Membership:
    """Change what a member may do; the last administrator stays one."""
    if membership.role == Role.ADMIN and role != Role.ADMIN:
        _keep_an_administrator(membership)
    membership.role, membership.restricted = role, restricted
    membership.save(update_fields=["role", "restricted"])
    record(
        membership.organization_id,
        "member.changed",
        by=actor(by),
        at=now,
        subject=("user", membership.user_id),
        role=role,
        restricted=restricted,
    )
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, by: User, now: datetime) -> None:
    """Close the organization to a person; what they did stays in history."""
    if membership.role == Role.ADMIN:
        _keep_an_administrator(membership)
    record(
        membership.organization_id,
        "member.removed",
        by=actor(by),
        at=now,
        subject=("user", membership.user_id),
    )
    membership.delete()


@transaction.atomic
def invite(membership: Membership, *, by: User, now: datetime) -> str:
    """Return the path of a link by which a member chooses a password, once; whoever works elsewhere gets none."""
    person = membership.user
    if people.organizations_of(person) != [membership.organization_id]:
        raise WorksElsewhereError
    record(membership.organization_id, "member.invited", by=actor(by), at=now, subject=("user", person.pk))
    return joining.token_of(person)


@transaction.atomic
def choose_password(person: User, password: str, *, first_name: str, last_name: str, now: datetime) -> None:
    """Set the password and the name of a person who came by a link, in the organization that gave it."""
    organization_id = people.organizations_of(person)[0]
    person.set_password(password)
    person.first_name, person.last_name = first_name, last_name
    person.save(update_fields=["password", "first_name", "last_name"])
    with tenancy.inside(organization_id):
        record(organization_id, "member.joined", by=actor(person), at=now, subject=("user", person.pk))


@transaction.atomic
def set_password(person: User, password: str) -> None:
    """Give a person a new password, from the terminal of whoever runs the installation."""
    person.set_password(password)
    person.save(update_fields=["password"])


@transaction.atomic
def change_profile(user: User, *, first_name: str, last_name: str, language: str, theme: str) -> User:
    """Change how a person is called and in which language and colors they work."""
    user.first_name, user.last_name = first_name, last_name
    user.language, user.theme = language, theme
    user.save(update_fields=["first_name", "last_name", "language", "theme"])
    return user


def forget_ended_sessions(user: User) -> int:
    """Forget the sessions of a person that have ended, and return how many are open."""
    return len(UserSession.objects.purge_and_list(user))


def _keep_an_administrator(leaving: Membership) -> None:
    others = Membership.objects.filter(organization_id=leaving.organization_id, role=Role.ADMIN)
    if not others.exclude(pk=leaving.pk).exists():
        raise LastAdministratorError


def _cipher() -> Fernet:
    key = hashlib.sha256(b"sender passwords " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(secret: str) -> str:
    """Return a secret as it is kept: only this installation reads it again."""
    return _cipher().encrypt(secret.encode()).decode() if secret else ""


def unseal(sealed: str) -> str:
    """Return a kept secret in the clear, for the moment of use."""
    if not sealed:
        return ""
    try:
        return _cipher().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SenderPasswordLostError from error


@transaction.atomic
def set_sender(
    organization: Organization,
    *,
    password: str | None,
    by: User,
    now: datetime,
    purpose: str = SenderPurpose.MAIN,
    person: User | None = None,
    **fields: object,
) -> Sender:
    """Set the mail server and the address of one voice; None keeps the password while the server stays."""
    defaults = {**fields, "tested_at": None}
    kept = Sender.objects.select_for_update(of=("self",)).filter(
        organization=organization, purpose=purpose, user=person
    )
    if password is None and places.elsewhere(kept.first(), fields, places.MAIL):
        password = ""
    if password is not None:
        defaults["sealed_password"] = seal(password)
    sender, _created = Sender.objects.update_or_create(
        organization=organization, purpose=purpose, user=person, defaults=defaults
    )
    record(
        organization.pk,
        "sender.changed",
        by=actor(by),
        at=now,
        subject=("sender", sender.pk),
        purpose=purpose,
    )
    return sender


@transaction.atomic
def remove_sender(sender: Sender, *, by: User, now: datetime) -> None:
    """Give up a voice: what it would have said is said by the organization."""
    record(
        sender.organization_id, "sender.removed", by=actor(by), at=now, subject=("sender", sender.pk),
        purpose=sender.purpose,
    )  # fmt: skip
    sender.delete()


@transaction.atomic
def keep_domain_report(sender: Sender, checks: list[dict[str, str]], *, domain: str, now: datetime) -> None:
    """Keep what the name servers said of the domain a sender writes from."""
    sender.domain_checked_at, sender.domain_report = now, {"domain": domain, "checks": checks}
    sender.save(update_fields=["domain_checked_at", "domain_report"])


@transaction.atomic
def raise_alarm(sender: Sender, *, said: str, now: datetime) -> None:
    """Keep that a mail server refused messages because of who writes them, how often and in which words."""
    count = int(sender.alarm.get("count", 0)) + 1
    sender.alarm = {"at": now.isoformat(), "said": said[:300], "count": count}
    sender.save(update_fields=["alarm"])
    record(
        sender.organization_id,
        "sender.alarmed",
        by="system",
        at=now,
        subject=("sender", sender.pk),
        said=said,
    )


@transaction.atomic
def clear_alarm(sender: Sender, *, by: User, now: datetime) -> None:
    """Take a person's word that what made mail servers refuse is mended."""
    sender.alarm = {}
    sender.save(update_fields=["alarm"])
    record(sender.organization_id, "sender.changed", by=actor(by), at=now, subject=("sender", sender.pk))


@transaction.atomic
def keep_sender_test(sender: Sender, *, now: datetime) -> None:
    """Keep the moment at which the mail server last answered as it should."""
    sender.tested_at = now
    sender.save(update_fields=["tested_at"])


def sender_password(sender: Sender) -> str:
    """Return the mail server's password in the clear, for the moment of use."""
    return unseal(sender.sealed_password)


@transaction.atomic
def set_provider(
    organization: Organization,
    channel: str,
    *,
    secrets: dict[str, str] | None,
    by: User,
    now: datetime,
    **fields: object,
) -> ProviderAccount:
    """Set who carries the messages of a channel; None keeps the secrets while the address stays."""
    defaults = {**fields, "tested_at": None, "fault": ""}
    kept = ProviderAccount.objects.select_for_update(of=("self",)).filter(
        organization=organization, channel=channel
    )
    if secrets is None and places.elsewhere(kept.first(), fields, places.CARRIER):
        secrets = {}
    if secrets is not None:
        defaults["sealed_secrets"] = seal(json.dumps(secrets) if secrets else "")
    account, _created = ProviderAccount.objects.update_or_create(
        organization=organization, channel=channel, defaults=defaults
    )
    record(
        organization.pk, "provider.changed", by=actor(by), at=now, subject=("provider", account.pk), channel=channel,
        provider=account.provider, test_mode=account.test_mode,
    )  # fmt: skip
    return account


@transaction.atomic
def keep_provider_test(
    account: ProviderAccount, *, now: datetime, fault: str = "", known: dict[str, str] | None = None
) -> None:
    """Keep when a carrier last answered as it should and what it said of itself, or what it answered instead."""
    account.tested_at, account.fault = (None if fault else now), fault[:300]
    account.options = {**account.options, **({"known": known} if known is not None else {})}
    account.save(update_fields=["tested_at", "fault", "options"])


def provider_secrets(account: ProviderAccount) -> dict[str, str]:
    """Return the secrets of an account in the clear, for the moment of use."""
    if not account.sealed_secrets:
        return {}
    try:
        found: dict[str, str] = json.loads(_cipher().decrypt(account.sealed_secrets.encode()))
    except InvalidToken as error:
        raise SenderPasswordLostError from error
    return found


@transaction.atomic
def enter_rate(
    organization: Organization,
    *,
    kind: str,
    starts_on: date,
    percent: Decimal,
    source: str,
    by: User,
    now: datetime,
) -> EnteredRate:
    """Enter a rate of law that a person read, with where they read it."""
    rate, _created = EnteredRate.objects.update_or_create(
        organization=organization,
        kind=kind,
        starts_on=starts_on,
        defaults={"percent": percent, "source": source, "entered_by": by.pk},
    )
    record(
        organization.pk,
        "rate.entered",
        by=actor(by),
        at=now,
        subject=("rate", rate.pk),
        kind_of_rate=kind,
        starts_on=starts_on,
        percent=percent,
        source=source,
    )
    return rate


@transaction.atomic
def keep_public_rate(*, kind: str, starts_on: date, percent: Decimal, source: str) -> bool:
    """Keep a rate read from its public source; tell whether it says something new."""
    known = PublicRate.objects.filter(kind=kind, starts_on=starts_on).first()
    if known and known.percent == percent:
        return False
    PublicRate.objects.update_or_create(
        kind=kind, starts_on=starts_on, defaults={"percent": percent, "source": source}
    )
    return True


def note_daily_run(organization: Organization, today: date) -> None:
    """Remember that the day's work was done."""
    organization.daily_ran_on = today
    organization.save(update_fields=["daily_ran_on"])
