"""Whom to call today, in order of what a minute on the telephone brings, and what was said before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce, Least

from encours.accounts.models import Organization
from encours.accounts.people import portfolio_of
from encours.customers.models import Contact, Customer
from encours.dunning.models import Promise, Reminder, ReminderState, Task, TaskKind
from encours.events.models import Event
from encours.receivables.models import Item
from encours.rules.priority import REACH, per_minute, probability_unpaid

CALL_KINDS = (TaskKind.CALL, TaskKind.CALL_BACK)
UNANSWERED = frozenset({"no_answer", "wrong_number"})
# After so many calls in a row that nobody answered, another channel is suggested.
ATTEMPTS = 3
CALLS_SHOWN = 6
PROMISES_SHOWN = 5
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class CallLine:
    """One customer to call: for which reminder, or because somebody said so; what it is worth, and when."""

    customer: Customer
    reminder: Reminder | None
    task: Task | None
    amount: Decimal
    value: Decimal
    number: str
    contact: Contact | None

    @property
    def worth(self) -> Decimal:
        """Return what a minute of this call brings."""
        return per_minute(self.value, "phone")

    @property
    def appointment(self) -> bool:
        """Tell whether the customer was promised this call."""
        return self.task is not None and self.task.kind == TaskKind.CALL_BACK


@dataclass(frozen=True, slots=True)
class CallList:
    """The calls of the day, those that lack a number, and those planned for another day."""

    lines: tuple[CallLine, ...]
    unreachable: tuple[CallLine, ...]
    later: tuple[CallLine, ...]


def call_list(
    organization: Organization,
    today: date,
    *,
    collector_ids: Collection[int] | None = None,
    portfolio_user: int | None = None,
) -> CallList:
    """Return whom to call: appointments first in the order of their hours, then what brings most per minute."""
    tasks = _tasks(organization, collector_ids)
    reminders = Reminder.objects.filter(
        organization=organization, state=ReminderState.DRAFTED, channel="phone"
    ).select_related("customer", "step")
    if collector_ids is not None:
        reminders = reminders.filter(
            Q(customer__collector_id__in=collector_ids) | Q(customer_id__in=tasks.keys())
        )
    if portfolio_user is not None:
        reminders = reminders.filter(
            Q(customer__collector_id__in=portfolio_of(portfolio_user))
            | Q(customer__salesperson_id=portfolio_user)
        )
        mine = Q(collector_id__in=portfolio_of(portfolio_user)) | Q(salesperson_id=portfolio_user)
        kept = set(Customer.objects.filter(mine, pk__in=tasks).values_list("pk", flat=True))
        tasks = {number: task for number, task in tasks.items() if number in kept}
    waiting = {reminder.customer_id: reminder for reminder in reminders}
    numbers = {*waiting, *tasks}
    phones = _phones(organization, numbers)
    owed = _owed(organization, numbers - waiting.keys(), today)
    lines = [
        _line(number, waiting.get(number), tasks.get(number), owed.get(number, (ZERO, ZERO)), phones)
        for number in numbers
    ]
    lines.sort(key=_place)
    later = [line for line in lines if line.task is not None and line.task.due_on > today]
    now = [line for line in lines if line not in later]
    return CallList(
        lines=tuple(line for line in now if line.number),
        unreachable=tuple(line for line in now if not line.number),
        later=tuple(later),
    )


def waiting_for(customer: Customer) -> Reminder | None:
    """Return the reminder of a customer that waits for a person, which a call may take the place of."""
    return (
        Reminder.objects.filter(
            organization_id=customer.organization_id,
            customer=customer,
            state__in=[ReminderState.DRAFTED, ReminderState.CONFIRMED],
            sending_id=None,
        )
        .select_related("customer", "step")
        .first()
    )


def last_calls(customer: Customer) -> list[Event]:
    """Return the latest calls to a customer, the newest first, without those that were undone."""
    told = Event.objects.filter(organization_id=customer.organization_id, customer_id=customer.pk)
    undone = told.filter(kind="act.undone").values_list("payload__event", flat=True)
    return list(told.filter(kind="call.recorded").exclude(pk__in=list(undone)).order_by("-id")[:CALLS_SHOWN])


def unanswered(calls: Iterable[Event]) -> int:
    """Return how many calls in a row nobody answered, the latest among them."""
    count = 0
    for call in calls:
        if call.payload.get("outcome") not in UNANSWERED:
            break
        count += 1
    return count


def last_promises(customer: Customer) -> "QuerySet[Promise]":
    """Return the latest promises of a customer, the newest first."""
    found = Promise.objects.filter(organization_id=customer.organization_id, customer=customer)
    return found.order_by("-pk")[:PROMISES_SHOWN]


def _tasks(organization: Organization, collector_ids: Collection[int] | None) -> dict[int, Task]:
    """Return the calls that are planned, one for each customer: the earliest."""
    found = Task.objects.filter(
        organization=organization,
        kind__in=CALL_KINDS,
        done_at=None,
        canceled_at=None,
        customer__isnull=False,
    ).select_related("customer")
    if collector_ids is not None:
        found = found.filter(assignee_id__in=collector_ids)
    planned: dict[int, Task] = {}
    for task in found.order_by("due_on", "at_time", "pk"):
        if task.customer_id is not None:
            planned.setdefault(task.customer_id, task)
    return planned


def _phones(organization: Organization, customer_ids: Collection[int]) -> dict[int, Contact]:
    """Return the person to call at each customer: accounts payable first, numbers that failed left out."""
    rank = {"payables": 0, "other": 1, "buyer": 2, "director": 3}
    found: dict[int, Contact] = {}
    contacts = Contact.objects.filter(
        organization=organization, customer_id__in=customer_ids, phone_failed_at=None
    ).exclude(phone="")
    for contact in sorted(contacts, key=lambda one: (rank.get(one.role, 1), one.pk)):
        found.setdefault(contact.customer_id, contact)
    return found


def _owed(
    organization: Organization, customer_ids: Collection[int], today: date
) -> dict[int, tuple[Decimal, Decimal]]:
    """Return what is overdue at customers nobody wrote a reminder for, and what a call about it is worth."""
    if not customer_ids:
        return {}
    part = Least(Coalesce("disputed_amount", "open_amount"), "open_amount")
    disputed = Case(When(disputed_on=None, then=Decimal(0)), default=part)
    rows = (
        Item.objects.filter(
            organization=organization,
            customer_id__in=customer_ids,
            side="debit",
            open_amount__gt=0,
            missing_since=None,
            due_on__lt=today,
            currency=organization.currency,
        )
        .values_list("customer_id", "due_on")
        .annotate(total=Sum(F("open_amount") - disputed))
    )
    found: dict[int, tuple[Decimal, Decimal]] = {}
    for customer_id, due_on, total in rows:
        amount, value = found.get(customer_id, (ZERO, ZERO))
        worth = total * probability_unpaid((today - due_on).days) * REACH["phone"]
        found[customer_id] = amount + total, value + worth
    return found


def _line(
    number: int,
    reminder: Reminder | None,
    task: Task | None,
    owed: tuple[Decimal, Decimal],
    phones: dict[int, Contact],
) -> CallLine:
    customer = reminder.customer if reminder else task.customer if task else None
    if customer is None:
        raise LookupError(number)
    contact = phones.get(number)
    return CallLine(
        customer=customer,
        reminder=reminder,
        task=task,
        amount=reminder.amount if reminder else owed[0],
        value=reminder.expected_value if reminder else owed[1],
        number=contact.phone if contact else "",
        contact=contact,
    )


def _place(line: CallLine) -> tuple[bool, date, time, Decimal, int]:
    """Put appointments first, in the order of their hours, then what is worth most."""
    if line.appointment and line.task is not None:
        return False, line.task.due_on, line.task.at_time or time.max, -line.worth, line.customer.pk
    return True, date.min, time.min, -line.worth, line.customer.pk
