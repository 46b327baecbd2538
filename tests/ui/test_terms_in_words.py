"""Payment terms in words: what a reader sees can be typed back, in both languages."""

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.terms import PaymentTerms, parse_terms
from encours.ui import terms

ANY_TERMS = st.builds(
    PaymentTerms,
    base=st.sampled_from(["invoice_date", "receipt", "delivery", "end_of_decade"]),
    days=st.integers(0, 366),
    end_of_month=st.sampled_from(["none", "before", "after"]),
    day_of_month=st.none() | st.integers(1, 31),
)


@pytest.mark.parametrize("language", ["fr", "en"])
@given(agreed=ANY_TERMS)
def test_terms_are_said_in_words_that_are_read_back(language: str, agreed: PaymentTerms) -> None:
    with translation.override(language):
        assert parse_terms(terms.in_words(agreed)) == agreed


def test_an_example_gives_the_due_date_and_the_other_reading() -> None:
    with translation.override("en"):
        found = terms.example("45 jours fin de mois", date(2026, 3, 22))

    assert found is not None
    assert (found.issued_on, found.due_on) == (date(2026, 3, 10), date(2026, 4, 30))
    assert found.other == terms.Other("end of month then 45 days", date(2026, 5, 15))
    assert found.excess is None


def test_words_that_are_not_terms_have_no_example() -> None:
    assert terms.example("when it rains", date(2026, 3, 22)) is None
    assert terms.said("when it rains") == "when it rains"
