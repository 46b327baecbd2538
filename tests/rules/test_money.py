from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.money import CurrencyMismatchError, Money, decimals_of, euros, round_amount

amounts = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=5)
currencies = st.sampled_from(["EUR", "USD", "XOF", "JPY", "TND"])


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("10.005", "EUR", "10.01"),
        ("10.004", "EUR", "10.00"),
        ("-10.005", "EUR", "-10.01"),
        ("10.5", "XOF", "11"),
        ("10.4", "JPY", "10"),
        ("10.0005", "TND", "10.001"),
        ("10.005", "USD", "10.01"),
    ],
)
def test_money_is_rounded_half_up_to_the_decimals_of_its_currency(amount, currency, rounded):
    assert str(Money(Decimal(amount), currency).amount) == rounded
    assert str(round_amount(Decimal(amount), currency)) == rounded


@given(amounts, currencies)
def test_rounding_twice_changes_nothing_and_moves_by_half_a_unit_at_most(amount, currency):
    rounded = round_amount(amount, currency)
    assert round_amount(rounded, currency) == rounded
    assert abs(rounded - amount) * 2 <= Decimal(1).scaleb(-decimals_of(currency))


@given(amounts, amounts, currencies)
def test_adding_then_subtracting_comes_back(first, second, currency):
    one, other = Money(first, currency), Money(second, currency)
    assert one + other - other == one
    assert one + other == other + one


def test_amounts_of_one_currency_compare():
    small, large = euros(1), euros("1.01")
    assert small < large
    assert small <= large
    assert large > small
    assert large >= small
    assert small == euros(Decimal("1.00"))
    assert str(large) == "1.01 EUR"


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_currencies_do_not_mix(operation):
    with pytest.raises(CurrencyMismatchError, match=r"1.00 EUR and 1 JPY"):
        getattr(euros(1), operation)(Money(Decimal(1), "JPY"))
    assert euros(1) != Money(Decimal(1), "USD")


def test_floats_infinities_and_odd_currencies_are_refused():
    with pytest.raises(TypeError, match="not a float"):
        Money(1.5, "EUR")
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal("NaN"), "EUR")
    with pytest.raises(ValueError, match="three capital letters"):
        Money(Decimal(1), "€")
