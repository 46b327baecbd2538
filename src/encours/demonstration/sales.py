"""When each customer buys, and for how much."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from encours.demonstration.days import clamped, months_later, working_from, working_until
from encours.demonstration.dice import lognormal, whole_count
from encours.demonstration.habits import Habit
from encours.demonstration.model import Customer, PayerKind

MONTH_WEIGHTS = (0.98, 0.98, 1.05, 1.00, 0.96, 1.03, 0.99, 0.80, 1.05, 1.08, 1.07, 1.01)
YEARLY_GROWTH = 0.04
IN_SEASON, OFF_SEASON = 2.0, 0.35
AMOUNT_SPREAD = {PayerKind.LARGE: 0.35}
USUAL_SPREAD = 0.55


def sales_of(
    customer: Customer, habit: Habit, first_on: date, today: date, dice: random.Random
) -> Iterator[tuple[date, Decimal]]:
    """Yield the dates and net amounts of the invoices of one customer, in order."""
    opens_on, closes_on = _relation(customer, habit, first_on, today, dice)
    spread = AMOUNT_SPREAD.get(customer.kind, USUAL_SPREAD)
    for issued_on in _dates(customer, opens_on, closes_on, today, dice):
        yield issued_on, max(lognormal(dice, customer.invoice_net, spread), Decimal("38.50"))


def _relation(
    customer: Customer, habit: Habit, first_on: date, today: date, dice: random.Random
) -> tuple[date, date]:
    """Return the first and last day on which the customer is sold anything."""
    if customer.kind is PayerKind.NEW:
        return today - timedelta(days=dice.randrange(55, 95)), today
    if customer.kind is PayerKind.DORMANT:
        return first_on, today - timedelta(days=dice.randrange(270, 480))
    if customer.kind is PayerKind.BROKEN:
        return first_on, min(today, habit.stops_on + timedelta(days=dice.randrange(25, 55)))
    if customer.kind is PayerKind.DOUBTFUL:
        return first_on, habit.stops_on + timedelta(days=20)
    return first_on, today


def _dates(
    customer: Customer, opens_on: date, closes_on: date, today: date, dice: random.Random
) -> list[date]:
    if customer.kind is PayerKind.NEW:
        span = (closes_on - opens_on).days
        return [
            working_from(opens_on),
            *(
                working_from(opens_on + timedelta(days=round(span * part)))
                for part in (0.3, 0.62)[: dice.randint(1, 2)]
            ),
        ]
    per_month = float(customer.yearly_net / 12 / customer.invoice_net)
    dates: list[date] = []
    month = opens_on.replace(day=1)
    while month <= closes_on:
        years_ago = (today - month).days / 365
        expected = per_month * MONTH_WEIGHTS[month.month - 1] * (1 - YEARLY_GROWTH * years_ago)
        if customer.season:
            expected *= IN_SEASON if month.month in customer.season else OFF_SEASON
        drawn = (_day_in(month, dice) for _ in range(whole_count(dice, expected)))
        dates.extend(day for day in drawn if opens_on <= day <= closes_on)
        month = months_later(month, 1)
    return sorted(dates)


def _day_in(month: date, dice: random.Random) -> date:
    """Draw a working day of a month; one invoice in ten waits for its last days."""
    wanted = dice.randint(27, 31) if dice.random() < 0.1 else dice.randint(1, 28)  # noqa: PLR2004 one in ten
    day = clamped(month.year, month.month, wanted)
    until = working_until(day)
    return until if until.month == month.month else working_from(day)
