"""How the rule book writes tables, amounts, days and terms in French, without any framework."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from encours.rules.rates import HalfYear
from encours.rules.terms import PaymentTerms

NOTICE = "<!-- Écrit par `make docs` à partir de src/encours/rules : ne pas modifier à la main. -->"

BASES = {
    "invoice_date": "l'émission de la facture",
    "receipt": "la réception de la facture",
    "delivery": "la livraison ou la prestation",
    "end_of_decade": "la fin de la décade de livraison",
}
ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> str:
    """Return a Markdown table; the columns of `right` are figures."""
    marks = ["---:" if place in right else "---" for place in range(len(header))]
    lines = [header, marks, *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def number(value: Decimal | int, decimals: int | None = None) -> str:
    """Return a number with a comma and spaces between thousands; zeros at the end go unless decimals are fixed."""
    text = f"{value:,f}" if decimals is None else f"{value:,.{decimals}f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", " ").replace(".", ",")


def euros(amount: Decimal | int) -> str:
    """Return an amount in euros, cents shown only where there are some."""
    whole = amount == int(amount)
    return f"{number(amount, 0 if whole else 2)} €"


def percent(value: Decimal, decimals: int = 2) -> str:
    """Return a percentage."""
    return f"{number(value, decimals)} %"


def share(value: Decimal) -> str:
    """Return a share between 0 and 1 as a whole percentage."""
    return percent(value * 100, 0)


def day(value: date) -> str:
    """Return a date as French people write it."""
    return f"{value:%d/%m/%Y}"


def half_year(value: HalfYear) -> str:
    """Return a half-year in words."""
    return f"{'1er' if value.half == 1 else '2e'} semestre {value.year}"


def days(count: int) -> str:
    """Return a number of days."""
    return f"{count} jour{'s' if abs(count) > 1 else ''}"


def source(text: str) -> str:
    """Return the source of a figure, which the rules keep in English, in French."""
    text = ISO_DAY.sub(r"\3/\2/\1", text)
    return text.replace(" of ", " du ").replace("(then ", "(puis ")


def terms(value: PaymentTerms) -> str:
    """Return payment terms in words that leave no doubt about the order of the computation."""
    base = BASES[value.base]
    said = {
        "none": f"{days(value.days)} après {base}" if value.days else f"à {base}",
        "before": f"fin du mois de {base}, puis {days(value.days)}",
        "after": f"{days(value.days)} après {base}, puis fin de mois",
    }[value.end_of_month]
    return said if value.day_of_month is None else f"{said}, puis le {value.day_of_month}"
