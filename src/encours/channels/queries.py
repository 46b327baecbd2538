"""Questions about what left and what waits."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from encours.channels.errors import UnknownSendingError
from encours.channels.models import Content, Delivery, Sending, State
from encours.channels.providers import ENDS


def sending(sending_id: int) -> Sending:
    """Return one sending, or say that there is none."""
    found = Sending.objects.filter(pk=sending_id).first()
    if found is None:
        raise UnknownSendingError(f"There is no sending {sending_id} here.")
    return found


def sending_of(organization_id: int, key: str) -> Sending | None:
    """Return the sending that was reserved under a key, if any."""
    return Sending.objects.filter(organization_id=organization_id, key=key).first()


def content_of(sending: Sending) -> bytes | None:
    """Return the very bytes of a sending, or nothing if they were erased."""
    found = Content.objects.filter(
        organization_id=sending.organization_id, sha256=sending.content_hash
    ).first()
    return bytes(found.body) if found else None


FOLLOWED_FOR = timedelta(days=60)
LAST_PROOFS = ("delivery", "return")


def followed_sendings(organization_id: int, now: datetime) -> QuerySet[Sending]:
    """Return the sendings to ask their provider about now: on their way, or without their last proof, or in doubt."""
    proved = Exists(Delivery.objects.filter(sending=OuterRef("pk"), proof_kind__in=LAST_PROOFS))
    underway = ~Q(delivery__in=ENDS) | (Q(options__registered=True, options__test=False) & ~proved)
    return (
        Sending.objects.filter(organization_id=organization_id, next_attempt_at__lte=now)
        .exclude(provider="")
        .filter(
            Q(state=State.IN_DOUBT) | (Q(state=State.SENT, finished_at__gt=now - FOLLOWED_FOR) & underway)
        )
        .order_by("next_attempt_at", "pk")
    )


def sendings_at(organization_id: int, provider_ids: list[str]) -> QuerySet[Sending]:
    """Return the sendings that a provider knows under these numbers."""
    return Sending.objects.filter(organization_id=organization_id, provider_id__in=provider_ids).exclude(
        provider=""
    )


def deliveries_of(sending: Sending) -> QuerySet[Delivery]:
    """Return everything that was told of a sending, the oldest first."""
    return Delivery.objects.filter(organization_id=sending.organization_id, sending=sending).order_by(
        "happened_at", "pk"
    )


def proof_of(delivery: Delivery) -> Content | None:
    """Return the proof that came with a thing told, if there is one."""
    return Content.objects.filter(
        organization_id=delivery.organization_id, sha256=delivery.proof_hash
    ).first()
