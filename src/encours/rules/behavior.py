"""How a customer pays: one definition of every figure, whether the sums come from Python or from SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

WINDOW_DAYS = 365
PREVIOUS_DAYS = 182
HABIT_MINIMUM = 5
HABIT_DEVIATIONS = 2
# Banks and bookkeeping take a few days: less than that is nobody's habit.
PROCESSING_DAYS = 5

TENTH = Decimal("0.1")
TEN_THOUSANDTH = Decimal("0.0001")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class SettledPart:
    """One part of an invoice, settled at one date."""

    amount: Decimal
    due_on: date
    settled_on: date


@dataclass(frozen=True, slots=True)
class OpenPart:
    """What is left of an invoice."""

    amount: Decimal
    due_on: date


@dataclass(frozen=True, slots=True)
class BehaviorSums:
    """What has to be added up about a customer before anything can be said.

    Every field is one SQL aggregate, so that a database can add up a hundred thousand customers at once.
    "Counted at D" means: settled in ]D - 365 days, D], or due before D and not settled at D. `delay` is
    `settled_on - due_on`, or `D - due_on` for what is not settled; `beyond` is `greatest(delay, 0)`. Disputed
    parts are left out.
    """

    today: date
    amount: Decimal = ZERO  # sum(amount), counted today
    amount_days: Decimal = ZERO  # sum(amount * beyond), counted today
    late_amount: Decimal = ZERO  # sum(amount) filter (where delay > 0), counted today
    worst_delay_days: int | None = None  # max(beyond), counted today
    previous_amount: Decimal = ZERO  # sum(amount), counted at today - 182
    previous_amount_days: Decimal = ZERO  # sum(amount * beyond), counted at today - 182
    settled_count: int = 0  # count(*) of the parts settled in the last 365 days; so are the next four
    delay_sum: int = 0  # sum(delay)
    delay_square_sum: int = 0  # sum(delay * delay)
    usual_delay_days: int | None = None  # percentile_disc(0.5) within group (order by delay)
    high_delay_days: int | None = None  # percentile_disc(0.9) within group (order by delay)
    overdue_days: tuple[int, ...] = ()  # array_agg(today - due_on) of the parts open and overdue today
    first_on: date | None = None  # min(least(due_on, settled_on)), up to today
    last_paid_on: date | None = None  # max(settled_on), up to today


@dataclass(frozen=True, slots=True)
class Behavior:
    """How a customer pays, in figures that a person can check; None means unknown, never zero."""

    days_beyond_terms: Decimal | None
    previous_days_beyond_terms: Decimal | None
    trend_days: Decimal | None
    share_late: Decimal | None
    worst_delay_days: int | None
    settled_count: int
    months_of_history: int
    usual_delay_days: int | None
    habit_limit_days: int | None
    broken_habits: int
    last_paid_on: date | None


def behavior(settled: Sequence[SettledPart], open_: Sequence[OpenPart], today: date) -> Behavior:
    """Return how the customer pays, from the parts of its invoices as they were known on that day.

    >>> invoice = SettledPart(Decimal(100), date(2026, 1, 31), date(2026, 2, 20))
    >>> behavior([invoice], [], date(2026, 3, 1)).days_beyond_terms
    Decimal('20.0')
    """
    return behavior_of(sums_of(settled, open_, today))


def behavior_of(sums: BehaviorSums) -> Behavior:
    """Return how the customer pays, from sums that someone else has added up.

    An early payment counts as zero days, not as a negative number: paying a small invoice early does not make
    up for the wait on a large one. The usual delay keeps its sign, because it foretells a day and not a risk.
    """
    now = _average(sums.amount_days, sums.amount, TENTH)
    previous = _average(sums.previous_amount_days, sums.previous_amount, TENTH)
    limit = _habit_limit(sums)
    return Behavior(
        days_beyond_terms=now,
        previous_days_beyond_terms=previous,
        trend_days=None if now is None or previous is None else now - previous,
        share_late=_average(sums.late_amount, sums.amount, TEN_THOUSANDTH),
        worst_delay_days=sums.worst_delay_days,
        settled_count=sums.settled_count,
        months_of_history=0 if sums.first_on is None else _whole_months(sums.first_on, sums.today),
        usual_delay_days=sums.usual_delay_days,
        habit_limit_days=limit,
        broken_habits=0 if limit is None else sum(days > limit for days in sums.overdue_days),
        last_paid_on=sums.last_paid_on,
    )


def sums_of(settled: Sequence[SettledPart], open_: Sequence[OpenPart], today: date) -> BehaviorSums:
    """Add up the parts of a customer's invoices, reading only what was known on that day."""
    counted = _counted(settled, open_, today)
    previous = _counted(settled, open_, today - timedelta(days=PREVIOUS_DAYS))
    delays = sorted(
        (part.settled_on - part.due_on).days for part in settled if _in_window(part.settled_on, today)
    )
    paid = [part for part in settled if part.settled_on <= today]
    still_open = [part.due_on for part in open_] + [
        part.due_on for part in settled if part.settled_on > today
    ]
    first = [min(part.due_on, part.settled_on) for part in paid] + [due for due in still_open if due <= today]
    return BehaviorSums(
        today=today,
        amount=sum((amount for amount, _ in counted), ZERO),
        amount_days=sum((amount * max(delay, 0) for amount, delay in counted), ZERO),
        late_amount=sum((amount for amount, delay in counted if delay > 0), ZERO),
        worst_delay_days=max((max(delay, 0) for _, delay in counted), default=None),
        previous_amount=sum((amount for amount, _ in previous), ZERO),
        previous_amount_days=sum((amount * max(delay, 0) for amount, delay in previous), ZERO),
        settled_count=len(delays),
        delay_sum=sum(delays),
        delay_square_sum=sum(delay * delay for delay in delays),
        usual_delay_days=_percentile(delays, 50),
        high_delay_days=_percentile(delays, 90),
        overdue_days=tuple((today - due).days for due in still_open if due < today),
        first_on=min(first, default=None),
        last_paid_on=max((part.settled_on for part in paid), default=None),
    )


