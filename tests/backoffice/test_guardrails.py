"""The page of the guardrails: what is shown, what is kept, what is refused."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.test import Client

from encours.accounts.models import Organization
from encours.backoffice.guardrails import closures
from encours.dunning.guardrails import guardrails_of
from encours.dunning.models import Guardrails
from encours.events.models import Event

ADDRESS = "/settings/guardrails/"
ENTERED = {
    "gap_days": "4",
    "budget_contacts": "3",
    "minimum_case": "25.50",
    "window_from": "09:00",
    "window_to": "17:30",
    "week_days": ["1", "2", "4"],
    "keep_holidays": "on",
    "holiday_region": "alsace",
    "stale_hours": "48",
    "promise_grace_days": "1",
}


def test_an_organization_that_never_chose_has_those_of_the_house(bob: Client) -> None:
    shown = bob.get(ADDRESS).content.decode()
    assert 'value="08:00"' in shown
    assert 'value="18:30"' in shown
    assert shown.count("checked") == 7  # five working days, the holidays, the replies
    assert not Guardrails.objects.exists()


def test_what_is_chosen_is_kept_and_told(bob: Client, organization: Organization) -> None:
    assert bob.post(ADDRESS, ENTERED).status_code == 302
    found = guardrails_of(organization)
    assert (found.gap_days, found.budget_contacts, found.stale_hours) == (4, 3, 48)
    assert (found.window_from, found.window_to) == (time(9), time(17, 30))
    assert (found.week_days, found.holiday_region) == ([1, 2, 4], "alsace")
    assert (found.minimum_case, found.replies_stop) == (Decimal("25.50"), False)
    told = Event.objects.get(kind="guardrails.changed")
    assert told.payload["before"]["gap_days"] == 2
    assert told.payload["after"]["window_to"] == "17:30:00"
    bob.post(ADDRESS, ENTERED)
    assert Event.objects.filter(kind="guardrails.changed").count() == 1


@pytest.mark.parametrize("typed", ["1 500,50", "1\u202f500,50 €", "1.500,50", "1500.50"])
def test_an_amount_is_read_as_it_is_written_in_france_or_elsewhere(
    bob: Client, organization: Organization, typed: str
) -> None:
    assert bob.post(ADDRESS, ENTERED | {"minimum_case": typed}).status_code == 302
    assert guardrails_of(organization).minimum_case == Decimal("1500.50")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("minimum_case", "deux mille", "Enter a number."),
        ("window_to", "08:00", "Choose an hour after the first."),
        ("week_days", [], "This field is required."),
        ("gap_days", "-1", "greater than or equal to 0"),
        ("stale_hours", "0", "greater than or equal to 1"),
        ("holiday_region", "Bavaria", "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_is_refused(bob: Client, field: str, value: object, said: str) -> None:
    answer = bob.post(ADDRESS, {**ENTERED, field: value})
    assert said in answer.content.decode()
    assert not Guardrails.objects.exists()


def test_a_collector_does_not_change_them(alice: Client) -> None:
    assert alice.get(ADDRESS).status_code == 403


@pytest.mark.parametrize(
    ("region", "first", "second"),
    [
        ("", "Noël", "Jour de l’An"),
        ("alsace", "Noël", "Saint-Étienne (Alsace-Moselle)"),
    ],
)
def test_the_next_closed_days_are_named(region: str, first: str, second: str) -> None:
    rails = Guardrails(holiday_region=region, week_days=[1, 2, 3, 4, 5])
    found = closures(rails, date(2026, 11, 22))
    assert [name for _, name in found][:2] == [first, second]
