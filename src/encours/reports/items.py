"""Lists of items: all of them with their state, or those behind one figure of the aged balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import sql

from encours.accounts.models import Organization
from encours.reports import ledger
from encours.reports.filters import (
    Condition,
    CustomerFilters,
    ItemFilters,
    item_search,
    portfolio_condition,
)
from encours.reports.ledger import columns_of
from encours.reports.memory import ledger_version, remembered
from encours.reports.pages import Page, Slice
from encours.rules.aging import Columns, column_of

OVERDUE = "overdue"
UNALLOCATED = "unallocated"
SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item with what a list says of it; a credit is never overdue."""

    id: int
    customer_id: int
    customer_code: str
    customer_name: str
    kind: str
    side: str
    number: str
    reference: str
    label: str
    issued_on: date
    due_on: date
    due_basis: str
    amount: Decimal
    open_amount: Decimal
    currency: str
    settled_on: date | None
    disputed_on: date | None
    import_id: int | None
    line: int | None
    days_overdue: int
    column: str


FIELDS = sql.SQL("""
    i.id, i.customer_id, c.code, c.name, i.kind, i.side, i.number, i.reference, i.label, i.issued_on, i.due_on,
    i.due_basis, i.amount, {open_amount}, i.currency, i.settled_on, i.disputed_on, i.import_id, i.line
""")

CUSTOMER = sql.SQL("""
    JOIN customers_customer c ON c.organization_id = %(organization)s AND c.id = i.customer_id
""")

GRADE = sql.SQL("""
    LEFT JOIN scoring_score s ON s.organization_id = %(organization)s AND s.customer_id = c.id
        AND s.replaced_on IS NULL
""")

COUNTED_ITEMS = sql.SQL("i.organization_id = %(organization)s AND i.missing_since IS NULL")

KEYS: dict[str, sql.Composable] = {
    "issued_on": sql.SQL("i.issued_on"),
    "due_on": sql.SQL("i.due_on"),
    "days": sql.SQL("CASE i.side WHEN 'debit' THEN %(on)s::date - i.due_on END"),
    "number": sql.SQL("i.number"),
    "amount": sql.SQL("i.amount"),
    "open_amount": sql.SQL("i.open_amount"),
}

# The page is cut before the rows are read and the customers named: half the time on a million ledger lines.
SHOWN = sql.SQL("""
    SELECT {fields}
    FROM (
        SELECT page.id, row_number() OVER () AS place
        FROM (SELECT i.id FROM {found} i {named} {order}) page
    ) shown
    JOIN receivables_item i ON i.organization_id = %(organization)s AND i.id = shown.id
    {customer}
    ORDER BY shown.place
""")

# What most items are is met soon, walking from the latest. The few that are otherwise are found first and then put
# in order, which OFFSET 0 keeps PostgreSQL to: it would walk for them too, past hundreds of thousands.
FOUND = sql.SQL("(SELECT i.* FROM receivables_item i WHERE {counted} {condition} {fence})")
FENCE = sql.SQL("OFFSET 0")

STATES: dict[str, sql.SQL] = {
    "open": sql.SQL("AND i.open_amount > 0"),
    "overdue": sql.SQL("AND i.open_amount > 0 AND i.side = 'debit' AND i.due_on < %(on)s"),
    "not_due": sql.SQL("AND i.open_amount > 0 AND i.side = 'debit' AND i.due_on >= %(on)s"),
    "settled": sql.SQL("AND i.open_amount = 0"),
    "disputed": sql.SQL("AND i.open_amount > 0 AND i.disputed_on IS NOT NULL"),
    "unallocated": sql.SQL("AND i.open_amount > 0 AND i.side = 'credit'"),
    "derived": sql.SQL("AND i.open_amount > 0 AND i.side = 'debit' AND i.due_basis = 'derived'"),
    "received": sql.SQL("AND i.side = 'credit' AND i.kind IN ('payment', 'prepayment')"),
    # The open invoices of which late interest and recovery fees may be claimed.
    "claimable": sql.SQL(
        "AND i.open_amount > 0 AND i.kind = 'invoice' AND i.due_on < %(on)s AND i.disputed_on IS NULL"
        " AND i.issued_on <= %(on)s AND i.currency = %(currency)s"
    ),
}


def items(
    organization: Organization,
    today: date,
    *,
    search: str = "",
    filters: ItemFilters | None = None,
    sort: str = "-issued_on",
    page: int = 1,
    size: int | None = 50,
) -> Page[ItemRow]:
    """Return the items of an organization that were asked for, open and settled."""
    columns = columns_of(organization)
    condition = _condition(organization, today, search, filters or ItemFilters())
    part = Slice(sort, page, size)
    counted = sql.SQL("FROM receivables_item i WHERE {} {}").format(COUNTED_ITEMS, condition.text)
    count = remembered(
        ledger_version(organization.pk),
        ("items", organization.pk, today, search, filters),
        lambda: int(ledger.fetch(sql.SQL("SELECT count(*) {}").format(counted), condition.parameters)[0][0]),
    )
    by_name = part.sort.removeprefix("-") == "customer"
    rows = ledger.fetch(
        SHOWN.format(
            fields=FIELDS.format(open_amount=sql.SQL("i.open_amount")),
            named=CUSTOMER if by_name else sql.SQL(""),
            customer=CUSTOMER,
            found=FOUND.format(
                counted=COUNTED_ITEMS,
                condition=condition.text,
                fence=sql.SQL("") if _most(search, filters or ItemFilters()) else FENCE,
            ),
            order=part.order(KEYS | {"customer": sql.SQL("c.name")}, "-issued_on", sql.SQL("i.id")),
        ),
        condition.parameters | dict(part.parameters()),
    )
    return part.of(tuple(item_row(row, today, columns) for row in rows), count)


