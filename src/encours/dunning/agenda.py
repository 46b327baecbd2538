"""What people have to do: tasks of today, late and of the week, and how many wait for somebody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from encours.accounts.models import Organization
from encours.accounts.people import portfolio_of
from encours.dunning.models import Mention, Task

WEEK_DAYS = 7
SHOWN = 300


@dataclass(frozen=True, slots=True)
class Agenda:
    """The open tasks of some people, by when they are due."""

    late: tuple[Task, ...]
    today: tuple[Task, ...]
    week: tuple[Task, ...]
    later: tuple[Task, ...]

    @property
    def due(self) -> int:
        """Return how many wait today."""
        return len(self.late) + len(self.today)


def open_tasks(
    organization: Organization,
    *,
    assignee_ids: Collection[int] | None = None,
    portfolio_user: int | None = None,
) -> "QuerySet[Task]":
    """Return what is to be done by these people, the most urgent first; without people, by anybody."""
    found = Task.objects.filter(organization=organization, done_at=None, canceled_at=None)
    if assignee_ids is not None:
        found = found.filter(assignee_id__in=assignee_ids)
    if portfolio_user is not None:
        found = found.filter(
            Q(assignee_id__in=portfolio_of(portfolio_user))
            | Q(customer__collector_id__in=portfolio_of(portfolio_user))
            | Q(customer__salesperson_id=portfolio_user)
        )
    return found.select_related("customer", "assignee").order_by("due_on", "at_time", "pk")


def agenda(tasks: "QuerySet[Task]", today: date) -> Agenda:
    """Sort tasks into what is late, of today, of the week to come, and later."""
    found = list(tasks[:SHOWN])
    end = today + timedelta(days=WEEK_DAYS)
    return Agenda(
        late=tuple(task for task in found if task.due_on < today),
        today=tuple(task for task in found if task.due_on == today),
        week=tuple(task for task in found if today < task.due_on <= end),
        later=tuple(task for task in found if task.due_on > end),
    )


def unseen_mentions(organization: Organization, user_id: int) -> "QuerySet[Mention]":
    """Return the notes that call on a person who has not seen them yet, the latest first."""
    return (
        Mention.objects.filter(organization=organization, user_id=user_id, seen_at=None)
        .select_related("note__customer")
        .order_by("-pk")
    )
