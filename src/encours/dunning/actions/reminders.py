"""What a person does with a reminder before it leaves: confirm it, rewrite it, skip it, call instead."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.dunning.errors import ReminderByPhoneError, ReminderStateError
from encours.dunning.models import Decision, Reminder, ReminderState
from encours.events.actions import record
from encours.rules import wording

WAITING = (ReminderState.DRAFTED, ReminderState.CONFIRMED)
CALL_OUTCOMES = ("reached", "voicemail", "promise", "dispute")


def locked(reminder: Reminder, *states: str) -> Reminder:
    """Return the reminder as it is now, locked, or refuse if it has moved on or is about to leave."""
    found = (
        Reminder.objects.select_for_update(of=("self",))
        .select_related("customer", "step")
        .filter(pk=reminder.pk, organization_id=reminder.organization_id)
        .first()
    )
    leaving = found is not None and found.state == ReminderState.CONFIRMED and found.sending_id is not None
    if found is None or found.state not in states or leaving:
        raise ReminderStateError
    return found


def tell(reminder: Reminder, kind: str, *, by: User | None, now: datetime, **payload: object) -> None:
    """Record what happened to a reminder on the timeline of its customer."""
    record(
        reminder.organization_id,
        kind,
        by=actor(by),
        at=now,
        customer_id=reminder.customer_id,
        subject=("reminder", reminder.pk),
        **payload,
    )


def decide_again(reminder: Reminder) -> None:
    """Make the next run look at the customer again, although no fact of the ledger changed."""
    Decision.objects.filter(
        organization_id=reminder.organization_id, customer_id=reminder.customer_id
    ).update(basis="")


@transaction.atomic
def confirm(reminder: Reminder, *, by: User | None, now: datetime) -> Reminder:
    """Let a reminder leave; whether it may is asked once more just before the wire."""
    found = locked(reminder, ReminderState.DRAFTED)
    if found.channel == "phone":
        raise ReminderByPhoneError
    found.state = ReminderState.CONFIRMED
    found.confirmed_by, found.confirmed_at, found.held = by.pk if by else None, now, ""
    found.save(update_fields=["state", "confirmed_by", "confirmed_at", "held"])
    tell(found, "reminder.confirmed", by=by, now=now, amount=found.amount)
    return found


def confirm_many(
    organization: Organization, reminder_ids: Sequence[int], *, by: User | None, now: datetime
) -> int:
    """Confirm those of these reminders that still wait for it, and return how many."""
    drafted = Reminder.objects.filter(
        organization=organization, pk__in=reminder_ids, state=ReminderState.DRAFTED
    ).exclude(channel="phone")
    count = 0
    for reminder in drafted.order_by("pk"):
        try:
            confirm(reminder, by=by, now=now)
        except ReminderStateError:
            continue  # moved on between the two statements: it no longer waits for this
        count += 1
    return count


@transaction.atomic
def take_back(reminder: Reminder, *, by: User | None, now: datetime) -> Reminder:
    """Undo a confirmation while the message is still here: it waits to be confirmed again."""
    found = locked(reminder, ReminderState.CONFIRMED)
    found.state, found.held = ReminderState.DRAFTED, ""
    found.confirmed_by = found.confirmed_at = found.simulated_at = None
    found.save(update_fields=["state", "held", "confirmed_by", "confirmed_at", "simulated_at"])
    tell(found, "reminder.drafted", by=by, now=now, why="taken_back", amount=found.amount)
    return found


@transaction.atomic
def edit(
    reminder: Reminder, *, subject: str, body: str, by: User | None, now: datetime, recipient: str = ""
) -> Reminder:
    """Replace the words of a reminder by a person's; figures may stand as variables, written on the day it leaves."""
    wording.check(subject)
    wording.check(body)
    found = locked(reminder, *WAITING)
    found.subject, found.body, found.edited_at = subject.strip()[:300], body.strip(), now
    fields = ["subject", "body", "edited_at"]
    if recipient:
        found.recipient = recipient.strip()[:300]
        fields.append("recipient")
    found.save(update_fields=fields)
    tell(found, "reminder.edited", by=by, now=now)
    return found


@transaction.atomic
def skip(reminder: Reminder, *, by: User | None, now: datetime, reason: str = "") -> Reminder:
    """Pass over this step for these items: nobody is contacted, and the next step comes in its time."""
    found = locked(reminder, *WAITING)
    found.state, found.note = ReminderState.SKIPPED, reason.strip()
    found.save(update_fields=["state", "note"])
    tell(found, "reminder.skipped", by=by, now=now, reason=found.note)
    decide_again(found)
    return found


@transaction.atomic
def record_call(reminder: Reminder, *, outcome: str, note: str, by: User | None, now: datetime) -> Reminder:
    """Record a call made for a reminder, planned by phone or instead of writing; it counts as the contact."""
    if outcome not in CALL_OUTCOMES:
        raise ValueError(f"A call ends with one of {', '.join(CALL_OUTCOMES)}, not {outcome!r}.")
    found = locked(reminder, *WAITING)
    found.state, found.channel = ReminderState.SENT, "phone"
    found.sent_at, found.outcome, found.note = now, outcome, note.strip()
    found.save(update_fields=["state", "channel", "sent_at", "outcome", "note"])
    tell(found, "call.recorded", by=by, now=now, outcome=outcome, note=found.note)
    decide_again(found)
    return found
