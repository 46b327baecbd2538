from datetime import date
from decimal import Decimal

import pytest

from encours.rules.outstanding import OpenItem, exposure, outstanding, overdue, signed

TODAY = date(2026, 3, 10)
ITEMS = [
    OpenItem(Decimal("100.00"), "debit", date(2026, 3, 9)),
    OpenItem(Decimal("50.00"), "debit", TODAY),
    OpenItem(Decimal("25.00"), "debit"),
    OpenItem(Decimal("30.00"), "credit", date(2026, 1, 1)),
]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("invoice", 10),
        ("returned_payment", 10),
        ("debit", 10),
        ("credit_note", -10),
        ("payment", -10),
        ("prepayment", -10),
        ("credit", -10),
    ],
)
def test_the_sign_is_in_the_word(kind, expected):
    assert signed(kind, Decimal(10)) == expected


def test_an_opening_must_say_its_side_and_amounts_are_positive():
    with pytest.raises(ValueError, match="'opening' does not say"):
        signed("opening", Decimal(10))
    with pytest.raises(ValueError, match="positive"):
        signed("debit", Decimal(-10))


def test_outstanding_overdue_and_exposure():
    assert outstanding(ITEMS) == Decimal("145.00")
    assert overdue(ITEMS, TODAY) == Decimal("100.00")
    assert exposure(outstanding(ITEMS), Decimal(40), Decimal(15)) == Decimal("200.00")
    assert exposure(Decimal(5)) == 5
    assert outstanding([]) == overdue([], TODAY) == 0
