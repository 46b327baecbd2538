"""Putting an analysis together, from the batch of a file to the work of the day."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from encours.receivables.rows import Batch, Issue
from encours.reports.analysis.account import Account, account_of, amount, open_parts, settled_parts
from encours.reports.analysis.claims import added_up, claims_of
from encours.reports.analysis.model import (
    ZERO,
    Analysis,
    Claim,
    CustomerAnalysis,
    IssueGroup,
    LedgerItem,
    Matches,
    Totals,
)
from encours.reports.analysis.sales import dso_of
from encours.reports.analysis.work import work_of
from encours.rules.aging import DEFAULT_COLUMNS, AgedBalance, Columns, aged_balance
from encours.rules.allocation import Credit, Debit, Proposal, propose
from encours.rules.behavior import OpenPart, SettledPart, behavior
from encours.rules.grade import grade
from encours.rules.interest import BY_LAW, LateInterestPolicy
from encours.rules.outstanding import OpenItem
from encours.rules.rates import SHIPPED, RateTable

Tell = Callable[[str, float], None]

LINES_SHOWN = 5
MORE = "_more"
STEP = 500


def analyze(
    batch: Batch,
    today: date,
    *,
    default_terms: str,
    rates: RateTable = SHIPPED,
    policy: LateInterestPolicy = BY_LAW,
    columns: Columns = DEFAULT_COLUMNS,
    tell: Tell = lambda _stage, _share: None,
) -> Analysis:
    """Say all that a file says on a day: the same rules as the desk, and nothing is kept."""
    tell("account", 0)
    account = account_of(batch, today, default_terms)
    claims = claims_of(account, today, rates, policy=policy, tell=lambda share: tell("claims", share))
    matches = _matches(account)
    items = _open_items(account, matches, today)
    known = _known(account, items, claims)
    customers = tuple(_customers(batch.customers, known, today, columns=columns, tell=tell))
    tell("work", 0)
    tasks, holds = work_of(account, customers, batch.customers, today, rates)
    aged = _aged(items, today, columns)
    return Analysis(
        source=batch.source,
        origin=batch.origin,
        today=today,
        period=batch.period,
        currency=account.currency,
        default_terms=default_terms,
        later_items=account.later_items,
        columns=columns,
        totals=_totals(account, aged, items, customers),
        aged=aged,
        dso=dso_of(account.items, batch.period, today, aged.outstanding, aged.by_column["not_due"]),
        customers=customers,
        open_items=items,
        claims=added_up(claims),
        tasks=tasks,
        holds=holds,
        matches=Matches(len(matches), sum((match.amount for match in matches), ZERO)),
        issues=tuple(grouped(account.issues)),
        facts=batch.facts,
    )


def _matches(account: Account) -> list[Proposal]:
    """Return what open credits seem to pay, customer by customer."""
    open_ = account.items.filter(pl.col("open_cents") > 0)
    both = open_.filter(pl.col("side").n_unique().over("customer_code") > 1)
    debits: dict[str, list[Debit]] = defaultdict(list)
    credits_: dict[str, list[Credit]] = defaultdict(list)
    for row in both.sort("due_on", "line").iter_rows(named=True):
        number, open_amount = row["item_id"], amount(row["open_cents"])
        if row["side"] == "debit":
            debits[row["customer_code"]].append(Debit(number, open_amount, row["due_on"], row["number"]))
        else:
            words = f"{row['number']} {row['reference']} {row['label']}"
            credits_[row["customer_code"]].append(Credit(number, open_amount, row["issued_on"], words))
    return [match for code, owed in debits.items() for match in propose(owed, credits_[code])]


def _open_items(account: Account, matches: Sequence[Proposal], today: date) -> tuple[LedgerItem, ...]:
    """Return the open items, customer by customer, the oldest due date first."""
    matched: dict[object, Decimal] = defaultdict(Decimal)
    for match in matches:
        matched[match.debit_id] += match.amount
        matched[match.credit_id] += match.amount
    frame = account.items.filter(pl.col("open_cents") > 0).sort("customer_code", "due_on", "line", "item_id")
    return tuple(
        LedgerItem(
            customer_code=row["customer_code"],
            kind=row["kind"],
            side=row["side"],
            number=row["number"],
            label=row["label"],
            issued_on=row["issued_on"],
            due_on=row["due_on"],
            due_basis=row["due_basis"],
            amount=amount(row["cents"]),
            open_amount=amount(row["open_cents"]),
            line=row["line"],
            days_overdue=(today - row["due_on"]).days if row["side"] == "debit" else 0,
            matched=matched.get(row["item_id"], ZERO),
        )
        for row in frame.iter_rows(named=True)
    )


def _aged(items: Iterable[LedgerItem], today: date, columns: Columns) -> AgedBalance:
    return aged_balance(
        (OpenItem(item.open_amount, item.side, item.due_on) for item in items), today, columns
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What the file says of each customer, by code."""

    items: Mapping[str, list[LedgerItem]]
    claims: Mapping[str, list[Claim]]
    settled: Mapping[str, list[SettledPart]]
    waiting: Mapping[str, list[OpenPart]]


