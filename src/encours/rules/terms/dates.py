"""When an invoice falls due, by its payment terms.

The two lawful readings of "45 days end of month" differ by up to a month, so the order is data: `before`
goes to the end of the invoice month and then adds the days, `after` adds the days and then goes to the end
of that month. The base date is data too: a bill adopted by the Senate in 2026 would start terms at receipt.

>>> due_on(PaymentTerms(days=45, end_of_month="after"), date(2026, 3, 10))
datetime.date(2026, 4, 30)
>>> due_on(PaymentTerms(days=45, end_of_month="before"), date(2026, 3, 10))
datetime.date(2026, 5, 15)
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Base = Literal["invoice_date", "receipt", "delivery", "end_of_decade"]
EndOfMonth = Literal["none", "before", "after"]

LONGEST_DAYS = 366
LAST_DAY_OF_MONTH = 31


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """What was agreed about the day of payment; `end_of_decade` is the end of the ten days of delivery."""

    base: Base = "invoice_date"
    days: int = 30
    end_of_month: EndOfMonth = "none"
    day_of_month: int | None = None

    def __post_init__(self) -> None:
        if self.base not in get_args(Base):
            raise ValueError(f"Terms start at one of {', '.join(get_args(Base))}, not {self.base!r}.")
        if self.end_of_month not in get_args(EndOfMonth):
            raise ValueError(f"End of month is none, before or after, not {self.end_of_month!r}.")
        if not 0 <= self.days <= LONGEST_DAYS:
            raise ValueError(f"Terms have 0 to {LONGEST_DAYS} days, not {self.days}.")
        if self.day_of_month is not None and not 1 <= self.day_of_month <= LAST_DAY_OF_MONTH:
            raise ValueError(f"A day of the month is 1 to {LAST_DAY_OF_MONTH}, not {self.day_of_month}.")


def due_on(terms: PaymentTerms, base_on: date) -> date:
    """Return the day an invoice falls due, which is never before its base date.

    A day of the month after "N days end of month" is the day of the following month ("le 10 du mois
    suivant"); otherwise it is the first such day not before the date reached. In a month that is too short,
    the last day stands for it. Nothing moves for week-ends or holidays: article L441-10 does not say so.
    """
    day = _end_of_decade(base_on) if terms.base == "end_of_decade" else base_on
    if terms.end_of_month == "before":
        day = end_of_month(day)
    day += timedelta(days=terms.days)
    if terms.end_of_month == "after":
        day = end_of_month(day)
    if terms.day_of_month is None:
        return day
    if terms.end_of_month == "after":
        return _day_in_month(day + timedelta(days=1), terms.day_of_month)
    this_month = _day_in_month(day, terms.day_of_month)
    if this_month >= day:
        return this_month
    return _day_in_month(end_of_month(day) + timedelta(days=1), terms.day_of_month)


def end_of_month(day: date) -> date:
    """Return the last day of the month of this day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def describe(terms: PaymentTerms) -> str:
    """Say the terms in the canonical English that `parse_terms` reads back to the same terms.

    >>> describe(PaymentTerms(days=30, end_of_month="after", day_of_month=10))
    '30 days end of month on the 10th'
    """
    if terms == PaymentTerms(days=0):
        return "due immediately"
    if terms.base in ("receipt", "delivery") and terms == PaymentTerms(base=terms.base, days=0):
        return f"on {terms.base}"
    days = f"{terms.days} day" if terms.days == 1 else f"{terms.days} days"
    words = {
        "none": f"{days} net",
        "before": f"end of month then {days}",
        "after": f"{days} end of month",
    }[terms.end_of_month]
    if terms.day_of_month is not None:
        words += f" on the {_ordinal(terms.day_of_month)}"
    return (
        words
        + {
            "invoice_date": "",
            "receipt": " from receipt",
            "delivery": " from delivery",
            "end_of_decade": " from the end of the ten-day period",
        }[terms.base]
    )


def _ordinal(number: int) -> str:
    if number in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _end_of_decade(day: date) -> date:
    for last in (10, 20):
        if day.day <= last:
            return day.replace(day=last)
    return end_of_month(day)


def _day_in_month(day: date, number: int) -> date:
    return day.replace(day=min(number, end_of_month(day).day))
