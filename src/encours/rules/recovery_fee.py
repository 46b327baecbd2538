"""The fixed compensation for recovery costs: 40 euros per invoice paid late, cumulative with interest.

It is claimed once per invoice number, also when the invoice is due in installments: the Court of Justice
speaks of one compensation per unpaid invoice (C-585/20), and claiming less where two readings exist is the
prudent one. There is no waiver for small amounts (C-78/22, C-279/23). What recovery really cost above it
may be claimed on justification, which is not computed here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from encours.rules.money import Money, euros


@dataclass(frozen=True, slots=True)
class RecoveryFee:
    """The compensation due for one invoice, with the text that grants it."""

    amount: Money
    article: str
    source: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class FeeCase:
    """One invoice, or one installment of an invoice, as the fee sees it."""

    number: str
    due_on: date
    settled_on: date | None


_VALID_FROM = date(2013, 1, 1)
_BETWEEN_COMPANIES = (
    RecoveryFee(
        euros(40), "L441-10 II, D441-5 C. com.", "décret 2012-1115 of 2012-10-02 (then D441-5)", _VALID_FROM
    ),
)
_PUBLIC_BUYERS = (
    RecoveryFee(euros(40), "L2192-13, D2192-35 CCP", "décret 2013-269 (then D2192-35 CCP)", date(2013, 5, 1)),
)


def recovery_fee(
    due_on: date,
    settled_on: date | None,
    today: date,
    *,
    public_buyer: bool = False,
    insolvency_opened_on: date | None = None,
) -> RecoveryFee | None:
    """Return the compensation due for an invoice, or nothing when it was not paid late.

    It is not due where the opening of an insolvency procedure forbade payment on the due date
    (L441-10 II); an invoice already overdue on that day keeps it.

    >>> str(recovery_fee(date(2026, 1, 31), None, date(2026, 2, 1)).amount)
    '40.00 EUR'
    """
    if (settled_on or today) <= due_on or today <= due_on:
        return None
    if insolvency_opened_on is not None and insolvency_opened_on <= due_on:
        return None
    first_overdue_on = due_on + timedelta(days=1)
    valid = [
        fee
        for fee in (_PUBLIC_BUYERS if public_buyer else _BETWEEN_COMPANIES)
        if fee.valid_from <= first_overdue_on
    ]
    return max(valid, key=lambda fee: fee.valid_from, default=None)


def recovery_fees(
    cases: Iterable[FeeCase],
    today: date,
    *,
    public_buyer: bool = False,
    insolvency_opened_on: date | None = None,
) -> dict[str, RecoveryFee]:
    """Return the compensation due for each invoice number, once however many installments were late."""
    fees: dict[str, RecoveryFee] = {}
    for case in cases:
        fee = recovery_fee(
            case.due_on,
            case.settled_on,
            today,
            public_buyer=public_buyer,
            insolvency_opened_on=insolvency_opened_on,
        )
        if fee is not None:
            fees.setdefault(case.number, fee)
    return fees
