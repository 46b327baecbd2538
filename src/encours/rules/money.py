"""Amounts of money, always decimal, always rounded half up to the decimals of their own currency.

>>> euros("1234.565")
Money(amount=Decimal('1234.57'), currency='EUR')
>>> Money(Decimal("1000.4"), "XOF") + Money(Decimal("2"), "XOF")
Money(amount=Decimal('1002'), currency='XOF')
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THREE = "BHD IQD JOD KWD LYD OMR TND"
DECIMALS = dict.fromkeys(_WITHOUT_DECIMALS.split(), 0) | dict.fromkeys(_WITH_THREE.split(), 3)
"""The currencies that do not have two decimals (ISO 4217)."""

_CURRENCY = re.compile(r"[A-Z]{3}")


class CurrencyMismatchError(ValueError):
    """Two amounts in different currencies cannot be added or compared."""


def decimals_of(currency: str) -> int:
    """Return how many decimals amounts in this currency have."""
    return DECIMALS.get(currency, 2)


def round_amount(amount: Decimal, currency: str = "EUR") -> Decimal:
    """Round an amount half up to the decimals of its currency.

    >>> [str(round_amount(Decimal("0.5125"), currency)) for currency in ("EUR", "TND", "JPY")]
    ['0.51', '0.513', '1']
    """
    return amount.quantize(Decimal(1).scaleb(-decimals_of(currency)), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"An amount is a Decimal, not a {type(self.amount).__name__}.")
        if not self.amount.is_finite():
            raise ValueError("An amount is a finite number.")
        if not _CURRENCY.fullmatch(self.currency):
            raise ValueError(f"A currency is three capital letters, not {self.currency!r}.")
        object.__setattr__(self, "amount", round_amount(self.amount, self.currency))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._alike(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._alike(other), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._alike(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._alike(other)

    def __gt__(self, other: "Money") -> bool:
        return self.amount > self._alike(other)

    def __ge__(self, other: "Money") -> bool:
        return self.amount >= self._alike(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _alike(self, other: "Money") -> Decimal:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"{self} and {other} are in different currencies.")
        return other.amount


def euros(amount: Decimal | int | str) -> Money:
    """Return an amount in euros from its digits."""
    return Money(Decimal(amount), "EUR")