def _most(search: str, filters: ItemFilters) -> bool:
    """Tell whether what is asked for is what most items are."""
    return (
        not search.strip()
        and filters.state in {"", "settled", "received"}
        and filters.kind in {"", "invoice", "payment"}
        and not filters.column
        and filters.customer_id is None
        and filters.portfolio_user_id is None
    )


@dataclass(frozen=True, slots=True)
class ItemSums:
    """What is open of a list of items: what is owed, and what takes away from it."""

    debits: Decimal
    credits: Decimal

    @property
    def outstanding(self) -> Decimal:
        """Return what is owed in all."""
        return self.debits - self.credits


def item_sums(
    organization: Organization, today: date, *, search: str = "", filters: ItemFilters | None = None
) -> ItemSums:
    """Return what is open, in the organization's currency, of the items that were asked for."""
    condition = _condition(organization, today, search, filters or ItemFilters())
    statement = sql.SQL("""
        SELECT coalesce(sum(i.open_amount) FILTER (WHERE i.side = 'debit'), 0),
            coalesce(sum(i.open_amount) FILTER (WHERE i.side = 'credit'), 0)
        FROM receivables_item i WHERE {counted} AND i.currency = %(currency)s {condition}
    """).format(counted=COUNTED_ITEMS, condition=condition.text)
    return remembered(
        ledger_version(organization.pk),
        ("sums", organization.pk, today, search, filters, organization.currency),
        lambda: ItemSums(*ledger.fetch(statement, condition.parameters)[0]),
    )


def aged_items(
    organization: Organization,
    today: date,
    *,
    on: date | None = None,
    column: str = "",
    customer_id: int | None = None,
    filters: CustomerFilters | None = None,
    sort: str = "-days",
    page: int = 1,
    size: int | None = 50,
) -> Page[ItemRow]:
    """Return the items behind a figure of the aged balance at a day, with what was open of each then."""
    day = on or today
    columns = columns_of(organization)
    condition = (filters or CustomerFilters()).condition()
    part = Slice(sort, page, size)
    one = sql.SQL("" if customer_id is None else "AND i.customer_id = %(customer)s")
    source = sql.SQL("""
        FROM ({ranked}) i {customer} {grade} WHERE true {ranks} {condition}
    """).format(
        ranked=ledger.ranked_items(live=day == today, more=one),
        customer=CUSTOMER,
        grade=GRADE,
        ranks=_ranks(column),
        condition=condition.text,
    )
    values = ledger.parameters(organization, day, condition) | {
        "customer": customer_id,
        "rank": columns.codes.index(column) if column in columns.codes else None,
    }
    keys = KEYS | {"customer": sql.SQL("c.name"), "open_amount": sql.SQL("i.open_then")}
    rows = ledger.fetch(
        sql.SQL("SELECT {}, count(*) OVER () {} {}").format(
            FIELDS.format(open_amount=sql.SQL("i.open_then")),
            source,
            part.order(keys, "-days", sql.SQL("i.id")),
        ),
        values | dict(part.parameters()),
    )
    count = rows[0][-1] if rows else 0
    return part.of(tuple(item_row(row[:-1], day, columns) for row in rows), count)


def item_row(row: Sequence[Any], day: date, columns: Columns) -> ItemRow:
    """Return the row of a list from the columns of FIELDS."""
    side, due_on, open_amount = row[5], row[10], row[13]
    days = (day - due_on).days if side == "debit" else 0
    column = column_of(days, columns) if side == "debit" else UNALLOCATED
    return ItemRow(*(*row, days, column if open_amount else SETTLED))


def _ranks(column: str) -> sql.SQL:
    if column == UNALLOCATED:
        return sql.SQL("AND i.rank = -1")
    if column == OVERDUE:
        return sql.SQL("AND i.rank > 0")
    return sql.SQL("AND i.rank = %(rank)s" if column else "")


def _condition(organization: Organization, today: date, search: str, filters: ItemFilters) -> Condition:
    columns = columns_of(organization)
    portfolio = portfolio_condition(filters.portfolio_user_id)
    dates = filters.dates()
    texts: list[sql.Composable] = [portfolio.text, dates.text]
    values = ledger.parameters(organization, today, portfolio, dates) | {"timezone": organization.timezone}
    if search.strip():
        found = item_search(search)
        texts.append(found.text)
        values |= found.parameters
    if filters.state in STATES:
        texts.append(STATES[filters.state])
    if filters.kind:
        texts.append(sql.SQL("AND i.kind = %(kind)s"))
        values["kind"] = filters.kind
    if filters.customer_id is not None:
        texts.append(sql.SQL("AND i.customer_id = %(customer)s"))
        values["customer"] = filters.customer_id
    if filters.column == UNALLOCATED:
        texts.append(STATES[UNALLOCATED])
    elif filters.column in columns.codes:
        texts.append(
            sql.SQL(
                "AND i.open_amount > 0 AND i.side = 'debit'"
                " AND width_bucket(%(on)s::date - i.due_on, %(starts)s::int[]) = %(rank)s"
            )
        )
        values["rank"] = columns.codes.index(filters.column)
    return Condition(sql.SQL(" ").join(texts), values)
