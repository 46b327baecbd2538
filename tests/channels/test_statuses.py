"""How far a message has come: it never goes back, and an end is an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.channels.providers import ENDS, WAY, Parcel, Rehearsal, advanced

ANY = st.sampled_from([*WAY, *sorted(ENDS)])


@pytest.mark.parametrize(
    ("current", "told", "found"),
    [
        ("", ["submitted"], "submitted"),
        ("submitted", ["accepted", "in_transit"], "in_transit"),
        ("in_transit", ["accepted"], "in_transit"),
        ("awaiting_pickup", ["returned_unclaimed"], "returned_unclaimed"),
        ("delivered", ["in_transit", "lost"], "delivered"),
        ("submitted", ["a word nobody knows"], "submitted"),
    ],
)
def test_the_way_of_a_message(current: str, told: list[str], found: str) -> None:
    assert advanced(current, told) == found


@given(st.lists(ANY, max_size=8), st.lists(ANY, max_size=8))
def test_it_never_goes_back(before: list[str], after: list[str]) -> None:
    here, there = advanced("", before), advanced("", [*before, *after])
    if here in ENDS:
        assert there == here
    elif here in WAY and there in WAY:
        assert WAY.index(there) >= WAY.index(here)


@given(st.lists(ANY, min_size=1, max_size=8))
def test_what_is_told_twice_changes_nothing(told: list[str]) -> None:
    assert advanced(advanced("", told), told) == advanced("", told)


def test_a_rehearsal_answers_every_question_by_itself() -> None:
    rehearsal, parcel = Rehearsal("ovh"), Parcel(b"words", "Lumiere", "+33612345678")
    receipt = rehearsal.send(parcel, "key")
    assert (receipt.provider_id, receipt.test) == ("test-key", True)
    assert rehearsal.find(parcel, "key") == receipt
    assert [news.status for news in rehearsal.poll("test-key")] == ["accepted", "delivered"]
    assert rehearsal.cancel("test-key")
    assert rehearsal.price(parcel) == 0
    assert rehearsal.check().test
    assert rehearsal.parse_callback({"id": "1"}, b"") == []
    assert rehearsal.proof("https://x") == (b"", "")
    assert rehearsal.opted_out() == []
