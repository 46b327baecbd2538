"""Late interest and recovery fees that the law lets the organization claim, invoice by invoice."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from psycopg import sql

from encours.accounts.models import Organization
from encours.accounts.queries import interest_policy, rate_table
from encours.customers.models import Customer
from encours.reports import ledger
from encours.reports.ledger import ZERO
from encours.rules.interest import InterestStatement, LateInterestPolicy, late_interest
from encours.rules.rates import HalfYear, RateTable
from encours.rules.recovery_fee import RecoveryFee, recovery_fee


@dataclass(frozen=True, slots=True)
class Claim:
    """What one invoice paid late, or not yet, gives a right to."""

    item_id: int
    customer_id: int
    number: str
    issued_on: date
    due_on: date
    amount: Decimal
    open_amount: Decimal
    days_overdue: int
    settled_on: date | None
    interest: InterestStatement
    fee: RecoveryFee | None


@dataclass(frozen=True, slots=True)
class Claims:
    """Some claims and their sums; partial where the rates of a half-year are missing."""

    claims: tuple[Claim, ...]
    interest: Decimal
    recovery_fees: Decimal
    partial: bool
    counted_until: date | None
    missing: HalfYear | None

    @property
    def total(self) -> Decimal:
        """Return interest and fees together: they add up, one does not replace the other."""
        return self.interest + self.recovery_fees


@dataclass(frozen=True, slots=True)
class _Invoice:
    id: int
    customer_id: int
    number: str
    issued_on: date
    due_on: date
    amount: Decimal
    open_amount: Decimal
    settled_on: date | None
    public_buyer: bool
    insolvent_on: date | None


# Contested invoices are left out, and a credit note lowers an invoice from its first day: interest on money
# that was never owed is not claimed.
LATE = sql.SQL("""
    i.kind = 'invoice' AND i.due_on < %(on)s AND i.disputed_on IS NULL
    AND (i.open_amount > 0 OR i.settled_on > i.due_on) {more}
""")

INVOICES = sql.SQL("""
    SELECT i.id, i.customer_id, i.number, i.issued_on, i.due_on, i.amount, i.open_amount, i.settled_on,
        c.public_buyer, c.insolvent_on
    FROM receivables_item i
    JOIN customers_customer c ON c.organization_id = %(organization)s AND c.id = i.customer_id
    WHERE {counted} AND {late} ORDER BY i.due_on, i.id
""")

PAYMENTS = sql.SQL("""
    SELECT i.id, CASE credit.kind WHEN 'credit_note' THEN least(a.allocated_on, i.due_on) ELSE a.allocated_on END,
        a.amount
    FROM receivables_item i
    JOIN receivables_allocation a ON a.organization_id = %(organization)s AND a.debit_id = i.id
    JOIN receivables_item credit ON credit.organization_id = %(organization)s AND credit.id = a.credit_id
    WHERE {counted} AND {late} AND a.allocated_on <= %(on)s
""")

ONE = sql.SQL("AND i.customer_id = %(customer)s")
OPEN = sql.SQL("AND i.open_amount > 0")
THESE = sql.SQL("AND i.id = ANY(%(items)s)")


def claims(
    organization: Organization,
    customer: Customer | None,
    today: date,
    rates: RateTable | None = None,
    *,
    open_only: bool = False,
    item_ids: list[int] | None = None,
) -> Claims:
    """Return what may be claimed of a customer, or of everybody, with the statement of each invoice."""
    rates = rates or rate_table(organization.pk)
    more = sql.SQL(" ").join(
        text
        for text, wanted in ((ONE, customer is not None), (OPEN, open_only), (THESE, item_ids is not None))
        if wanted
    )
    values = ledger.parameters(organization, today) | {
        "customer": customer.pk if customer else None,
        "items": item_ids,
    }
    late = LATE.format(more=more)
    paid: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for item_id, paid_on, amount in ledger.fetch(PAYMENTS.format(counted=ledger.COUNTED, late=late), values):
        paid[item_id].append((paid_on, amount))
    policies = {public: interest_policy(organization, public_buyer=public) for public in (False, True)}
    claimed: set[tuple[int, str]] = set()
    found: list[Claim] = []
    for row in ledger.fetch(INVOICES.format(counted=ledger.COUNTED, late=late), values):
        invoice = _Invoice(*row)
        claim = _claim(invoice, paid[invoice.id], today, rates, policies[invoice.public_buyer])
        key = (invoice.customer_id, invoice.number or f"#{invoice.id}")
        # An installment whose invoice has its fee already gets no second one.
        if claim.fee and key in claimed:
            claim = replace(claim, fee=None)
        if claim.fee:
            claimed.add(key)
        if claim.interest.segments or claim.interest.partial or claim.fee:
            found.append(claim)
    return _summed(tuple(found))


def _claim(
    invoice: _Invoice,
    payments: list[tuple[date, Decimal]],
    today: date,
    rates: RateTable,
    policy: LateInterestPolicy,
) -> Claim:
    last_paid_on = max((paid_on for paid_on, _amount in payments), default=None)
    paid_off_on = None if invoice.open_amount else last_paid_on or invoice.settled_on
    interest = late_interest(
        invoice.amount,
        invoice.due_on,
        until_of(today, invoice.insolvent_on),
        rates,
        policy=policy,
        payments=payments,
    )
    fee = recovery_fee(
        invoice.due_on,
        paid_off_on,
        today,
        public_buyer=invoice.public_buyer,
        insolvency_opened_on=invoice.insolvent_on,
    )
    return Claim(
        invoice.id,
        invoice.customer_id,
        invoice.number,
        invoice.issued_on,
        invoice.due_on,
        invoice.amount,
        invoice.open_amount,
        ((paid_off_on or today) - invoice.due_on).days,
        paid_off_on,
        interest,
        fee,
    )


def until_of(today: date, insolvent_on: date | None) -> date:
    """Return the day until which interest runs: the opening of insolvency proceedings stops it (L622-28)."""
    return min(today, insolvent_on - timedelta(days=1)) if insolvent_on else today


def _summed(found: tuple[Claim, ...]) -> Claims:
    partial = [claim.interest for claim in found if claim.interest.partial]
    return Claims(
        found,
        sum((claim.interest.total for claim in found), ZERO),
        sum((claim.fee.amount.amount for claim in found if claim.fee), ZERO),
        bool(partial),
        min((statement.counted_until for statement in partial), default=None),
        min((statement.missing for statement in partial if statement.missing), default=None),
    )
