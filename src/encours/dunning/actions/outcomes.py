"""What became of a reminder on its way out, told by the wire or by a person."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from encours.accounts.models import Organization, User
from encours.channels import actions as channels
from encours.channels.errors import SendingStateError
from encours.channels.models import Sending
from encours.channels.models import State as SendingState
from encours.dunning import hours
from encours.dunning.actions.reminders import decide_again, locked, tell
from encours.dunning.errors import ReminderStateError, TrackingNumberError
from encours.dunning.hour_marks import CLOSED
from encours.dunning.models import Reminder, ReminderItem, ReminderState

TRACKING_NUMBER = re.compile(r"(?=.*\d{6})[A-Z0-9]{11,15}")
OUTCOMES = {
    SendingState.SENT: (ReminderState.SENT, "reminder.sent"),
    SendingState.FAILED: (ReminderState.FAILED, "reminder.failed"),
    SendingState.IN_DOUBT: (ReminderState.IN_DOUBT, "reminder.in_doubt"),
    SendingState.CANCELED: (ReminderState.CANCELED, "reminder.canceled"),
}


@transaction.atomic
def reserve(
    reminder: Reminder, sending: Sending, *, subject: str, body: str, recipient: str, now: datetime
) -> Reminder:
    """Tie a reminder to the sending that will carry it; a letter that no carrier takes is ready to post."""
    reminder.sending_id, reminder.held = sending.pk, ""
    reminder.subject, reminder.body, reminder.recipient = subject[:300], body, recipient[:300]
    if reminder.channel == "letter" and not sending.provider:
        reminder.state, reminder.sent_at = ReminderState.PRINTED, now
        tell(reminder, "reminder.printed", by=None, now=now, amount=reminder.amount)
        decide_again(reminder)
    reminder.save(
        update_fields=["sending_id", "held", "subject", "body", "recipient", "copies", "state", "sent_at"]
    )
    return reminder


@transaction.atomic
def hold(reminder: Reminder, why: str) -> None:
    """Leave a confirmed reminder where it is, with what keeps it from leaving."""
    Reminder.objects.filter(pk=reminder.pk, sending_id=None).exclude(held=why).update(held=why)


def hold_waiting(organization: Organization, now: datetime) -> int:
    """Write on each confirmed reminder the hour, the day or the ledger it waits for; return how many wait."""
    confirmed = Reminder.objects.filter(
        organization=organization, state=ReminderState.CONFIRMED, sending_id=None
    )
    found = hours.waiting_for(organization, confirmed, now)
    for why in {*found.values()} - {""}:
        numbers = [number for number, held in found.items() if held == why]
        confirmed.filter(pk__in=numbers).exclude(held=why).update(held=why)
    free = [number for number, held in found.items() if not held]
    over = Q(held__startswith=CLOSED) | Q(held=hours.STALE)
    confirmed.filter(over, pk__in=free).update(held="")
    return len(found) - len(free)


@transaction.atomic
def fail(reminder: Reminder, why: str, now: datetime) -> None:
    """Give up a reminder that could not even be written, and show it to a person."""
    reminder.state, reminder.failure = ReminderState.FAILED, why
    reminder.save(update_fields=["state", "failure"])
    tell(reminder, "reminder.failed", by=None, now=now, why=why)
    decide_again(reminder)


@transaction.atomic
def simulate(reminder: Reminder, now: datetime) -> None:
    """Say once that a reminder would have left."""
    if Reminder.objects.filter(pk=reminder.pk, simulated_at=None).update(simulated_at=now):
        tell(reminder, "reminder.simulated", by=None, now=now, amount=reminder.amount)


@transaction.atomic
def leave_simulation(reminder: Reminder, now: datetime) -> None:
    """Ask again for what a person confirmed while nothing could leave: that was no order to send."""
    reminder.simulated_at = None
    if reminder.step.mode != "automatic":
        reminder.state = ReminderState.DRAFTED
        reminder.confirmed_at = reminder.confirmed_by = None
    reminder.save(update_fields=["state", "confirmed_at", "confirmed_by", "simulated_at"])
    if reminder.state == ReminderState.DRAFTED:
        tell(reminder, "reminder.drafted", by=None, now=now, why="simulation_over", amount=reminder.amount)


@transaction.atomic
def cancel(reminder: Reminder, why: str, now: datetime) -> None:
    """Withdraw a confirmed reminder that is no longer true or wanted."""
    reminder.state, reminder.held = ReminderState.CANCELED, why
    reminder.save(update_fields=["state", "held"])
    ReminderItem.objects.filter(reminder=reminder).update(released_at=now)
    tell(reminder, "reminder.canceled", by=None, now=now, why=why)
    decide_again(reminder)


@transaction.atomic
def keep_outcome(reminder: Reminder, sending: Sending, now: datetime) -> str:
    """Write on the reminder what became of its sending, once; return its state."""
    found = (
        Reminder.objects.select_for_update(of=("self",))
        .filter(
            pk=reminder.pk, state__in=[ReminderState.CONFIRMED, ReminderState.IN_DOUBT], sending_id=sending.pk
        )
        .first()
    )
    outcome = OUTCOMES.get(SendingState(sending.state))
    if found is None or outcome is None or found.state == outcome[0]:
        return found.state if found else ""
    found.state, kind = outcome
    if found.state in {ReminderState.SENT, ReminderState.IN_DOUBT}:
        found.sent_at = sending.finished_at or sending.started_at or now
    elif found.state == ReminderState.CANCELED:
        found.held = sending.error_code
        ReminderItem.objects.filter(reminder=found).update(released_at=now)
    found.failure = (
        sending.error_code if found.state in {ReminderState.FAILED, ReminderState.IN_DOUBT} else ""
    )
    found.save(update_fields=["state", "sent_at", "held", "failure"])
    tell(found, kind, by=None, now=now, why=sending.error_code, amount=found.amount)
    decide_again(found)
    return found.state


@transaction.atomic
def resolve_doubt(reminder: Reminder, *, left: bool, by: User | None, now: datetime) -> Reminder:
    """Take a person's word on a message nobody knows about: it left, or it did not and waits to be confirmed again."""
    found = locked(reminder, ReminderState.IN_DOUBT)
    if found.sending_id is None:
        raise ReminderStateError
    try:
        if left:
            channels.confirm_sent(found.sending_id, now)
        else:
            # Through the waiting line and out of it: a worker that still holds it can no longer change anything.
            channels.send_again(found.sending_id, now)
            channels.cancel(found.sending_id, now, reason="did_not_leave")
    except SendingStateError as error:
        raise ReminderStateError from error
    found.failure = ""
    if left:
        found.state = ReminderState.SENT
        found.save(update_fields=["state", "failure"])
    else:
        _draft_again(found)
    tell(found, "reminder.resolved", by=by, now=now, left=left)
    decide_again(found)
    return found


