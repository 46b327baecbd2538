"""What became of the answers to a message: one waits to leave, or one will not."""

from datetime import datetime

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import User
from encours.channels.models import Sending
from encours.dunning.models import Decision, InboundMessage, MessageState
from encours.events.actions import record


@transaction.atomic
def keep_answered(message: InboundMessage, sending: Sending, *, said: str, by: User, now: datetime) -> None:
    """Say that a message was answered, by whom and in which sending, with the print of the words."""
    sending.options = {**sending.options, "said": said}
    sending.save(update_fields=["options"])
    message.state = MessageState.ANSWERED
    if message.read_at is None:
        message.read_by, message.read_at = by.pk, now
    message.save(update_fields=["state", "read_by", "read_at"])
    record(
        message.organization_id, "message.answered", by=actor(by), at=now, customer_id=message.customer_id,
        subject=("message", message.pk), sending=sending.pk,
    )  # fmt: skip
    _decide_again(message)


@transaction.atomic
def keep_unsent(sending: Sending, *, now: datetime) -> None:
    """Say that an answer did not leave: its message is only read, and somebody must answer again."""
    kind, number, _ = sending.key.split("-", 2)
    message = InboundMessage.objects.filter(organization_id=sending.organization_id, pk=int(number)).first()
    if message is None:
        return
    if kind == "answer" and message.state == MessageState.ANSWERED:
        message.state = MessageState.NEW
        message.save(update_fields=["state"])
    record(
        message.organization_id, "message.unsent", by="system", at=now, customer_id=message.customer_id,
        subject=("message", message.pk), why=sending.error_code,
    )  # fmt: skip
    _decide_again(message)


def _decide_again(message: InboundMessage) -> None:
    Decision.objects.filter(
        organization_id=message.organization_id, customer_id=message.customer_id or 0
    ).update(basis="")
