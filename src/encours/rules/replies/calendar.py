"""The calendar words of two languages: days, months, counts, and the edges of weeks and months."""

from datetime import date, timedelta

WEEKDAYS = {
    **dict.fromkeys(("lundi", "monday", "mon", "lun"), 0),
    **dict.fromkeys(("mardi", "tuesday", "tue", "tues", "mar"), 1),
    **dict.fromkeys(("mercredi", "wednesday", "wed", "mer"), 2),
    **dict.fromkeys(("jeudi", "thursday", "thu", "thurs", "jeu"), 3),
    **dict.fromkeys(("vendredi", "friday", "fri", "ven"), 4),
    **dict.fromkeys(("samedi", "saturday", "sam"), 5),
    **dict.fromkeys(("dimanche", "sunday", "dim"), 6),
}
FULL_WEEKDAYS = sorted((word for word in WEEKDAYS if len(word) > 5), key=len, reverse=True)  # noqa: PLR2004 - short forms are words of their own
WEEKDAY_WORDS = "|".join([*FULL_WEEKDAYS, "lundi", "mardi", "jeudi"])
MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "janvier january janv jan", "fevrier february fevr fev feb", "mars march mar", "avril april avr apr",
            "mai may", "juin june jun", "juillet july juil jul", "aout august aug", "septembre september sept sep",
            "octobre october oct", "novembre november nov", "decembre december dec",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
MONTH_WORDS = "|".join(sorted(MONTHS, key=len, reverse=True))
COUNTS = {
    "un": 1, "une": 1, "one": 1, "a": 1, "an": 1, "deux": 2, "two": 2, "couple": 2, "trois": 3, "three": 3,
    "quatre": 4, "four": 4, "cinq": 5, "five": 5, "six": 6, "sept": 7, "seven": 7, "huit": 8, "eight": 8,
    "neuf": 9, "nine": 9, "dix": 10, "ten": 10, "quinze": 15, "fifteen": 15, "vingt": 20, "twenty": 20,
    "trente": 30, "thirty": 30, "quarante-huit": 48, "soixante-douze": 72,
}  # fmt: skip
FRIDAY = 4
SATURDAY = 5
DECEMBER = 12
DAYS_OF_WEEK = 7
# "Early in a month" is until the tenth, as payment terms say; "the middle" is the fifteenth.
EARLY_DAY = 10
MIDDLE_DAY = 15


def last_day(year: int, month: int) -> date:
    """Return the last day of a month.

    >>> last_day(2028, 2)
    datetime.date(2028, 2, 29)
    """
    return (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def month_after(on: date, count: int = 1) -> date:
    """Return the first day of the month so many months later.

    >>> month_after(date(2026, 11, 22), 2)
    datetime.date(2027, 1, 1)
    """
    months = on.year * 12 + on.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def monday_of(on: date) -> date:
    """Return the Monday of a day's week."""
    return on - timedelta(days=on.weekday())


def day_of(year: int, month: int, day: int) -> date | None:
    """Return a date, or nothing when the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def weekday_after(on: date, weekday: int) -> date:
    """Return the next such day of the week, after the day itself."""
    return on + timedelta(days=(weekday - on.weekday() - 1) % DAYS_OF_WEEK + 1)


def weekday_before(on: date, weekday: int) -> date:
    """Return the last such day of the week, before the day itself."""
    return on - timedelta(days=(on.weekday() - weekday - 1) % DAYS_OF_WEEK + 1)


def working_days_after(on: date, count: int) -> date:
    """Return the day after so many days from Monday to Friday."""
    day = on
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def last_friday(on: date) -> date:
    """Return the Friday that ends the working week of a day; on a week-end, that of the coming week.

    >>> last_friday(date(2026, 11, 22))
    datetime.date(2026, 11, 27)
    """
    monday = monday_of(on) if on.weekday() < SATURDAY else monday_of(on) + timedelta(days=7)
    return monday + timedelta(days=FRIDAY)
