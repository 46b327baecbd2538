"""A sender killed between any two instructions: each reminder leaves once, or is visibly in doubt; never twice."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.db import connection
from tests.channels.postman import Postman
from tests.dunning import desk

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.channels import queries
from encours.channels.actions import sweep
from encours.channels.models import Sending
from encours.dunning import actions, sending
from encours.dunning.models import Reminder
from encours.events.models import Event

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]
TODAY = date(2026, 11, 22)
LATER = desk.at(TODAY) + timedelta(minutes=20)
PROGRAM = Path(__file__).with_name("killed_sender.py")
MailServer = Callable[..., Postman]


def die_all_along(form: str, every: int, postman: Postman) -> int:
    """Have one sender after another die, each so many lines later, and return how many there were."""
    place = connection.settings_dict
    worker = subprocess.run(
        [sys.executable, PROGRAM, form, str(every), str(postman.port), place["NAME"], place["HOST"]],
        capture_output=True, text=True, check=False, timeout=900, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    assert worker.returncode == 0, worker.stderr
    lines, ended = map(int, worker.stdout.split())
    assert ended == 0
    return lines


def come_back(organization_id: int) -> None:
    """Do what the next worker does, twice: once would be enough."""
    for minutes in (0, 5):
        with tenancy.inside(organization_id):
            sweep(organization_id, LATER)
        sending.send_confirmed(organization_id, LATER + timedelta(minutes=minutes))


# A message dies at every line; the other forms, which share nearly all of them, die all along their own way.
@pytest.mark.parametrize(
    ("form", "every", "attached"), [("message", 1, []), ("statement", 5, ["application/pdf"])]
)
def test_no_message_leaves_twice(mail_server: MailServer, form: str, every: int, attached: list[str]) -> None:
    postman = mail_server()
    lines = die_all_along(form, every, postman)
    assert lines * every > 100, lines

    outcomes: Counter[tuple[str, int]] = Counter()
    recipients: dict[int, str] = {}
    for number in tenancy.organization_ids():
        come_back(number)
        with tenancy.inside(number):
            reminder = Reminder.objects.get()
            assert Sending.objects.get().pk == reminder.sending_id
        recipients[number] = reminder.recipient
        # By the person who reads it, not by its identity: a second message would have another one.
        read = [one for one in postman.received if one.rcpt_tos == [reminder.recipient]]
        outcomes[reminder.state, len(read)] += 1
    assert len(set(recipients.values())) == lines
    assert set(outcomes) == {("sent", 1), ("in_doubt", 0), ("in_doubt", 1)}, outcomes
    assert sum(outcomes.values()) == lines
    for envelope in postman.received:
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        assert [part.get_content_type() for part in mail.iter_attachments()] == attached


def test_no_letter_is_printed_or_posted_twice(mail_server: MailServer) -> None:
    postman = mail_server()
    lines = die_all_along("letter", 2, postman)
    assert lines > 50, lines

    found: Counter[str] = Counter()
    for number in tenancy.organization_ids():
        come_back(number)
        with tenancy.inside(number):
            reminder = Reminder.objects.filter(channel="letter").get()
            letter = Sending.objects.get()
            assert letter.pk == reminder.sending_id
            assert (queries.content_of(letter) or b"").startswith(b"%PDF-")
            found[reminder.state] += 1
            actions.post(Organization.objects.get(pk=number), [reminder.pk], by=None, now=LATER)
            reminder.refresh_from_db()
            letter.refresh_from_db()
            assert (reminder.state, letter.state) == ("sent", "sent")
            told = Event.objects.filter(subject_type="reminder", subject_id=reminder.pk)
            kinds = Counter(told.values_list("kind", flat=True))
        assert (kinds["reminder.printed"], kinds["reminder.sent"]) == (1, 1)
    # Nobody knows of a letter lost on its way: it is printed, and a person posts it; or it was said to be posted.
    assert set(found) == {"printed", "sent"}, found
    assert sum(found.values()) == lines
    assert postman.received == []
