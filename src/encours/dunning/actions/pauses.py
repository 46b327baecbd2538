"""Leaving a customer, or one item, alone until a date."""

from datetime import date, datetime

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import User
from encours.accounts.queries import today_of
from encours.customers.models import Customer
from encours.dunning.errors import PauseDateError
from encours.dunning.models import Decision, Pause
from encours.events.actions import record
from encours.receivables.models import Item


@transaction.atomic
def postpone(
    customer: Customer, *, until: date, reason: str, by: User | None, now: datetime, item: Item | None = None
) -> Pause:
    """Ask nothing of a customer, or nothing about one item, before a date."""
    if until <= today_of(customer.organization, now):
        raise PauseDateError
    pause = Pause.objects.create(
        organization_id=customer.organization_id,
        customer=customer,
        item=item,
        until=until,
        reason=reason.strip(),
        placed_by=by.pk if by else None,
    )
    _tell(pause, "pause.placed", by, now)
    return pause


@transaction.atomic
def lift(pause: Pause, *, by: User | None, now: datetime) -> Pause:
    """End a pause before its date."""
    if Pause.objects.filter(pk=pause.pk, lifted_at=None).update(lifted_at=now):
        pause.lifted_at = now
        _tell(pause, "pause.lifted", by, now)
    return pause


def _tell(pause: Pause, kind: str, by: User | None, now: datetime) -> None:
    record(
        pause.organization_id,
        kind,
        by=actor(by),
        at=now,
        customer_id=pause.customer_id,
        subject=("pause", pause.pk),
        until=pause.until,
        reason=pause.reason,
        item=pause.item_id,
    )
    Decision.objects.filter(organization_id=pause.organization_id, customer_id=pause.customer_id).update(
        basis=""
    )
