"""The sum of all claims, added up by the database to the same cents as the claims one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import LiteralString

from psycopg import sql

from encours.accounts.models import Organization
from encours.accounts.queries import interest_policy, rate_table
from encours.reports import ledger
from encours.reports.claims import LATE, ONE, OPEN
from encours.reports.filters import Condition, portfolio_condition
from encours.reports.ledger import ZERO
from encours.reports.memory import ledger_version, remembered
from encours.rules.interest import LateInterestPolicy, late_interest
from encours.rules.rates import HalfYear, RateTable, half_year_of
from encours.rules.recovery_fee import recovery_fee


@dataclass(frozen=True, slots=True)
class ClaimTotals:
    """What may be claimed in all; partial where the rates of a half-year are missing."""

    invoices: int
    interest: Decimal
    recovery_fees: Decimal
    fee_count: int
    partial: bool
    counted_until: date | None

    @property
    def total(self) -> Decimal:
        """Return interest and fees together."""
        return self.interest + self.recovery_fees


HALF_OF: LiteralString = "extract(year FROM {0})::int * 2 + (extract(month FROM {0}) > 6)::int"

LATE_INVOICES = sql.SQL("""
    invoices AS MATERIALIZED (
        SELECT i.id, i.customer_id, i.number, i.due_on, i.amount, i.open_amount, c.public_buyer, c.insolvent_on,
            least(%(on)s, c.insolvent_on - 1) AS until
        FROM receivables_item i
        JOIN customers_customer c ON c.organization_id = %(organization)s AND c.id = i.customer_id
        WHERE {counted} AND {late}
    ), paid AS (
        SELECT i.id, CASE credit.kind WHEN 'credit_note' THEN least(a.allocated_on, i.due_on)
            ELSE a.allocated_on END AS paid_on, a.amount
        FROM invoices i
        JOIN receivables_allocation a ON a.organization_id = %(organization)s AND a.debit_id = i.id
        JOIN receivables_item credit ON credit.organization_id = %(organization)s AND credit.id = a.credit_id
        WHERE a.allocated_on <= %(on)s
    )
""")

# One row for each stretch of days with one unpaid principal: up to each payment, then up to the end. A stretch
# is cut at half-years, and its parts are rounded one by one, as the statement of an invoice shows them.
INTEREST = sql.SQL("""
    WITH {invoices}, steps AS (
        SELECT i.id, greatest(i.due_on, coalesce(lag(s.paid_on) OVER earlier, i.due_on)) + 1 AS from_on,
            s.paid_on AS to_on,
            i.amount - (sum(s.amount) OVER earlier - s.amount) AS unpaid
        FROM invoices i
        JOIN (
            SELECT p.id, p.paid_on, sum(p.amount) AS amount
            FROM paid p JOIN invoices o ON o.id = p.id WHERE p.paid_on < o.until GROUP BY 1, 2
            UNION ALL SELECT id, until, 0 FROM invoices
        ) s ON s.id = i.id
        WINDOW earlier AS (PARTITION BY i.id ORDER BY s.paid_on)
    ), halves AS (
        SELECT * FROM unnest(%(halves)s::int[], %(froms)s::date[], %(tos)s::date[], %(percents)s::numeric[],
            %(public_percents)s::numeric[]) AS h(half, from_on, to_on, percent, public_percent)
    ), stretches AS MATERIALIZED (
        SELECT st.*, CASE WHEN i.public_buyer THEN first.public_percent END AS frozen_percent,
            CASE WHEN NOT i.public_buyer THEN (
                SELECT min(m.from_on) FROM halves m WHERE m.percent IS NULL AND m.to_on > i.due_on
            ) WHEN first.public_percent IS NULL THEN i.due_on + 1 END AS unknown_on
        FROM steps st
        JOIN invoices i ON i.id = st.id
        LEFT JOIN halves first ON first.half = {half_of_due}
        WHERE st.from_on <= st.to_on AND st.unpaid > 0
    ), interests AS (
        SELECT round(sum(round(st.unpaid * coalesce(st.frozen_percent, h.percent)
            * (least(st.to_on, h.to_on) - greatest(st.from_on, h.from_on) + 1) / 36500, 4)), 2) AS interest
        FROM stretches st
        CROSS JOIN LATERAL generate_series({half_of_start}, {half_of_end}) AS part(half)
        JOIN halves h ON h.half = part.half
        WHERE st.unknown_on IS NULL OR greatest(st.from_on, h.from_on) < st.unknown_on
        GROUP BY st.id
    )
    SELECT (SELECT count(DISTINCT id) FROM stretches), (SELECT coalesce(sum(interest), 0) FROM interests),
        (SELECT min(greatest(from_on, unknown_on)) - 1 FROM stretches WHERE to_on >= unknown_on)
