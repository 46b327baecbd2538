"""The day's work of one organization, in order: grades, promises, tasks, then the dunning run."""

from dataclasses import dataclass
from datetime import datetime

from encours.accounts import tenancy
from encours.accounts.actions import note_daily_run
from encours.accounts.models import Organization
from encours.accounts.queries import today_of
from encours.dunning import actions
from encours.dunning.actions import RunSummary
from encours.dunning.actions.chores import make_chores
from encours.dunning.actions.promises import settle_promises
from encours.events.actions import record
from encours.queue import defer
from encours.scoring.actions import grade_all

__all__ = ["DaySummary", "run_day", "today_of"]


@dataclass(frozen=True)
class DaySummary:
    """What a day's run changed."""

    grades_changed: int
    run: RunSummary


def run_day(organization_id: int, now: datetime) -> DaySummary:
    """Do the day's work of one organization; running it again the same day changes nothing."""
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        today = today_of(organization, now)
        actions.ensure_default_plan(organization, now=now)
        grades = grade_all(organization_id, today, now)
        settle_promises(organization, today, now)
        make_chores(organization, today, now)
    summary = actions.run(organization, today, now)
    with tenancy.inside(organization_id):
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
