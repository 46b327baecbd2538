"""Payment terms: what was agreed, when it falls due, how it is written, and what the law allows at most."""

from encours.rules.terms.dates import Base, EndOfMonth, PaymentTerms, describe, due_on, end_of_month
from encours.rules.terms.law import (
    LEGAL_MAXIMUMS,
    Excess,
    LegalMaximum,
    LegalMaximumMissingError,
    Relationship,
    exceeds_legal_maximum,
    legal_maximum,
)
from encours.rules.terms.text import TermsNotUnderstoodError, parse_terms

__all__ = [
    "LEGAL_MAXIMUMS",
    "Base",
    "EndOfMonth",
    "Excess",
    "LegalMaximum",
    "LegalMaximumMissingError",
    "PaymentTerms",
    "Relationship",
    "TermsNotUnderstoodError",
    "describe",
    "due_on",
    "end_of_month",
    "exceeds_legal_maximum",
    "legal_maximum",
    "parse_terms",
]
