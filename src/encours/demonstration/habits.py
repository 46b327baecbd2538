"""How each customer pays: on which day of the week, how many days after the due date, and until when."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from encours.demonstration.days import run_from, run_until, working_from
from encours.demonstration.model import Customer, PayerKind

Means = Literal["VIR", "PRLV", "CHQ"]

RUN_DELAY_DAYS = 3  # a weekly run comes on average three days after the day one meant to pay
FORGOTTEN_CHANCE = 0.008  # an invoice lost on the way, paid when somebody at last asks for a duplicate
FORGETTING = frozenset({PayerKind.SLOW, PayerKind.DRIFTING, PayerKind.PUBLIC, PayerKind.DISPUTING})

USUAL_DAYS: dict[PayerKind, tuple[int, int]] = {
    PayerKind.GOOD: (0, 0),
    PayerKind.SLOW: (8, 15),
    PayerKind.DRIFTING: (3, 8),
    PayerKind.BROKEN: (4, 14),
    PayerKind.SEASONAL: (0, 5),
    PayerKind.DISPUTING: (0, 7),
    PayerKind.INSTALLMENTS: (5, 10),
    PayerKind.NEW: (0, 6),
    PayerKind.PUBLIC: (9, 20),
    PayerKind.LARGE: (4, 6),
    PayerKind.DORMANT: (2, 12),
    PayerKind.DOUBTFUL: (10, 20),
}


@dataclass(frozen=True, slots=True)
class Habit:
    """What a customer does with an invoice that falls due."""

    kind: PayerKind
    weekday: int
    means: Means
    usual_days: int
    drift_days: int
    drifts_from: date
    stops_on: date
    season: tuple[int, ...]


def habit_of(customer: Customer, today: date, dice: random.Random) -> Habit:
    """Return the way a customer pays, counted back from today."""
    lowest, highest = USUAL_DAYS[customer.kind]
    stops_on = date.max
    if customer.kind is PayerKind.BROKEN:
        stops_on = today - timedelta(days=dice.randrange(72, 124))
    elif customer.kind is PayerKind.DOUBTFUL:
        stops_on = today - timedelta(days=dice.randrange(250, 390))
    return Habit(
        kind=customer.kind,
        weekday=dice.choice((1, 3) if customer.kind is PayerKind.PUBLIC else (0, 1, 2, 3, 3, 4)),
        means=_means(customer.kind, dice),
        usual_days=dice.randint(lowest, highest),
        drift_days=dice.randrange(38, 70) if customer.kind is PayerKind.DRIFTING else 0,
        drifts_from=today - timedelta(days=dice.randrange(185, 275)),
        stops_on=stops_on,
        season=customer.season,
    )


def _means(kind: PayerKind, dice: random.Random) -> Means:
    drawn = dice.random()
    if kind is PayerKind.GOOD and drawn < 0.10:  # noqa: PLR2004 one good payer in ten is debited
        return "PRLV"
    if kind not in (PayerKind.PUBLIC, PayerKind.LARGE) and drawn > 0.90:  # noqa: PLR2004 one in ten still writes cheques
        return "CHQ"
    return "VIR"


def pays_on(habit: Habit, issued_on: date, due_on: date, today: date, dice: random.Random) -> date | None:
    """Return the day of the payment run that pays an invoice, or nothing if none ever will."""
    if habit.means == "PRLV":
        return working_from(due_on)
    if habit.kind is PayerKind.GOOD:
        paid_on = _on_time(habit, issued_on, due_on, dice)
    else:
        late_days = max(0, round(dice.gauss(_late_days(habit, due_on, today), 2.2)) - RUN_DELAY_DAYS)
        if habit.kind in FORGETTING and dice.random() < FORGOTTEN_CHANCE:
            late_days += dice.randint(170, 290)
        paid_on = run_from(due_on + timedelta(days=late_days), habit.weekday)
    return None if paid_on > habit.stops_on else paid_on


def _on_time(habit: Habit, issued_on: date, due_on: date, dice: random.Random) -> date:
    """Pay in the last run before the due date, now and then earlier, rarely a week too late."""
    drawn = dice.random()
    if drawn < 0.05:  # noqa: PLR2004 a forgotten invoice
        return run_from(due_on + timedelta(days=dice.randint(1, 6)), habit.weekday)
    early_days = dice.randint(4, 12) if drawn > 0.85 else 0  # noqa: PLR2004 an early one
    paid_on = run_until(due_on - timedelta(days=early_days), habit.weekday)
    return paid_on if paid_on > issued_on else working_from(max(due_on, issued_on + timedelta(days=1)))


def _late_days(habit: Habit, due_on: date, today: date) -> float:
    if habit.kind is PayerKind.DRIFTING and due_on > habit.drifts_from:
        passed = (due_on - habit.drifts_from) / (today - habit.drifts_from)
        return habit.usual_days + habit.drift_days * min(passed, 1.0)
    if habit.kind is PayerKind.SEASONAL and due_on.month not in habit.season:
        return habit.usual_days + 14
    return habit.usual_days