def _known(account: Account, items: Iterable[LedgerItem], claims: Iterable[Claim]) -> _Known:
    owned: dict[str, list[LedgerItem]] = defaultdict(list)
    for item in items:
        owned[item.customer_code].append(item)
    claimed: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        claimed[claim.customer_code].append(claim)
    return _Known(owned, claimed, settled_parts(account), open_parts(account))


def _customers(
    people: pl.DataFrame, known: _Known, today: date, *, columns: Columns, tell: Tell
) -> Iterator[CustomerAnalysis]:
    for place, (code, name, doubtful) in enumerate(
        people.select("code", "name", "doubtful").sort("code").iter_rows()
    ):
        if place % STEP == 0:
            tell("customers", place / people.height)
        mine, claims = known.items.get(code, []), known.claims.get(code, [])
        aged = _aged(mine, today, columns)
        oldest = max((item.days_overdue for item in mine if item.days_overdue > 0), default=0)
        habits = behavior(known.settled.get(code, []), known.waiting.get(code, []), today)
        yield CustomerAnalysis(
            code=code,
            name=name or code,
            doubtful=bool(doubtful),
            aged=aged,
            oldest_days=oldest,
            behavior=habits,
            grade=grade(
                habits,
                overdue_amount=aged.overdue,
                overdue_oldest_days=oldest,
                outstanding=aged.outstanding,
                doubtful=bool(doubtful),
            ),
            interest=sum((claim.interest.total for claim in claims), ZERO),
            fees=sum((claim.fee_amount for claim in claims), ZERO),
            matched=sum((item.matched for item in mine if item.side == "credit"), ZERO),
        )


def _totals(
    account: Account,
    aged: AgedBalance,
    items: Sequence[LedgerItem],
    customers: Sequence[CustomerAnalysis],
) -> Totals:
    debits = [item for item in items if item.side == "debit"]
    return Totals(
        lines=account.items.height,
        customers=len(customers),
        customers_owing=sum(customer.outstanding > 0 for customer in customers),
        customers_overdue=sum(customer.overdue > 0 for customer in customers),
        open_items=len(items),
        overdue_items=sum(item.days_overdue > 0 for item in debits),
        derived_items=sum(item.due_basis == "derived" for item in debits),
        open_debits=sum((item.open_amount for item in debits), ZERO),
        outstanding=aged.outstanding,
        overdue=aged.overdue,
        not_due=aged.by_column["not_due"],
        unallocated=aged.unallocated,
        other_currencies=account.other_currencies,
    )


def grouped(issues: Iterable[Issue]) -> list[IssueGroup]:
    """Return issues by kind, errors first, then the most frequent; those that were only counted are counted."""
    kinds: dict[str, list[Issue]] = defaultdict(list)
    more: Counter[str] = Counter()
    for issue in issues:
        if issue.code.endswith(MORE):
            more[issue.code.removesuffix(MORE)] += int(issue.params["count"])
        else:
            kinds[issue.code].append(issue)
    groups = [
        IssueGroup(
            code,
            found[0].severity,
            len(found) + more[code],
            found[0],
            tuple(issue.line for issue in found if issue.line is not None)[:LINES_SHOWN],
        )
        for code, found in kinds.items()
    ]
    return sorted(groups, key=lambda group: (group.severity != "error", -group.count, group.code))
