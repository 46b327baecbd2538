"""OVHcloud over real HTTP: what is signed, what is told, and what each fault leaves behind."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests.channels.carriers import KEYS, FakeOvh

from encours.channels.errors import DoubtfulWireError, PermanentWireError, TemporaryWireError, WireError
from encours.channels.ovh import Ovh, tag
from encours.channels.providers import Parcel

PARCEL = Parcel("Facture F12 : 1 200 €".encode(), "Lumiere", "+33612345678")


@pytest.fixture
def server() -> Iterator[FakeOvh]:
    with FakeOvh() as running:
        yield running


def ovh(server: FakeOvh, **changes: object) -> Ovh:
    keys = {
        **KEYS,
        "service": "sms-ml-1",
        "base": server.base,
        "credit_price": Decimal("0.065"),
        "timeout": 5.0,
    }
    return Ovh(**{**keys, **changes})  # type: ignore[arg-type]  # named by the tests


def test_a_text_is_taken_under_its_tag(server: FakeOvh) -> None:
    receipt = ovh(server).send(PARCEL, "7-reminder-1-1")
    assert (receipt.provider_id, receipt.price, receipt.test) == ("26929900", Decimal("0.065"), False)
    (posted,) = server.posts
    assert posted["receivers"] == ["+33612345678"]
    assert posted["message"] == "Facture F12 : 1 200 €"
    assert (posted["sender"], posted["noStopClause"], posted["coding"]) == ("Lumiere", True, "7bit")
    assert posted["tag"] == tag("7-reminder-1-1")
    assert len(posted["tag"]) == 20


def test_without_a_name_the_answer_comes_back(server: FakeOvh) -> None:
    ovh(server).send(Parcel("Être".encode(), "", "+33612345678"), "k")
    (posted,) = server.posts
    assert posted["senderForResponse"] is True
    assert "sender" not in posted
    assert posted["coding"] == "8bit"


def test_the_clock_is_that_of_ovh_and_read_again_when_it_moved(server: FakeOvh) -> None:
    provider = ovh(server)
    server.drift = 3600
    with pytest.raises(TemporaryWireError):
        provider.send(PARCEL, "k")
    assert [asked.path for asked in server.asked].count("/auth/time") == 2
    server.drift = 0
    assert provider.check().balance == "42"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"consumer_key": "other"}, "provider_sign_in"),
        ({"application_secret": "other"}, "provider_sign_in"),
        ({"service": "sms-none-1"}, "provider_service"),
    ],
)
def test_wrong_keys_are_told_apart(server: FakeOvh, changes: dict[str, str], code: str) -> None:
    with pytest.raises(WireError) as fault:
        ovh(server, **changes).check()
    assert fault.value.code == code
    assert "AS" not in fault.value.message


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (401, TemporaryWireError, "provider_sign_in"),
        (402, TemporaryWireError, "provider_credit"),
        (403, TemporaryWireError, "provider_sign_in"),
        (409, PermanentWireError, "provider_refused"),
        (429, TemporaryWireError, "provider_busy"),
        (503, TemporaryWireError, "provider_busy"),
        (500, DoubtfulWireError, "provider_fault"),
        (502, DoubtfulWireError, "provider_fault"),
        (301, TemporaryWireError, "provider_address"),
        ("hang_up", DoubtfulWireError, "provider_silent"),
        ("malformed", DoubtfulWireError, "provider_unclear"),
    ],
)
def test_each_fault_says_what_it_leaves(
    server: FakeOvh, fault: int | str, kind: type[WireError], code: str
) -> None:
    server.faults = [fault]
    with pytest.raises(kind) as raised:
        ovh(server).send(PARCEL, "k")
    assert raised.value.code == code


def test_a_silence_after_the_request_is_a_doubt_that_the_tag_settles(server: FakeOvh) -> None:
    server.faults, server.delay = ["late"], 1.5
    provider = ovh(server, timeout=0.4)
    with pytest.raises(DoubtfulWireError):
        provider.send(PARCEL, "7-reminder-1-1")
    patient = ovh(server)
    # Still waiting at OVHcloud, where jobs have no tag: the same words to the same number.
    found = patient.find(PARCEL, "7-reminder-1-1")
    assert found is not None
    assert found.provider_id == "26929900"
    server.carry(1)
    found = patient.find(PARCEL, "7-reminder-1-1")
    assert found is not None
    assert found.provider_id == "26929900"
    assert patient.find(PARCEL, "another-key") is None


def test_a_server_that_is_not_there_leaves_nothing() -> None:
    provider = Ovh(**KEYS, service="sms-ml-1", base="http://127.0.0.1:9", timeout=2)
    with pytest.raises(TemporaryWireError) as fault:
        provider.send(PARCEL, "k")
    assert fault.value.code == "provider_unreachable"


def test_no_secret_travels_in_clear() -> None:
    with pytest.raises(TemporaryWireError) as fault:
        Ovh(**KEYS, service="x", base="http://sms.example").check()
    assert fault.value.code == "provider_address"


def test_a_number_that_ovh_refuses_is_final(server: FakeOvh) -> None:
    server.refused = {"+33612345678"}
    with pytest.raises(PermanentWireError) as fault:
        ovh(server).send(PARCEL, "k")
    assert fault.value.code == "recipient_refused_by_provider"


@pytest.mark.parametrize(
    ("receipt", "facts", "statuses"),
    [
        (0, {}, ["submitted", "accepted"]),
        (8, {}, ["submitted", "accepted", "in_transit"]),
        (1, {"deliveredAt": "2026-11-22T10:00:09+01:00"}, ["submitted", "accepted", "delivered"]),
        (2, {"ptt": 27}, ["submitted", "accepted", "failed"]),
        (16, {}, ["submitted", "accepted", "failed"]),
    ],
)
def test_the_way_of_a_text(
    server: FakeOvh, receipt: int, facts: dict[str, object], statuses: list[str]
) -> None:
    provider = ovh(server)
    number = provider.send(PARCEL, "k").provider_id
    assert [news.status for news in provider.poll(number)] == ["submitted"]
    server.carry(receipt, **facts)
    news = provider.poll(number)
    assert [one.status for one in news] == statuses
    if receipt == 2:
        assert news[-1].detail == "Absent subscriber (ptt 27)"
    if receipt == 16:
        assert news[-1].facts == {"opted_out": "yes"}
    assert provider.poll("404") == []


def test_answers_and_refusals_come_back(server: FakeOvh) -> None:
    server.answers = {
        5: {"sender": "+33612345678", "message": "STOP", "creationDatetime": "2026-11-22T11:00:00+01:00"}
    }
    server.blacklist = ["+33700000000"]
    provider = ovh(server)
    (incoming,) = provider.incoming(datetime(2026, 11, 20, tzinfo=UTC))
    assert (incoming.provider_id, incoming.text) == ("5", "STOP")
    assert provider.opted_out() == ["+33700000000"]


def test_a_waiting_text_is_taken_back_and_priced(server: FakeOvh) -> None:
    provider = ovh(server)
    number = provider.send(PARCEL, "k").provider_id
    assert provider.cancel(number) is True
    assert provider.cancel(number) is False
    assert provider.price(Parcel(b"a" * 161, "Lumiere", "+33612345678")) == Decimal("0.130")
    account = provider.check()
    assert (account.balance, account.senders) == ("41", ("Lumiere",))


def test_a_call_from_outside_only_names_a_text(server: FakeOvh) -> None:
    provider = ovh(server)
    assert provider.parse_callback({"id": "26929900", "ptt": "1"}, b"") == ["26929900"]
    assert provider.parse_callback({}, b"id=12&dlr=1") == ["12"]
    assert provider.parse_callback({"id": "1 OR 1"}, b"\xff\x00") == []
