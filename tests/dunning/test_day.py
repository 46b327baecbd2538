"""The day's work of an organization is done once, and the sending is left to a worker."""

from datetime import UTC, date, datetime

import pytest
from tests.dunning import desk

from encours.dunning import day
from encours.dunning.models import Reminder
from encours.events.models import Event

pytestmark = pytest.mark.django_db


def test_a_day_is_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(day, "defer", lambda name, **_: asked.append(name))
    organization = desk.company()
    desk.item(desk.customer(organization), "F1", date(2026, 11, 17))
    # Half past eleven in the evening in London is the next day in Paris.
    night = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    first = day.run_day(organization.pk, night)
    assert (first.run.drafted, asked) == (1, ["dunning.send"])
    assert Reminder.objects.get().decided_on == date(2026, 11, 22)
    assert day.run_day(organization.pk, night).run.drafted == 0
    assert Event.objects.filter(kind="daily.ran").count() == 1
