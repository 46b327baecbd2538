"""Payment terms in the reader's words, told by an example: when an invoice falls due, and what the law says."""

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from encours.rules.terms import (
    EndOfMonth,
    Excess,
    PaymentTerms,
    TermsNotUnderstoodError,
    due_on,
    exceeds_legal_maximum,
    parse_terms,
)

FLIPPED: dict[str, EndOfMonth] = {"before": "after", "after": "before"}


@dataclass(frozen=True)
class Other:
    """The other lawful reading of “end of month”, which may lie a month apart."""

    words: str
    due_on: date


@dataclass(frozen=True)
class Example:
    """What terms mean for one invoice, and by how much they exceed the law."""

    words: str
    issued_on: date
    due_on: date
    excess: Excess | None
    other: Other | None


def example(text: str, today: date) -> Example | None:
    """Return what terms mean for an invoice of the tenth of this month; nothing when they are not understood."""
    try:
        terms = parse_terms(text)
    except TermsNotUnderstoodError:
        return None
    issued_on = today.replace(day=10)
    other = None
    if terms.days and terms.end_of_month in FLIPPED:
        flipped = replace(terms, end_of_month=FLIPPED[terms.end_of_month])
        other = Other(in_words(flipped), due_on(flipped, issued_on))
    return Example(
        words=in_words(terms),
        issued_on=issued_on,
        due_on=due_on(terms, issued_on),
        excess=exceeds_legal_maximum(terms, issued_on),
        other=other,
    )


def in_words(terms: PaymentTerms) -> str:
    """Say terms in the reader's language, in words that are understood when typed back."""
    # Translators: every sentence of this function must be one that encours.rules.terms.parse_terms reads.
    if terms == PaymentTerms(days=0):
        return _("due immediately")
    if terms == PaymentTerms(base="receipt", days=0):
        return _("on receipt")
    if terms == PaymentTerms(base="delivery", days=0):
        return _("on delivery")
    said = {
        "none": ngettext("%(days)s day net", "%(days)s days net", terms.days),
        "before": ngettext("end of month then %(days)s day", "end of month then %(days)s days", terms.days),
        "after": ngettext("%(days)s day end of month", "%(days)s days end of month", terms.days),
    }[terms.end_of_month] % {"days": terms.days}
    if terms.day_of_month is not None:
        said += " " + _("on the %(day)s") % {"day": terms.day_of_month}
    return (
        said
        + {
            "invoice_date": "",
            "receipt": " " + _("from receipt"),
            "delivery": " " + _("from delivery"),
            "end_of_decade": " " + _("from the end of the ten-day period"),
        }[terms.base]
    )


def said(text: str) -> str:
    """Say stored terms in the reader's language, or as they stand when nothing is understood."""
    try:
        return in_words(parse_terms(text))
    except TermsNotUnderstoodError:
        return text
