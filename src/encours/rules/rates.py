"""The rates of late interest, half-year by half-year, each with its source.

The default rate of article L441-10 II is the ECB main refinancing rate in force on 1 January or 1 July plus
10 points; a contract rate is never below 3 times the legal rate for professionals (article L313-2 CMF).
A half-year that is not in the table has no rate: nothing falls back on the one before.

>>> SHIPPED.default_rate(half_year_of(date(2024, 3, 1))), SHIPPED.floor(HalfYear(2024, 1))
(Decimal('14.50'), Decimal('15.21'))
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

DEFAULT_POINTS = Decimal(10)
PUBLIC_BUYER_POINTS = Decimal(8)
FLOOR_MULTIPLE = 3


@dataclass(frozen=True, slots=True, order=True)
class HalfYear:
    """January to June (half 1) or July to December (half 2) of a year."""

    year: int
    half: int

    def __post_init__(self) -> None:
        if self.half not in (1, 2):
            raise ValueError(f"A year has halves 1 and 2, not {self.half}.")

    @property
    def from_on(self) -> date:
        """Return its first day."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def to_on(self) -> date:
        """Return its last day."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    def following(self) -> "HalfYear":
        """Return the next half-year."""
        return half_year_of(self.to_on + timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year} H{self.half}"


def half_year_of(day: date) -> HalfYear:
    """Return the half-year in which a day lies."""
    last_month_of_first_half = 6
    return HalfYear(day.year, 1 if day.month <= last_month_of_first_half else 2)


class RateMissingError(LookupError):
    """The rate of a half-year is not known."""

    def __init__(self, half_year: HalfYear) -> None:
        super().__init__(f"The rates of {half_year} are not known: enter them, or update the rates.")
        self.half_year = half_year


@dataclass(frozen=True, slots=True)
class HalfYearRates:
    """The two published rates of one half-year: ECB main refinancing, and legal rate for professionals."""

    half_year: HalfYear
    refinancing_percent: Decimal
    legal_percent: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class RateTable:
    """The rates that are known, one row per half-year, oldest first."""

    rows: tuple[HalfYearRates, ...]

    def __post_init__(self) -> None:
        if not self.rows:
            raise ValueError("A rate table has at least one half-year.")
        if len({row.half_year for row in self.rows}) < len(self.rows):
            raise ValueError("A half-year stands once in a rate table.")
        object.__setattr__(self, "rows", tuple(sorted(self.rows, key=lambda row: row.half_year)))

    def with_rates(self, rates: Iterable[HalfYearRates]) -> "RateTable":
        """Return a table in which these rates are added, or replace those of the same half-years."""
        known = {row.half_year: row for row in self.rows} | {row.half_year: row for row in rates}
        return RateTable(tuple(known.values()))

    def known_until(self) -> date:
        """Return the last day of the last half-year known without a gap since the first."""
        last = self.rows[0].half_year
        for row in self.rows[1:]:
            if row.half_year != last.following():
                break
            last = row.half_year
        return last.to_on

    def knows(self, half_year: HalfYear) -> bool:
        """Tell whether the rates of a half-year are known."""
        return any(row.half_year == half_year for row in self.rows)

    def rates_of(self, half_year: HalfYear) -> HalfYearRates:
        """Return the rates of a half-year with their source."""
        for row in self.rows:
            if row.half_year == half_year:
                return row
        raise RateMissingError(half_year)

    def default_rate(self, half_year: HalfYear) -> Decimal:
        """Return the rate that applies when the contract sets none (L441-10 II)."""
        return self.rates_of(half_year).refinancing_percent + DEFAULT_POINTS

    def public_buyer_rate(self, half_year: HalfYear) -> Decimal:
        """Return the rate that public buyers owe (R2192-31 CCP)."""
        return self.rates_of(half_year).refinancing_percent + PUBLIC_BUYER_POINTS

    def floor(self, half_year: HalfYear) -> Decimal:
        """Return the lowest rate a contract may set: 3 times the legal rate."""
        return self.rates_of(half_year).legal_percent * FLOOR_MULTIPLE


def _row(year: int, half: int, refinancing: str, legal: str, legal_source: str = "") -> HalfYearRates:
    half_year = HalfYear(year, half)
    legal_source = legal_source or f"order (arrêté) of the minister for the economy for {half_year}"
    source = (
        f"ECB main refinancing rate in force on {half_year.from_on:%Y-%m-%d}; "
        f"legal rate (L313-2 CMF): {legal_source}"
    )
    return HalfYearRates(half_year, Decimal(refinancing), Decimal(legal), source)


SHIPPED = RateTable(
    (
        _row(2019, 1, "0.00", "0.86"),
        _row(2019, 2, "0.00", "0.87"),
        _row(2020, 1, "0.00", "0.87"),
        _row(2020, 2, "0.00", "0.84"),
        _row(2021, 1, "0.00", "0.79"),
        _row(2021, 2, "0.00", "0.76"),
        _row(2022, 1, "0.00", "0.76"),
        _row(2022, 2, "0.00", "0.77"),
        _row(2023, 1, "2.50", "2.06"),
        _row(2023, 2, "4.00", "4.22"),
        _row(2024, 1, "4.50", "5.07"),
        _row(2024, 2, "4.25", "4.92"),
        _row(2025, 1, "3.15", "3.71"),
        _row(2025, 2, "2.15", "2.76"),
        _row(2026, 1, "2.15", "2.62", "arrêté of 2025-12-15, JO of 2025-12-26"),
    )
)
"""The rates this version was shipped with; later half-years are entered or read by `encours rates update`."""
