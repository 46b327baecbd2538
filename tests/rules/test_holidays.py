"""The public holidays of France, beside those of the library that people maintain for every country."""

from datetime import date, timedelta

import holidays
import pytest

from encours.rules.holidays import REGIONS, easter, holiday, region_of

IN_THE_LIBRARY = {"": None, "alsace": "Alsace"}
YEARS = range(2025, 2041)


@pytest.mark.parametrize("region", REGIONS)
def test_every_holiday_of_a_region_and_no_other(region: str) -> None:
    known = holidays.France(years=YEARS, subdiv=IN_THE_LIBRARY.get(region, region))
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert {day for day in days if holiday(day, region)} == set(known)


@pytest.mark.parametrize(
    ("year", "on"),
    [
        (1961, date(1961, 4, 2)),
        (2000, date(2000, 4, 23)),
        (2026, date(2026, 4, 5)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter(year: int, on: date) -> None:
    assert easter(year) == on


@pytest.mark.parametrize(
    ("country", "postal_code", "region"),
    [
        ("FR", "67000", "alsace"),
        ("", "57 000", "alsace"),
        ("FR", "75002", ""),
        ("FR", "97133", "BL"),
        ("FR", "97150", "MF"),
        ("FR", "97110", "971"),
        ("FR", "97400", "974"),
        ("FR", "98800", "NC"),
        ("MQ", "", "972"),
        ("DE", "67059", ""),
        ("FR", "", ""),
    ],
)
def test_the_place_of_a_customer(country: str, postal_code: str, region: str) -> None:
    assert region_of(country, postal_code) == region
