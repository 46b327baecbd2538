"""Late interest, counted by half-year on what is unpaid, VAT included, from the day after the due date.

No reminder is needed (article L441-10 II), the day of payment counts, and nothing is capitalized. The rate
is that of each half-year, except for public buyers, whose rate is frozen at the half-year in which the
interest started to run (R2192-31 CCP). Where a rate is missing the count stops, marked partial.

>>> from encours.rules.rates import SHIPPED
>>> late_interest(Decimal(12000), date(2025, 1, 31), date(2025, 9, 15), SHIPPED).total
Decimal('956.07')
"""

from calendar import isleap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, get_args

from encours.rules.money import round_amount
from encours.rules.rates import HalfYear, RateMissingError, RateTable, half_year_of

PolicyKind = Literal["default", "contract", "legal_multiple", "public_buyer"]
RateBasis = Literal["refinancing_plus_10", "contract", "three_times_legal", "refinancing_plus_8"]

_ONE_DAY = timedelta(days=1)
_FOUR_DECIMALS = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class LateInterestPolicy:
    """How late interest is computed: by law, by contract, at 3 times the legal rate, or for a public buyer.

    The year has 365 days, as in practice (no text says otherwise); `actual` counts 366 in leap years.
    """

    kind: PolicyKind = "default"
    contract_rate_percent: Decimal | None = None
    day_basis: Literal[365, "actual"] = 365

    def __post_init__(self) -> None:
        if self.kind not in get_args(PolicyKind):
            raise ValueError(f"A policy is one of {', '.join(get_args(PolicyKind))}, not {self.kind!r}.")
        if self.day_basis not in (365, "actual"):
            raise ValueError(f"A year has 365 or actual days, not {self.day_basis!r}.")
        if (self.kind == "contract") != (self.contract_rate_percent is not None):
            raise ValueError("A contract policy, and no other, has a contract rate.")
        if self.contract_rate_percent is not None and self.contract_rate_percent < 0:
            raise ValueError("A contract rate is not negative.")


BY_LAW = LateInterestPolicy()


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of days with one principal and one rate, both days included."""

    from_on: date
    to_on: date
    days: int
    principal: Decimal
    rate_percent: Decimal
    interest: Decimal
    floor_applied: bool
    basis: RateBasis
    source: str


@dataclass(frozen=True, slots=True)
class InterestStatement:
    """Late interest with its reasons; `partial` when a missing half-year stopped the count."""

    segments: tuple[Segment, ...]
    total: Decimal
    counted_until: date
    partial: bool
    missing: HalfYear | None


@dataclass(frozen=True, slots=True)
class _Rate:
    percent: Decimal
    basis: RateBasis
    floor_applied: bool
    source: str


def late_interest(
    principal: Decimal,
    due_on: date,
    until: date,
    rates: RateTable,
    *,
    policy: LateInterestPolicy = BY_LAW,
    payments: Iterable[tuple[date, Decimal]] = (),
    currency: str = "EUR",
) -> InterestStatement:
    """Return the late interest on an invoice up to and including a day, segment by segment.

    A payment cuts the principal from the day after it. The total is the sum of the segments as shown, with
    four decimals, rounded half up once: whoever adds up the statement finds it. Counting stops before the
    first half-year whose rates are missing, even if later ones are known.
    """
    payments = sorted(payments)
    if principal < 0 or any(amount < 0 for _, amount in payments):
        raise ValueError("A principal and its payments are positive amounts.")
    segments: list[Segment] = []
    counted_until, missing = until, None
    for from_on, to_on, unpaid in _stretches(principal, due_on, until, payments):
        try:
            rate = _rate(policy, rates, _rate_half_year(policy, due_on, from_on))
        except RateMissingError as error:
            counted_until, missing = from_on - _ONE_DAY, error.half_year
            break
        segments.append(_segment(from_on, to_on, unpaid, rate, policy))
    total = sum((segment.interest for segment in segments), Decimal(0))
    return InterestStatement(
        tuple(segments), round_amount(total, currency), counted_until, missing is not None, missing
    )


def _stretches(
    principal: Decimal, due_on: date, until: date, payments: Iterable[tuple[date, Decimal]]
) -> Iterator[tuple[date, date, Decimal]]:
    """Yield the first day, last day and unpaid principal of each stretch within one half-year."""
    start, unpaid = due_on + _ONE_DAY, principal
    for paid_on, amount in payments:
        if paid_on >= until:
            break
        if unpaid > 0 and paid_on >= start:
            yield from _by_half_year(start, paid_on, unpaid)
            start = paid_on + _ONE_DAY
        unpaid -= amount
    if unpaid > 0:
        yield from _by_half_year(start, until, unpaid)


def _by_half_year(from_on: date, to_on: date, unpaid: Decimal) -> Iterator[tuple[date, date, Decimal]]:
    while from_on <= to_on:
        end = min(to_on, half_year_of(from_on).to_on)
        yield from_on, end, unpaid
        from_on = end + _ONE_DAY


def _rate_half_year(policy: LateInterestPolicy, due_on: date, day: date) -> HalfYear:
    return half_year_of(due_on + _ONE_DAY if policy.kind == "public_buyer" else day)


def _rate(policy: LateInterestPolicy, rates: RateTable, half_year: HalfYear) -> _Rate:
    source = rates.rates_of(half_year).source
    if policy.kind == "public_buyer":
        return _Rate(
            rates.public_buyer_rate(half_year), "refinancing_plus_8", floor_applied=False, source=source
        )
    if policy.kind == "legal_multiple":
        return _Rate(rates.floor(half_year), "three_times_legal", floor_applied=False, source=source)
    if policy.contract_rate_percent is None:
        return _Rate(rates.default_rate(half_year), "refinancing_plus_10", floor_applied=False, source=source)
    floor = rates.floor(half_year)
    if policy.contract_rate_percent < floor:
        return _Rate(floor, "three_times_legal", floor_applied=True, source=source)
    return _Rate(policy.contract_rate_percent, "contract", floor_applied=False, source=source)


def _segment(from_on: date, to_on: date, unpaid: Decimal, rate: _Rate, policy: LateInterestPolicy) -> Segment:
    days = (to_on - from_on).days + 1
    days_of_year = 366 if policy.day_basis == "actual" and isleap(from_on.year) else 365
    interest = (unpaid * rate.percent * days / (100 * days_of_year)).quantize(_FOUR_DECIMALS, ROUND_HALF_UP)
    return Segment(
        from_on, to_on, days, unpaid, rate.percent, interest, rate.floor_applied, rate.basis, rate.source
    )
