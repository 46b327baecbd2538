"""What the law lets the organization claim on overdue items: interest by half-year, and the fee per invoice."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from encours.accounts.models import Organization
from encours.accounts.queries import interest_policy, rate_table
from encours.customers.models import Customer
from encours.receivables.models import Allocation, Item, ItemKind
from encours.rules.interest import InterestStatement, LateInterestPolicy, late_interest
from encours.rules.money import round_amount
from encours.rules.rates import RateTable
from encours.rules.recovery_fee import FeeCase, recovery_fees

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One overdue item and the interest it bears to this day."""

    item: Item
    statement: InterestStatement


@dataclass(frozen=True, slots=True)
class Claim:
    """The overdue items of a customer with everything that is due on top; `partial` when a rate is missing."""

    lines: tuple[ClaimLine, ...]
    principal: Decimal
    interest: Decimal
    fee_count: int
    fees: Decimal
    counted_until: date
    partial: bool
    rate_percent: Decimal | None

    @property
    def total(self) -> Decimal:
        """Return everything that may be claimed together."""
        return self.principal + self.interest + self.fees


@dataclass(frozen=True, slots=True)
class _Counting:
    """Until when interest is counted, with which rates and by which policy."""

    until: date
    rates: RateTable
    policy: LateInterestPolicy


def claim_of(
    organization: Organization,
    customer: Customer,
    items: Sequence[Item],
    today: date,
    rates: RateTable | None = None,
) -> Claim:
    """Return what may be claimed today on these items of one customer, each counted on what was unpaid each day."""
    rates = rates or rate_table(organization.pk)
    overdue = [
        item for item in items if item.side == "debit" and item.due_on < today and item.open_amount > 0
    ]
    paid = _payments(overdue)
    counting = _Counting(
        min(today, customer.insolvent_on) if customer.insolvent_on else today,
        rates,
        interest_policy(organization, public_buyer=customer.public_buyer),
    )
    lines = tuple(ClaimLine(item, _statement(counting, item, paid[item.pk])) for item in overdue)
    count, fees = _fees(organization, customer, overdue, today)
    statements = [line.statement for line in lines] if organization.interest_claimed else []
    last = [statement.segments[-1] for statement in statements if statement.segments]
    return Claim(
        lines=lines if organization.interest_claimed else (),
        principal=sum((_asked(item) for item in items), ZERO),
        interest=round_amount(
            sum((statement.total for statement in statements), ZERO), organization.currency
        ),
        fee_count=count,
        fees=fees,
        counted_until=min((statement.counted_until for statement in statements), default=today),
        partial=any(statement.partial for statement in statements),
        rate_percent=max(last, key=lambda segment: segment.to_on).rate_percent if last else None,
    )


def _asked(item: Item) -> Decimal:
    """Return what is claimed of an item: all that is open, but for the part that is disputed by its amount."""
    return item.open_amount if item.disputed_amount is None else item.asked_amount


def _payments(items: Iterable[Item]) -> dict[int, list[tuple[date, Decimal]]]:
    """Return what was paid of each item and when; a credit note lowers it from its first day.

    Interest on money that was never owed is not claimed.
    """
    paid: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    due = {item.pk: item.due_on for item in items}
    rows = Allocation.objects.filter(debit_id__in=list(due))
    for debit_id, paid_on, amount, kind in rows.values_list(
        "debit_id", "allocated_on", "amount", "credit__kind"
    ):
        on = min(paid_on, due[debit_id]) if kind == ItemKind.CREDIT_NOTE else paid_on
        paid[debit_id].append((on, amount))
    return paid


def _statement(
    counting: _Counting, item: Item, payments: Iterable[tuple[date, Decimal]]
) -> InterestStatement:
    """Count the interest of one item; insolvency stops it, and days before the first known rate are not claimed."""
    first_known = counting.rates.rows[0].half_year.from_on - timedelta(days=1)
    return late_interest(
        item.amount - (item.open_amount - _asked(item)),
        max(item.due_on, first_known),
        counting.until,
        counting.rates,
        policy=counting.policy,
        payments=payments,
        currency=item.currency,
    )


def _fees(
    organization: Organization, customer: Customer, overdue: Iterable[Item], today: date
) -> tuple[int, Decimal]:
    """Count one fee per invoice number; the law grants it for invoices in euros, and never for an opening balance."""
    if not organization.recovery_fee_claimed or organization.currency != "EUR":
        return 0, ZERO
    due = recovery_fees(
        (
            FeeCase(item.number or str(item.pk), item.due_on, item.settled_on)
            for item in overdue
            if item.kind == "invoice"
        ),
        today,
        public_buyer=customer.public_buyer,
        insolvency_opened_on=customer.insolvent_on,
    )
    return len(due), sum((fee.amount.amount for fee in due.values()), ZERO)
