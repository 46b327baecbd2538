"""The order of the day: what one minute of work brings, never what merely is large."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from encours.rules.priority import MINUTES, REACH, per_minute, probability_unpaid

VALUES = st.decimals(0, 10**9, places=2)


@given(VALUES, VALUES, st.sampled_from(sorted(MINUTES)))
def test_within_a_channel_the_larger_value_is_never_behind(
    one: Decimal, other: Decimal, channel: str
) -> None:
    small, large = sorted((one, other))
    assert per_minute(small, channel) <= per_minute(large, channel)


def test_every_channel_has_a_reach_and_minutes() -> None:
    assert REACH.keys() == MINUTES.keys()
    assert all(taken > 0 for taken in MINUTES.values())


def test_a_call_must_bring_six_times_what_an_email_brings() -> None:
    assert per_minute(Decimal(600), "phone") == per_minute(Decimal(100), "email")


@given(st.integers(0, 400))
def test_a_chance_is_a_chance(days: int) -> None:
    assert 0 <= probability_unpaid(days) <= 1
