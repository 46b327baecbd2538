"""What came in is kept: the whole of it by its hash, whose it is, and what it means for the case."""

import hashlib
import logging
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext

from encours.accounts.models import Organization, Sender
from encours.channels import mime
from encours.channels.models import Content, Sending
from encours.dunning import matching
from encours.dunning.actions import bounces, readings
from encours.dunning.models import Decision, InboundMessage, Mailbox, MessageKind, MessageState
from encours.events.actions import record

logger = logging.getLogger("encours.dunning")
NOTHING = bounces.Told()


@transaction.atomic
def keep(
    organization: Organization, content: bytes, *, mailbox: Mailbox | None, now: datetime, whole: bool = True
) -> InboundMessage | None:
    """Keep a message that came in and what follows from it, once; one of our own that comes back is passed over.

    Nothing else is ever left out: what cannot be matched waits without a customer, what cannot be read as bytes.
    """
    arrived = mime.parse(content)
    if arrived.message_id and _is_ours(organization, arrived.message_id):
        return None
    key = source_key(arrived, content)
    if InboundMessage.objects.filter(organization=organization, source_key=key).exists():
        return None
    match = matching.match(organization.pk, arrived)
    try:
        with transaction.atomic():
            message = _create(
                organization, arrived, content, key=key, match=match, mailbox=mailbox, now=now, whole=whole
            )
    except IntegrityError:
        return None  # another door took in the same message between the two statements
    _follow(organization, message, arrived, now)
    return message


def source_key(arrived: mime.Arrived, content: bytes) -> str:
    """Return what a message is known by, whichever way it comes: its name, and its words, as a name can be forged."""
    if not arrived.message_id:
        return f"bytes-{hashlib.sha256(content).hexdigest()}"
    said = f"{arrived.message_id}\n{arrived.from_address}\n{arrived.subject}\n{arrived.text}"
    return f"mail-{hashlib.sha256(said.encode()).hexdigest()}"


def keep_content(organization_id: int, content: bytes, media_type: str) -> str:
    """Keep bytes once under their hash, and return it."""
    digest = hashlib.sha256(content).hexdigest()
    Content.objects.bulk_create(
        [Content(organization_id=organization_id, sha256=digest, media_type=media_type[:100], body=content)],
        ignore_conflicts=True,
    )
    return digest


def _create(
    organization: Organization,
    arrived: mime.Arrived,
    content: bytes,
    *,
    key: str,
    match: matching.Match,
    mailbox: Mailbox | None,
    now: datetime,
    whole: bool,
) -> InboundMessage:
    ours = _is_our_address(organization, arrived.from_address)
    kind = MessageKind.AUTO_REPLY if arrived.automatic or arrived.report else MessageKind.REPLY
    attachments = [
        {
            "name": file.name,
            "media_type": file.media_type,
            "size": len(file.content),
            "sha256": keep_content(organization.pk, file.content, file.media_type),
        }
        for file in arrived.attachments
    ]
    text = arrived.text if whole else _left_there(organization)
    return InboundMessage.objects.create(
        organization=organization,
        customer_id=match.customer_id,
        contact=match.contact,
        mailbox=mailbox,
        reminder_id=match.reminder_id,
        source_key=key,
        message_id=arrived.message_id,
        references=" ".join(arrived.references),
        from_address=arrived.from_address,
        from_name=arrived.from_name,
        subject=arrived.subject,
        text=text,
        said=arrived.said,
        html=arrived.html,
        content_hash=keep_content(organization.pk, content, "message/rfc822"),
        attachments=attachments,
        kind=kind,
        # What a colleague wrote from one of our addresses is no answer.
        state=MessageState.SET_ASIDE if ours else MessageState.NEW,
        matched_by=match.matched_by,
        written_at=arrived.written_at,
        received_at=now,
    )


def _follow(
    organization: Organization, message: InboundMessage, arrived: mime.Arrived, now: datetime
) -> None:
    if arrived.report is not None:
        told = _told(organization, arrived, now)
        if told.customer_id is not None:
            # One that speaks of nothing we know stays in the queue: somebody may make sense of it.
            message.kind, message.state = MessageKind.BOUNCE, MessageState.READ
            message.customer_id, message.reminder_id = told.customer_id, told.reminder_id
            message.matched_by = "report"
            message.save(update_fields=["kind", "state", "customer", "reminder_id", "matched_by"])
    hear(message, now)


def hear(message: InboundMessage, now: datetime) -> None:
    """Say what a message that has just been kept may mean, and let its customer be decided for again."""
    if message.state == MessageState.NEW:
        _propose(message, now)
    if message.customer_id is not None:
        record(
            message.organization_id,
            "message.received",
            by="system",
            at=now,
            customer_id=message.customer_id,
            subject=("message", message.pk),
            kind_of_message=message.kind,
            matched_by=message.matched_by,
            sender=message.from_address,
        )
        Decision.objects.filter(
            organization_id=message.organization_id, customer_id=message.customer_id
        ).update(basis="")


def _told(organization: Organization, arrived: mime.Arrived, now: datetime) -> bounces.Told:
    """Act on a report; one that cannot be followed waits for a person like any other message."""
    try:
        with transaction.atomic():
            return (
                bounces.take(organization, arrived.report, arrived.to, now=now) if arrived.report else NOTHING
            )
    except Exception:
        logger.exception("A report of a mail server could not be followed.")
        return NOTHING


def _propose(message: InboundMessage, now: datetime) -> None:
    """Say what a message may mean; that nobody can say must not keep it from being read."""
    try:
        with transaction.atomic():
            readings.propose(message, now)
    except Exception:
        logger.exception("The message %s could not be understood.", message.pk)


def _left_there(organization: Organization) -> str:
    """Return what is said in place of a message of which only the headers were taken."""
    with translation.override(organization.language):
        return gettext("This message could not be taken in whole: read it in the mailbox.")


def _is_ours(organization: Organization, message_id: str) -> bool:
    return Sending.objects.filter(organization_id=organization.pk, message_id=message_id).exists()


def _is_our_address(organization: Organization, address: str) -> bool:
    return bool(address) and Sender.objects.filter(organization=organization, email__iexact=address).exists()
