"""Takes in what debtors write: each message is kept in one transaction with the place up to which it was read.

A process that dies between two messages leaves the cursor at the last one kept: nothing is lost. A message read
again, because a server numbered its folder afresh, is known by what it is: nothing is kept twice.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from encours.accounts import tenancy
from encours.accounts.actions import unseal
from encours.accounts.errors import SenderPasswordLostError
from encours.accounts.models import Organization
from encours.channels import imap
from encours.channels.errors import WireError
from encours.channels.imap import Cursor, ImapAccount
from encours.dunning import grants
from encours.dunning.actions import grants as granting
from encours.dunning.actions import inbound, mailboxes
from encours.dunning.models import InboundMessage, Mailbox, MailboxWay
from encours.dunning.servers import SECURITIES

# What came in before a mailbox was connected is read this far back.
FIRST_READ = timedelta(days=14)
READ_AGAIN = timedelta(days=3)
PORTION = 200
LONGEST_FAULT = 250


@dataclass
class IntakeSummary:
    """What one pass over a mailbox brought."""

    taken: int = 0
    known: int = 0
    fault: str = ""


def mailboxes_to_read(organization_id: int) -> list[int]:
    """Return the mailboxes that are read; call it inside the organization."""
    active = Mailbox.objects.filter(organization_id=organization_id, active=True, way=MailboxWay.IMAP)
    return list(active.order_by("pk").values_list("pk", flat=True))


def take_in(organization_id: int, mailbox_id: int, now: datetime, *, patience: float = 30.0) -> IntakeSummary:
    """Take in what is new in a mailbox, and keep what went wrong; call it outside any transaction."""
    summary = IntakeSummary()
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        mailbox = Mailbox.objects.filter(organization=organization, pk=mailbox_id, active=True).first()
    if mailbox is None or mailbox.way != MailboxWay.IMAP:
        return summary
    account = None
    try:
        account = _opened(mailbox, now, patience)
        for taken in _new(account, mailbox, now):
            with tenancy.inside(organization_id):
                if not mailboxes.move_cursor(mailbox, taken.cursor):
                    return summary
                if taken.content:
                    kept = inbound.keep(
                        organization, taken.content, mailbox=mailbox, now=now, whole=taken.whole
                    )
                    summary.taken += kept is not None
                    summary.known += kept is None
    except WireError as error:
        summary.fault = error.code if error.message in {"", error.code} else f"{error.code}: {error.message}"
        if error.code == "token_refused" and account:
            with tenancy.inside(organization_id):
                granting.note_refusal(mailbox, account.token, error.message, now=now)
    except SenderPasswordLostError:
        summary.fault = "password_lost"
    with tenancy.inside(organization_id):
        mailboxes.keep_check(
            mailbox,
            now=now,
            fault=summary.fault[:LONGEST_FAULT],
            ended=summary.taken + summary.known < PORTION,
        )
    return summary


def account_of(
    mailbox: Mailbox, now: datetime, *, patience: float = 30.0, trying: bool = False
) -> ImapAccount:
    """Return how to reach a mailbox with what opens it in the clear, or raise what keeps it shut."""
    if grants.by_token(mailbox):
        place = grants.server_of(mailbox)
        return ImapAccount(
            host=place.host,
            port=place.port,
            security=place.security,
            user=mailbox.username,
            token=granting.access(mailbox, now=now, trying=trying),
            folder=mailbox.folder,
            timeout=patience,
        )
    return ImapAccount(
        host=mailbox.host,
        port=mailbox.port,
        security=SECURITIES[mailbox.security],
        user=mailbox.username,
        password=unseal(mailbox.sealed_password),
        folder=mailbox.folder,
        timeout=patience,
    )


def _opened(mailbox: Mailbox, now: datetime, patience: float) -> ImapAccount:
    """Return how to reach a mailbox; what a provider answered is kept, even when it gave no token."""
    with tenancy.inside(mailbox.organization_id):
        try:
            return account_of(mailbox, now, patience=patience)
        except WireError as error:
            fault = error
    raise fault


def _new(account: ImapAccount, mailbox: Mailbox, now: datetime) -> Iterator[imap.Taken]:
    since = mailbox.checked_at - READ_AGAIN if mailbox.checked_at else now - FIRST_READ
    return imap.read(
        account,
        Cursor(mailbox.uid_validity, mailbox.last_uid),
        since=since.date(),
        limit=PORTION,
    )


def hand_over(
    organization_id: int, mailbox_id: int, secret: str, content: bytes, *, signature: str = "", now: datetime
) -> InboundMessage | None:
    """Take in a message that a provider hands over at a door; call it inside the organization.

    The door opens to its secret only; where the provider signs what it posts, the signature must fit too.
    """
    door = Mailbox.objects.filter(
        organization_id=organization_id, pk=mailbox_id, active=True, way=MailboxWay.PUSHED
    ).first()
    if door is None:
        raise DoorClosedError
    known = unseal(door.sealed_password)
    if not hmac.compare_digest(secret.encode(), known.encode()):
        raise DoorClosedError
    if signature and not hmac.compare_digest(signature.encode(), signature_of(known, content).encode()):
        raise DoorClosedError
    kept = inbound.keep(Organization.objects.get(pk=organization_id), content, mailbox=door, now=now)
    mailboxes.keep_check(door, now=now)
    return kept


def signature_of(secret: str, content: bytes) -> str:
    """Return the signature that goes with a message handed over, as `sha256=` and hexadecimal digits."""
    return f"sha256={hmac.digest(secret.encode(), content, 'sha256').hex()}"


class DoorClosedError(Exception):
    """There is no such door, or this is not its secret."""
