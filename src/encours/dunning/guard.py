"""Asks the last question before the wire: is what a reminder says still true, and still wanted."""

from datetime import date

from django.db.models import Q, QuerySet

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.dunning.models import Pause, Reminder, ReminderItem, ReminderState


def objection(reminder_id: int, today: date) -> str | None:
    """Return why a confirmed reminder must not leave, or nothing; amounts must be those it was written with."""
    reminder = Reminder.objects.filter(pk=reminder_id).first()
    if reminder is None or reminder.state != ReminderState.CONFIRMED:
        return "withdrawn"
    if Organization.objects.get(pk=reminder.organization_id).simulation:
        return "sending_switched_off"
    if reminder.trigger == "after_payment":
        return "postponed" if _pauses(reminder, today).filter(item=None).exists() else None
    insolvent_on = Customer.objects.get(pk=reminder.customer_id).insolvent_on
    if insolvent_on is not None and insolvent_on <= today:
        return "insolvent"
    return _objection_to_items(reminder, today)


def _objection_to_items(reminder: Reminder, today: date) -> str | None:
    lines = list(
        ReminderItem.objects.filter(
            organization_id=reminder.organization_id, reminder=reminder, released_at=None
        ).select_related("item")
    )
    items = [line.item for line in lines]
    if not items or any(item.open_amount == 0 for item in items):
        return "settled"
    if any(item.disputed_on is not None for item in items):
        return "disputed"
    if _pauses(reminder, today).filter(Q(item=None) | Q(item__in=items)).exists():
        return "postponed"
    if any(item.missing_since is not None for item in items):
        return "missing"
    if any(line.item.open_amount != line.open_amount for line in lines):
        return "amount_changed"
    return None


def _pauses(reminder: Reminder, today: date) -> "QuerySet[Pause]":
    return Pause.objects.filter(
        organization_id=reminder.organization_id,
        customer_id=reminder.customer_id,
        lifted_at=None,
        until__gt=today,
    )
