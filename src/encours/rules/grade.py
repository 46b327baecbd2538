"""The grade: a card of points from A to E on which every point lost or won is a reason in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from encours.rules.behavior import Behavior

VERSION = "behavior-1"

Letter = Literal["A", "B", "C", "D", "E"]
Confidence = Literal["high", "medium", "low"]
Curve = tuple[tuple[int, int], ...]

FULL_POINTS = 100
# Nothing known is the middle of C: neither trusted nor suspected.
NEUTRAL_POINTS = 55
LETTERS: tuple[tuple[Letter, int], ...] = (("A", 80), ("B", 65), ("C", 45), ("D", 25), ("E", 0))

# The distances of the Paydex index below "on terms": 15 days cost 10 points, 30 days 30, 120 days 60.
DAYS_BEYOND_TERMS: Curve = ((0, 0), (15, 10), (22, 20), (30, 30), (60, 40), (90, 50), (120, 60))
TREND_WORSE: Curve = ((3, 0), (15, 8), (30, 15))
WORST_DELAY: Curve = ((15, 0), (30, 2), (60, 6), (90, 10))
OLDEST_OVERDUE: Curve = ((5, 0), (15, 4), (30, 10), (60, 18), (90, 25))
SHARE_LATE_POINTS = 10
OVERDUE_SHARE_POINTS = 5
DOUBTFUL_POINTS = 40
CLEAN_POINTS = 5

# One settled part a month for a year is a full history.
FULL_HISTORY = 12
FAIR_HISTORY = 5
FAIR_HISTORY_MONTHS = 3
LONG_HISTORY_MONTHS = 24
CLEAN_DELAY_DAYS = 5
# An improvement smaller than this moves nobody.
WORTH_SAYING = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the card: what it is about, what it costs or brings, and what would win points back."""

    code: str
    points: int
    params: Mapping[str, Decimal | int] = field(default_factory=dict)
    improve_code: str | None = None
    improve_points: int = 0


@dataclass(frozen=True, slots=True)
class Grade:
    """A letter, its points, the reasons from the heaviest to the lightest, and how far to trust it."""

    letter: Letter
    points: int
    reasons: tuple[Reason, ...]
    confidence: Confidence
    version: str = VERSION


def grade(
    behavior: Behavior,
    *,
    overdue_amount: Decimal = Decimal(0),
    overdue_oldest_days: int = 0,
    outstanding: Decimal = Decimal(0),
    doubtful: bool = False,
    insolvent: bool = False,
) -> Grade:
    """Grade a customer from the way it pays and what it owes; a worse figure never gives a better grade.

    >>> from datetime import date
    >>> from encours.rules.behavior import behavior
    >>> unknown = grade(behavior([], [], date(2026, 11, 22)))
    >>> unknown.letter, unknown.points, unknown.confidence, unknown.reasons[0].code
    ('C', 55, 'low', 'no_history')
    """
    lines = [
        _history(behavior),
        _days_beyond_terms(behavior),
        _trend(behavior),
        _share_late(behavior),
        _worst_delay(behavior),
        _oldest_overdue(behavior, overdue_oldest_days),
        _overdue_share(overdue_amount, outstanding),
        Reason("doubtful_account", -DOUBTFUL_POINTS) if doubtful else None,
        Reason("insolvent", -FULL_POINTS) if insolvent else None,
        _long_history_clean(behavior, overdue_oldest_days),
    ]
    reasons = sorted(
        (line for line in lines if line is not None and line.points),
        key=lambda reason: (-abs(reason.points), reason.code),
    )
    points = min(FULL_POINTS, max(0, FULL_POINTS + sum(reason.points for reason in reasons)))
    return Grade(letter_of(points), points, tuple(reasons), _confidence(behavior))


def letter_of(points: int) -> Letter:
    """Return the letter of a number of points."""
    return next(letter for letter, least in LETTERS if points >= least)


def _history(behavior: Behavior) -> Reason | None:
    missing = max(0, FULL_HISTORY - behavior.settled_count)
    points = _whole(Decimal((FULL_POINTS - NEUTRAL_POINTS) * missing) / FULL_HISTORY)
    code = "thin_history" if behavior.settled_count else "no_history"
    return Reason(code, -points, {"settled_count": behavior.settled_count}, "build_history", points)


