"""Dates and amounts in the words of a message: whatever the day it is written, what is said is read back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.replies.amounts import amounts
from encours.rules.replies.calendar import last_day
from encours.rules.replies.dates import dates

WEDNESDAY = date(2026, 11, 25)
NARROW, FIXED = "\u202f", "\u00a0"
DAYS = st.dates(date(2020, 1, 1), date(2045, 12, 31))
MONTHS_FR = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS_FR = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
AHEAD = {
    "virement vendredi prochain": "2026-11-27",
    "vendredi": "2026-11-27",
    "mercredi": "2026-12-02",
    "ce mercredi": "2026-11-25",
    "mardi en huit": "2026-12-08",
    "vendredi de la semaine prochaine": "2026-12-04",
    "Friday next week": "2026-12-04",
    "next Friday": "2026-12-04",
    "on Friday": "2026-11-27",
    "a week on Friday": "2026-12-04",
    "fin du mois": "2026-11-30",
    "en fin de mois": "2026-11-30",
    "fin du mois prochain": "2026-12-31",
    "le mois prochain": "2026-12-31",
    "by the end of the month": "2026-11-30",
    "month end": "2026-11-30",
    "sous huitaine": "2026-12-03",
    "sous quinzaine": "2026-12-10",
    "in a fortnight": "2026-12-09",
    "sous 48h": "2026-11-27",
    "dans 10 jours": "2026-12-05",
    "sous 5 jours ouvrés": "2026-12-02",
    "within 10 working days": "2026-12-09",
    "in two weeks": "2026-12-09",
    "dans un mois": "2026-12-25",
    "le 15": "2026-12-15",
    "le 25": "2026-11-25",
    "le 10 du mois prochain": "2026-12-10",
    "by the 30th of next month": "2026-12-30",
    "le 1er décembre": "2026-12-01",
    "5th of December": "2026-12-05",
    "December 5": "2026-12-05",
    "Friday, 27 November": "2026-11-27",
    "vendredi 27": "2026-11-27",
    "le 27/11": "2026-11-27",
    "le 03.12": "2026-12-03",
    "le 27.11.26": "2026-11-27",
    "12/25/2026": "2026-12-25",
    "2026-12-03": "2026-12-03",
    "fin décembre": "2026-12-31",
    "mi-janvier": "2027-01-15",
    "début décembre": "2026-12-10",
    "the middle of December": "2026-12-15",
    "end of January 2027": "2027-01-31",
    "cette semaine": "2026-11-27",
    "fin de semaine": "2026-11-27",
    "la semaine prochaine": "2026-12-04",
    "by the end of next week": "2026-12-04",
    "early next week": "2026-12-01",
    "début de semaine prochaine": "2026-12-01",
    "milieu de semaine prochaine": "2026-12-02",
    "demain": "2026-11-26",
    "après-demain": "2026-11-27",
    "tomorrow": "2026-11-26",
    "ce jour": "2026-11-25",
    "fin de l'année": "2026-12-31",
    "end of the quarter": "2026-12-31",
}
BEHIND = {
    "réglée le 12 novembre": "2026-11-12",
    "payé le 20": "2026-11-20",
    "hier": "2026-11-24",
    "avant-hier": "2026-11-23",
    "lundi": "2026-11-23",
    "vendredi dernier": "2026-11-20",
    "last Tuesday": "2026-11-24",
    "la semaine dernière": "2026-11-20",
    "il y a 3 jours": "2026-11-22",
    "2 weeks ago": "2026-11-11",
    "a month ago": "2026-10-25",
    "yesterday": "2026-11-24",
    "fin octobre": "2026-10-31",
    "le 5/12": "2025-12-05",
    "le mois dernier": "2026-10-31",
}


@pytest.mark.parametrize(("said", "day"), AHEAD.items())
def test_a_day_to_come_in_words(said: str, day: str) -> None:
    assert [one.ahead.isoformat() for one in dates(said, WEDNESDAY)] == [day]


@pytest.mark.parametrize(("said", "day"), BEHIND.items())
def test_a_day_gone_by_in_words(said: str, day: str) -> None:
    assert [one.behind.isoformat() for one in dates(said, WEDNESDAY)] == [day]


@pytest.mark.parametrize(
    "said",
    [
        "facture 2026-0123",
        "1 250,00 €",
        "à 10h",
        "40 factures",
        "la 0118",
        "le 15,50 €",
        "31/02/2026",
        "le 31/13",
        "3 de 5",
    ],
)
def test_what_is_no_date(said: str) -> None:
    assert dates(said, WEDNESDAY) == []


def test_the_early_part_of_a_month_gone_by_is_that_of_the_next() -> None:
    assert [one.ahead for one in dates("début de mois", WEDNESDAY)] == [date(2026, 12, 10)]


@given(DAYS, DAYS)
def test_a_full_date_is_read_back_in_every_form(on: date, day: date) -> None:
    said = (
        f"le {day:%d/%m/%Y}",
        f"{day:%Y-%m-%d}",
        f"le {day.day} {MONTHS_FR[day.month - 1]} {day.year}",
        f"{MONTHS_EN[day.month - 1]} {day.day}, {day.year}",
        f"on {day.day} {MONTHS_EN[day.month - 1].upper()} {day.year}",
    )
    for words in said:
        assert [(one.ahead, one.behind) for one in dates(words, on)] == [(day, day)], words


@given(DAYS, st.integers(0, 300))
def test_a_date_without_its_year_is_the_next_one_or_the_last(on: date, later: int) -> None:
    day = on + timedelta(days=later)
    if (day.month, day.day) == (2, 29):
        return
    found = dates(f"le {day.day} {MONTHS_FR[day.month - 1]}", on)
    assert found[0].ahead == day
    assert found[0].behind <= on
    assert (found[0].behind.month, found[0].behind.day) == (day.month, day.day)


@given(DAYS, st.integers(0, 6))
def test_a_weekday_is_within_the_week_on_either_side(on: date, weekday: int) -> None:
    found = dates(WEEKDAYS_FR[weekday], on)[0]
    assert found.ahead.weekday() == found.behind.weekday() == weekday
    assert on < found.ahead <= on + timedelta(days=7)
    assert on - timedelta(days=7) <= found.behind < on


@given(DAYS, st.integers(1, 300))
def test_a_count_of_days_is_counted(on: date, count: int) -> None:
    assert dates(f"sous {count} jours", on)[0].ahead == on + timedelta(days=count)
    assert dates(f"{count} days ago", on)[0].behind == on - timedelta(days=count)


@given(DAYS)
def test_the_end_of_the_month_is_its_last_day(on: date) -> None:
    assert dates("fin de mois", on)[0].ahead == last_day(on.year, on.month)


@given(st.text(max_size=200), DAYS)
def test_no_text_makes_the_reading_fail(text: str, on: date) -> None:
    for one in dates(text, on):
        assert one.behind <= max(one.ahead, on)
        assert 0 <= one.start < one.end <= len(text)
    for found in amounts(text):
        assert found.amount > 0


def grouped(value: Decimal, thousands: str, decimal: str) -> str:
    return f"{value:,.2f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


@given(st.decimals(min_value="0.01", max_value="99999999.99", places=2))
def test_an_amount_is_read_back_as_every_country_writes_it(value: Decimal) -> None:
    said = (
        f"{grouped(value, ' ', ',')} €",
        f"{grouped(value, NARROW, ',')} €",
        f"{grouped(value, FIXED, ',')} EUR",
        f"{grouped(value, '.', ',')} euros",
        f"€{grouped(value, ',', '.')}",
        f"EUR {grouped(value, '', '.')}",
        f"{grouped(value, '', ',')}€",
    )
    for words in said:
        assert [one.amount for one in amounts(f"nous réglons {words} demain")] == [value], words


@given(st.integers(1, 999))
def test_thousands_of_euros_are_counted(count: int) -> None:
    assert amounts(f"{count} k€")[0].amount == count * 1000
    assert amounts(f"{count}K€")[0].amount == count * 1000


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("1250€50", "1250.50"),
        ("12,5 k€", "12500.00"),
        ("1,250 EUR", "1250.00"),
        ("1.250 euros", "1250.00"),
        ("3 482,16", "3482.16"),
        ("$5,000", "5000.00"),
        ("312,4 €", "312.40"),
    ],
)
def test_amounts_as_people_write_them(said: str, amount: str) -> None:
    assert [str(one.amount) for one in amounts(said)] == [amount]


@pytest.mark.parametrize(
    "said", ["30 %", "2026-0123", "15/11/2026", "06 39 98 12 34", "la facture 1250", "FA-1.250"]
)
def test_what_is_no_amount(said: str) -> None:
    assert amounts(said) == []
