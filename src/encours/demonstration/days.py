"""Working days, months and payment runs."""

from calendar import monthrange
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)})
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip


def working(day: date) -> bool:
    """Is this a day on which a company invoices and a bank moves money."""
    return day.weekday() < SATURDAY and (day.month, day.day) not in FIXED_HOLIDAYS


def working_from(day: date) -> date:
    """Return the first working day on or after this one."""
    while not working(day):
        day += ONE_DAY
    return day


def working_until(day: date) -> date:
    """Return the last working day on or before this one."""
    while not working(day):
        day -= ONE_DAY
    return day


def months_later(first: date, count: int) -> date:
    """Return the first day of the month that is `count` months after the one of `first`."""
    months = first.year * 12 + first.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def run_from(day: date, weekday: int) -> date:
    """Return the first weekly payment run on or after a day."""
    return working_from(day + timedelta(days=(weekday - day.weekday()) % 7))


def run_until(day: date, weekday: int) -> date:
    """Return the last weekly payment run on or before a day."""
    return working_until(day - timedelta(days=(day.weekday() - weekday) % 7))


def clamped(year: int, month: int, day: int) -> date:
    """Return the day of the month, or its last day where the month is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))


def french_day(day: date) -> str:
    """Return a day as people write it in France.

    >>> french_day(date(2026, 11, 27))
    'vendredi 27 novembre'
    """
    number = "1er" if day.day == 1 else str(day.day)
    return f"{WEEKDAYS[day.weekday()]} {number} {MONTHS[day.month - 1]}"
