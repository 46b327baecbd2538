"""The overview: what is owed, how late, how concentrated, how it moves, and what changed."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from psycopg import sql

from encours.accounts.models import Organization
from encours.reports import ledger
from encours.reports.aging import AgedAmounts, aged_totals
from encours.reports.changes import Changes, changes
from encours.reports.claim_totals import ClaimTotals, claim_totals
from encours.reports.filters import portfolio_condition
from encours.reports.ledger import ZERO, columns_of
from encours.reports.memory import ledger_version, remembered, version
from encours.reports.risk import AtRisk, Share, Spread, at_risk, spread
from encours.reports.trend import Trend, TrendPoint, trend
from encours.rules.aging import Columns
from encours.rules.dso import (
    Concentration,
    CountBackDso,
    best_possible_dso,
    collection_effectiveness,
    count_back_dso,
    simple_dso,
)

# The running month and the twelve before it, so that every season weighs once or nearly.
DSO_MONTHS = 13
CEI_MONTHS = 3
_TEN_THOUSANDTH = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of an organization, or of one portfolio, on a day; None where nothing can be said."""

    today: date
    columns: Columns
    aged: AgedAmounts
    customers_owing: int
    customers_overdue: int
    dso: CountBackDso | None
    simple_dso: Decimal | None
    best_possible_dso: Decimal | None
    cei: Decimal | None
    trend: tuple[TrendPoint, ...]
    concentration: Concentration | None
    top_customers: tuple[Share, ...]
    at_risk: tuple[AtRisk, ...]
    changes: Changes
    claims: ClaimTotals
    other_currencies: dict[str, Decimal]

    @property
    def outstanding(self) -> Decimal:
        """Return what is owed, due or not, less the unallocated credits."""
        return self.aged.outstanding

    @property
    def overdue(self) -> Decimal:
        """Return what is past due."""
        return self.aged.overdue

    @property
    def not_due(self) -> Decimal:
        """Return what is not due yet."""
        return self.aged.not_due

    @property
    def unallocated(self) -> Decimal:
        """Return the credits that settle nothing yet."""
        return self.aged.unallocated

    @property
    def overdue_share(self) -> Decimal | None:
        """Return the part of the open debits that is past due, from 0 to 1."""
        if not self.aged.debits:
            return None
        return (self.aged.overdue / self.aged.debits).quantize(_TEN_THOUSANDTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class _Figures:
    """What only the ledger changes."""

    aged: AgedAmounts
    trend: Trend
    spread: Spread
    other_currencies: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class _News:
    """What anything may change."""

    at_risk: tuple[AtRisk, ...]
    changes: Changes


OTHER_CURRENCIES = sql.SQL("""
    SELECT i.currency, sum(CASE i.side WHEN 'debit' THEN i.open_amount ELSE -i.open_amount END)
    FROM receivables_item i
    WHERE i.organization_id = %(organization)s AND i.open_amount > 0 AND i.missing_since IS NULL
      AND i.issued_on <= %(on)s AND i.currency <> %(currency)s {more}
    GROUP BY i.currency ORDER BY i.currency
""")


def overview(organization: Organization, today: date, *, portfolio_user_id: int | None = None) -> Overview:
    """Return the overview; it is computed again only after something happened that may change it."""
    settings = (columns_of(organization), organization.currency, organization.timezone)
    about = (organization.pk, today, portfolio_user_id, settings)
    figures = remembered(
        ledger_version(organization.pk),
        ("figures", *about),
        lambda: _figures(organization, today, portfolio_user_id),
    )
    news = remembered(
        version(organization.pk),
        ("news", *about),
        lambda: _News(
            at_risk(organization, today, portfolio_user_id=portfolio_user_id),
            changes(organization, today, portfolio_user_id=portfolio_user_id),
        ),
    )
    claimed = claim_totals(organization, today, portfolio_user_id=portfolio_user_id)
    return _overview(organization, today, figures, news, claimed)


def _figures(organization: Organization, today: date, portfolio_user_id: int | None) -> _Figures:
    portfolio = portfolio_condition(portfolio_user_id)
    others = ledger.fetch(
        OTHER_CURRENCIES.format(more=portfolio.text), ledger.parameters(organization, today, portfolio)
    )
    return _Figures(
        aged_totals(organization, today, portfolio_user_id=portfolio_user_id),
        trend(organization, today, portfolio_user_id=portfolio_user_id),
        spread(organization, today, portfolio_user_id=portfolio_user_id),
        dict(others),
    )


def _overview(
    organization: Organization, today: date, figures: _Figures, news: _News, claimed: ClaimTotals
) -> Overview:
    aged, months, points = figures.aged, figures.trend.sales, figures.trend.points
    year = months[-DSO_MONTHS:]
    sold = sum((month.amount for month in year), ZERO)
    days = sum(month.days for month in year)
    quarter = sum((month.amount for month in months[-CEI_MONTHS:]), ZERO)
    opening = points[-1 - CEI_MONTHS].outstanding if len(points) > CEI_MONTHS else None
    return Overview(
        today=today,
        columns=columns_of(organization),
        aged=aged,
        customers_owing=figures.spread.customers_owing,
        customers_overdue=figures.spread.customers_overdue,
        dso=count_back_dso(aged.outstanding, months) if any(month.amount > 0 for month in months) else None,
        simple_dso=simple_dso(aged.outstanding, sold, days),
        best_possible_dso=best_possible_dso(aged.not_due, sold, days),
        cei=None
        if opening is None
        else collection_effectiveness(opening, quarter, aged.outstanding, aged.not_due),
        trend=points,
        concentration=figures.spread.concentration,
        top_customers=figures.spread.top_customers,
        at_risk=news.at_risk,
        changes=news.changes,
        claims=claimed,
        other_currencies=figures.other_currencies,
    )
