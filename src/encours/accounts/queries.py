"""The rates and the interest policy that hold for an organization."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from encours.accounts.models import EnteredRate, Organization, PublicRate, Sender, SenderPurpose
from encours.rules.interest import LateInterestPolicy
from encours.rules.rates import SHIPPED, HalfYear, HalfYearRates, RateTable, half_year_of

REFINANCING = "refinancing"
LEGAL = "legal"

Known = dict[HalfYear, dict[str, tuple[Decimal, str]]]


def rate_table(organization_id: int) -> RateTable:
    """Return the rates an organization counts with: those shipped, then public ones, then its own.

    A half-year of which only one of the two rates is known is left out: nothing is guessed.
    """
    rows = (_row(half_year, rates) for half_year, rates in later_rates(organization_id).items())
    return SHIPPED.with_rates(row for row in rows if row is not None)


def later_rates(organization_id: int) -> Known:
    """Return the rates that were read or entered since this version was shipped, be they one or both of a half-year."""
    known: Known = {}
    _take(known, PublicRate.objects.order_by("starts_on"))
    _take(known, EnteredRate.objects.filter(organization_id=organization_id).order_by("starts_on"))
    return known


def sender_of(organization: Organization) -> Sender | None:
    """Return the mail server and the address the organization writes from, once they are set."""
    return Sender.objects.filter(organization=organization, purpose=SenderPurpose.MAIN).first()


def today_of(organization: Organization, now: datetime) -> date:
    """Return the day it is where the organization works."""
    return now.astimezone(ZoneInfo(organization.timezone)).date()


def interest_policy(organization: Organization, *, public_buyer: bool = False) -> LateInterestPolicy:
    """Return how the organization counts late interest; a public buyer's rate is set by law."""
    if public_buyer:
        return LateInterestPolicy("public_buyer")
    if organization.interest_kind == "contract" and organization.interest_rate_percent is not None:
        return LateInterestPolicy("contract", organization.interest_rate_percent)
    if organization.interest_kind == "legal_multiple":
        return LateInterestPolicy("legal_multiple")
    return LateInterestPolicy()


def _take(known: Known, rates: Iterable[PublicRate | EnteredRate]) -> None:
    """Add rates to those known; only the one in force on the first day of a half-year counts for it."""
    for rate in rates:
        half_year = half_year_of(rate.starts_on)
        if rate.starts_on == half_year.from_on:
            known.setdefault(half_year, {})[rate.kind] = rate.percent, rate.source


def _row(half_year: HalfYear, rates: dict[str, tuple[Decimal, str]]) -> HalfYearRates | None:
    if SHIPPED.knows(half_year):
        shipped = SHIPPED.rates_of(half_year)
        rates = {
            REFINANCING: (shipped.refinancing_percent, shipped.source),
            LEGAL: (shipped.legal_percent, shipped.source),
        } | rates
    if REFINANCING not in rates or LEGAL not in rates:
        return None
    sources = dict.fromkeys((rates[REFINANCING][1], rates[LEGAL][1]))
    return HalfYearRates(half_year, rates[REFINANCING][0], rates[LEGAL][0], "; ".join(sources))
