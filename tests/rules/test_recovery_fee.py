from datetime import date

import pytest

from encours.rules.money import euros
from encours.rules.recovery_fee import FeeCase, recovery_fee, recovery_fees

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("due_on", "settled_on", "due"),
    [
        (date(2026, 3, 9), None, True),
        (date(2026, 3, 10), None, False),
        (date(2026, 3, 11), None, False),
        (date(2026, 1, 31), date(2026, 2, 1), True),
        (date(2026, 1, 31), date(2026, 1, 31), False),
        (date(2026, 1, 31), date(2026, 1, 15), False),
        (date(2012, 12, 30), None, False),
        (date(2012, 12, 31), None, True),
    ],
)
def test_40_euros_for_an_invoice_paid_after_its_due_date(due_on, settled_on, due):
    fee = recovery_fee(due_on, settled_on, TODAY)
    assert (fee is not None) == due
    if fee:
        assert fee.amount == euros(40)
        assert "D441-5" in fee.article
        assert fee.source
        assert fee.valid_from == date(2013, 1, 1)


def test_a_settlement_dated_after_today_cannot_make_an_invoice_late_before_its_due_date():
    assert recovery_fee(date(2026, 3, 20), date(2026, 4, 1), TODAY) is None


def test_public_buyers_owe_it_under_their_own_article():
    fee = recovery_fee(date(2026, 1, 31), None, TODAY, public_buyer=True)
    assert (fee.amount, fee.article) == (euros(40), "L2192-13, D2192-35 CCP")
    assert recovery_fee(date(2013, 4, 29), None, TODAY, public_buyer=True) is None


def test_not_where_insolvency_forbade_payment_on_the_due_date():
    due_on = date(2026, 1, 31)
    assert recovery_fee(due_on, None, TODAY, insolvency_opened_on=date(2026, 1, 15)) is None
    assert recovery_fee(due_on, None, TODAY, insolvency_opened_on=due_on) is None
    assert recovery_fee(due_on, None, TODAY, insolvency_opened_on=date(2026, 2, 1)) is not None


def test_once_per_invoice_number_whatever_its_installments():
    cases = [
        FeeCase("F-1", date(2026, 1, 31), date(2026, 1, 31)),
        FeeCase("F-1", date(2026, 2, 10), None),
        FeeCase("F-1", date(2026, 2, 28), None),
        FeeCase("F-2", date(2026, 2, 28), None),
        FeeCase("F-3", date(2026, 3, 31), None),
    ]
    assert {number: fee.amount for number, fee in recovery_fees(cases, TODAY).items()} == {
        "F-1": euros(40),
        "F-2": euros(40),
    }
    assert recovery_fees(cases, TODAY, insolvency_opened_on=date(2026, 1, 1)) == {}