@transaction.atomic
def retry(reminder: Reminder, *, by: User | None, now: datetime) -> Reminder:
    """Put a reminder that failed back to be confirmed, with a fresh sending when it is."""
    found = locked(reminder, ReminderState.FAILED)
    if Reminder.objects.filter(
        organization_id=found.organization_id,
        customer_id=found.customer_id,
        state__in=[ReminderState.DRAFTED, ReminderState.CONFIRMED],
    ).exists():
        raise ReminderStateError
    _draft_again(found)
    tell(found, "reminder.drafted", by=by, now=now, why="retried", amount=found.amount)
    decide_again(found)
    return found


@transaction.atomic
def keep_recalled(reminder: Reminder, *, by: User | None, now: datetime) -> Reminder:
    """Put a letter that its carrier stopped back to be confirmed: nobody was contacted, and no step was taken."""
    found = locked(reminder, ReminderState.SENT)
    if found.sending_id is None:
        raise ReminderStateError
    channels.keep_recalled(found.sending_id, now)
    _draft_again(found)
    tell(found, "reminder.drafted", by=by, now=now, why="recalled", amount=found.amount)
    decide_again(found)
    return found


def post(
    organization: Organization,
    reminder_ids: Sequence[int],
    *,
    by: User | None,
    now: datetime,
    numbers: Mapping[int, str] | None = None,
) -> int:
    """Take a person's word that these letters were posted, and return how many were waiting for it.

    `numbers` are those the post gave to registered letters.
    """
    given = {reminder_id: tracking_number(number) for reminder_id, number in (numbers or {}).items()}
    count = 0
    for reminder in Reminder.objects.filter(
        organization=organization, pk__in=reminder_ids, state=ReminderState.PRINTED
    ).order_by("pk"):
        count += _post_one(reminder, by, now, given.get(reminder.pk, ""))
    return count


def tracking_number(text: str) -> str:
    """Return the number of a registered letter without its blanks, or refuse it."""
    number = "".join(text.split()).upper()
    if number and not TRACKING_NUMBER.fullmatch(number):
        raise TrackingNumberError
    return number


@transaction.atomic
def _post_one(reminder: Reminder, by: User | None, now: datetime, number: str) -> bool:
    try:
        found = locked(reminder, ReminderState.PRINTED)
    except ReminderStateError:
        return False
    if found.sending_id is not None:
        channels.keep_posted(found.sending_id, now, number=number)
    found.state, found.sent_at = ReminderState.SENT, now
    found.save(update_fields=["state", "sent_at"])
    tell(found, "reminder.sent", by=by, now=now, amount=found.amount, number=number)
    decide_again(found)
    return True


def _draft_again(reminder: Reminder) -> None:
    reminder.state, reminder.failure, reminder.sending_id = ReminderState.DRAFTED, "", None
    reminder.sent_at = reminder.confirmed_at = reminder.confirmed_by = None
    reminder.attempt += 1
    if reminder.edited_at is None:
        reminder.subject = reminder.body = reminder.recipient = ""
    reminder.save()
