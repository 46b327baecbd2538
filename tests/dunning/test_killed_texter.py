"""A worker killed at any line of sending a text never makes it leave twice, and the carrier settles what it can."""

import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from tests.channels.carriers import FakeOvh
from tests.dunning import desk

from encours.accounts import tenancy
from encours.channels.actions import sweep
from encours.dunning import sending, tracking
from encours.dunning.models import Reminder

TODAY = date(2026, 11, 24)


@pytest.mark.slow
@pytest.mark.usefixtures("committed_db")
def test_killed_between_any_two_lines_around_the_carrier() -> None:
    place = connection.settings_dict
    with FakeOvh() as ovh:
        program = Path(__file__).with_name("killed_texter.py")
        worker = subprocess.run(
            [sys.executable, program, ovh.base, place["NAME"], place["HOST"]],
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
            env={**os.environ, "PYTHONPATH": "."},
        )
        assert worker.returncode == 0, worker.stderr
        lines, ended = map(int, worker.stdout.split())
        assert ended == 0
        assert lines > 80, lines
        taken = Counter(str(posted["message"]) for posted in ovh.posts)
        assert max(taken.values()) == 1

        # The worker comes back: what was reserved leaves, what is in doubt is looked up, and nothing leaves twice.
        ovh.carry(1)
        later = desk.at(TODAY) + timedelta(hours=1)
        organizations = tenancy.organization_ids()
        for number in organizations:
            with tenancy.inside(number):
                sweep(number, later)
            sending.send_confirmed(number, later)
            tracking.follow(number, later)
            sending.send_confirmed(number, later)
        states: Counter[str] = Counter()
        for number in organizations:
            with tenancy.inside(number):
                states.update(Reminder.objects.filter(organization_id=number).values_list("state", flat=True))
        after = Counter(str(posted["message"]) for posted in ovh.posts)
    assert max(after.values()) == 1
    assert set(states) <= {"sent", "in_doubt"}, states
    # Only those that died before the request was written are still in doubt: the carrier knows of none.
    assert states["sent"] == len(after)
    assert states["sent"] + states["in_doubt"] == lines
    assert states["in_doubt"] > 0
