"""The aged balance of an organization at any day, by customer, and the items behind every figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import sql

from encours.accounts.models import Organization
from encours.reports import ledger
from encours.reports.filters import Condition, CustomerFilters, portfolio_condition
from encours.reports.ledger import ZERO, columns_of
from encours.reports.pages import Page, Slice
from encours.rules.aging import NOT_DUE, Columns


@dataclass(frozen=True, slots=True)
class AgedAmounts:
    """Open debits by column, and the unallocated credits as a positive amount apart."""

    by_column: dict[str, Decimal]
    unallocated: Decimal

    @property
    def debits(self) -> Decimal:
        """Return all columns together."""
        return sum(self.by_column.values(), ZERO)

    @property
    def outstanding(self) -> Decimal:
        """Return what is owed: all columns, less the unallocated credits."""
        return self.debits - self.unallocated

    @property
    def not_due(self) -> Decimal:
        """Return what is not due yet."""
        return self.by_column[NOT_DUE]

    @property
    def overdue(self) -> Decimal:
        """Return what is past due, before any unallocated credit."""
        return self.debits - self.by_column[NOT_DUE]


@dataclass(frozen=True, slots=True)
class AgedRow:
    """One customer of the aged balance."""

    customer_id: int
    code: str
    name: str
    grade: str
    collector_id: int | None
    oldest_days: int
    amounts: AgedAmounts


@dataclass(frozen=True, slots=True)
class AgedBalanceReport:
    """The aged balance at a day: some of its rows, and the totals of all of them."""

    on: date
    columns: Columns
    rows: Page[AgedRow]
    totals: AgedAmounts


# The totals come first, as a row of their own, from the same sums as the rows; names are looked up for the rows that
# are shown, and before that only where they choose or order. What is open is added up on one core: two of them take
# twice as long to bring their sums of every customer together.
BY_CUSTOMER = sql.SQL("""
    WITH ranked AS MATERIALIZED (SELECT customer_id, days, rank, open_then FROM ({ranked}) ranked),
    sums AS (
        SELECT customer_id, {columns}, max(days) FILTER (WHERE rank > 0) AS oldest_days,
            sum(CASE rank WHEN -1 THEN -open_then ELSE open_then END) AS outstanding,
            coalesce(sum(open_then) FILTER (WHERE rank > 0), 0) AS overdue
        FROM ranked GROUP BY customer_id
    ), chosen AS MATERIALIZED ({chosen})
    (SELECT count(*), '', '', '', NULL::bigint, 0, {totals} FROM chosen)
    UNION ALL
    (SELECT shown.customer_id, c.code, c.name, coalesce(s.grade, ''), c.collector_id, coalesce(oldest_days, 0), {names}
     FROM (SELECT page.*, row_number() OVER () AS place FROM (SELECT * FROM chosen {order}) page) shown {people}
     ORDER BY place)
""")

EVERYBODY = sql.SQL("SELECT sums.* FROM sums")
SOME = sql.SQL("SELECT sums.*, c.code, c.name, s.grade FROM sums {people} WHERE true {condition}")
PEOPLE = sql.SQL("""
    JOIN customers_customer c ON c.organization_id = %(organization)s AND c.id = {rows}.customer_id
    LEFT JOIN scoring_score s ON s.organization_id = %(organization)s AND s.customer_id = c.id
        AND s.replaced_on IS NULL
""")
# What a list is ordered by that is no sum.
FACTS = ("name", "code", "grade")

TOTALS = sql.SQL("SELECT rank, sum(open_then) FROM ({ranked}) ranked GROUP BY rank")


def aged_balance(
    organization: Organization,
    today: date,
    *,
    on: date | None = None,
    filters: CustomerFilters | None = None,
    sort: str = "-overdue",
    page: int = 1,
    size: int | None = 50,
) -> AgedBalanceReport:
    """Return the aged balance at a day, today's from what is open, any other replayed."""
    day = on or today
    columns = columns_of(organization)
    condition = (filters or CustomerFilters()).condition()
    part = Slice(sort, page, size)
    names = _names(columns)
    keys = {name: sql.Identifier(name) for name in (*FACTS, "outstanding", "overdue")}
    keys |= {"oldest_days": sql.Identifier("oldest_days"), "unallocated": names[-1]}
    keys |= dict(zip(columns.codes, names, strict=False))
    statement = BY_CUSTOMER.format(
        columns=sql.SQL(", ").join(_sums(names)),
        ranked=ledger.ranked_items(live=day == today),
        chosen=_chosen(condition, sort),
        totals=sql.SQL(", ").join(sql.SQL("coalesce(sum({}), 0)").format(name) for name in names),
        names=sql.SQL(", ").join(names),
        people=PEOPLE.format(rows=sql.Identifier("shown")),
        order=part.order(keys, "-overdue", sql.SQL("customer_id")),
    )
    total, *rows = ledger.fetch(
        statement, ledger.parameters(organization, day, condition) | dict(part.parameters())
    )
    return AgedBalanceReport(
        day,
        columns,
        part.of(tuple(_row(columns, row) for row in rows), total[0]),
        _amounts(columns, total[6:]),
    )


def aged_totals(
    organization: Organization,
    today: date,
    *,
    on: date | None = None,
    portfolio_user_id: int | None = None,
    customer_id: int | None = None,
) -> AgedAmounts:
    """Return only the totals of the aged balance at a day, of everybody, of a portfolio or of one customer."""
    day = on or today
    columns = columns_of(organization)
    portfolio = portfolio_condition(portfolio_user_id)
    one = sql.SQL("" if customer_id is None else "AND i.customer_id = %(customer)s")
    statement = TOTALS.format(ranked=ledger.ranked_items(live=day == today, more=portfolio.text + one))
    values = ledger.parameters(organization, day, portfolio) | {"customer": customer_id}
    found: dict[Any, Any] = {row[0]: row[1] for row in ledger.fetch(statement, values)}
    return AgedAmounts(
        {code: found.get(rank, ZERO) for rank, code in enumerate(columns.codes)},
        found.get(ledger.UNALLOCATED_RANK, ZERO),
    )


def _chosen(condition: Condition, sort: str) -> sql.Composable:
    """Return the statement that chooses customers, which reads about them only where it must."""
    if not list(condition.text) and sort.removeprefix("-") not in FACTS:
        return EVERYBODY
    return SOME.format(people=PEOPLE.format(rows=sql.Identifier("sums")), condition=condition.text)


def _names(columns: Columns) -> list[sql.Identifier]:
    return [
        *(sql.Identifier(f"column_{rank}") for rank in range(len(columns.codes))),
        sql.Identifier("apart"),
    ]


def _sums(names: list[sql.Identifier]) -> list[sql.Composed]:
    ranks = [*range(len(names) - 1), ledger.UNALLOCATED_RANK]
    return [
        sql.SQL("coalesce(sum(open_then) FILTER (WHERE rank = {}), 0) AS {}").format(rank, name)
        for rank, name in zip(ranks, names, strict=True)
    ]


def _amounts(columns: Columns, values: Any) -> AgedAmounts:  # noqa: ANN401 - the columns of a row, as the database gives them
    *debits, unallocated = values
    return AgedAmounts(dict(zip(columns.codes, debits, strict=True)), unallocated)


def _row(columns: Columns, row: Sequence[Any]) -> AgedRow:
    return AgedRow(*(*row[:6], _amounts(columns, row[6:])))
