"""What the law lets the creditor ask for: late interest and the recovery fee, invoice by invoice."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from encours.reports.analysis.account import BILLED, Account, amount
from encours.reports.analysis.model import ZERO, Claim, Claims
from encours.rules.interest import BY_LAW, LateInterestPolicy, late_interest
from encours.rules.rates import RateTable
from encours.rules.recovery_fee import RecoveryFee, recovery_fee

Settled = list[tuple[date, Decimal, str]]

STEP = 2_000


@dataclass(frozen=True, slots=True)
class _Counting:
    """Until when claims are counted, by which rates and policy, and the invoices whose fee was already counted."""

    today: date
    rates: RateTable
    policy: LateInterestPolicy
    charged: set[tuple[str, str]] = field(default_factory=set)


def claims_of(
    account: Account,
    today: date,
    rates: RateTable,
    *,
    policy: LateInterestPolicy = BY_LAW,
    tell: Callable[[float], None] = lambda _share: None,
) -> tuple[Claim, ...]:
    """Return the claims on every invoice that is overdue or was paid late, oldest due date first.

    What a credit note settled was never owed: it carries neither interest nor fee. An opening bears interest when
    it names its invoice, and no fee; a lump without number claims nothing. Days before the first known rate are
    not claimed.
    """
    payments = _payments(account.parts)
    late = account.items.filter(
        (pl.col("side") == "debit")
        & pl.col("kind").is_in(BILLED)
        & (pl.col("number") != "")
        & (pl.col("due_on") < today)
        & ((pl.col("open_cents") > 0) | (pl.col("settled_on") > pl.col("due_on")))
    ).sort("due_on", "customer_code", "number", "line")
    counting = _Counting(today, rates, policy)
    found: list[Claim] = []
    for place, row in enumerate(late.iter_rows(named=True)):
        if place % STEP == 0:
            tell(place / late.height)
        claim = _claim(counting, row, payments.get(row["item_id"], []))
        if claim is not None:
            found.append(claim)
    return tuple(found)


def _payments(parts: pl.DataFrame) -> Mapping[int, Settled]:
    found: dict[int, Settled] = defaultdict(list)
    for item_id, settled_on, cents, by_kind in parts.select(
        "item_id", "settled_on", "cents", "by_kind"
    ).iter_rows():
        found[item_id].append((settled_on, amount(cents), by_kind))
    return found


def _claim(counting: _Counting, row: Mapping[str, object], settled: Settled) -> Claim | None:
    credited = sum((part for _, part, kind in settled if kind == "credit_note"), ZERO)
    paid = [(on, part) for on, part, kind in settled if kind != "credit_note"]
    whole, open_amount = amount(int(str(row["cents"]))), amount(int(str(row["open_cents"])))
    due_on, issued_on = row["due_on"], row["issued_on"]
    if whole <= credited or not isinstance(due_on, date) or not isinstance(issued_on, date):
        return None
    settled_on = max((on for on, _ in paid), default=None) if open_amount == 0 else None
    if open_amount == 0 and (settled_on is None or settled_on <= due_on):
        return None
    until = settled_on or counting.today
    first_known = counting.rates.rows[0].half_year.from_on - timedelta(days=1)
    code, number = str(row["customer_code"]), str(row["number"])
    return Claim(
        customer_code=code,
        number=number,
        issued_on=issued_on,
        due_on=due_on,
        amount=whole,
        open_amount=open_amount,
        settled_on=settled_on,
        days_overdue=(until - due_on).days,
        interest=late_interest(
            whole - credited,
            max(due_on, first_known),
            until,
            counting.rates,
            policy=counting.policy,
            payments=paid,
        ),
        fee=_fee_once(counting, due_on, settled_on, (code, number)) if row["kind"] == "invoice" else None,
    )


def _fee_once(
    counting: _Counting, due_on: date, settled_on: date | None, invoice: tuple[str, str]
) -> RecoveryFee | None:
    """Return the fee of an invoice once, however many of its installments were late."""
    fee = None if invoice in counting.charged else recovery_fee(due_on, settled_on, counting.today)
    if fee is not None:
        counting.charged.add(invoice)
    return fee


def added_up(claims: Iterable[Claim]) -> Claims:
    """Add claims up, and say to which day they are counted when a half-year is not known."""
    claims = tuple(claims)
    still = [claim for claim in claims if claim.open_amount > 0]
    missing = min((claim.interest.missing for claim in claims if claim.interest.missing), default=None)
    return Claims(
        claims=claims,
        interest=sum((claim.interest.total for claim in claims), ZERO),
        fees=sum((claim.fee_amount for claim in claims), ZERO),
        fee_count=sum(claim.fee is not None for claim in claims),
        open_interest=sum((claim.interest.total for claim in still), ZERO),
        open_fees=sum((claim.fee_amount for claim in still), ZERO),
        open_count=len(still),
        partial=missing is not None,
        counted_until=missing.from_on - timedelta(days=1) if missing else None,
        missing=missing,
    )