""")

# Priced by the rule: here only counted, once for each invoice number.
FEES = sql.SQL("""
    WITH {invoices}
    SELECT due_on, public_buyer, count(*) FROM (
        SELECT DISTINCT ON (i.customer_id, coalesce(nullif(i.number, ''), '#' || i.id)) i.due_on, i.public_buyer
        FROM invoices i
        LEFT JOIN (SELECT id, max(paid_on) AS paid_on FROM paid GROUP BY id) p ON p.id = i.id
        WHERE (i.open_amount > 0 OR p.paid_on > i.due_on)
          AND (i.insolvent_on IS NULL OR i.insolvent_on > i.due_on)
        ORDER BY i.customer_id, coalesce(nullif(i.number, ''), '#' || i.id), i.due_on, i.id
    ) first GROUP BY 1, 2
""")

FIRST_HALF_YEAR = HalfYear(1990, 1)


def claim_totals(
    organization: Organization,
    today: date,
    *,
    portfolio_user_id: int | None = None,
    customer_id: int | None = None,
    open_only: bool = True,
    rates: RateTable | None = None,
) -> ClaimTotals:
    """Return what may be claimed in all on overdue invoices, or also on those that were paid late.

    The latter are many more: a million items take ten seconds, so that no page waits for them unasked.
    """
    known = rates or rate_table(organization.pk)
    policy = interest_policy(organization)
    which = _which(portfolio_user_id, customer_id, open_only=open_only)

    def compute() -> ClaimTotals:
        return _totals(organization, today, known, policy, which)

    if customer_id is not None:
        return compute()
    settings = (known, policy, organization.currency)
    about = ("claims", organization.pk, today, portfolio_user_id, open_only, settings)
    return remembered(ledger_version(organization.pk), about, compute)


def _totals(
    organization: Organization,
    today: date,
    rates: RateTable,
    policy: LateInterestPolicy,
    which: Condition,
) -> ClaimTotals:
    invoices = LATE_INVOICES.format(counted=ledger.COUNTED, late=LATE.format(more=which.text))
    values = ledger.parameters(organization, today, which)
    statement = INTEREST.format(
        invoices=invoices,
        half_of_due=_half_of("(i.due_on + 1)"),
        half_of_start=_half_of("st.from_on"),
        half_of_end=_half_of("st.to_on"),
    )
    row = ledger.fetch(statement, values | _halves(today, rates, policy))[0]
    found = ledger.fetch(FEES.format(invoices=invoices), values)
    fees = [
        (count, fee.amount.amount)
        for due_on, public_buyer, count in found
        if (fee := recovery_fee(due_on, None, today, public_buyer=public_buyer))
    ]
    return ClaimTotals(
        row[0],
        row[1],
        sum((count * amount for count, amount in fees), ZERO),
        sum(count for count, _amount in fees),
        row[2] is not None,
        row[2],
    )


def _which(portfolio_user_id: int | None, customer_id: int | None, *, open_only: bool) -> Condition:
    portfolio = portfolio_condition(portfolio_user_id)
    texts = [portfolio.text, *([OPEN] if open_only else []), *([] if customer_id is None else [ONE])]
    return Condition(sql.SQL(" ").join(texts), portfolio.parameters | {"customer": customer_id})


def _half_of(day: LiteralString) -> sql.SQL:
    return sql.SQL(HALF_OF.replace("{0}", day))


def _halves(today: date, rates: RateTable, policy: LateInterestPolicy) -> dict[str, object]:
    """Return every half-year with the rate that the rule applies in it, or none where it is not known."""
    halves = list(_half_years(half_year_of(today)))
    public = LateInterestPolicy("public_buyer")
    return {
        "halves": [half.year * 2 + half.half - 1 for half in halves],
        "froms": [half.from_on for half in halves],
        "tos": [half.to_on for half in halves],
        "percents": [_percent(half, rates, policy) for half in halves],
        "public_percents": [_percent(half, rates, public) for half in halves],
    }


def _half_years(last: HalfYear) -> Iterator[HalfYear]:
    half = FIRST_HALF_YEAR
    while half <= last:
        yield half
        half = half.following()


def _percent(half: HalfYear, rates: RateTable, policy: LateInterestPolicy) -> Decimal | None:
    before = half.from_on - timedelta(days=1)
    segments = late_interest(Decimal(1), before, half.from_on, rates, policy=policy).segments
    return segments[0].rate_percent if segments else None
