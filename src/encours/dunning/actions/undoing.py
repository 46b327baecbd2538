"""Undoing what a person did by mistake the same day: a step skipped, a call recorded. History keeps both.

Everything that one act writes bears the same instant; by it what followed is found again.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.customers.actions import mark_phone_failed
from encours.customers.models import Contact, Customer
from encours.dunning.actions import tasks
from encours.dunning.actions.promises import cancel_promise
from encours.dunning.actions.reminders import WAITING, decide_again
from encours.dunning.errors import UndoneError
from encours.dunning.models import PhoneCall, Promise, Reminder, ReminderState, Task
from encours.events.actions import record
from encours.events.models import Event
from encours.receivables.marks import undispute_item
from encours.receivables.models import Item

SKIPPED, CALLED, UNDONE = "reminder.skipped", "call.recorded", "act.undone"
UNDOABLE = (SKIPPED, CALLED)


def last_act(customer: Customer, at: datetime) -> Event | None:
    """Return what was done to a customer at an instant, if it is something that can be undone."""
    done = Event.objects.filter(
        organization_id=customer.organization_id, customer_id=customer.pk, kind__in=UNDOABLE, at=at
    )
    return done.order_by("-id").first()


@transaction.atomic
def undo(event: Event, *, today: date, by: User | None, now: datetime) -> None:
    """Undo a skipped step or a recorded call of today with all that followed from it, once."""
    organization = Organization.objects.get(pk=event.organization_id)
    # The customer is locked: two people undoing at once undo once.
    customer = Customer.objects.select_for_update().get(organization=organization, pk=event.customer_id or 0)
    known = Event.objects.filter(organization_id=organization.pk, customer_id=customer.pk, kind=UNDONE)
    done_on = event.at.astimezone(ZoneInfo(organization.timezone)).date()
    if (
        event.kind not in UNDOABLE
        or done_on != today
        or known.filter(payload__act=event.kind, payload__event=event.pk).exists()
    ):
        raise UndoneError
    reminder = _reminder_of(event)
    if reminder is not None:
        _wait_again(reminder)
    if event.kind == CALLED:
        _forget_call(customer, event.at, by, now)
    subject = (event.subject_type, event.subject_id) if event.subject_id is not None else None
    record(
        organization.pk,
        UNDONE,
        by=actor(by),
        at=now,
        customer_id=customer.pk,
        subject=subject,
        act=event.kind,
        event=event.pk,
    )


def _reminder_of(event: Event) -> Reminder | None:
    """Return the reminder that the act took, locked; nothing if it left the reminder as it was."""
    if event.subject_type != "reminder":
        return None
    found = (
        Reminder.objects.select_for_update(of=("self",))
        .select_related("step")
        .filter(organization_id=event.organization_id, pk=event.subject_id or 0)
        .first()
    )
    taken = {SKIPPED: ReminderState.SKIPPED, CALLED: ReminderState.SENT}[event.kind]
    if found is None or (event.kind == CALLED and found.sent_at != event.at):
        return None
    if found.state != taken:
        raise UndoneError
    return found


def _wait_again(reminder: Reminder) -> None:
    """Let a reminder wait again, unless something else has come in its place."""
    waiting = Reminder.objects.filter(
        organization_id=reminder.organization_id, customer_id=reminder.customer_id, state__in=WAITING
    )
    if waiting.exists():
        raise UndoneError
    reminder.state, reminder.channel = ReminderState.DRAFTED, reminder.step.channel
    reminder.note = reminder.outcome = ""
    reminder.sent_at = reminder.confirmed_at = reminder.confirmed_by = reminder.simulated_at = None
    reminder.save(
        update_fields=[
            "state",
            "channel",
            "note",
            "outcome",
            "sent_at",
            "confirmed_at",
            "confirmed_by",
            "simulated_at",
        ]
    )
    decide_again(reminder)


def _forget_call(customer: Customer, at: datetime, by: User | None, now: datetime) -> None:
    """Take back what a call led to: its promise, its disputes, its tasks, the number that seemed wrong."""
    place = {"organization_id": customer.organization_id, "customer": customer}
    PhoneCall.objects.filter(**place, happened_at=at).delete()
    heard = Promise.objects.filter(**place, recorded_at=at, kept_on=None, broken_on=None, canceled_at=None)
    for one in heard:
        cancel_promise(one, by=by, now=now, reason="undone")
        # What gave way to it runs again.
        Promise.objects.filter(**place, canceled_at=at).update(canceled_at=None)
    for task in Task.objects.filter(**place, created_at=at, done_at=None, canceled_at=None):
        tasks.cancel(task, by=by, now=now)
        # Its key is free again: the same call, made after all, makes its task.
        Task.objects.filter(pk=task.pk).update(key="")
    Task.objects.filter(**place, done_at=at).update(done_at=None, done_by=None)
    contested = Event.objects.filter(
        organization_id=customer.organization_id, customer_id=customer.pk, kind="item.disputed", at=at
    ).values_list("subject_id", flat=True)
    for item in Item.objects.filter(**place, pk__in=list(contested)):
        undispute_item(item, by=actor(by), now=now)
    for contact in Contact.objects.filter(**place, phone_failed_at=at):
        mark_phone_failed(contact, failed=False, by=actor(by), now=now)
