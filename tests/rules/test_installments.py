"""Installments add up to the cent, whatever the amount, their number and the month they begin in."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.rules.installments import installments

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@given(st.decimals("0.60", 10**9, places=2), st.integers(1, 60), DAYS, st.sampled_from(["week", "month"]))
def test_installments_add_up_and_follow_one_another(
    total: Decimal, count: int, first_on: date, every: str
) -> None:
    parts = installments(total, count, first_on, every=every)
    assert sum(part.amount for part in parts) == total
    assert len(parts) == count
    assert parts[0].due_on == first_on
    days = [part.due_on for part in parts]
    assert days == sorted(set(days))
    assert all(part.amount > 0 for part in parts)
    assert max(part.amount for part in parts) - min(part.amount for part in parts) < Decimal("0.01") * count


def test_a_short_month_ends_on_its_last_day_and_the_next_goes_back() -> None:
    days = [part.due_on for part in installments(Decimal(90), 3, date(2026, 1, 31))]
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


def test_a_currency_without_cents_has_none() -> None:
    assert [part.amount for part in installments(Decimal(100), 3, date(2026, 1, 1), currency="XOF")] == [
        Decimal(34), Decimal(33), Decimal(33),
    ]  # fmt: skip


@pytest.mark.parametrize(("total", "count"), [("10", 0), ("10", 61), ("0.02", 3)])
def test_what_cannot_be_cut_is_refused(total: str, count: int) -> None:
    with pytest.raises(ValueError, match="installments"):
        installments(Decimal(total), count, date(2026, 1, 1))
