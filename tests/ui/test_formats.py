"""Amounts, dates, ages and shares read as a French or an English accountant writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import override

from encours.ui import formats

NARROW = "\u202f"
WIDE = "\u00a0"


@pytest.mark.parametrize(
    ("amount", "currency", "french", "english"),
    [
        ("12345.67", "EUR", f"12{NARROW}345,67{WIDE}€", "€12,345.67"),
        ("0", "EUR", f"0,00{WIDE}€", "€0.00"),
        ("-1840", "EUR", f"−1{NARROW}840,00{WIDE}€", "−€1,840.00"),
        ("1234567890.12", "EUR", f"1{NARROW}234{NARROW}567{NARROW}890,12{WIDE}€", "€1,234,567,890.12"),
        ("1200", "XOF", f"1{NARROW}200{WIDE}F{NARROW}CFA", f"F{NARROW}CFA{WIDE}1,200"),
        ("1.5", "TND", f"1,500{WIDE}TND", f"TND{WIDE}1.500"),
    ],
)
def test_money(amount, currency, french, english):
    with override("fr"):
        assert formats.money(Decimal(amount), currency) == french
    with override("en"):
        assert formats.money(Decimal(amount), currency) == english


def test_signed_numbers_say_their_sign():
    with override("fr"):
        assert formats.signed(6) == "+6"
        assert formats.signed(-18) == "−18"
        assert formats.signed(0) == "0"
        assert formats.signed(Decimal("-4.5")) == "−4,5"
        assert formats.signed(Decimal(40), "EUR") == f"+40,00{WIDE}€"


def test_compact_amounts_for_axes():
    with override("fr"):
        assert formats.compact(0) == f"0{WIDE}€"
        assert formats.compact(9500) == f"9{NARROW}500{WIDE}€"
        assert formats.compact(12_500) == f"12,5{WIDE}k€"
        assert formats.compact(2_500_000) == f"2,5{WIDE}M€"
    with override("en"):
        assert formats.compact(12_500) == "€12.5k"


def test_dates():
    day = date(2026, 11, 22)
    with override("fr"):
        assert formats.day(day) == "22/11/2026"
        assert formats.day(day, "long") == "dimanche 22 novembre 2026"
        assert formats.day(day, "month") == "nov. 2026"
        assert formats.day(day, "short") == "22/11"
        assert formats.moment(datetime(2026, 11, 22, 8, 5, tzinfo=UTC)) == "22/11/2026 09:05"
    with override("en"):
        assert formats.day(day) == "22 Nov 2026"
        assert formats.day(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == "23 Nov 2026"


def test_ages_in_words():
    with override("en"):
        assert formats.age(43) == "43 days late"
        assert formats.age(1) == "1 day late"
        assert formats.age(0) == "due today"
        assert formats.age(-1) == "in 1 day"
        assert formats.age(-7) == "in 7 days"


def test_shares():
    with override("fr"):
        assert formats.percent(Decimal("0.62")) == f"62{WIDE}%"
        assert formats.percent(Decimal("0.084"), 1) == f"8,4{WIDE}%"
        assert formats.share_of(Decimal(1), Decimal(1000)) == f"< 1{WIDE}%"
        assert formats.share_of(Decimal(0), Decimal(1000)) == f"0{WIDE}%"
        assert formats.share_of(Decimal(0), Decimal(0)) == ""
    with override("en"):
        assert formats.percent(Decimal("0.084"), 1) == "8.4%"
