"""Takes confirmed reminders to the wire, one at a time: written once, asked about once more, sent at most once.

Each reminder passes through three commits: its words and its sending are reserved together, the delivery claims
and settles the sending around the wire, the outcome is kept on the reminder. A process that dies between two of
them leaves something the next pass takes up where it stands; one that dies on the wire leaves a doubt.
"""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import Q

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.channels import actions as channels
from encours.channels.epc import PaymentDetailsError
from encours.channels.errors import DocumentError, InvalidMessageError
from encours.channels.models import Channel, Sending
from encours.channels.models import State as SendingState
from encours.dunning import actions, carriers, guard, hours, letters, outbox, parcels, servers
from encours.dunning.actions import outcomes
from encours.dunning.addressing import sender_for
from encours.dunning.day import today_of
from encours.dunning.errors import HeldError
from encours.dunning.hour_marks import CLOSED
from encours.dunning.models import Reminder, ReminderState
from encours.dunning.recipients import recipients
from encours.rules.wording import WordingError

logger = logging.getLogger("encours.dunning")
# A carrier that refuses this many messages in a row is down: the rest of its channel waits for the next pass.
REFUSALS_IN_A_ROW = 3
# How often a pass looks at the clock again: hours close, and days end, while it sends.
LOOKS_AGAIN = timedelta(minutes=1)


