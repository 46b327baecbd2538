from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.terms import (
    LEGAL_MAXIMUMS,
    Excess,
    LegalMaximumMissingError,
    PaymentTerms,
    due_on,
    exceeds_legal_maximum,
    legal_maximum,
)

TODAY = date(2026, 3, 10)
BEFORE_45 = PaymentTerms(days=45, end_of_month="before")
AFTER_45 = PaymentTerms(days=45, end_of_month="after")
days = st.dates(date(2019, 4, 26), date(2040, 12, 31))


# Facts §1.3: relationship, base, days, end of month, text.
@pytest.mark.parametrize(
    ("relationship", "longest", "article"),
    [
        ("nothing_agreed", PaymentTerms("delivery", 30), "L441-10"),
        ("general", PaymentTerms("invoice_date", 60), "L441-10"),
        ("periodic_invoice", PaymentTerms("invoice_date", 45), "L441-10"),
        ("perishables", PaymentTerms("delivery", 30), "L441-11"),
        ("perishables_periodic", PaymentTerms("end_of_decade", 30), "L441-11"),
        ("livestock_and_fresh_meat", PaymentTerms("delivery", 20), "L441-11"),
        ("alcoholic_drinks", PaymentTerms("delivery", 30, "before"), "L441-11"),
        ("wine", PaymentTerms("invoice_date", 60), "L441-11"),
        ("transport", PaymentTerms("invoice_date", 30), "L441-11"),
        ("tax_free_export_purchases", PaymentTerms("invoice_date", 90), "L441-12"),
        ("public_body", PaymentTerms("receipt", 30), "R2192-10"),
        ("public_hospital", PaymentTerms("receipt", 50), "L2192-10"),
        ("public_undertaking", PaymentTerms("receipt", 60), "L2192-10"),
    ],
)
def test_the_table_of_maximums(relationship, longest, article):
    maximum = legal_maximum(relationship, TODAY)
    assert maximum.longest == longest
    assert article in maximum.article
    assert maximum.source
    assert exceeds_legal_maximum(longest, TODAY, relationship) is None


def test_every_row_has_a_date_and_no_two_rows_start_together():
    assert len({(row.relationship, row.valid_from) for row in LEGAL_MAXIMUMS}) == len(LEGAL_MAXIMUMS)


def test_the_row_of_the_day_of_issue_applies():
    assert "L441-6" in legal_maximum("general", date(2019, 4, 25)).article
    assert "L441-10" in legal_maximum("general", date(2019, 4, 26)).article


def test_before_the_law_no_maximum_is_known_and_nothing_exceeds_it():
    with pytest.raises(LegalMaximumMissingError, match="'general' on 2008-12-31"):
        legal_maximum("general", date(2008, 12, 31))
    assert exceeds_legal_maximum(PaymentTerms(days=120), date(2008, 12, 31)) is None


@given(days)
def test_both_computations_of_45_days_end_of_month_are_lawful(issued_on):
    for relationship in ("general", "wine"):
        assert exceeds_legal_maximum(BEFORE_45, issued_on, relationship) is None
        assert exceeds_legal_maximum(AFTER_45, issued_on, relationship) is None


@given(days, st.integers(0, 366))
def test_net_terms_exceed_60_days_by_exactly_what_is_above(issued_on, number):
    excess = exceeds_legal_maximum(PaymentTerms(days=number), issued_on)
    assert (excess.days if excess else 0) == max(0, number - 60)


def test_net_terms_cannot_borrow_the_end_of_month_that_they_do_not_say():
    issued_on = date(2026, 12, 15)
    assert due_on(PaymentTerms(days=61), issued_on) == due_on(BEFORE_45, issued_on)
    assert exceeds_legal_maximum(PaymentTerms(days=61), issued_on).days == 1


def test_60_days_end_of_month_is_too_long_and_says_by_how_much():
    assert exceeds_legal_maximum(PaymentTerms(days=60, end_of_month="after"), TODAY) == Excess(
        days=16,
        due_on=date(2026, 5, 31),
        latest_on=date(2026, 5, 15),
        article="L441-10 I C. com.",
        relationship="general",
    )


def test_receipt_and_delivery_count_from_their_own_days():
    public = PaymentTerms("receipt", 30)
    assert exceeds_legal_maximum(public, TODAY, "public_body", received_on=date(2026, 3, 12)) is None
    net = PaymentTerms(days=30)
    assert exceeds_legal_maximum(net, TODAY, "perishables", delivered_on=date(2026, 3, 5)).days == 5
    assert exceeds_legal_maximum(PaymentTerms("receipt", 60), TODAY, received_on=date(2026, 3, 13)).days == 3
