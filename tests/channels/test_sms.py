"""What a text message takes on the air, and which numbers may receive one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encours.channels import sms
from encours.channels.errors import InvalidMessageError


@pytest.mark.parametrize(
    ("text", "encoding", "length", "count"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        # An escape is never cut from its sign: one septet is lost at the end of the first part.
        ("€" * 81, "GSM-7", 163, 2),
        ("é" * 160, "GSM-7", 160, 1),
        ("ê" * 70, "UCS-2", 70, 1),
        ("ê" * 71, "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 73, 2),
    ],
)
def test_a_text_is_counted_as_the_network_does(text: str, encoding: str, length: int, count: int) -> None:
    found = sms.segments(text)
    assert (found.encoding, found.length, found.count) == (encoding, length, count)


@given(st.text(max_size=800))
def test_a_longer_text_never_takes_less_and_always_fits(text: str) -> None:
    found = sms.segments(text)
    assert 0 <= found.left <= found.room
    assert sms.segments(text + "a").count >= found.count


@given(st.text(max_size=300))
def test_a_plain_text_costs_no_more_and_stays_plain(text: str) -> None:
    once = sms.plain(text)
    assert sms.plain(once) == once
    if sms.segments(text).encoding == "GSM-7":
        assert sms.segments(once).encoding == "GSM-7"


def test_french_typography_does_not_double_the_price() -> None:
    text = "Sauf erreur, 1 234,56 € restent dûs : merci d’être à l’écoute… « Verger »"
    assert sms.segments(text).encoding == "UCS-2"
    plain = sms.plain(text)
    assert plain == "Sauf erreur, 1 234,56 € restent dus : merci d'etre à l'écoute... \" Verger \""
    assert sms.segments(plain).encoding == "GSM-7"
    # A text that needs another alphabet anyway keeps its accents.
    assert sms.plain("Être là 😀") == "Être là 😀"


@pytest.mark.parametrize(
    ("number", "region", "found"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 7 56 78 90 12", "FR", "+33756789012"),
        ("0032 470 12 34 56", "FR", "+32470123456"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("+33 7 56 78 90 12", "", "+33756789012"),
        ("0692 12 34 56", "FR", "+262692123456"),
        ("0690 12 34 56", "FR", "+590690123456"),
        ("+33 696 12 34 56", "FR", "+596696123456"),
        ("0694 20 12 34", "GP", "+594694201234"),
        ("06 12 34 56 78", "RE", "+33612345678"),
    ],
)
def test_a_mobile_number_is_written_as_carriers_want_it(number: str, region: str, found: str) -> None:
    assert sms.mobile(number, region) == found


@pytest.mark.parametrize("number", ["04 72 00 11 22", "3639", "06 12", "", "demander Claire", "0800 123 456"])
def test_other_numbers_are_refused(number: str) -> None:
    assert not sms.is_mobile(number)
    with pytest.raises(InvalidMessageError):
        sms.mobile(number)


def test_a_number_from_overseas_is_known_again() -> None:
    assert sms.same_number("0692 12 34 56", "+262692123456")
    assert not sms.same_number("0692 12 34 56", "+262692123457")


def test_a_sender_has_at_most_eleven_plain_signs() -> None:
    assert sms.sender_name("Lumiere69") == "Lumiere69"
    for wrong in ("AteliersLumiere", "Lumière", "12345", "A B", "ab"):
        with pytest.raises(InvalidMessageError):
            sms.sender_name(wrong)


def test_stop_is_understood_only_at_the_head_of_an_answer() -> None:
    assert all(map(sms.asks_to_stop, ("STOP", " stop svp", "« Stop »", "ARRÊT")))
    assert not any(map(sms.asks_to_stop, ("On paie demain, stop aux relances ?", "Stopper", "ok")))


def test_who_says_more_than_stop_is_read() -> None:
    assert all(sms.only_stops(text) for text in ("STOP", "stop 36111.", "Stop SMS svp", "arrêt !"))
    assert not any(sms.only_stops(text) for text in ("Stop, déjà payé le 12", "arrêt de travail", "payé"))
