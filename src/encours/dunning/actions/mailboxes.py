"""Mailboxes: set by a person, their cursor moved in the transaction of what was taken in, their faults kept."""

import secrets
from datetime import datetime

from django.db import transaction

from encours.accounts import places as secret_places
from encours.accounts.actions import actor, seal
from encours.accounts.models import Organization, User
from encours.channels.imap import Cursor
from encours.dunning.models import Mailbox, MailboxWay
from encours.events.actions import record

SECRET_BYTES = 24


@transaction.atomic
def set_mailbox(
    organization: Organization,
    mailbox: Mailbox | None,
    *,
    password: str | None,
    by: User,
    now: datetime,
    **fields: object,
) -> Mailbox:
    """Set a mailbox, new or known; None keeps its password while the server stays.

    Another folder is read from its own beginning.
    """
    found = mailbox or Mailbox(organization=organization)
    if password is None and secret_places.elsewhere(found, fields, secret_places.MAIL):
        password = ""
    places = ("host", "username", "folder")
    before = tuple(getattr(found, name) for name in places)
    for name, value in fields.items():
        setattr(found, name, value)
    if password is not None:
        found.sealed_password = seal(password)
    if before != tuple(getattr(found, name) for name in places):
        found.uid_validity, found.last_uid, found.checked_at = None, 0, None
    found.fault = ""
    found.save()
    record(organization.pk, "mailbox.changed", by=actor(by), at=now, subject=("mailbox", found.pk))
    return found


@transaction.atomic
def open_door(organization: Organization, *, name: str, email: str, by: User, now: datetime) -> Mailbox:
    """Open a door where a provider hands over messages, with a secret of its own."""
    door = Mailbox.objects.create(
        organization=organization,
        way=MailboxWay.PUSHED,
        name=name,
        email=email,
        sealed_password=seal(secrets.token_urlsafe(SECRET_BYTES)),
    )
    record(organization.pk, "mailbox.changed", by=actor(by), at=now, subject=("mailbox", door.pk))
    return door


@transaction.atomic
def remove_mailbox(mailbox: Mailbox, *, by: User, now: datetime) -> None:
    """Read a mailbox no more; the messages that came in by it stay."""
    record(
        mailbox.organization_id, "mailbox.removed", by=actor(by), at=now, subject=("mailbox", mailbox.pk),
        email=mailbox.email,
    )  # fmt: skip
    mailbox.delete()


def move_cursor(mailbox: Mailbox, cursor: Cursor) -> bool:
    """Remember how far a mailbox was taken in, and tell whether it is still the one that is read.

    Call it in the transaction of the message: a person may have named another folder, or removed it, meanwhile.
    """
    return bool(
        Mailbox.objects.filter(
            organization_id=mailbox.organization_id,
            pk=mailbox.pk,
            host=mailbox.host,
            username=mailbox.username,
            folder=mailbox.folder,
        ).update(uid_validity=cursor.validity, last_uid=cursor.last_uid)
    )


def keep_check(mailbox: Mailbox, *, now: datetime, fault: str = "", ended: bool = True) -> None:
    """Keep when a mailbox was last read to its end, or what kept it from being read."""
    facts: dict[str, object] = {"fault": fault[:300]}
    if ended and not fault:
        facts["checked_at"] = now
    Mailbox.objects.filter(organization_id=mailbox.organization_id, pk=mailbox.pk).update(**facts)