def _days_beyond_terms(behavior: Behavior) -> Reason | None:
    days = behavior.days_beyond_terms
    if days is None:
        return None
    params: dict[str, Decimal | int] = {"days": days}
    if behavior.previous_days_beyond_terms is not None:
        params["previous_days"] = behavior.previous_days_beyond_terms
    return _on_curve("days_beyond_terms", DAYS_BEYOND_TERMS, days, params, "pay_within_days")


def _trend(behavior: Behavior) -> Reason | None:
    if behavior.trend_days is None:
        return None
    params: dict[str, Decimal | int] = {"days": behavior.trend_days}
    return Reason("trend_worse", -_cost(TREND_WORSE, behavior.trend_days), params)


def _share_late(behavior: Behavior) -> Reason | None:
    if behavior.share_late is None:
        return None
    points = _whole(behavior.share_late * SHARE_LATE_POINTS)
    return Reason("share_late", -points, {"share": behavior.share_late}, "pay_on_time", points)


def _worst_delay(behavior: Behavior) -> Reason | None:
    if behavior.worst_delay_days is None:
        return None
    days = Decimal(behavior.worst_delay_days)
    return _on_curve(
        "worst_delay", WORST_DELAY, days, {"days": behavior.worst_delay_days}, "no_delay_over_days"
    )


def _oldest_overdue(behavior: Behavior, days: int) -> Reason | None:
    """Count the age of the oldest overdue item, and name it a broken habit where it is one.

    A broken habit changes the words and not the points: otherwise a customer who had always paid badly would
    lose fewer points than one who had always paid well.
    """
    points = _cost(OLDEST_OVERDUE, Decimal(days))
    limit = behavior.habit_limit_days
    if limit is not None and behavior.broken_habits and days > limit:
        params: dict[str, Decimal | int] = {
            "days": days,
            "habit_days": limit,
            "count": behavior.broken_habits,
        }
        return Reason("broken_habit", -points, params, "settle_overdue", points)
    return Reason("oldest_overdue", -points, {"days": days}, "settle_overdue", points)


def _overdue_share(overdue_amount: Decimal, outstanding: Decimal) -> Reason | None:
    if overdue_amount <= 0:
        return None
    # Credits not yet allocated can make the outstanding smaller than what is overdue.
    share = overdue_amount / max(outstanding, overdue_amount)
    points = _whole(share * OVERDUE_SHARE_POINTS)
    params: dict[str, Decimal | int] = {"amount": overdue_amount, "share": share.quantize(Decimal("0.0001"))}
    return Reason("overdue_share", -points, params, "settle_overdue", points)


def _long_history_clean(behavior: Behavior, overdue_oldest_days: int) -> Reason | None:
    worst = behavior.worst_delay_days
    long = behavior.months_of_history >= LONG_HISTORY_MONTHS and behavior.settled_count >= FULL_HISTORY
    if not long or worst is None or max(worst, overdue_oldest_days) > CLEAN_DELAY_DAYS:
        return None
    return Reason("long_history_clean", CLEAN_POINTS, {"months": behavior.months_of_history})


def _confidence(behavior: Behavior) -> Confidence:
    if behavior.settled_count >= FULL_HISTORY and behavior.months_of_history >= FULL_HISTORY:
        return "high"
    if behavior.settled_count >= FAIR_HISTORY and behavior.months_of_history >= FAIR_HISTORY_MONTHS:
        return "medium"
    return "low"


def _on_curve(
    code: str, curve: Curve, value: Decimal, params: dict[str, Decimal | int], improve_code: str
) -> Reason:
    """Write the reason of a figure that lies on a curve, with the nearest target worth aiming at."""
    points = _cost(curve, value)
    for target, cost in reversed(curve):
        if target < value and points - cost >= WORTH_SAYING:
            return Reason(code, -points, params | {"target": target}, improve_code, points - cost)
    return Reason(code, -points, params)


def _cost(curve: Curve, value: Decimal) -> int:
    """Read a curve of points: straight between its corners, flat outside them."""
    left, low = curve[0]
    if value <= left:
        return low
    for right, high in curve[1:]:
        if value <= right:
            return _whole(low + (high - low) * (value - left) / (right - left))
        left, low = right, high
    return low


def _whole(points: Decimal) -> int:
    return int(points.quantize(Decimal(1), ROUND_HALF_UP))
