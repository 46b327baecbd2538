"""Questions about what left and what waits."""

from datetime import datetime

from django.db.models import QuerySet

from encours.channels.errors import UnknownSendingError
from encours.channels.models import Channel, Content, Sending, State


def sending(sending_id: int) -> Sending:
    """Return one sending, or say that there is none."""
    found = Sending.objects.filter(pk=sending_id).first()
    if found is None:
        raise UnknownSendingError(f"There is no sending {sending_id} here.")
    return found


def sending_of(organization_id: int, key: str) -> Sending | None:
    """Return the sending that was reserved under a key, if any."""
    return Sending.objects.filter(organization_id=organization_id, key=key).first()


def due_sendings(organization_id: int, now: datetime, channel: Channel = Channel.EMAIL) -> QuerySet[Sending]:
    """Return the sendings that may leave now, those that wait the longest first."""
    return Sending.objects.filter(
        organization_id=organization_id, state=State.RESERVED, channel=channel, next_attempt_at__lte=now
    ).order_by("next_attempt_at", "pk")


def doubtful_sendings(organization_id: int) -> QuerySet[Sending]:
    """Return the sendings of which nobody knows whether they left: a person must decide."""
    return Sending.objects.filter(organization_id=organization_id, state=State.IN_DOUBT).order_by("pk")


def content_of(sending: Sending) -> bytes | None:
    """Return the very bytes of a sending, or nothing if they were erased."""
    found = Content.objects.filter(
        organization_id=sending.organization_id, sha256=sending.content_hash
    ).first()
    return bytes(found.body) if found else None
