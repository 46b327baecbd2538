"""Amounts of money as people write them in a message, in French and in English."""

import re
from dataclasses import dataclass
from decimal import Decimal

_SPACES = " \u00a0\u202f\u2009"
_GROUPED = rf"\d{{1,3}}(?:[{_SPACES}.,']\d{{3}})+(?:[.,]\d{{1,2}})?"
_PLAIN = r"\d+(?:[.,]\d{1,3})?"
_NUMBER = rf"(?:{_GROUPED}|{_PLAIN})"
_CURRENCY = r"(?:€|eur(?:os?)?\b|\$|usd\b|£|gbp\b|chf\b)"
_AMOUNT = re.compile(
    rf"(?<![\w.,/-])(?:(?P<before>{_CURRENCY})\s?(?P<first>{_NUMBER})"
    rf"|(?P<second>{_NUMBER})\s?(?P<thousands>k)?\s?(?P<after>{_CURRENCY})(?P<cents>\d{{2}}\b)?"
    # Without a currency, two decimals after a comma, or after thousands, are still an amount.
    rf"|(?P<third>\d{{1,3}}(?:[{_SPACES}.]\d{{3}})*,\d{{2}}|\d{{4,}},\d{{2}}|\d{{1,3}}(?:,\d{{3}})+\.\d{{2}})(?!\d|\s?%))",
    re.IGNORECASE,
)
_CODES = {"$": "USD", "£": "GBP", "usd": "USD", "gbp": "GBP", "chf": "CHF"}
_CENTS = Decimal("0.01")
_DECIMALS = 2
_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """An amount and where it stands in the text."""

    start: int
    end: int
    amount: Decimal
    currency: str


def amounts(text: str) -> list[FoundAmount]:
    """Return the amounts of a text, in the order in which they stand.

    >>> [(str(one.amount), one.currency) for one in amounts("1 250,00 € puis 12,5 k€ puis $1,250.40")]
    [('1250.00', 'EUR'), ('12500.00', 'EUR'), ('1250.40', 'USD')]
    """
    found = []
    for match in _AMOUNT.finditer(text):
        written = match["first"] or match["second"] or match["third"]
        value = _value(written, grouped_by_three=not match["thousands"])
        if match["thousands"]:
            value *= 1000
        if match["cents"]:
            value += Decimal(match["cents"]) / 100
        if 0 < value < _LARGEST:
            mark = (match["before"] or match["after"] or "€").lower()
            found.append(
                FoundAmount(match.start(), match.end(), value.quantize(_CENTS), _CODES.get(mark, "EUR"))
            )
    return found


def _value(written: str, *, grouped_by_three: bool) -> Decimal:
    """Read a number whose last mark may separate decimals or thousands."""
    bare = re.sub(rf"[{_SPACES}']", "", written)
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return Decimal(bare)
    decimals = bare[last + 1 :]
    whole = re.sub(r"[.,]", "", bare[:last])
    same_mark_twice = bare.count(bare[last]) > 1
    if (len(decimals) > _DECIMALS and grouped_by_three) or same_mark_twice:
        return Decimal(whole + decimals)
    return Decimal(f"{whole}.{decimals}")
