"""The day's work of one organization, in order: grades, promises, tasks, then the dunning run."""

from dataclasses import dataclass, replace
from datetime import datetime

from encours.accounts import tenancy
from encours.accounts.actions import note_daily_run
from encours.accounts.models import Organization
from encours.accounts.queries import today_of
from encours.customers.models import Customer
from encours.dunning import actions
from encours.dunning.actions import RunSummary
from encours.dunning.actions.chores import make_chores
from encours.dunning.actions.promises import settle_promises
from encours.dunning.actions.ranges import PLACES
from encours.events.actions import record
from encours.events.queries import count_since, last_event_id
from encours.queue import defer
from encours.scoring.actions import grade_all

__all__ = ["DaySummary", "help_run", "run_day", "today_of"]

# So many customers are work enough for one more worker.
CUSTOMERS_A_HAND = 20_000


@dataclass(frozen=True)
class DaySummary:
    """What a day's run changed."""

    grades_changed: int
    run: RunSummary


def run_day(organization_id: int, now: datetime, *, helped: bool = False) -> DaySummary:
    """Do the day's work of one organization; running it again the same day changes nothing.

    With help, other workers are asked to take a share of a large run; whether they come or not, all of it is done.
    """
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        today = today_of(organization, now)
        actions.ensure_default_plan(organization, now=now)
        grades = grade_all(organization_id, today, now)
        settle_promises(organization, today, now)
        make_chores(organization, today, now)
        begun = last_event_id(organization_id)
        hands = _ask_for_hands(organization_id, now) if helped else 0
    summary = actions.run(organization, today, now)
    with tenancy.inside(organization_id):
        if hands:
            summary = _of_all_hands(organization_id, summary, begun)
        if organization.daily_ran_on != today:
            note_daily_run(organization, today)
            record(
                organization_id,
                "daily.ran",
                by="system",
                at=now,
                subject=("organization", organization_id),
                grades_changed=grades,
                drafted=summary.drafted,
                confirmed=summary.confirmed,
                canceled=summary.canceled,
            )
        defer("dunning.send", organization_id=organization_id, lock=f"send-{organization_id}")
    return DaySummary(grades, summary)


def help_run(organization_id: int, begun: datetime, place: int, now: datetime) -> RunSummary:
    """Take a share of the run that began at this instant; on another day there is nothing left to help with."""
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
    today = today_of(organization, begun)
    if today != today_of(organization, now):
        return RunSummary()
    return actions.lend_a_hand(organization, today, begun, place)


def _ask_for_hands(organization_id: int, now: datetime) -> int:
    """Leave a job for each worker that may help, and return how many; each begins at a place of its own."""
    customers = Customer.objects.filter(organization_id=organization_id).count()
    hands = min(customers // CUSTOMERS_A_HAND, len(PLACES))
    for place in range(hands):
        defer("daily.help", organization_id=organization_id, begun=now.isoformat(), place=place)
    return hands


def _of_all_hands(organization_id: int, own: RunSummary, begun: int) -> RunSummary:
    """Return what the run and those who helped it wrote, as history tells it: a hand gives no account of itself."""
    written = count_since(organization_id, begun, by="system", noun="reminder")
    confirmed = written.get("reminder.confirmed", 0)
    return replace(
        own,
        drafted=written.get("reminder.drafted", 0) - confirmed,
        confirmed=confirmed,
        canceled=written.get("reminder.canceled", 0),
    )
