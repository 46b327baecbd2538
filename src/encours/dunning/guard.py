"""Asks the last question before the wire: is what a reminder says still true, and still wanted."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from encours.accounts.models import Organization
from encours.channels.models import Sending, State
from encours.channels.sms import same_number
from encours.customers.models import Contact, Customer
from encours.dunning.cases import ANSWERS_LOOKED_AT, EVENTS_DAYS
from encours.dunning.guardrails import guardrails_of
from encours.dunning.models import (
    HEARD,
    Guardrails,
    InboundMessage,
    MessageKind,
    MessageState,
    Pause,
    PhoneCall,
    Promise,
    Reminder,
    ReminderItem,
    ReminderState,
)
from encours.payment_plans.queries import standing


def objection(reminder_id: int, today: date) -> str | None:
    """Return why a confirmed reminder must not leave, or nothing; amounts must be those it was written with."""
    reminder = Reminder.objects.filter(pk=reminder_id).first()
    if reminder is None or reminder.state != ReminderState.CONFIRMED:
        return "withdrawn"
    if Organization.objects.get(pk=reminder.organization_id).simulation:
        return "sending_switched_off"
    if closed := _closed(reminder):
        return closed
    if reminder.trigger == "after_payment":
        return "postponed" if _pauses(reminder, today).filter(item=None).exists() else None
    insolvent_on = Customer.objects.get(pk=reminder.customer_id).insolvent_on
    if insolvent_on is not None and insolvent_on <= today:
        return "insolvent"
    return _objection_to_items(reminder, today) or _objection_to_contact(reminder, today)


def _objection_to_contact(reminder: Reminder, today: date) -> str | None:
    """Look for what came in since the decision: a reply to read, a promise, an agreement, another contact."""
    organization = Organization.objects.get(pk=reminder.organization_id)
    guardrails = guardrails_of(organization)
    if guardrails.replies_stop and _replied(reminder):
        return "reply_waiting"
    lines = ReminderItem.objects.filter(organization=organization, reminder=reminder)
    items = set(lines.values_list("item_id", flat=True))
    grace_days = guardrails.promise_grace_days
    if _promised(reminder, items, today - timedelta(days=grace_days)):
        return "promise_running"
    agreed = standing(organization.pk, [reminder.customer_id], today, grace_days=grace_days).get(
        reminder.customer_id
    )
    if agreed and agreed.kept_until and items & agreed.item_ids:
        return "installments_kept"
    return (
        "too_soon" if guardrails.gap_days and _contacted(reminder, organization, guardrails, today) else None
    )


def _closed(reminder: Reminder) -> str:
    """Return why this address or number may be written to no more: between two attempts it was lost, or said STOP."""
    if reminder.sending_id is None or not reminder.recipient:
        return ""
    contacts = Contact.objects.filter(
        organization_id=reminder.organization_id, customer_id=reminder.customer_id
    )
    if reminder.channel == "email":
        found = contacts.filter(email__iexact=reminder.recipient)
        if found.exclude(opted_out_at=None).exists():
            return "contact_missing"
        return "contact_bounced" if found.exclude(bounced_at=None).exists() else ""
    if reminder.channel == "sms":
        country = Customer.objects.get(pk=reminder.customer_id).country or "FR"
        shut = contacts.exclude(phone="").exclude(phone_failed_at=None, sms_opted_out_at=None)
        same = (same_number(contact.phone, reminder.recipient, country) for contact in shut)
        return "mobile_missing" if any(same) else ""
    return ""


def _replied(reminder: Reminder) -> bool:
    waiting = InboundMessage.objects.filter(organization_id=reminder.organization_id, state=MessageState.NEW)
    if waiting.filter(
        customer_id=reminder.customer_id, kind__in=[MessageKind.REPLY, MessageKind.SMS]
    ).exists():
        return True
    authors = waiting.filter(customer=None, kind=MessageKind.REPLY).values_list("from_address", flat=True)
    contacts = Contact.objects.filter(
        organization_id=reminder.organization_id, customer_id=reminder.customer_id
    )
    known = {email.lower() for email in contacts.exclude(email="").values_list("email", flat=True)}
    return any(author.lower() in known for author in authors)


def _promised(reminder: Reminder, items: set[int], from_on: date) -> bool:
    running = Promise.objects.filter(
        organization_id=reminder.organization_id,
        customer_id=reminder.customer_id,
        canceled_at=None,
        kept_on=None,
        broken_on=None,
        promised_on__gte=from_on,
    )
    return running.filter(Q(lines=None) | Q(lines__item_id__in=items)).exists()


def _contacted(reminder: Reminder, organization: Organization, guardrails: Guardrails, today: date) -> bool:
    """Tell whether the customer was contacted by another channel within the silence to keep."""
    zone = ZoneInfo(organization.timezone)
    silent_from = datetime.combine(today - timedelta(days=guardrails.gap_days - 1), time.min, zone)
    others = Reminder.objects.filter(organization=organization, customer_id=reminder.customer_id)
    spoken = [ReminderState.SENT, ReminderState.PRINTED, ReminderState.IN_DOUBT]
    if others.filter(state__in=spoken, sent_at__gte=silent_from).exclude(pk=reminder.pk).exists():
        return True
    calls = PhoneCall.objects.filter(organization=organization, customer_id=reminder.customer_id)
    if calls.filter(reminder_id=None, outcome__in=HEARD, happened_at__gte=silent_from).exists():
        return True
    return _answered(reminder, silent_from)


def _answered(reminder: Reminder, silent_from: datetime) -> bool:
    """Tell whether a person answered this customer within the silence to keep."""
    messages = InboundMessage.objects.filter(
        organization_id=reminder.organization_id,
        customer_id=reminder.customer_id,
        state=MessageState.ANSWERED,
        received_at__gte=silent_from - timedelta(days=EVENTS_DAYS),
    )
    keys = [
        f"answer-{number}-{time}"
        for number in messages.values_list("pk", flat=True)
        for time in range(1, ANSWERS_LOOKED_AT + 1)
    ]
    answers = Sending.objects.filter(
        organization_id=reminder.organization_id, key__in=keys, reserved_at__gte=silent_from
    )
    return bool(keys) and answers.exclude(state__in=[State.FAILED, State.CANCELED]).exists()


def _objection_to_items(reminder: Reminder, today: date) -> str | None:
    lines = list(
        ReminderItem.objects.filter(
            organization_id=reminder.organization_id, reminder=reminder, released_at=None
        ).select_related("item")
    )
    items = [line.item for line in lines]
    if not items or any(item.open_amount == 0 for item in items):
        return "settled"
    if any(item.asked_amount == 0 for item in items):
        return "disputed"
    if _pauses(reminder, today).filter(Q(item=None) | Q(item__in=items)).exists():
        return "postponed"
    if any(item.missing_since is not None for item in items):
        return "missing"
    if any(line.item.asked_amount != line.open_amount for line in lines):
        return "amount_changed"
    return None


def _pauses(reminder: Reminder, today: date) -> "QuerySet[Pause]":
    return Pause.objects.filter(
        organization_id=reminder.organization_id,
        customer_id=reminder.customer_id,
        lifted_at=None,
        until__gt=today,
    )
