"""The longest payment terms that French law allows, as dated data with the article that says so.

Sector agreements (farm machinery, winter sports, leather, toys, watches and jewelry) allow longer terms by
decree; their values are not in this table, so these relationships are not offered.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from encours.rules.terms.dates import Base, PaymentTerms, due_on

Relationship = Literal[
    "general",
    "nothing_agreed",
    "periodic_invoice",
    "perishables",
    "perishables_periodic",
    "livestock_and_fresh_meat",
    "alcoholic_drinks",
    "wine",
    "transport",
    "tax_free_export_purchases",
    "public_body",
    "public_hospital",
    "public_undertaking",
]


class LegalMaximumMissingError(LookupError):
    """The longest payment terms allowed on that day are not in the table."""


@dataclass(frozen=True, slots=True)
class LegalMaximum:
    """The longest terms allowed in a relationship from one day on.

    `longest` always applies. `stipulated` may be chosen instead by terms that themselves say end of month:
    both computations are lawful, and the contract must say which.
    """

    relationship: Relationship
    longest: PaymentTerms
    article: str
    source: str
    valid_from: date
    stipulated: tuple[PaymentTerms, ...] = ()


@dataclass(frozen=True, slots=True)
class Excess:
    """How far a due date lies beyond the longest one allowed."""

    days: int
    due_on: date
    latest_on: date
    article: str
    relationship: Relationship


_LME = date(2009, 1, 1)  # loi 2008-776 de modernisation de l'économie, first cap on agreed terms
_ORDER_2019 = date(2019, 4, 26)  # ordonnance 2019-359, today's numbering of the Code de commerce
_PUBLIC_CODE = date(2019, 4, 1)  # Code de la commande publique
_45_END_OF_MONTH = (
    PaymentTerms(days=45, end_of_month="before"),
    PaymentTerms(days=45, end_of_month="after"),
)


def _days(days: int, base: Base = "invoice_date") -> PaymentTerms:
    return PaymentTerms(base=base, days=days)


LEGAL_MAXIMUMS: tuple[LegalMaximum, ...] = (
    LegalMaximum(
        "nothing_agreed", _days(30, "delivery"), "L441-6 I C. com.", "loi 2008-776 (LME), art. 21", _LME
    ),
    LegalMaximum(
        "general", _days(60), "L441-6 I C. com.", "loi 2008-776 (LME), art. 21", _LME, _45_END_OF_MONTH
    ),
    LegalMaximum(
        "nothing_agreed", _days(30, "delivery"), "L441-10 I C. com.", "ordonnance 2019-359", _ORDER_2019
    ),
    LegalMaximum(
        "general", _days(60), "L441-10 I C. com.", "ordonnance 2019-359", _ORDER_2019, _45_END_OF_MONTH
    ),
    LegalMaximum(
        "periodic_invoice", _days(45), "L441-10 I C. com. (CGI 289 I-3)", "ordonnance 2019-359", _ORDER_2019
    ),
    LegalMaximum("perishables", _days(30, "delivery"), "L441-11 C. com.", "ordonnance 2019-359", _ORDER_2019),
    LegalMaximum(
        "perishables_periodic",
        _days(30, "end_of_decade"),
        "L441-11 C. com.",
        "ordonnance 2019-359",
        _ORDER_2019,
    ),
    LegalMaximum(
        "livestock_and_fresh_meat",
        _days(20, "delivery"),
        "L441-11 C. com.",
        "ordonnance 2019-359",
        _ORDER_2019,
    ),
    LegalMaximum(
        "alcoholic_drinks",
        PaymentTerms("delivery", 30, "before"),
        "L441-11 C. com. (CGI 403)",
        "ordonnance 2019-359",
        _ORDER_2019,
    ),
    LegalMaximum(
        "wine", _days(60), "L441-11 C. com. (CGI 438)", "ordonnance 2019-359", _ORDER_2019, _45_END_OF_MONTH
    ),
    LegalMaximum("transport", _days(30), "L441-11 C. com.", "ordonnance 2019-359", _ORDER_2019),
    LegalMaximum(
        "tax_free_export_purchases", _days(90), "L441-12 C. com.", "ordonnance 2019-359", _ORDER_2019
    ),
    LegalMaximum("public_body", _days(30, "receipt"), "L2192-10, R2192-10 CCP", "CCP", _PUBLIC_CODE),
    LegalMaximum("public_hospital", _days(50, "receipt"), "L2192-10, R2192-11 CCP", "CCP", _PUBLIC_CODE),
    LegalMaximum("public_undertaking", _days(60, "receipt"), "L2192-10, R2192-11 CCP", "CCP", _PUBLIC_CODE),
)


def legal_maximum(relationship: Relationship, issued_on: date) -> LegalMaximum:
    """Return the longest terms allowed in a relationship for an invoice issued on that day.

    >>> legal_maximum("transport", date(2026, 3, 10)).longest.days
    30
    """
    valid = [
        row for row in LEGAL_MAXIMUMS if row.relationship == relationship and row.valid_from <= issued_on
    ]
    if not valid:
        raise LegalMaximumMissingError(
            f"The longest payment terms for {relationship!r} on {issued_on:%Y-%m-%d} are not in the table."
        )
    return max(valid, key=lambda row: row.valid_from)


def latest_due_on(
    maximum: LegalMaximum,
    terms: PaymentTerms,
    issued_on: date,
    *,
    received_on: date | None = None,
    delivered_on: date | None = None,
) -> date:
    """Return the last due date that these terms may reach under this maximum."""
    options: Iterable[PaymentTerms] = (maximum.longest,)
    if terms.end_of_month != "none":
        options = (maximum.longest, *maximum.stipulated)
    return max(due_on(option, _base_on(option, issued_on, received_on, delivered_on)) for option in options)


def exceeds_legal_maximum(
    terms: PaymentTerms,
    issued_on: date,
    relationship: Relationship = "general",
    *,
    received_on: date | None = None,
    delivered_on: date | None = None,
) -> Excess | None:
    """Return by how many days these terms exceed the legal maximum for one invoice, if they do.

    Receipt and delivery are taken to be on the day of issue unless they are given. On a day for which the
    table holds no maximum, nothing can be said to exceed it.

    >>> exceeds_legal_maximum(PaymentTerms(days=90), date(2026, 3, 10)).days
    30
    """
    try:
        maximum = legal_maximum(relationship, issued_on)
    except LegalMaximumMissingError:
        return None
    reached = due_on(terms, _base_on(terms, issued_on, received_on, delivered_on))
    latest = latest_due_on(maximum, terms, issued_on, received_on=received_on, delivered_on=delivered_on)
    if reached <= latest:
        return None
    return Excess((reached - latest).days, reached, latest, maximum.article, relationship)


def _base_on(
    terms: PaymentTerms, issued_on: date, received_on: date | None, delivered_on: date | None
) -> date:
    if terms.base == "receipt":
        return received_on or issued_on
    if terms.base in ("delivery", "end_of_decade"):
        return delivered_on or issued_on
    return issued_on
