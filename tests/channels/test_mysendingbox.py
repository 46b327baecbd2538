"""MySendingBox over real HTTP: letters, their way and their proofs, and what each fault leaves behind."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from tests.channels.carriers import PDF, FakeMySendingBox

from encours.channels.errors import DoubtfulWireError, PermanentWireError, TemporaryWireError, WireError
from encours.channels.mysendingbox import MySendingBox, fitted
from encours.channels.providers import Parcel

TO = {
    "name": "Verger des Monts",
    "line1": "Zone artisanale des Mûriers et des Grands Platanes",
    "postal_code": "38200",
    "city": "Vienne",
    "country": "FR",
}
FROM = {"name": "Ateliers Lumière", "line1": "14 rue des Tanneurs", "postal_code": "69005", "city": "Lyon"}
PARCEL = Parcel(b"%PDF-1.7", "", "", {"to": TO, "from": FROM, "registered": True, "pages": 2})


@pytest.fixture
def server() -> Iterator[FakeMySendingBox]:
    with FakeMySendingBox() as running:
        yield running


def box(server: FakeMySendingBox, key: str = "live_k", **changes: object) -> MySendingBox:
    return MySendingBox(key=key, base=server.base, timeout=5.0, **changes)  # type: ignore[arg-type]  # named by the tests


def test_a_registered_letter_is_taken_with_its_addresses(server: FakeMySendingBox) -> None:
    receipt = box(server).send(PARCEL, "7-reminder-1-1")
    assert (receipt.provider_id, receipt.price, receipt.test) == ("msb1", Decimal("7.31"), False)
    (posted,) = server.posted
    assert posted["postage_type"] == "lrar"
    assert posted["manage_delivery_proof"] == "true"
    assert posted["both_sides"] == "true"
    assert posted["to[address_line1]"] == "Zone artisanale des Mûriers et des"
    assert posted["to[address_line2]"] == "Grands Platanes"
    assert (posted["to[address_postalcode]"], posted["to[address_city]"]) == ("38200", "Vienne")
    assert posted["from[address_country]"] == "France"
    assert posted["metadata[encours]"] == "7-reminder-1-1"


def test_a_simple_letter_goes_by_the_usual_post(server: FakeMySendingBox) -> None:
    simple = Parcel(PARCEL.content, "", "", {**PARCEL.options, "registered": False})
    provider = box(server, address_page=True)
    provider.send(simple, "k")
    assert server.posted[0]["postage_type"] == "verte"
    assert server.posted[0]["address_placement"] == "insert_blank_page"
    assert provider.price(simple) == Decimal("1.62")
    assert server.asked[-1].query["page_count"] == "3"
    assert provider.price(PARCEL) == Decimal("7.31")


def test_the_way_of_a_registered_letter_with_its_proofs(server: FakeMySendingBox) -> None:
    provider = box(server)
    number = provider.send(PARCEL, "k").provider_id
    server.happens(number, "letter.accepted", "2026-11-22T10:00:00.000Z")
    server.happens(number, "letter.filing_proof", "2026-11-23T08:00:00.000Z", tracking_number="2C12345678901")
    server.happens(number, "letter.in_transit", "2026-11-23T18:00:00.000Z")
    server.happens(number, "letter.waiting_to_be_withdrawn", "2026-11-24T09:00:00.000Z")
    server.happens(number, "letter.distributed", "2026-11-26T09:00:00.000Z")
    server.happens(number, "letter.delivery_proof", "2026-11-29T09:00:00.000Z")
    news = provider.poll(number)
    assert [one.status for one in news] == [
        "submitted", "accepted", "posted", "in_transit", "awaiting_pickup", "delivered", "delivered",
    ]  # fmt: skip
    assert [one.proof_kind for one in news if one.proof_kind] == ["filing", "delivery"]
    assert news[2].facts == {"tracking_number": "2C12345678901"}
    content, media_type = provider.proof(news[2].proof_address)
    assert content.startswith(PDF)
    assert media_type == "application/pdf"


@pytest.mark.parametrize(
    ("event", "facts", "status"),
    [
        ("letter.returned_to_sender", {}, "returned_unclaimed"),
        ("letter.returned_to_sender", {"returnToSenderReason": "Pli refusé"}, "returned_refused"),
        ("letter.returned_to_sender", {"returnToSenderReason": "NPAI"}, "returned_unknown"),
        ("letter.wrong_address", {}, "returned_unknown"),
        ("letter.lost", {}, "lost"),
        ("letter.error", {}, "failed"),
        ("letter.canceled", {}, "canceled"),
    ],
)
def test_the_ends_of_a_letter(
    server: FakeMySendingBox, event: str, facts: dict[str, str], status: str
) -> None:
    provider = box(server)
    number = provider.send(PARCEL, "k").provider_id
    server.happens(number, event, **facts)
    server.happens(number, "letter.something_new")
    assert provider.poll(number)[-1].status == status
    assert provider.poll("gone") == []


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (401, TemporaryWireError, "provider_sign_in"),
        (403, TemporaryWireError, "provider_sign_in"),
        (422, PermanentWireError, "provider_refused"),
        (429, TemporaryWireError, "provider_busy"),
        (500, DoubtfulWireError, "provider_fault"),
        ("hang_up", DoubtfulWireError, "provider_silent"),
        ("malformed", DoubtfulWireError, "provider_unclear"),
    ],
)
def test_each_fault_says_what_it_leaves(
    server: FakeMySendingBox, fault: int | str, kind: type[WireError], code: str
) -> None:
    server.faults = [fault]
    with pytest.raises(kind) as raised:
        box(server).send(PARCEL, "k")
    assert raised.value.code == code


def test_a_lost_answer_is_settled_by_the_key(server: FakeMySendingBox) -> None:
    server.faults = ["hang_up"]
    provider = box(server)
    with pytest.raises(DoubtfulWireError):
        provider.send(PARCEL, "7-reminder-1-1")
    found = provider.find(PARCEL, "7-reminder-1-1")
    assert found is not None
    assert found.provider_id == "msb1"
    assert provider.find(PARCEL, "another") is None


def test_an_incomplete_address_never_leaves(server: FakeMySendingBox) -> None:
    wrong = Parcel(PARCEL.content, "", "", {**PARCEL.options, "to": {**TO, "postal_code": "3820"}})
    with pytest.raises(PermanentWireError) as fault:
        box(server).send(wrong, "k")
    assert fault.value.code == "address_incomplete"
    assert server.asked == []


def test_a_test_key_says_that_nothing_is_posted(server: FakeMySendingBox) -> None:
    server.key = "test_k"
    provider = box(server, "test_k")
    assert provider.check().test is True
    assert provider.send(PARCEL, "k").test is True
    with pytest.raises(TemporaryWireError):
        box(server, "live_other").check()
    assert "live_other" not in repr(box(server, "live_other"))


def test_the_key_stays_with_mysendingbox(server: FakeMySendingBox) -> None:
    with FakeMySendingBox() as elsewhere:
        box(server).proof(f"{elsewhere.base}/files/x.pdf")
        assert "Authorization" not in elsewhere.asked[0].headers


def test_a_call_is_believed_in_nothing_but_the_letter_it_names(server: FakeMySendingBox) -> None:
    provider = box(server)
    assert provider.parse_callback({}, b'{"event": {"name": "letter.lost"}, "letter": {"_id": "msb1"}}') == [
        "msb1"
    ]
    assert provider.parse_callback({}, b'{"event": {"letter": "msb2"}}') == ["msb2"]
    for wrong in (b"", b"[]", b"{}", b'{"letter": {"_id": "../x"}}', b"\xff"):
        assert provider.parse_callback({}, wrong) == []
    assert provider.cancel(provider.send(PARCEL, "k").provider_id) is True


def test_addresses_are_cut_at_words() -> None:
    assert fitted(["a" * 50, "Bâtiment B  escalier 2"]) == ["a" * 38, "Bâtiment B escalier 2"]
