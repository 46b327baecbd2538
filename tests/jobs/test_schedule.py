"""What runs by itself: the day that begins, history that is sealed, the jobs of a worker that died."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app

from encours.accounts import tenancy
from encours.accounts.actions import create_organization
from encours.accounts.models import Organization, User
from encours.config.settings import PROCRASTINATE_ON_APP_READY
from encours.dunning.models import Mailbox
from encours.events.actions import record
from encours.events.models import Event, EventPage
from encours.jobs import schedule, work
from encours.reports.overview import overview

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def organization(committed_db: None) -> Organization:
    user = User.objects.create_user("bob@lumiere.example", "a long password")
    return create_organization(user, name="Ateliers Lumière", now=NOW, welcomed_at=NOW)


def jobs_left(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", [name]
        )
        return cursor.fetchone()[0]


def at(monkeypatch: pytest.MonkeyPatch, instant: datetime) -> None:
    monkeypatch.setattr(work, "clock", lambda: instant)


def test_every_job_is_bound() -> None:
    assert PROCRASTINATE_ON_APP_READY == "encours.jobs.schedule.bind"
    names = {*schedule.JOBS, "clock.minute", "clock.ten_minutes", "clock.take_up"}
    assert names <= set(app.tasks)


def test_the_day_begins_once_however_late(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, datetime(2026, 11, 22, 2, 0, tzinfo=UTC))
    work.every_ten_minutes(0)
    assert jobs_left("daily.run") == 0, "at three in the morning in Paris the day has not begun"
    at(monkeypatch, datetime(2026, 11, 22, 15, 0, tzinfo=UTC))
    work.every_ten_minutes(0)
    assert jobs_left("daily.run") == 1, "a night without a worker is caught up"
    work.daily_run(organization.pk)
    work.every_ten_minutes(0)
    assert jobs_left("daily.run") == 1
    with tenancy.inside(organization.pk):
        assert Organization.objects.get().daily_ran_on == date(2026, 11, 22)
        assert Event.objects.filter(kind="daily.ran").count() == 1


def test_what_fails_for_one_organization_stops_no_other(
    organization: Organization, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = create_organization(User.objects.get(), name="Verger", now=NOW, welcomed_at=NOW)
    at(monkeypatch, NOW)
    monkeypatch.setattr(work.sending, "waiting", lambda *_: True)

    def broken(organization_id: int, _now: datetime) -> None:
        if organization_id == organization.pk:
            raise ValueError("no such time zone")

    for name in ("sweep", "seal"):
        monkeypatch.setattr(work, name, broken)
    work.every_minute(0)
    work.every_ten_minutes(0)
    assert (jobs_left("dunning.send"), jobs_left("daily.run")) == (1, 1)
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        f"wake failed for organization {organization.pk}",
        f"begin_day failed for organization {organization.pk}",
    ]
    assert other.pk > organization.pk


def test_a_pass_that_takes_long_is_not_piled_upon(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOW)
    monkeypatch.setattr(work.sending, "waiting", lambda *_: True)
    for _minute in range(3):
        work.every_minute(0)
        work.every_ten_minutes(0)
    assert (jobs_left("dunning.send"), jobs_left("daily.run")) == (1, 1)


def test_history_is_sealed_by_itself(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, NOW + timedelta(minutes=10))
    work.every_ten_minutes(0)
    with tenancy.inside(organization.pk):
        assert EventPage.objects.get().event_count == Event.objects.count()


def test_a_dead_workers_job_is_taken_up(organization: Organization) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, args, status, attempts, worker_id)"
            " VALUES ('default', 'dunning.send', 'send-1', %s, 'doing', 0, NULL)",
            [f'{{"organization_id": {organization.pk}}}'],
        )
    assert jobs_left("dunning.send") == 0

    async def take_up() -> None:
        connector = app.connector.get_worker_connector()
        async with app.with_connector(connector).open_async() as connected:

            class Context:
                app = connected

            await schedule.take_up_left_jobs(Context(), 0)

    import asyncio

    asyncio.run(take_up())
    assert jobs_left("dunning.send") == 1


def test_the_overview_is_ready_before_anybody_asks(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOW)
    caches["figures"].clear()
    work.every_minute(0)
    with tenancy.inside(organization.pk), CaptureQueriesContext(connection) as queries:
        overview(organization, NOW.date())
    assert not [one["sql"] for one in queries if "receivables_item" in one["sql"]]
    with tenancy.inside(organization.pk):
        record(organization.pk, "payment.recorded", by="test", at=NOW, subject=("item", 1))
    work.every_minute(0)
    with tenancy.inside(organization.pk), CaptureQueriesContext(connection) as queries:
        overview(organization, NOW.date())
    assert not [one["sql"] for one in queries if "receivables_item" in one["sql"]]


def test_each_mailbox_is_read_every_minute_and_never_piled_upon(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOW)
    with tenancy.inside(organization.pk):
        common = {"organization": organization, "email": "r@l.example", "host": "127.0.0.1", "port": 1}
        box = Mailbox.objects.create(name="Read", username="r", security="none", **common)
        Mailbox.objects.create(name="Off", username="off", active=False, **common)
        Mailbox.objects.create(name="Door", username="door", way="pushed", **common)
    work.every_minute(0)
    work.every_minute(0)
    assert jobs_left("mail.read") == 1
    work.mail_read(organization.pk, box.pk)
    with tenancy.inside(organization.pk):
        assert Mailbox.objects.get(pk=box.pk).fault.startswith("connection_refused")
