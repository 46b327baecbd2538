"""What a message is worth, and each minute spent on it: amount, chance that it stays unpaid, chance to be read."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from encours.rules.cases import ZERO, Channel, Decision, Hold, Line, PaidAfter, Params, Remind

HORIZON_DAYS = 14
# Share paid within 14 days at each age past due, measured on 40,000 business invoices.
PAID_WITHIN_HORIZON: tuple[tuple[int, Decimal], ...] = (
    (1, Decimal("0.93")),
    (8, Decimal("0.63")),
    (15, Decimal("0.44")),
    (30, Decimal("0.51")),
)
# The customer's own rate weighs half when it rests on five invoices.
PSEUDO_INVOICES = 5
# Share of the messages that reach someone who can pay. Our assumption, to be replaced by what is measured.
REACH: Mapping[Channel, Decimal] = {
    "email": Decimal("0.8"),
    "sms": Decimal("0.7"),
    "letter": Decimal("0.9"),
    "phone": Decimal("0.6"),
}
# Minutes a person spends on one message of each channel. Our assumption too.
MINUTES: Mapping[Channel, Decimal] = {
    "email": Decimal(1),
    "sms": Decimal(1),
    "letter": Decimal(2),
    "phone": Decimal(6),
}

CENT = Decimal("0.01")
TEN_THOUSANDTH = Decimal("0.0001")


def paid_after(delays: Iterable[int]) -> tuple[PaidAfter, ...]:
    """Count, at each age of the table, how a customer's own settled parts went on from there.

    >>> paid_after([0, 4, 40])[0]
    PaidAfter(age=1, reached=2, paid=1)
    """
    known = sorted(delays)
    return tuple(
        PaidAfter(
            age=age,
            reached=sum(delay >= age for delay in known),
            paid=sum(age <= delay <= age + HORIZON_DAYS for delay in known),
        )
        for age, _ in PAID_WITHIN_HORIZON
    )


def probability_unpaid(days_overdue: int, own: Sequence[PaidAfter] = ()) -> Decimal:
    """Return the probability that an item of this age is still unpaid in 14 days.

    >>> probability_unpaid(20), probability_unpaid(20, [PaidAfter(age=15, reached=5, paid=5)])
    (Decimal('0.5600'), Decimal('0.2800'))
    """
    age, rate = PAID_WITHIN_HORIZON[0]
    for known_age, known_rate in PAID_WITHIN_HORIZON:
        if days_overdue >= known_age:
            age, rate = known_age, known_rate
    mine = next((counted for counted in own if counted.age == age), PaidAfter(age, 0, 0))
    paid = (mine.paid + PSEUDO_INVOICES * rate) / (mine.reached + PSEUDO_INVOICES)
    return (1 - paid).quantize(TEN_THOUSANDTH, ROUND_HALF_UP)


class Chances:
    """The probabilities of one customer, each counted once for all the items of an age."""

    def __init__(self, own: Sequence[PaidAfter] = ()) -> None:
        """Take the history that the probabilities rest on."""
        self._own = own
        self._known: dict[int, Decimal] = {}

    def unpaid(self, days_overdue: int) -> Decimal:
        """Return the probability that an item of this age is still unpaid in 14 days."""
        age = max((age for age, _ in PAID_WITHIN_HORIZON if age <= days_overdue), default=0)
        if age not in self._known:
            self._known[age] = probability_unpaid(age, self._own)
        return self._known[age]


def expected_value(lines: Sequence[Line], asked: Decimal, channel: Channel) -> Decimal:
    """Return what a message is worth: amount asked, times mean probability of its lines, times reach."""
    return (asked * mean_probability(lines) * REACH[channel]).quantize(CENT, ROUND_HALF_UP)


def per_minute(value: Decimal, channel: Channel) -> Decimal:
    """Return what one minute of work brings, which is what the list of the day is ordered by.

    >>> per_minute(Decimal("600.00"), "email"), per_minute(Decimal("600.00"), "phone")
    (Decimal('600.00'), Decimal('100.00'))
    """
    return (value / MINUTES[channel]).quantize(CENT, ROUND_HALF_UP)


def mean_probability(lines: Sequence[Line]) -> Decimal:
    """Return the probability that the money of these lines stays unpaid, each line weighing its amount."""
    weighted = sum((line.open_amount * line.probability_unpaid for line in lines), ZERO)
    amount = sum((line.open_amount for line in lines), ZERO)
    return (weighted / amount).quantize(TEN_THOUSANDTH, ROUND_HALF_UP) if amount else ZERO


def explain(decision: Remind) -> Params:
    """Return the arithmetic of the order: amount asked, probability, reach, their product, and the minutes it takes."""
    return {
        "amount": decision.amount,
        "unallocated_amount": decision.unallocated_amount,
        "probability_unpaid": mean_probability(decision.items),
        "channel": decision.step.channel,
        "reach": REACH[decision.step.channel],
        "expected_value": decision.expected_value,
        "minutes": MINUTES[decision.step.channel],
    }


def order(decisions: Iterable[Decision]) -> list[Decision]:
    """Put first what brings most per minute of work, and last what is held; equals by amount, then by customer."""

    def place(decision: Decision) -> tuple[bool, Decimal, Decimal, str]:
        if isinstance(decision, Hold):
            return True, ZERO, ZERO, str(decision.customer_id)
        worth = per_minute(decision.expected_value, decision.step.channel)
        return False, -worth, -decision.amount, str(decision.customer_id)

    return sorted(decisions, key=place)
