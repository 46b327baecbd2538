"""Amounts, dates, ages and shares in words and figures of the language in force."""

import re
from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
COMPACT_FROM = 10_000
MILLION = 1_000_000
LETTER_BEFORE_FIGURE = re.compile(r"(?<=[A-Z])(?=\d)")
HALF_PERCENT = Decimal("0.005")

Number = Decimal | int | float


def locale() -> Locale:
    """Return the Babel locale of the language in force; French when none is."""
    return Locale.parse((get_language() or "fr").split("-")[0])


def money(amount: Decimal | int, currency: str = "EUR") -> str:
    """Write an amount with its currency, in the decimals of that currency."""
    written = _typeset(format_currency(amount, currency, locale=locale()))
    return LETTER_BEFORE_FIGURE.sub(NO_BREAK, written)


def signed(number: Number, currency: str = "") -> str:
    """Write a number that always shows its sign, as an amount when a currency is given."""
    size = abs(Decimal(str(number)))
    figure = money(size, currency) if currency else _typeset(format_decimal(size, locale=locale()))
    if number == 0:
        return figure
    return f"{'+' if number > 0 else MINUS}{figure}"


def compact(amount: Number, currency: str = "EUR") -> str:
    """Write a round amount short enough for an axis: 12 k€, 1.5 M€."""
    symbol = _symbol(currency)
    scaled, unit = Decimal(str(amount)), ""
    if abs(scaled) >= MILLION:
        scaled, unit = scaled / MILLION, "M"
    elif abs(scaled) >= COMPACT_FROM:
        scaled, unit = scaled / 1_000, "k"
    figure = _typeset(format_decimal(scaled, format="#,##0.##", locale=locale()))
    if locale().language == "en":
        return f"{symbol}{figure}{unit}"
    return f"{figure}{NO_BREAK}{unit}{symbol}"


def integer(number: Number) -> str:
    """Write a whole number with its thousands apart."""
    return _typeset(format_decimal(round(number), locale=locale()))


def day(value: date | datetime, style: str = "") -> str:
    """Write a date: 22/11/2026 in French, 22 Nov 2026 in English; or "long", "month", "short"."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    french = locale().language == "fr"
    if style == "month":
        return format_skeleton("yMMM", value, locale=locale())
    if style == "short":
        return format_date(value, "dd/MM" if french else "d MMM", locale=locale())
    if style == "long":
        return format_date(value, "EEEE d MMMM y", locale=locale())
    return format_date(value, "dd/MM/y" if french else "d MMM y", locale=locale())


def moment(value: datetime) -> str:
    """Write a date with its hour, in the time zone in force."""
    here = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(here)} {here:%H:%M}"


def age(days: int) -> str:
    """Write days past the due date, in words; negative before it."""
    if days == 0:
        return gettext("due today")
    if days > 0:
        return ngettext("%(days)s day late", "%(days)s days late", days) % {"days": integer(days)}
    return ngettext("in %(days)s day", "in %(days)s days", -days) % {"days": integer(-days)}


def percent(share: Number, decimals: int = 0) -> str:
    """Write a share of one as a percentage."""
    pattern = "0" if decimals == 0 else "0." + "0" * decimals
    figure = format_percent(share, format=f"{pattern}%", locale=locale())
    if locale().language == "fr":
        figure = figure.replace("%", f"{NO_BREAK}%")
    return _typeset(figure)


def share_of(part: Decimal, whole: Decimal) -> str:
    """Write the share of a whole in percent; what is there but rounds to nothing is less than one."""
    if not whole:
        return ""
    share = part / whole
    if 0 < share < HALF_PERCENT:
        return f"< {percent(Decimal('0.01'))}"
    return percent(share)


def _symbol(currency: str) -> str:
    return str(locale().currency_symbols.get(currency, currency))


def _typeset(text: str) -> str:
    return text.replace("-", MINUS)
