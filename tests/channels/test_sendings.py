"""A message leaves once, or nobody pretends to know."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from tests.channels.postman import Postman, hang_up

from encours.accounts import tenancy
from encours.channels import actions, email, queries
from encours.channels.errors import (
    DoubtfulWireError,
    InsideTransactionError,
    PermanentWireError,
    SendingStateError,
    TemporaryWireError,
    UnknownSendingError,
)
from encours.channels.models import Channel, Content, Sending, State
from encours.channels.smtp import SmtpTransport

pytestmark = pytest.mark.usefixtures("committed_db")

OURS = 7
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
inside: Callable[[], AbstractContextManager[None]] = partial(tenancy.inside, OURS)


def message(key: str = "reminder-1") -> email.Message:
    return email.Message(
        key=key,
        sender="recouvrement@morel.example",
        recipient="compta@durand.example",
        subject="Relance",
        text="Bonjour.\n",
        written_at=NOON,
    )


def reserved(key: str = "reminder-1") -> Sending:
    with inside():
        return actions.reserve_email(OURS, message(key), NOON)


def letter(key: str = "letter-1") -> Sending:
    with inside():
        return actions.reserve(
            OURS,
            key,
            channel=Channel.LETTER,
            recipient="Bâtiments Durand, 38200 Vienne",
            content=b"%PDF",
            media_type="application/pdf",
            now=NOON,
        )


def now_of(sending: Sending) -> Sending:
    with inside():
        return queries.sending(sending.pk)


@dataclass
class Wire:
    """A wire that fails as told, or keeps what it carried."""

    fault: Exception | None = None
    carried: list[bytes] = field(default_factory=list)

    def send(self, content: bytes, sender: str, recipient: str) -> str:
        assert (sender, recipient) == ("recouvrement@morel.example", "compta@durand.example")
        if self.fault:
            raise self.fault
        self.carried.append(content)
        return "receipt"


def deliver(sending: Sending, wire: Wire, now: datetime = NOON, reason: str | None = None) -> Sending:
    return actions.deliver(sending.pk, wire, now=now, guard=lambda: reason, inside=inside)


def test_a_reserved_message_is_kept_with_its_hash() -> None:
    sending = reserved()
    assert (sending.state, sending.attempts, sending.size) == ("reserved", 0, len(email.build(message())))
    assert sending.message_id == email.message_id("reminder-1", "recouvrement@morel.example")
    with inside():
        assert queries.content_of(sending) == email.build(message())
        assert queries.sending_of(OURS, "reminder-1") == sending


def test_a_key_is_taken_once() -> None:
    first = reserved()
    assert reserved() == first
    assert letter("reminder-1") == first
    with inside():
        assert Sending.objects.count() == Content.objects.count() == 1


def test_the_same_content_is_kept_once() -> None:
    letter("a")
    letter("b")
    with inside():
        assert (Sending.objects.count(), Content.objects.count()) == (2, 1)


def test_a_message_leaves_once(mail_server: Callable[..., Postman]) -> None:
    postman = mail_server()
    transport = SmtpTransport("127.0.0.1", postman.port, "none")
    sending = reserved()
    for _ in range(3):
        sent = actions.deliver(sending.pk, transport, now=NOON, guard=lambda: None, inside=inside)
    assert (sent.state, sent.provider_id, sent.attempts) == ("sent", "queued as Q42", 1)
    assert (sent.started_at, sent.finished_at) == (NOON, NOON)
    assert [envelope.original_content for envelope in postman.received] == [email.build(message())]


def test_of_many_workers_one_delivers() -> None:
    sending, wire = reserved(), Wire()

    def work(_: int) -> str:
        try:
            return deliver(sending, wire).state
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        states = list(workers.map(work, range(8)))
    assert set(states) <= {"sending", "sent"}
    assert (now_of(sending).attempts, len(wire.carried)) == (1, 1)


def test_the_guard_is_asked_after_the_claim_and_before_the_wire() -> None:
    sending, wire, seen = reserved(), Wire(), []

    def guard() -> str:
        seen.append(queries.sending(sending.pk).state)
        return "item_settled"

    held = actions.deliver(sending.pk, wire, now=NOON, guard=guard, inside=inside)
    assert (held.state, held.error_code, seen) == ("canceled", "item_settled", ["sending"])
    assert wire.carried == []


def test_a_guard_that_breaks_sends_nothing_and_loses_nothing() -> None:
    sending, wire = reserved(), Wire()

    def guard() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        actions.deliver(sending.pk, wire, now=NOON, guard=guard, inside=inside)
    assert (now_of(sending).state, now_of(sending).error_code) == ("reserved", "guard_failed")
    assert wire.carried == []


def test_a_passing_fault_waits_longer_each_time_then_fails() -> None:
    sending, wire, now = reserved(), Wire(TemporaryWireError("recipient_refused", "450 busy")), NOON
    waits = []
    while (sending := deliver(sending, wire, now)).state == State.RESERVED:
        assert (sending.error_code, sending.error) == ("recipient_refused", "450 busy")
        untouched = deliver(sending, wire, sending.next_attempt_at - MINUTE)
        assert untouched.attempts == sending.attempts
        waits.append((sending.next_attempt_at - now) // MINUTE)
        now = sending.next_attempt_at
    assert waits == [1, 5, 15, 60, 180, 360, 720]
    assert (sending.state, sending.attempts, sending.finished_at) == ("failed", 8, now)


def test_a_lasting_fault_fails_at_once() -> None:
    failed = deliver(reserved(), Wire(PermanentWireError("recipient_refused", "550 unknown")))
    assert (failed.state, failed.error_code, failed.error) == ("failed", "recipient_refused", "550 unknown")


def test_doubt_is_never_sent_again_by_itself() -> None:
    sending, wire = reserved(), Wire(DoubtfulWireError("no_answer"))
    assert deliver(sending, wire).state == "in_doubt"
    wire.fault = None
    assert deliver(sending, wire, NOON + timedelta(days=30)).state == "in_doubt"
    with inside():
        assert actions.sweep(OURS, NOON + timedelta(days=30)) == []
    assert wire.carried == []


def test_a_line_cut_after_the_message_is_in_doubt(mail_server: Callable[..., Postman]) -> None:
    postman = mail_server({"DATA": hang_up})
    transport = SmtpTransport("127.0.0.1", postman.port, "none")
    doubtful = actions.deliver(reserved().pk, transport, now=NOON, guard=lambda: None, inside=inside)
    assert (doubtful.state, doubtful.error_code) == ("in_doubt", "no_answer")
    assert len(postman.received) == 1


def test_an_unforeseen_fault_is_in_doubt_and_loud() -> None:
    sending = reserved()
    with pytest.raises(ZeroDivisionError):
        deliver(sending, Wire(ZeroDivisionError()))
    assert (now_of(sending).state, now_of(sending).error_code) == ("in_doubt", "unforeseen")


def test_a_person_who_found_it_arrived_says_so() -> None:
    sending = reserved()
    deliver(sending, Wire(DoubtfulWireError("no_answer")))
    with inside():
        assert actions.confirm_sent(sending.pk, NOON).state == "sent"
        with pytest.raises(SendingStateError):
            actions.send_again(sending.pk, NOON)


def test_a_person_may_send_again() -> None:
    sending, wire = reserved(), Wire()
    deliver(sending, Wire(DoubtfulWireError("no_answer")))
    with inside():
        assert actions.send_again(sending.pk, NOON + MINUTE).state == "reserved"
    sent = deliver(sending, wire, NOON + MINUTE)
    assert (sent.state, sent.attempts, len(wire.carried)) == ("sent", 2, 1)
    assert sent.error_code == ""


def test_a_worker_that_never_came_back_leaves_doubt() -> None:
    sending = reserved()
    with inside():
        Sending.objects.filter(pk=sending.pk).update(state="sending", started_at=NOON, attempts=1)
        assert actions.sweep(OURS, NOON + 14 * MINUTE) == []
        (lost,) = actions.sweep(OURS, NOON + 15 * MINUTE)
    assert (lost.pk, now_of(sending).state, now_of(sending).error_code) == (
        sending.pk,
        "in_doubt",
        "interrupted",
    )


def test_a_slow_worker_settles_the_doubt_about_its_own_attempt() -> None:
    sending = reserved()

    class Slow(Wire):
        def send(self, content: bytes, sender: str, recipient: str) -> str:
            with inside():
                assert len(actions.sweep(OURS, NOON + 15 * MINUTE)) == 1
            return super().send(content, sender, recipient)

    assert deliver(sending, Slow()).state == "sent"


def test_a_letter_is_posted_by_a_person() -> None:
    with inside():
        posted = letter()
        assert actions.confirm_sent(posted.pk, NOON).state == "sent"
        with pytest.raises(SendingStateError):
            actions.confirm_sent(reserved().pk, NOON)


def test_what_has_not_begun_to_leave_may_be_canceled() -> None:
    sending, wire = reserved(), Wire()
    with inside():
        canceled = actions.cancel(sending.pk, NOON, reason="dispute")
    assert (canceled.state, canceled.error_code) == ("canceled", "dispute")
    assert deliver(sending, wire).state == "canceled"
    assert wire.carried == []


def test_content_that_is_not_what_was_reserved_never_leaves() -> None:
    sending, wire = reserved(), Wire()
    with inside():
        Content.objects.update(body=b"something else")
    assert (deliver(sending, wire).error_code, wire.carried) == ("content_lost", [])


def test_a_delivery_refuses_to_run_inside_a_transaction() -> None:
    sending = reserved()
    with transaction.atomic(), pytest.raises(InsideTransactionError):
        deliver(sending, Wire())


def test_the_sendings_of_another_organization_do_not_exist() -> None:
    sending, wire = reserved(), Wire()
    theirs = partial(tenancy.inside, 8)
    with pytest.raises(UnknownSendingError):
        actions.deliver(sending.pk, wire, now=NOON, guard=lambda: None, inside=theirs)
    with theirs():
        assert actions.sweep(OURS, NOON + timedelta(days=1)) == []
    assert wire.carried == []


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "flying"},
        {"channel": "pigeon"},
        {"state": "sending"},
        {"state": "sent"},
        {"state": "failed"},
    ],
)
def test_the_database_refuses_what_cannot_be(facts: dict[str, str]) -> None:
    sending = reserved()
    with inside(), pytest.raises(IntegrityError), transaction.atomic():
        Sending.objects.filter(pk=sending.pk).update(**facts)
