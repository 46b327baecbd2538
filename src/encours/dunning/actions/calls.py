"""Recording a call: how it ended, what follows from that, and the next thing to do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.customers.actions import mark_phone_failed
from encours.customers.models import Contact, Customer
from encours.dunning.actions import reminders, tasks
from encours.dunning.actions.promises import promise
from encours.dunning.errors import CallOutcomeError
from encours.dunning.guardrails import WORKING_DAYS, guardrails_of, rule_guardrails
from encours.dunning.models import PhoneCall, Promise, Reminder, Task, TaskKind
from encours.events.actions import record as record_event
from encours.receivables.marks import dispute_item
from encours.receivables.models import Item
from encours.rules.guardrails import open_again
from encours.rules.holidays import region_of

# A person was spoken to, or a message left: the step of the plan is taken.
TAKEN = frozenset({"promise", "dispute", "reached", "voicemail"})
# Nobody was spoken to, or they asked for another moment: the step still waits.
WAITS = frozenset({"no_answer", "wrong_number", "call_back"})
FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Call:
    """How a call ended, with what was said about each outcome that needs more."""

    outcome: str
    note: str = ""
    contact: Contact | None = None
    items: Sequence[Item] = ()
    amount: Decimal | None = None
    promised_on: date | None = None
    reason: str = ""
    call_on: date | None = None
    call_at: time | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was made of a call: a promise, or the next thing to do."""

    promise: Promise | None = None
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """Who called whom, when, and for which reminder."""

    organization: Organization
    customer: Customer
    reminder: Reminder | None
    today: date
    by: User | None
    now: datetime


@transaction.atomic
def record(
    organization: Organization,
    customer: Customer,
    call: Call,
    *,
    reminder: Reminder | None = None,
    today: date,
    by: User | None,
    now: datetime,
) -> Recorded:
    """Record a call to a customer, for a waiting reminder or not, and plan what comes next."""
    if call.outcome not in TAKEN | WAITS:
        raise CallOutcomeError
    line = _Line(organization, customer, reminder, today, by, now)
    for task in tasks.open_calls(customer):
        tasks.done(task, by=by, now=now)
    taken = reminder if call.outcome in TAKEN else None
    PhoneCall.objects.create(
        organization=organization,
        customer=customer,
        outcome=call.outcome,
        note=call.note.strip(),
        reminder_id=taken.pk if taken else None,
        happened_at=now,
        recorded_by=by.pk if by else None,
    )
    if taken is not None:
        reminders.record_call(taken, outcome=call.outcome, note=call.note, by=by, now=now)
    else:
        _tell(line, call)
    if call.outcome == "promise":
        return Recorded(promise=_promised(line, call))
    if call.outcome == "dispute":
        for item in call.items:
            dispute_item(item, today=today, reason=call.reason, by=actor(by), now=now)
    if call.outcome == "wrong_number" and call.contact is not None:
        mark_phone_failed(call.contact, failed=True, by=actor(by), now=now)
    return Recorded(task=_next(line, call))


def next_weekday(day: date) -> date:
    """Return the next day from Monday to Friday."""
    following = day + timedelta(days=1)
    return following if following.weekday() <= FRIDAY else following + timedelta(7 - following.weekday())


def next_working_day(organization: Organization, customer: Customer, day: date) -> date:
    """Return the next day from Monday to Friday that is no public holiday the organization keeps.

    The days chosen for messages bind no call: a person is at the telephone on the others too.
    """
    kept = replace(rule_guardrails(guardrails_of(organization)), week_days=frozenset(WORKING_DAYS))
    region = region_of(customer.country, customer.postal_code)
    return open_again(kept, region, day) or next_weekday(day)


def _promised(line: _Line, call: Call) -> Promise:
    if call.amount is None or call.promised_on is None:
        raise CallOutcomeError
    return promise(
        line.organization,
        line.customer,
        amount=call.amount,
        promised_on=call.promised_on,
        items=call.items,
        source="call",
        sentence=call.note,
        by=line.by,
        now=line.now,
        reminder_id=line.reminder.pk if line.reminder else None,
    )


def _next(line: _Line, call: Call) -> Task | None:
    """Plan the next call, or the correction of a number; what was settled on the phone needs neither."""
    if call.outcome == "wrong_number":
        kind, due_on = TaskKind.FIX_CONTACT, line.today
    elif call.outcome == "call_back":
        kind, due_on = TaskKind.CALL_BACK, call.call_on or _tomorrow(line)
    elif call.outcome == "no_answer":
        kind, due_on = TaskKind.CALL, _tomorrow(line)
    else:
        return None
    contact = call.contact
    return tasks.add(
        line.organization,
        kind=kind,
        title=line.customer.name,
        due_on=due_on,
        customer=line.customer,
        # Who made the call makes the next one, whoever the customer belongs to.
        assignee=line.by,
        at_time=call.call_at if call.outcome == "call_back" else None,
        note=" · ".join(part for part in (str(contact) if contact else "", call.note) if part),
        key=f"phone-{contact.pk}-{line.now:%y%m%d}" if kind == TaskKind.FIX_CONTACT and contact else "",
        reminder_id=line.reminder.pk if line.reminder else None,
        by=line.by,
        now=line.now,
    )


def _tomorrow(line: _Line) -> date:
    return next_working_day(line.organization, line.customer, line.today)


def _tell(line: _Line, call: Call) -> None:
    record_event(
        line.organization.pk,
        "call.recorded",
        by=actor(line.by),
        at=line.now,
        customer_id=line.customer.pk,
        subject=("reminder", line.reminder.pk) if line.reminder else ("customer", line.customer.pk),
        outcome=call.outcome,
        note=call.note.strip(),
    )
