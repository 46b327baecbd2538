"""The nouns of an analysis: totals, customers, claims, tasks, and what the file says wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from encours.receivables.rows import Issue, Severity
from encours.rules.aging import AgedBalance, Columns
from encours.rules.behavior import Behavior
from encours.rules.cases import Hold, Remind
from encours.rules.dso import CountBackDso
from encours.rules.grade import Grade
from encours.rules.interest import InterestStatement
from encours.rules.outstanding import Side
from encours.rules.rates import HalfYear
from encours.rules.recovery_fee import RecoveryFee

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LedgerItem:
    """An open item: what is left of it, and where its due date comes from."""

    customer_code: str
    kind: str
    side: Side
    number: str
    label: str
    issued_on: date
    due_on: date
    due_basis: str
    amount: Decimal
    open_amount: Decimal
    line: int | None
    days_overdue: int
    matched: Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """What the law lets the creditor ask for one invoice paid late, or still unpaid."""

    customer_code: str
    number: str
    issued_on: date
    due_on: date
    amount: Decimal
    open_amount: Decimal
    settled_on: date | None
    days_overdue: int
    interest: InterestStatement
    fee: RecoveryFee | None

    @property
    def fee_amount(self) -> Decimal:
        """Return the recovery fee, zero when none is due."""
        return self.fee.amount.amount if self.fee else ZERO

    @property
    def total(self) -> Decimal:
        """Return interest and fee together."""
        return self.interest.total + self.fee_amount


@dataclass(frozen=True, slots=True)
class Claims:
    """Every claim of the file added up, those on invoices still open apart."""

    claims: tuple[Claim, ...]
    interest: Decimal
    fees: Decimal
    fee_count: int
    open_interest: Decimal
    open_fees: Decimal
    open_count: int
    partial: bool
    counted_until: date | None
    missing: HalfYear | None

    @property
    def total(self) -> Decimal:
        """Return interest and fees together."""
        return self.interest + self.fees


@dataclass(frozen=True, slots=True)
class CustomerAnalysis:
    """One customer of the file: what it owes, how it pays, and its grade with reasons."""

    code: str
    name: str
    doubtful: bool
    aged: AgedBalance
    oldest_days: int
    behavior: Behavior
    grade: Grade
    interest: Decimal
    fees: Decimal
    matched: Decimal

    @property
    def outstanding(self) -> Decimal:
        """Return what the customer owes, less its unallocated credits."""
        return self.aged.outstanding

    @property
    def overdue(self) -> Decimal:
        """Return what is past due, before any unallocated credit."""
        return self.aged.overdue

    @property
    def at_stake(self) -> Decimal:
        """Return what is overdue and not covered by credits that wait to be allocated."""
        return max(min(self.overdue, self.outstanding), ZERO)

    @property
    def risk(self) -> Decimal:
        """Return the amount at stake, weighed by the points that the grade has lost."""
        return self.at_stake * (100 - self.grade.points) / 100


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do today for one customer, and for how much."""

    customer: CustomerAnalysis
    decision: Remind


@dataclass(frozen=True, slots=True)
class Dso:
    """Days of sales outstanding on the last day of the file, both ways, and the sales they rest on."""

    measured_on: date
    days: int
    sales: Decimal
    count_back: CountBackDso | None
    simple: Decimal | None
    best_possible: Decimal | None


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures that an accountant checks first."""

    lines: int
    customers: int
    customers_owing: int
    customers_overdue: int
    open_items: int
    overdue_items: int
    derived_items: int
    open_debits: Decimal
    outstanding: Decimal
    overdue: Decimal
    not_due: Decimal
    unallocated: Decimal
    other_currencies: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Matches:
    """What unallocated credits seem to pay: guesses, which change no amount."""

    count: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class IssueGroup:
    """Issues of one kind: how many, the first of them, and their lines."""

    code: str
    severity: Severity
    count: int
    first: Issue
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that one file says on one day."""

    source: str
    origin: str
    today: date
    period: tuple[date, date] | None
    currency: str
    default_terms: str
    later_items: int
    columns: Columns
    totals: Totals
    aged: AgedBalance
    dso: Dso | None
    customers: tuple[CustomerAnalysis, ...]
    open_items: tuple[LedgerItem, ...]
    claims: Claims
    tasks: tuple[Task, ...]
    holds: tuple[Hold, ...]
    matches: Matches
    issues: tuple[IssueGroup, ...]
    facts: Mapping[str, object]

    @property
    def paid_on_known(self) -> bool:
        """Tell whether the file says when items were paid: a ledger does, a list of open items only if mapped."""
        mapping = self.facts.get("mapping")
        return not isinstance(mapping, Mapping) or "paid_on" in mapping

    @property
    def at_risk(self) -> tuple[CustomerAnalysis, ...]:
        """Return the customers with something overdue at stake, the most at risk first."""
        late = (customer for customer in self.customers if customer.at_stake > 0)
        return tuple(sorted(late, key=lambda one: (-one.risk, -one.overdue, one.code)))
