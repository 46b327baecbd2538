"""Answers to what came in: in the same thread and by the same sender, held while the organization is in simulation."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from encours.accounts import tenancy
from encours.accounts.actions import actor
from encours.accounts.models import Organization, Sender, SenderPurpose, User
from encours.channels import actions as channels
from encours.channels.email import Attachment, address
from encours.channels.errors import InvalidMessageError
from encours.channels.models import Channel, Sending, State
from encours.channels.queries import content_of
from encours.dunning import outbox, servers
from encours.dunning.actions import answering
from encours.dunning.addressing import sender_for
from encours.dunning.errors import AnswerEmptyError, AnswerSenderMissingError
from encours.dunning.models import InboundMessage, MessageKind, Reminder
from encours.events.actions import record
from encours.receivables.documents import path_of
from encours.receivables.models import Document

KEY = "answer"
SECOND_CLICK = timedelta(minutes=5)
LONGEST_SUBJECT = 250
REPLY_PREFIXES = ("re:", "re :", "ré:", "ré :")


@transaction.atomic
def answer(
    message: InboundMessage, *, text: str, by: User, now: datetime, documents: Sequence[Document] = ()
) -> Sending:
    """Answer a message to whoever wrote it, in its thread; a second answer is a second message.

    The same words a moment later are a second click: they are the first answer.
    """
    if not text.strip() or not _addressable(message) or message.kind == MessageKind.SMS:
        raise AnswerEmptyError
    InboundMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    said = hashlib.sha256("\n".join([text.strip(), *(one.sha256 for one in documents)]).encode()).hexdigest()
    if known := _said_before(message, said, now):
        return known
    sender = _sender(message)
    count = Sending.objects.filter(
        organization_id=message.organization_id, key__startswith=f"{KEY}-{message.pk}-"
    ).count()
    subject = _headed(message.subject) or _("Your message")
    sending = outbox.reserve(
        sender,
        replace(
            _draft(message, f"{KEY}-{message.pk}-{count + 1}"),
            recipient=message.from_address,
            recipient_name=_headed(message.from_name),
            subject=subject if subject.lower().startswith(REPLY_PREFIXES) else f"Re: {subject}",
            text=text.strip() + "\n",
            attachments=tuple(_attached(documents)),
        ),
        now,
    )
    answering.keep_answered(message, sending, said=said, by=by, now=now)
    return sending


@transaction.atomic
def forward(message: InboundMessage, *, to: str, text: str = "", by: User, now: datetime) -> Sending:
    """Send a message on, whole and as an attachment, to a colleague or to whoever should read it."""
    sender = _sender(message)
    original = content_of(Sending(organization_id=message.organization_id, content_hash=message.content_hash))
    count = Sending.objects.filter(
        organization_id=message.organization_id, key__startswith=f"forward-{message.pk}-"
    ).count()
    sending = outbox.reserve(
        sender,
        replace(
            _draft(message, f"forward-{message.pk}-{count + 1}"),
            recipient=to,
            subject=f"Fwd: {_headed(message.subject)}",
            text=f"{text.strip()}\n\n{_quoted(message)}".strip() + "\n",
            references=(),
            attachments=(Attachment("message.eml", original, "application/octet-stream"),)
            if original
            else (),
        ),
        now,
    )
    record(
        message.organization_id, "message.forwarded", by=actor(by), at=now, customer_id=message.customer_id,
        subject=("message", message.pk), to=to,
    )  # fmt: skip
    return sending


def _addressable(message: InboundMessage) -> bool:
    """Tell whether an answer can go where a message says it comes from."""
    try:
        return bool(address(message.from_address))
    except InvalidMessageError:
        return False


def _headed(words: str) -> str:
    """Return a stranger's words as a header of ours takes them: on one line, of readable signs, not too long."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())[:LONGEST_SUBJECT]


