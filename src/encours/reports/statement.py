"""The account of one customer: what is open, what was settled, what may be claimed, and the statement to send."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from psycopg import sql

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.reports import ledger
from encours.reports.aging import AgedAmounts, aged_totals
from encours.reports.claim_totals import ClaimTotals, claim_totals
from encours.reports.claims import Claim, claims
from encours.reports.filters import ItemFilters
from encours.reports.items import ItemRow, aged_items, items
from encours.reports.ledger import columns_of
from encours.rules.aging import Columns
from encours.rules.outstanding import signed
from encours.rules.rates import RateTable


@dataclass(frozen=True, slots=True)
class AccountItem:
    """One item of an account, with what may be claimed on it."""

    item: ItemRow
    claim: Claim | None


@dataclass(frozen=True, slots=True)
class CustomerAccount:
    """Everything on a customer's account on a day."""

    customer: Customer
    today: date
    columns: Columns
    aged: AgedAmounts
    open_items: tuple[AccountItem, ...]
    settled_items: tuple[AccountItem, ...]
    settled_count: int
    claims: ClaimTotals
    mean_delay_days: Decimal | None
    last_payment_on: date | None

    @property
    def outstanding(self) -> Decimal:
        """Return what the customer owes, due or not, less its unallocated credits."""
        return self.aged.outstanding

    @property
    def overdue(self) -> Decimal:
        """Return what is past due."""
        return self.aged.overdue

    @property
    def oldest_days(self) -> int:
        """Return the days overdue of the oldest item, zero when nothing is overdue."""
        return max((max(line.item.days_overdue, 0) for line in self.open_items), default=0)

    @property
    def interest(self) -> Decimal:
        """Return the late interest of everything on the account, open or paid late."""
        return self.claims.interest

    @property
    def recovery_fees(self) -> Decimal:
        """Return the recovery fees of everything on the account, open or paid late."""
        return self.claims.recovery_fees

    @property
    def partial(self) -> bool:
        """Tell whether a missing rate stopped the count."""
        return self.claims.partial

    @property
    def counted_until(self) -> date | None:
        """Return the last day counted where a missing rate stopped the count."""
        return self.claims.counted_until


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One open item of a statement, and what is owed after it."""

    item: ItemRow
    running: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What a customer is told that it owes."""

    organization: Organization
    customer: Customer
    today: date
    columns: Columns
    lines: tuple[StatementLine, ...]
    aged: AgedAmounts

    @property
    def outstanding(self) -> Decimal:
        """Return what is owed, due or not, less the unallocated credits."""
        return self.aged.outstanding

    @property
    def overdue(self) -> Decimal:
        """Return what is past due."""
        return self.aged.overdue

    @property
    def unallocated(self) -> Decimal:
        """Return the credits that settle nothing yet."""
        return self.aged.unallocated


FIGURES = sql.SQL("""
    SELECT (
        SELECT (s.inputs->>'days_beyond_terms')::numeric FROM scoring_score s
        WHERE s.organization_id = %(organization)s AND s.customer_id = %(customer)s AND s.replaced_on IS NULL
    ), (
        SELECT max(i.issued_on) FROM receivables_item i
        WHERE i.organization_id = %(organization)s AND i.customer_id = %(customer)s AND i.side = 'credit'
          AND i.kind IN ('payment', 'prepayment') AND i.issued_on <= %(on)s AND i.missing_since IS NULL
    )
""")


def customer_account(
    organization: Organization,
    customer: Customer,
    today: date,
    *,
    rates: RateTable | None = None,
    settled_limit: int = 200,
) -> CustomerAccount:
    """Return the account of a customer: every open item, and the settled ones from the newest."""
    opened = aged_items(organization, today, customer_id=customer.pk, sort="-days", size=None)
    settled = items(
        organization,
        today,
        filters=ItemFilters(state="settled", customer_id=customer.pk),
        sort="-issued_on",
        size=settled_limit,
    )
    shown = [row.id for row in (*opened.rows, *settled.rows)]
    claimed = {
        claim.item_id: claim for claim in claims(organization, customer, today, rates, item_ids=shown).claims
    }
    ((mean_delay_days, last_payment_on),) = ledger.fetch(
        FIGURES, ledger.parameters(organization, today) | {"customer": customer.pk}
    )
    return CustomerAccount(
        customer,
        today,
        columns_of(organization),
        aged_totals(organization, today, customer_id=customer.pk),
        tuple(AccountItem(row, claimed.get(row.id)) for row in opened.rows),
        tuple(AccountItem(row, claimed.get(row.id)) for row in settled.rows),
        settled.count,
        claim_totals(organization, today, customer_id=customer.pk, open_only=False, rates=rates),
        mean_delay_days,
        last_payment_on,
    )


def statement(organization: Organization, customer: Customer, today: date) -> Statement:
    """Return the statement of a customer's account: its open items by date, and the sum after each."""
    rows = aged_items(organization, today, customer_id=customer.pk, sort="issued_on", size=None).rows
    sums = accumulate(signed(row.side, row.open_amount) for row in rows)
    return Statement(
        organization,
        customer,
        today,
        columns_of(organization),
        tuple(StatementLine(row, running) for row, running in zip(rows, sums, strict=True)),
        aged_totals(organization, today, customer_id=customer.pk),
    )