def _in_window(settled_on: date, day: date) -> bool:
    return day - timedelta(days=WINDOW_DAYS) < settled_on <= day


def _counted(
    settled: Sequence[SettledPart], open_: Sequence[OpenPart], day: date
) -> list[tuple[Decimal, int]]:
    """List the amount and delay of all that counts at a day; what is settled later was still open then."""
    done = [(p.amount, (p.settled_on - p.due_on).days) for p in settled if _in_window(p.settled_on, day)]
    later = [(p.amount, (day - p.due_on).days) for p in settled if p.due_on < day < p.settled_on]
    waiting = [(p.amount, (day - p.due_on).days) for p in open_ if p.due_on < day]
    return done + later + waiting


def _average(total: Decimal, weight: Decimal, step: Decimal) -> Decimal | None:
    return (total / weight).quantize(step, ROUND_HALF_UP) if weight else None


def _percentile(ordered: Sequence[int], percent: int) -> int | None:
    """Take the value that PostgreSQL's percentile_disc takes, so that both ways of adding up agree."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None


def _habit_limit(sums: BehaviorSums) -> int | None:
    """Say how many days overdue stay within the customer's habits; fewer than five payments make none."""
    if sums.settled_count < HABIT_MINIMUM or sums.high_delay_days is None:
        return None
    mean = Decimal(sums.delay_sum) / sums.settled_count
    variance = max(Decimal(sums.delay_square_sum) / sums.settled_count - mean * mean, ZERO)
    spread = (mean + HABIT_DEVIATIONS * variance.sqrt()).to_integral_value(ROUND_FLOOR)
    return max(PROCESSING_DAYS, sums.high_delay_days, int(spread))


def _whole_months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
