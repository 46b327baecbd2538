"""Several workers share one run: nothing is decided twice, and nothing is left out whoever comes or goes."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections, transaction
from tests.dunning import desk

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.dunning import actions, day
from encours.dunning.actions import decisions, ranges
from encours.dunning.models import Decision, Reminder
from encours.events.models import Event

TODAY = date(2026, 11, 22)
NOW = desk.at(TODAY)
CUSTOMERS = 24


@pytest.fixture
def organization(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Organization]:
    """A company whose customers all owe something, and a run that goes over them two by two."""
    monkeypatch.setattr(ranges, "CUSTOMERS_AT_ONCE", 2)
    monkeypatch.setattr(ranges, "BLOCK", 1)
    with transaction.atomic():
        found = desk.company()
        for number in range(CUSTOMERS):
            desk.item(desk.customer(found, f"C{number:02}"), f"F{number:02}", TODAY - timedelta(days=9))
    yield found
    connections.close_all()


def decided(organization: Organization) -> tuple[int, int, int]:
    """Count the reminders, the decisions and what history says was drafted."""
    with tenancy.inside(organization.pk):
        told = Event.objects.filter(kind="reminder.drafted").values("subject_id").distinct().count()
        return Reminder.objects.count(), Decision.objects.count(), told


def apart(work: object, *arguments: object) -> object:
    """Do something on a connection of its own."""
    try:
        return work(*arguments)  # type: ignore[operator]
    finally:
        connection.close()


def test_what_a_hand_decided_is_not_decided_again(organization: Organization) -> None:
    assert actions.lend_a_hand(organization, TODAY, NOW, 0).drafted == CUSTOMERS
    again = actions.run(organization, TODAY, NOW)
    assert (again.customers, again.drafted) == (0, 0)
    assert decided(organization) == (CUSTOMERS, CUSTOMERS, CUSTOMERS)


def test_hands_begin_at_places_of_their_own(organization: Organization) -> None:
    with tenancy.inside(organization.pk):
        numbers = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    assert next(ranges.backwards(organization, 0)) == numbers[-2:]
    assert next(ranges.backwards(organization, 1)) == numbers[10:12]
    walked = [range_[0] for range_ in ranges.backwards(organization, 0)]
    assert walked == numbers[-2::-2]


def test_a_run_and_its_hands_decide_once_for_each(organization: Organization) -> None:
    with ThreadPoolExecutor(3) as pool:
        run = pool.submit(apart, actions.run, organization, TODAY, NOW)
        hands = [pool.submit(apart, actions.lend_a_hand, organization, TODAY, NOW, place) for place in (0, 1)]
        drafted = [one.result().drafted for one in (run, *hands)]  # type: ignore[attr-defined]
    assert sum(drafted) == CUSTOMERS
    assert decided(organization) == (CUSTOMERS, CUSTOMERS, CUSTOMERS)


def test_two_runs_at_once_decide_once_for_each(organization: Organization) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(apart, actions.run, organization, TODAY, NOW) for _ in range(2)]
        assert sum(one.result().drafted for one in runs) == CUSTOMERS  # type: ignore[attr-defined]
    assert decided(organization) == (CUSTOMERS, CUSTOMERS, CUSTOMERS)


def test_a_hand_leaves_what_another_is_at(organization: Organization) -> None:
    with tenancy.inside(organization.pk), ThreadPoolExecutor(1) as pool:
        ranges.hold(organization.pk, list(Customer.objects.values_list("pk", flat=True)))
        hand = pool.submit(apart, actions.lend_a_hand, organization, TODAY, NOW, 0).result()
        assert hand.drafted == 0  # type: ignore[attr-defined]
    assert actions.run(organization, TODAY, NOW).drafted == CUSTOMERS


def test_a_hand_goes_when_the_others_have_been_there(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.run(organization, TODAY, NOW)
    seen: list[int] = []
    looked = decisions._decide_and_write

    def counted(*given: object) -> None:
        seen.append(1)
        looked(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(decisions, "_decide_and_write", counted)
    actions.lend_a_hand(organization, TODAY, NOW, 0)
    assert len(seen) == decisions.IDLE_RANGES


def test_a_large_day_asks_for_hands_and_counts_what_they_did(
    organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day, "CUSTOMERS_A_HAND", 10)
    asked: list[dict[str, object]] = []

    def come_at_once(name: str, **given: object) -> None:
        asked.append({"name": name, **given})

    monkeypatch.setattr(day, "defer", come_at_once)
    run = actions.run

    def helped(*given: object) -> object:
        day.help_run(organization.pk, NOW, 0, NOW + timedelta(minutes=1))
        return run(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "run", helped)
    done = day.run_day(organization.pk, NOW, helped=True)
    assert [(one["name"], one.get("place")) for one in asked] == [
        ("daily.help", 0),
        ("daily.help", 1),
        ("dunning.send", None),
    ]
    assert done.run.drafted == CUSTOMERS
    with tenancy.inside(organization.pk):
        assert Event.objects.get(kind="daily.ran").payload["drafted"] == CUSTOMERS


def test_a_hand_that_comes_the_next_day_does_nothing(organization: Organization) -> None:
    late = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert day.help_run(organization.pk, NOW, 0, late).customers == 0
    assert decided(organization) == (0, 0, 0)
