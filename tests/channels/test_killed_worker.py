"""A worker killed at any line of a delivery never makes a message leave twice."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from tests.channels.postman import Postman

from encours.accounts import tenancy
from encours.channels import actions
from encours.channels.models import Sending, State
from encours.channels.smtp import SmtpTransport

OURS = 7
LATER = datetime(2026, 11, 23, 12, tzinfo=UTC)
inside = partial(tenancy.inside, OURS)


def arrived(postman: Postman) -> Counter[str]:
    return Counter(
        message_from_bytes(envelope.original_content)["Message-ID"] for envelope in postman.received
    )


@pytest.mark.slow
@pytest.mark.usefixtures("committed_db")
def test_killed_between_any_two_lines(mail_server: Callable[..., Postman]) -> None:
    postman = mail_server()
    place = connection.settings_dict
    worker = subprocess.run(
        [
            sys.executable,
            Path(__file__).with_name("killed_worker.py"),
            str(postman.port),
            place["NAME"],
            place["HOST"],
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    lines, ended = map(int, worker.stdout.split())
    assert ended == 0
    assert lines > 100, lines

    # What left is told by the row, or the row says that nobody knows.
    time.sleep(0.2)
    before = arrived(postman)
    with inside():
        sendings = list(Sending.objects.order_by("pk"))
    assert len(sendings) == lines
    states = Counter(sending.state for sending in sendings)
    assert set(states) == {State.RESERVED, State.SENDING, State.SENT}
    for sending in sendings:
        count = before[sending.message_id]
        assert count <= 1
        assert (sending.state, count) not in {(State.RESERVED, 1), (State.SENT, 0)}
    in_the_gap = [sending for sending in sendings if sending.state == State.SENDING]
    assert {before[sending.message_id] for sending in in_the_gap} == {0, 1}

    # The next day: doubt is shown, what waited leaves, and nothing arrives twice.
    with inside():
        doubtful = actions.sweep(OURS, LATER)
    assert {sending.pk for sending in doubtful} == {sending.pk for sending in in_the_gap}
    transport = SmtpTransport("127.0.0.1", postman.port, "none")
    for sending in sendings:
        actions.deliver(
            sending.pk, transport, now=LATER + timedelta(days=1), guard=lambda: None, inside=inside
        )
    after = arrived(postman)
    assert max(after.values()) == 1
    for sending in sendings:
        expected = before[sending.message_id] if sending.state != State.RESERVED else 1
        assert after[sending.message_id] == expected
