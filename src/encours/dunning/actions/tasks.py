"""Tasks: added by a person or by the program, done, handed to somebody else, or dropped."""

from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import Membership, Organization, User
from encours.customers.models import Customer
from encours.dunning.errors import TaskAssigneeError, TaskClosedError, TaskTitleError
from encours.dunning.models import Task, TaskKind
from encours.events.actions import record


@transaction.atomic
def add(
    organization: Organization,
    *,
    kind: str,
    title: str,
    due_on: date,
    customer: Customer | None = None,
    assignee: User | None = None,
    key: str = "",
    at_time: time | None = None,
    note: str = "",
    reminder_id: int | None = None,
    message_id: int | None = None,
    by: User | None,
    now: datetime,
) -> Task:
    """Add a task for a colleague, else for the customer's collector; one that has a key is made once."""
    title = title.strip()
    if not title:
        raise TaskTitleError
    if assignee is None:
        assignee = customer.collector if customer else by
    elif not _member(organization.pk, assignee):
        raise TaskAssigneeError
    facts = {
        "kind": kind,
        "title": title[:200],
        "note": note.strip(),
        "customer": customer,
        "reminder_id": reminder_id,
        "message_id": message_id,
        "assignee": assignee,
        "due_on": due_on,
        "at_time": at_time,
        "created_by": by.pk if by else None,
        "created_at": now,
    }
    if key:
        task, made = Task.objects.get_or_create(organization=organization, key=key, defaults=facts)
        if not made:
            return task
    else:
        task = Task.objects.create(organization=organization, **facts)
    _tell(task, "task.added", by, now, work=kind, title=task.title, due_on=due_on)
    return task


@transaction.atomic
def done(task: Task, *, by: User | None, now: datetime) -> Task:
    """Say that a task is done."""
    found = _open(task)
    found.done_at, found.done_by = now, by.pk if by else None
    found.save(update_fields=["done_at", "done_by"])
    _tell(found, "task.done", by, now, work=found.kind, title=found.title)
    return found


@transaction.atomic
def cancel(task: Task, *, by: User | None, now: datetime) -> Task:
    """Drop a task: there is nothing to do any more."""
    found = _open(task)
    found.canceled_at = now
    found.save(update_fields=["canceled_at"])
    _tell(found, "task.canceled", by, now, work=found.kind, title=found.title)
    return found


@transaction.atomic
def reassign(tasks: Sequence[Task], assignee: User, *, by: User | None, now: datetime) -> int:
    """Hand open tasks to a colleague, and return how many changed hands."""
    count = 0
    for task in tasks:
        found = _open(task)
        if not _member(found.organization_id, assignee):
            raise TaskAssigneeError
        if found.assignee_id == assignee.pk:
            continue
        found.assignee = assignee
        found.save(update_fields=["assignee"])
        _tell(found, "task.reassigned", by, now, title=found.title, assignee=assignee.pk)
        count += 1
    return count


@transaction.atomic
def postpone_task(
    task: Task, *, due_on: date, by: User | None, now: datetime, at_time: time | None = None
) -> Task:
    """Move a task to another day."""
    found = _open(task)
    found.due_on, found.at_time = due_on, at_time
    found.save(update_fields=["due_on", "at_time"])
    _tell(found, "task.postponed", by, now, title=found.title, due_on=due_on)
    return found


def open_calls(customer: Customer) -> list[Task]:
    """Return the calls to this customer that are planned and not made."""
    return list(
        Task.objects.filter(
            organization_id=customer.organization_id,
            customer=customer,
            kind__in=[TaskKind.CALL, TaskKind.CALL_BACK],
            done_at=None,
            canceled_at=None,
        ).order_by("pk")
    )


def _open(task: Task) -> Task:
    """Return the task as it is now, locked, or refuse if nothing is left to do."""
    found = (
        Task.objects.select_for_update(of=("self",))
        .filter(pk=task.pk, organization_id=task.organization_id, done_at=None, canceled_at=None)
        .first()
    )
    if found is None:
        raise TaskClosedError
    return found


def _member(organization_id: int, user: User) -> bool:
    return Membership.objects.filter(organization_id=organization_id, user=user).exists()


def _tell(task: Task, kind: str, by: User | None, now: datetime, **payload: object) -> None:
    record(
        task.organization_id,
        kind,
        by=actor(by),
        at=now,
        customer_id=task.customer_id,
        subject=("task", task.pk),
        **payload,
    )
