"""The jobs that workers run: small, restartable, one organization at a time."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import ParamSpec
from zoneinfo import ZoneInfo

from django.db import close_old_connections
from django.utils import timezone

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.channels.actions import sweep
from encours.connectors.intake import load_import, read_import
from encours.dunning import answers, intake, sending, tracking
from encours.dunning.day import help_run, run_day, today_of
from encours.events.actions import seal
from encours.queue import defer, defer_once
from encours.reports.overview import overview

logger = logging.getLogger("encours.jobs")
P = ParamSpec("P")
DAY_BEGINS_AT = 5


def clock() -> datetime:
    """Return the present instant; the only place of this door that reads the clock."""
    return timezone.now()


def own_connection(job: Callable[P, None]) -> Callable[P, None]:
    """Give each job a database connection that works, and none that was left behind."""

    @wraps(job)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        close_old_connections()
        try:
            job(*args, **kwargs)
        finally:
            close_old_connections()

    return wrapped


@own_connection
def imports_read(organization_id: int, import_id: int) -> None:
    """Read a received file and say what it would change."""
    read_import(organization_id, import_id, now=clock())


@own_connection
def imports_load(organization_id: int, import_id: int) -> None:
    """Load a previewed file, then bring grades and reminders up to date."""
    load_import(organization_id, import_id, now=clock())
    run_day(organization_id, clock(), helped=True)
    compute_ahead(organization_id, clock())


@own_connection
def daily_run(organization_id: int) -> None:
    """Do the day's work of one organization."""
    run_day(organization_id, clock(), helped=True)
    compute_ahead(organization_id, clock())


@own_connection
def daily_help(organization_id: int, begun: str, place: int) -> None:
    """Take a share of a large run that another worker has begun."""
    help_run(organization_id, datetime.fromisoformat(begun), place, clock())


@own_connection
def dunning_send(organization_id: int) -> None:
    """Send what was confirmed, and the answers that wait."""
    sending.send_confirmed(organization_id, clock(), clock)
    answers.send(organization_id, clock())


@own_connection
def dunning_follow(organization_id: int) -> None:
    """Ask the carriers what became of texts and letters, then keep it on the reminders."""
    tracking.follow(organization_id, clock())
    sending.send_confirmed(organization_id, clock(), clock)


@own_connection
def mail_read(organization_id: int, mailbox_id: int) -> None:
    """Take in what is new in one mailbox."""
    intake.take_in(organization_id, mailbox_id, clock())


@own_connection
def every_minute(timestamp: int) -> None:  # noqa: ARG001 - the queue tells the planned time
    """Wake the organizations that have something to send, show doubtful sendings, and have figures ready."""
    now = clock()
    for_each_organization(wake, now)
    for_each_organization(compute_ahead, now)


def for_each_organization(task: Callable[[int, datetime], None], now: datetime) -> None:
    """Do something for every organization; what fails for one is logged, and the others have theirs all the same."""
    for organization_id in tenancy.organization_ids():
        try:
            task(organization_id, now)
        except Exception:
            logger.exception("%s failed for organization %s", task.__name__, organization_id)


def wake(organization_id: int, now: datetime) -> None:
    """Leave the jobs of the minute to the workers: what waits to be sent, and the mailboxes to read."""
    with tenancy.inside(organization_id):
        sweep(organization_id, now)
        waiting = sending.waiting(organization_id, now) or answers.waiting(organization_id, now)
        read = intake.mailboxes_to_read(organization_id)
    if waiting:
        defer_once("dunning.send", organization_id=organization_id, lock=f"send-{organization_id}")
    for mailbox_id in read:
        defer_once(
            "mail.read", organization_id=organization_id, mailbox_id=mailbox_id, lock=f"mailbox-{mailbox_id}"
        )


def compute_ahead(organization_id: int, now: datetime) -> None:
    """Have the figures of the overview ready before somebody asks: of a large ledger they take seconds.

    Where nothing has changed, they are ready already.
    """
    with tenancy.inside(organization_id):
        organization = Organization.objects.get(pk=organization_id)
        overview(organization, today_of(organization, now))


@own_connection
def every_ten_minutes(timestamp: int) -> None:  # noqa: ARG001
    """Seal history, and start the day of the organizations whose day has begun; a missed hour is caught up."""
    for_each_organization(begin_day, clock())


def begin_day(organization_id: int, now: datetime) -> None:
    """Seal the history of an organization, ask its carriers for news, and start its day once it has begun."""
    with tenancy.inside(organization_id):
        seal(organization_id, now)
        organization = Organization.objects.get(pk=organization_id)
        begun = now.astimezone(ZoneInfo(organization.timezone)).hour >= DAY_BEGINS_AT
        due = organization.daily_ran_on != today_of(organization, now)
        followed = tracking.waiting(organization_id, now)
    if followed:
        defer("dunning.follow", organization_id=organization_id, lock=f"send-{organization_id}")
    if begun and due:
        defer_once("daily.run", organization_id=organization_id, lock=f"daily-{organization_id}")
