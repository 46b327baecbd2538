"""The account of a customer on its page: figures, ages, items open or settled, proposals, what may be claimed."""

from dataclasses import dataclass, replace
from decimal import Decimal

from django.core.paginator import Page as Pager
from django.utils.translation import gettext as _

from encours.accounts.queries import rate_table
from encours.backoffice import aged, item_lines
from encours.backoffice.allocating import named
from encours.backoffice.desk import Desk
from encours.backoffice.item import RULES
from encours.backoffice.item_lines import ItemLine
from encours.backoffice.listing import address, pager
from encours.customers.models import Customer
from encours.receivables.models import Match
from encours.receivables.queries import matches_of
from encours.reports.aging import AgedAmounts
from encours.reports.claim_totals import ClaimTotals
from encours.reports.filters import ItemFilters
from encours.reports.queries import aged_items, aged_totals, claim_totals, claims, columns_of, items
from encours.rules.aging import NOT_DUE
from encours.ui import charts, shapes

PAGE_SIZE = 25
MATCHES_SHOWN = 8
OPEN, SETTLED = "open", "settled"


@dataclass(frozen=True)
class Figures:
    """What a customer owes and what may be claimed of it on a day."""

    aged: AgedAmounts
    chart: shapes.AgedBar
    overdue_count: int
    oldest_days: int
    claims: ClaimTotals

    @property
    def not_due(self) -> Decimal:
        """Return what is owed and not due yet."""
        return self.aged.by_column[NOT_DUE]


@dataclass(frozen=True)
class Account:
    """Some items of an account: the open ones, or the settled ones, the page that was asked for."""

    tab: str
    lines: list[ItemLine]
    page: Pager[int]

    @property
    def claimed(self) -> bool:
        """Tell whether something may be claimed on one of the items shown."""
        return any(line.interest is not None for line in self.lines)


@dataclass(frozen=True)
class Proposal:
    """A guess that one item settles another, in words."""

    match: Match
    debit: str
    credit: str
    why: str


def figures(desk: Desk, customer: Customer) -> Figures:
    """Return the figures of the account today."""
    organization, today = desk.organization, desk.today
    amounts = aged_totals(organization, today, customer_id=customer.pk)
    columns = columns_of(organization)
    overdue = aged_items(organization, today, column="overdue", customer_id=customer.pk, sort="-days", size=1)
    bars = [
        charts.Column(
            aged.label(code, columns),
            amount,
            address("items", customer=customer.pk, state=OPEN, column=code),
        )
        for code, amount in amounts.by_column.items()
    ]
    rates = rate_table(organization.pk)
    may_be_claimed = claim_totals(organization, today, customer_id=customer.pk, open_only=False, rates=rates)
    if may_be_claimed.counted_until is not None:
        # What fell due after the last known rate was counted for no day at all.
        may_be_claimed = replace(
            may_be_claimed, counted_until=min(may_be_claimed.counted_until, rates.known_until())
        )
    return Figures(
        amounts,
        charts.aged_bar(bars, title=_("Aged balance"), currency=organization.currency),
        overdue.count,
        overdue.rows[0].days_overdue if overdue.rows else 0,
        may_be_claimed,
    )


def account(desk: Desk, customer: Customer, *, tab: str, number: int) -> Account:
    """Return a page of the open items, the oldest first, or of the settled ones, the newest first."""
    organization, today = desk.organization, desk.today
    if tab == SETTLED:
        wanted = ItemFilters(state=SETTLED, customer_id=customer.pk)
        found = items(organization, today, filters=wanted, sort="-issued_on", page=number, size=PAGE_SIZE)
    else:
        found = aged_items(
            organization, today, customer_id=customer.pk, sort="-days", page=number, size=PAGE_SIZE
        )
    ids = [row.id for row in found.rows]
    claimed = claims(organization, customer, today, rate_table(organization.pk), item_ids=ids)
    lines = [_brief(line) for line in item_lines.claimed(item_lines.lines(found.rows), claimed)]
    return Account(SETTLED if tab == SETTLED else OPEN, lines, pager(found))


def _brief(line: ItemLine) -> ItemLine:
    """Leave out a label that only repeats the number: ledgers write “Facture F-2026-0391, customer”."""
    return replace(line, note="") if line.title in line.note else line


def proposals(desk: Desk, customer: Customer) -> list[Proposal]:
    """Return the first allocations that are proposed and that nobody has refused, and one more if there are more."""
    found = matches_of(desk.organization.pk, customer.pk)[: MATCHES_SHOWN + 1]
    return [
        Proposal(one, named(one.debit), named(one.credit), str(RULES.get(one.rule, one.rule)))
        for one in found
    ]