def _said_before(message: InboundMessage, said: str, now: datetime) -> Sending | None:
    """Return the answer with these very words that was written a moment ago, unless it did not leave."""
    known = Sending.objects.filter(
        organization_id=message.organization_id,
        key__startswith=f"{KEY}-{message.pk}-",
        options__said=said,
        reserved_at__gte=now - SECOND_CLICK,
    )
    return known.exclude(state__in=[State.FAILED, State.CANCELED]).order_by("-pk").first()


def waiting(organization_id: int, now: datetime) -> bool:
    """Tell whether an answer may leave now; call it inside the organization."""
    organization = Organization.objects.get(pk=organization_id)
    return not organization.simulation and _due(organization_id, now).exists()


def send(organization_id: int, now: datetime) -> int:
    """Send the answers that wait, and return how many left; nothing leaves in simulation.

    What was written in simulation is not sent afterwards: its day has passed, and its author is told.
    """
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        if organization.simulation:
            return 0
        begun = organization.sending_on_since
        for sending in _due(organization_id, now).filter(reserved_at__lt=begun):
            channels.cancel(sending.pk, now, reason="simulation_over")
            answering.keep_unsent(sending, now=now)
        due = list(_due(organization_id, now))
    return sum(_send_one(organization_id, sending, now) for sending in due)


def _send_one(organization_id: int, sending: Sending, now: datetime) -> bool:
    with tenancy.inside(organization_id):
        transport = servers.transport_of(sending, now)
    if transport is None:
        return False
    after = channels.deliver(
        sending.pk,
        transport,
        now=now,
        guard=lambda: _objection(organization_id),
        inside=lambda: tenancy.inside(organization_id),
    )
    if after.state in {State.FAILED, State.CANCELED}:
        with tenancy.inside(organization_id):
            answering.keep_unsent(after, now=now)
    return after.state == State.SENT


def _objection(organization_id: int) -> str | None:
    return "sending_switched_off" if Organization.objects.get(pk=organization_id).simulation else None


def _due(organization_id: int, now: datetime) -> QuerySet[Sending]:
    return Sending.objects.filter(
        organization_id=organization_id,
        channel=Channel.EMAIL,
        state=State.RESERVED,
        next_attempt_at__lte=now,
        key__regex=rf"^({KEY}|forward)-",
    ).order_by("pk")


def _sender(message: InboundMessage) -> Sender:
    """Return the sender of the thread: who wrote what was answered, else who writes to this customer."""
    organization = message.organization
    reminder = Reminder.objects.filter(organization=organization, pk=message.reminder_id or 0).first()
    sending = Sending.objects.filter(
        organization_id=organization.pk, pk=(reminder.sending_id if reminder else None) or 0
    ).first()
    number = int(sending.options.get(outbox.SENDER_OPTION) or 0) if sending else 0
    collector_id = message.customer.collector_id if message.customer else None
    found = Sender.objects.filter(organization=organization, pk=number).first() or sender_for(
        organization, SenderPurpose.COLLECTOR, collector_id
    )
    if found is None:
        raise AnswerSenderMissingError
    return found


def _draft(message: InboundMessage, key: str) -> outbox.Draft:
    customer = message.customer
    chain = [*message.references.split(), message.message_id]
    return outbox.Draft(
        key=key,
        customer_id=customer.pk if customer else None,
        recipient="",
        subject="",
        text="",
        language=customer.language if customer else message.organization.language,
        references=tuple(name for name in dict.fromkeys(chain) if outbox.MESSAGE_ID.fullmatch(name)),
    )


def _attached(documents: Sequence[Document]) -> Iterator[Attachment]:
    """Yield the documents whose content is in the store."""
    for document in documents:
        place = path_of(document.organization_id, document.sha256)
        if place.is_file():
            yield Attachment(document.name, place.read_bytes(), document.media_type)


def _quoted(message: InboundMessage) -> str:
    lines = "\n".join(f"> {line}" for line in message.text.splitlines())
    return f"{message.from_name} <{message.from_address}>\n{message.subject}\n\n{lines}"