@dataclass
class SendingSummary:
    """What one pass did with the confirmed reminders."""

    sent: int = 0
    printed: int = 0
    failed: int = 0
    in_doubt: int = 0
    canceled: int = 0
    simulated: int = 0
    held: int = 0
    postponed: int = 0

    def count(self, state: str) -> None:
        """Count a reminder under the state it came to; one still confirmed waits for another attempt."""
        name = "postponed" if state == ReminderState.CONFIRMED else state
        if hasattr(self, name):
            setattr(self, name, getattr(self, name) + 1)


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass over the confirmed reminders of one organization."""

    organization: Organization
    today: date
    now: datetime
    clock: Callable[[], datetime]

    def inside(self) -> AbstractContextManager[None]:
        """Open a transaction that sees the organization."""
        return tenancy.inside(self.organization.pk)

    def at_present(self) -> "_Pass":
        """Return this pass at the present minute, what must wait by then marked as such."""
        now = self.clock()
        if now - self.now < LOOKS_AGAIN:
            return self
        with self.inside():
            outcomes.hold_waiting(self.organization, now)
        return replace(self, now=now)

    @property
    def over(self) -> bool:
        """Tell whether the day of this pass has ended: what is left must be decided again first."""
        return today_of(self.organization, self.now) != self.today


def waiting(organization_id: int, now: datetime) -> bool:
    """Tell whether a pass would find something to do; call it inside the organization."""
    organization = Organization.objects.get(pk=organization_id)
    confirmed = Reminder.objects.filter(
        organization=organization, state=ReminderState.CONFIRMED, sending_id=None
    )
    if organization.simulation:
        confirmed = confirmed.filter(simulated_at=None)
    if hours.not_closed(organization, confirmed, now).exists():
        return True
    leaving = Reminder.objects.filter(organization=organization, state=ReminderState.CONFIRMED)
    numbers = leaving.exclude(sending_id=None).values("sending_id")
    later = Q(state=SendingState.SENDING) | Q(state=SendingState.RESERVED, next_attempt_at__gt=now)
    return Sending.objects.filter(organization_id=organization_id, pk__in=numbers).exclude(later).exists()


def send_confirmed(
    organization_id: int, now: datetime, clock: Callable[[], datetime] | None = None
) -> SendingSummary:
    """Send what was confirmed and is still true, or only say so while the organization is in simulation.

    Call it outside any transaction: what left must be known as soon as it has left. A pass may take long: with a
    clock it ends when the hours of sending do.
    """
    summary = SendingSummary()
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        sending_pass = _Pass(organization, today_of(organization, now), now, clock or (lambda: now))
        begun = _begun(organization)
    for reminder_id, sending_id in begun:
        sending_pass = sending_pass.at_present()
        if sending_pass.over:
            return summary
        _carry_on(sending_pass, reminder_id, sending_id, summary)
    if organization.simulation:
        summary.simulated = _simulate(sending_pass)
        return summary
    _send_new(sending_pass, summary)
    return summary


def _begun(organization: Organization) -> list[tuple[int, int]]:
    """Return the reminders an earlier pass reserved or left in doubt."""
    begun = Reminder.objects.filter(
        organization=organization,
        state__in=[ReminderState.CONFIRMED, ReminderState.IN_DOUBT],
        sending_id__isnull=False,
    ).order_by("pk")
    return [(number, sending) for number, sending in begun.values_list("pk", "sending_id") if sending]


def _simulate(sending_pass: _Pass) -> int:
    with sending_pass.inside():
        fresh = list(
            Reminder.objects.filter(
                organization=sending_pass.organization,
                state=ReminderState.CONFIRMED,
                sending_id=None,
                simulated_at=None,
            ).order_by("pk")
        )
        for reminder in fresh:
            outcomes.simulate(reminder, sending_pass.now)
    return len(fresh)


def _send_new(sending_pass: _Pass, summary: SendingSummary) -> None:
    """Look at each case again, then write and deliver what still holds."""
    confirmed = Reminder.objects.filter(
        organization=sending_pass.organization, state=ReminderState.CONFIRMED, sending_id=None
    )
    with sending_pass.inside():
        for reminder in confirmed.filter(simulated_at__isnull=False).select_related("step"):
            outcomes.leave_simulation(reminder, sending_pass.now)
        outcomes.hold_waiting(sending_pass.organization, sending_pass.now)
        free = confirmed.exclude(held__startswith=CLOSED)
        customers = list(free.values_list("customer_id", flat=True))
    actions.run(sending_pass.organization, sending_pass.today, sending_pass.now, customers)
    with sending_pass.inside():
        summary.held += outcomes.hold_waiting(sending_pass.organization, sending_pass.now)
        ready = free.exclude(held=hours.STALE).order_by("-expected_value", "pk")
        numbers = list(ready.values_list("pk", "channel"))
    refused: Counter[str] = Counter()
    for number, channel in numbers:
        if refused[channel] >= REFUSALS_IN_A_ROW:
            continue
        sending_pass = sending_pass.at_present()
        if sending_pass.over:
            return
        sending = _prepared(sending_pass, number, summary)
        if sending is None or by_hand(sending):
            continue
        state = _deliver(sending_pass, number, sending.pk)
        summary.count(state)
        refused[channel] = refused[channel] + 1 if state == ReminderState.CONFIRMED else 0


def _carry_on(sending_pass: _Pass, reminder_id: int, sending_id: int, summary: SendingSummary) -> None:
    """Take up a reminder whose sending an earlier pass left behind."""
    with sending_pass.inside():
        sending = Sending.objects.filter(pk=sending_id).first()
        if sending is None or sending.state == SendingState.SENDING:
            return
        due = sending.state == SendingState.RESERVED and sending.next_attempt_at <= sending_pass.now
        if not due:
            reminder = Reminder.objects.get(pk=reminder_id)
            before = reminder.state
            after = outcomes.keep_outcome(reminder, sending, sending_pass.now)
            if after != before:
                summary.count(after)
            return
        if hours.wait_of(Reminder.objects.get(pk=reminder_id), sending_pass.now):
            return
    summary.count(_deliver(sending_pass, reminder_id, sending_id))


def _deliver(sending_pass: _Pass, reminder_id: int, sending_id: int) -> str:
    """Put a reserved message on the wire, asking once more whether it is still true, and keep what became of it."""
    with sending_pass.inside():
        transport = carriers.transport_of(Sending.objects.get(pk=sending_id), sending_pass.now)
    if transport is None:
        return ReminderState.CONFIRMED
    sending = channels.deliver(
        sending_id,
        transport,
        now=sending_pass.now,
        guard=lambda: guard.objection(reminder_id, sending_pass.today),
        inside=sending_pass.inside,
    )
    with sending_pass.inside():
        return outcomes.keep_outcome(Reminder.objects.get(pk=reminder_id), sending, sending_pass.now)


def _prepared(sending_pass: _Pass, reminder_id: int, summary: SendingSummary) -> Sending | None:
    """Write a reminder; one that the program cannot write stays here with the others gone before and after it."""
    try:
        return _prepare(sending_pass, reminder_id, summary)
    except (OperationalError, InterfaceError):
        raise  # the database is away: nothing can be written of anyone
    except Exception:
        logger.exception("The reminder %s could not be written", reminder_id)
        with sending_pass.inside():
            outcomes.hold(Reminder.objects.get(pk=reminder_id), "program_error")
        summary.held += 1
        return None


def _prepare(sending_pass: _Pass, reminder_id: int, summary: SendingSummary) -> Sending | None:
    """Write a confirmed reminder and reserve its sending in one transaction, or say what keeps it from leaving."""
    with sending_pass.inside():
        reminder = (
            Reminder.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("step", "customer")
            .filter(pk=reminder_id, state=ReminderState.CONFIRMED, sending_id=None)
            .exclude(Q(held__startswith=CLOSED) | Q(held=hours.STALE))
            .first()
        )
        if reminder is None:
            return None
        objection = guard.objection(reminder_id, sending_pass.today)
        if objection:
            outcomes.cancel(reminder, objection, sending_pass.now)
            summary.canceled += 1
            return None
        return _reserved(sending_pass, reminder, summary)


def _reserved(sending_pass: _Pass, reminder: Reminder, summary: SendingSummary) -> Sending | None:
    now = sending_pass.now
    try:
        written = letters.message(reminder, sending_pass.today)
        sending = _reserve(sending_pass, reminder, written)
    except HeldError as error:
        outcomes.hold(reminder, str(error))
    except (WordingError, letters.TemplateMissingError):
        outcomes.hold(reminder, "wording_error")
    except (DocumentError, PaymentDetailsError):
        outcomes.hold(reminder, "document_error")
    except InvalidMessageError:
        outcomes.fail(reminder, "number_invalid" if reminder.channel == "sms" else "recipient_invalid", now)
        summary.failed += 1
        return None
    else:
        outcomes.reserve(
            reminder,
            sending,
            subject=written.subject,
            body=written.text,
            recipient=written.recipient,
            now=now,
        )
        summary.printed += by_hand(sending)
        return sending
    summary.held += 1
    return None


def _key(reminder: Reminder) -> str:
    return f"reminder-{reminder.pk}-{reminder.attempt}"


def by_hand(sending: Sending) -> bool:
    """Tell whether a person prints and posts it."""
    return sending.channel == Channel.LETTER and not sending.provider


def _reserve(sending_pass: _Pass, reminder: Reminder, written: letters.Message) -> Sending:
    """Keep a message for its carrier."""
    if reminder.channel == "sms":
        return parcels.reserve_sms(reminder, written, _key(reminder), sending_pass.now)
    if reminder.channel == "letter":
        return parcels.reserve_letter(reminder, written, _key(reminder), sending_pass.now)
    return _reserve_email(sending_pass, reminder, written)


def _reserve_email(sending_pass: _Pass, reminder: Reminder, written: letters.Message) -> Sending:
    sender = sender_for(sending_pass.organization, reminder.step.sender, reminder.customer.collector_id)
    obstacle = servers.obstacle(sender, sending_pass.now) if sender else "sender_missing"
    if sender is None or obstacle:
        raise HeldError(obstacle)
    if not written.recipient:
        raise HeldError("contact_missing")
    copies = recipients(reminder.customer_id, reminder.step, sending_pass.today).copies
    reminder.copies = ", ".join(copies)
    return outbox.reserve(
        sender,
        outbox.Draft(
            key=_key(reminder),
            customer_id=reminder.customer_id,
            recipient=written.recipient,
            recipient_name=written.recipient_name,
            copies=tuple(copies),
            subject=written.subject,
            text=written.text,
            html=written.html,
            language=written.language,
            attachments=parcels.enclosures(
                sending_pass.organization, reminder, sending_pass.today, written.language
            ),
            references=outbox.thread(reminder),
            automatic=reminder.confirmed_by is None,
        ),
        sending_pass.now,
    )
