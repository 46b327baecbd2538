"""Dates as people write them in a message, counted from the day it was written."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from encours.rules.replies.calendar import (
    COUNTS,
    DECEMBER,
    EARLY_DAY,
    MIDDLE_DAY,
    MONTH_WORDS,
    MONTHS,
    WEEKDAY_WORDS,
    WEEKDAYS,
    day_of,
    last_day,
    last_friday,
    monday_of,
    month_after,
    weekday_after,
    weekday_before,
    working_days_after,
)
from encours.rules.replies.sentences import fold

# A date without its year that lies this little behind is meant as it stands, even by who speaks of the future.
_JUST_PASSED = timedelta(days=45)
_CENTURY = 100
_LONGEST_COUNT = 400
_HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class FoundDate:
    """Where a date stands, and the day it is for who promises (`ahead`) or tells what was done (`behind`)."""

    start: int
    end: int
    ahead: date
    behind: date


Reader = Callable[[re.Match[str], date], tuple[date, date] | None]


def dates(text: str, on: date) -> list[FoundDate]:
    """Return the dates of a text written on a day, in the order in which they stand.

    >>> [one.ahead.isoformat() for one in dates("Virement vendredi prochain, le reste fin du mois", date(2026, 11, 22))]
    ['2026-11-27', '2026-11-30']
    """
    folded = fold(text)
    taken: list[FoundDate] = []
    for pattern, reader in _READERS:
        for match in pattern.finditer(folded):
            if any(match.start() < one.end and one.start < match.end() for one in taken):
                continue
            try:
                found = reader(match, on)
            except OverflowError:
                continue
            if found is not None:
                taken.append(FoundDate(match.start(), match.end(), *found))
    return sorted(taken, key=lambda one: one.start)


def _same(day: date | None) -> tuple[date, date] | None:
    return None if day is None else (day, day)


def _year(text: str) -> int:
    year = int(text)
    return year + 2000 if year < _CENTURY else year


def _yearless(on: date, day: int, month: int) -> tuple[date, date] | None:
    """Return the nearest such day ahead, or just passed, and the nearest behind."""
    around = [found for year in range(on.year - 4, on.year + 5) if (found := day_of(year, month, day))]
    ahead = [one for one in around if one >= on - _JUST_PASSED]
    behind = [one for one in around if one <= on]
    return (ahead[0], behind[-1]) if ahead and behind else None


def _iso(match: re.Match[str], on: date) -> tuple[date, date] | None:  # noqa: ARG001 - every reader is asked alike
    return _same(day_of(int(match[1]), int(match[2]), int(match[3])))


def _numeric(match: re.Match[str], on: date) -> tuple[date, date] | None:
    first, second = int(match["d"]), int(match["m"])
    day, month = (second, first) if second > DECEMBER >= first else (first, second)
    if match["y"]:
        return _same(day_of(_year(match["y"]), month, day))
    return _yearless(on, day, month) if 1 <= month <= DECEMBER else None


def _named(match: re.Match[str], on: date) -> tuple[date, date] | None:
    day, month = int(match["d"]), MONTHS[match["m"]]
    return _same(day_of(_year(match["y"]), month, day)) if match["y"] else _yearless(on, day, month)


def _part_of_month(match: re.Match[str], on: date) -> tuple[date, date] | None:
    """Read "fin décembre", "mid-January": early, middle or end of a month that is named."""
    month = MONTHS[match["m"]]

    def in_year(year: int) -> date:
        return _within(match["part"], date(year, month, 1))

    if match["y"]:
        return _same(in_year(_year(match["y"])))
    ahead = next(
        one for year in range(on.year - 1, on.year + 3) if (one := in_year(year)) >= on - _JUST_PASSED
    )
    return ahead, ahead if ahead <= on else in_year(ahead.year - 1)


def _within(part: str, first: date) -> date:
    part = part.removeprefix("the ")
    if part.startswith(("debut", "earl", "begin", "start")):
        return first.replace(day=EARLY_DAY)
    if part.startswith(("mi", "milieu")):
        return first.replace(day=MIDDLE_DAY)
    return last_day(first.year, first.month)


def _weekday_number(match: re.Match[str], on: date) -> tuple[date, date] | None:
    """Read "vendredi 28": the day of the month that falls on that day of the week, this month or near it."""
    day, weekday = int(match["d"]), WEEKDAYS[match["w"]]
    near = [found for count in (0, 1, -1, 2) if (found := _in_month(month_after(on, count), day))]
    exact = [one for one in near if one.weekday() == weekday] or near
    return _same(exact[0]) if exact else None


def _in_month(first: date, day: int) -> date | None:
    return day_of(first.year, first.month, day)


def _weekday(match: re.Match[str], on: date) -> tuple[date, date] | None:
    weekday = WEEKDAYS[match["w"]]
    around = f"{match['before'] or ''} {match['after'] or ''}"
    if re.search(r"dernier|passe|last|past", around):
        return _same(weekday_before(on, weekday))
    following = monday_of(on) + timedelta(days=7 + weekday)
    if re.search(r"semaine prochaine|week|suivant|en huit", around):
        ahead = following if "week on" not in around and "en huit" not in around else None
        return _same(ahead or weekday_after(on, weekday) + timedelta(days=7))
    if re.search(r"en quinze", around):
        return _same(weekday_after(on, weekday) + timedelta(days=14))
    if "next" in around:
        return _same(following)
    if "prochain" in around:
        return _same(weekday_after(on, weekday))
    if re.search(r"\b(?:ce|this)\b", around):
        day = weekday_after(on - timedelta(days=1), weekday)
        return day, day if day <= on else weekday_before(on, weekday)
    return weekday_after(on, weekday), weekday_before(on, weekday)


_NEAR = {
    "aujourd'hui": 0, "ce jour": 0, "ce matin": 0, "cet apres-midi": 0, "cet apres midi": 0, "ce soir": 0,
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0, "demain": 1,
    "tomorrow": 1, "apres-demain": 2, "apres demain": 2, "day after tomorrow": 2, "hier": -1, "yesterday": -1,
    "avant-hier": -2, "avant hier": -2, "day before yesterday": -2,
}  # fmt: skip


def _near(match: re.Match[str], on: date) -> tuple[date, date] | None:
    return _same(on + timedelta(days=_NEAR[match[0]]))


def _count(text: str) -> int:
    return COUNTS[text] if text in COUNTS else int(text)


def _counted(match: re.Match[str], on: date) -> tuple[date, date] | None:
    """Read "sous 8 jours", "in two weeks", "3 days ago", "within 5 working days"."""
    count, unit = _count(match["n"]), match["unit"]
    if count > _LONGEST_COUNT:
        return None
    said = match[0]
    back = said.endswith(" ago") or said.startswith("il y a")
    if unit.startswith("h"):
        span = timedelta(days=-(-count // _HOURS_A_DAY))
    elif unit.startswith(("sem", "w")):
        span = timedelta(weeks=count)
    elif unit.startswith("m"):
        first = month_after(on, -count if back else count)
        return _same(_in_month(first, on.day) or last_day(first.year, first.month))
    elif not back and re.search(r"working|business|ouvr", said):
        return _same(working_days_after(on, count))
    else:
        span = timedelta(days=count)
    return _same(on - span if back else on + span)


_SPANS = {"huitaine": 8, "quinzaine": 15, "fortnight": 14}


def _span(match: re.Match[str], on: date) -> tuple[date, date] | None:
    return _same(on + timedelta(days=_SPANS[match["span"]]))


def _week(match: re.Match[str], on: date) -> tuple[date, date] | None:
    """Read a week, or the beginning, the middle or the end of it: a whole week lasts until its Friday."""
    said = match[0]
    if re.search(r"derniere|passee|last|past", said):
        return _same(last_friday(monday_of(on) - timedelta(days=7)))
    ahead = "prochaine" in said or "next" in said or "suivante" in said or "following" in said
    monday = monday_of(on) + timedelta(days=7) if ahead else monday_of(last_friday(on))
    part = (match["part"] or "").removeprefix("the ")
    if part.startswith(("debut", "earl", "begin", "start")):
        return _same(monday + timedelta(days=1))
    if part.startswith(("mi", "milieu")):
        return _same(monday + timedelta(days=2))
    return _same(last_friday(monday))


def _month(match: re.Match[str], on: date) -> tuple[date, date] | None:
    """Read a month near this one, or a part of it: a whole month lasts until its last day."""
    said = match[0]
    count = int(bool(re.search(r"prochain|next|suivant|following", said)))
    if re.search(r"dernier|passe|last", said):
        count = -1
    if not match["part"] and not count:
        return None
    found = _within(match["part"] or "fin", month_after(on, count))
    # "Early in the month", said when it is past, speaks of the next one.
    return _same(_within(match["part"], month_after(on))) if count == 0 and found < on else _same(found)


def _year_end(match: re.Match[str], on: date) -> tuple[date, date] | None:
    if "trimestre" in match[0] or "quarter" in match[0]:
        month = (on.month - 1) // 3 * 3 + 3
        return _same(last_day(on.year, month))
    return _same(date(on.year, DECEMBER, 31))


def _day_of_month(match: re.Match[str], on: date) -> tuple[date, date] | None:
    """Read "le 15", "by the 15th", "le 10 du mois prochain"."""
    day = int(match["d"])
    if re.search(r"(?:mois|month).*(?:prochain|suivant)|(?:next|following) month", match["rest"] or ""):
        return _same(_in_month(month_after(on), day))
    ahead = [found for count in range(3) if (found := _in_month(month_after(on, count), day)) and found >= on]
    behind = [
        found
        for count in range(0, -3, -1)
        if (found := _in_month(month_after(on, count), day)) and found <= on
    ]
    return (ahead[0], behind[0]) if ahead and behind else None


_N = r"(?P<n>\d{1,3}|" + "|".join(sorted(COUNTS, key=len, reverse=True)) + r")"
_UNIT = r"(?P<unit>jours?|j|days?|semaines?|sem|weeks?|mois|months?|heures?|hours?|hrs?|h)"
_WORKING = r"(?:business |working )?"
_BEFORE_NUMBER = r"(?:le|du|au|on|by|for|before|avant|pour|until|dated|of|since|depuis)"
_PATTERNS: tuple[tuple[str, Reader], ...] = (
    (r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])", _iso),
    (r"(?<![\w/.,-])(?P<d>\d{1,2})(?P<s>[/.-])(?P<m>\d{1,2})(?P=s)(?P<y>20\d{2}|\d{2})(?![\w/-]|[.,]\d)", _numeric),
    (
        (rf"(?:(?:{WEEKDAY_WORDS})[ ,]*(?:the )?)?(?<!\w)(?P<d>\d{{1,2}})(?:er|st|nd|rd|th|eme)?(?: of)?[ -]*"
        rf"(?P<m>{MONTH_WORDS})\b\.?(?:,? (?P<y>20\d{{2}})\b)?"),
        _named,
    ),
    (
        (rf"(?:(?:{WEEKDAY_WORDS})[ ,]*)?\b(?P<m>{MONTH_WORDS})\.? (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)"
        rf"?\b(?![.,]?\d| ?€)"
        r"(?:,? (?P<y>20\d{2})\b)?"),
        _named,
    ),
    (r"(?<![\w/.,-])(?P<d>\d{1,2})/(?P<m>\d{1,2})(?P<y>(?!))?(?![\w/-]|[.,]\d)", _numeric),
    (rf"\b{_BEFORE_NUMBER} (?P<d>\d{{1,2}})[.-](?P<m>\d{{2}})(?P<y>(?!))?(?![\w/-]|[.,]\d| ?(?:€|eur|k€|%))", _numeric),
    (
        (rf"\b(?P<part>debut|mi|milieu|fin|courant|(?:the )?(?:end|beginning|start|middle) of|mid|early|late|"
        rf"late in|early in|in)"
        rf"(?: du? mois)?(?: d')?(?: de)?[ -]*(?P<m>{MONTH_WORDS})\b(?: (?P<y>20\d{{2}})\b)?"),
        _part_of_month,
    ),
    (
        (rf"\b(?P<before>(?:le |ce |next |this |last |past |a week on |(?:on |by )))?(?P<w>{WEEKDAY_WORDS})"
        rf"(?![ ,]*(?:le )?\d{{1,2}}\b(?! ?h))"
        r"(?P<after> (?:prochain|dernier|passe|suivant|de la semaine prochaine|semaine prochaine|of next week|"
        r"next week|week|en huit|en quinze|in a week))?\b"),
        _weekday,
    ),
    (
        (r"\b(?:le|au|du|pour le|avant le) (?P<d>[12]?\d|3[01])(?:er)?\b(?P<rest> (?:du mois )?(?:prochain|"
        r"suivant)| du mois(?: prochain| suivant)?)?"
        rf"(?![.,/:]\d| ?(?:€|%|h\b|k€|eur|jours|factures|{MONTH_WORDS}))"),
        _day_of_month,
    ),
    (
        (r"\b(?:the|on|by|before) (?:the )?(?P<d>[12]?\d|3[01])(?:st|nd|rd|th)\b(?P<rest> (?:of )?(?:next|"
        r"the following|this|the) month)?"),
        _day_of_month,
    ),
    (
        (r"\b(?P<part>(?:debut|milieu|fin|courant)(?: de)?(?: la| cette)?|(?:(?:the )?(?:end|beginning|start|"
        r"middle) of|early|late|mid)"
        r"(?: the| this)?|)[ -]*(?:la |cette |de )?(?:(?:next|this|last|following|the following|of the)"
        r" week\b|semaine (?:prochaine|suivante|derniere|passee)"
        r"|(?<=fin de )semaine|(?<=fin de la )semaine|(?<=debut de )semaine|(?<=milieu de )semaine|"
        r"(?<=courant de )semaine"
        r"|(?<=of the )week\b|(?<=of )week\b|(?<=cette )semaine)"),
        _week,
    ),
    (r"\b(?P<part>)(?:eow|cette semaine|this week|dans la semaine|en fin de semaine)\b", _week),
    (
        rf"\b(?P<w>{WEEKDAY_WORDS})[ ,]*(?:le |the )?(?P<d>\d{{1,2}})(?:th|st|nd|rd)?\b(?![.,/:]\d| ?(?:€|h|%))",
        _weekday_number,
    ),
    (
        (r"\b(?:sous|d'ici|dans(?: un delai de| les)?|a|within|in|over|avant|il y a|au bout de|delai de)"
        r"?(?: la| une| a)? ?"
        r"(?P<span>huitaine|quinzaine|fortnight)\b"),
        _span,
    ),
    (
        (rf"\b(?:sous|d'ici|dans|within|in|over|il y a|it y a|under)(?: un delai de| les| the next| the|"
        rf" a maximum of| au plus| environ| about)*"
        rf" {_N}(?: (?:a|to|ou|or|-) \d+)? ?(?:prochaine?s? )?(?:of )?{_WORKING}{_UNIT}\b(?: ouvres?|"
        rf" ouvrables?)?"),
        _counted,
    ),
    (rf"\b{_N} {_WORKING}{_UNIT} ago\b", _counted),
    (r"\b(?:" + "|".join(sorted(map(re.escape, _NEAR), key=len, reverse=True)) + r")\b", _near),
    (
        (r"\b(?:en )?(?P<part>(?:debut|milieu|fin|courant)|(?:the )?(?:end|beginning|start|middle) of|early|"
        r"late|mid|month)?[ -]*(?:du |de |le |d'|de ce |the |this |of )*"
        r"(?:mois(?: prochain| suivant| dernier| passe| en cours| courant)?\b|(?:next |this |last |following |"
        r"the following )?month\b|month-end\b)"),
        _month,
    ),
    (r"\b(?P<part>eom|month[- ]end)\b", _month),
    (r"\bfin (?:de l'|d')annee\b|\bend of (?:the |this )?year\b", _year_end),
    (r"\bfin (?:du |de )trimestre\b|\bend of (?:the |this )?quarter\b", _year_end),
)  # fmt: skip


_READERS = tuple((re.compile(pattern), reader) for pattern, reader in _PATTERNS)
