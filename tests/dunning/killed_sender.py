"""A sender of reminders that is killed at each of its instructions in turn, to be run as a program of its own.

It forks once for every line, or every so many lines, that a pass executes between a confirmed reminder and the
record of its outcome, each time for a company of its own; the child dies there as if the machine had lost power. A
reminder is a message alone before the due date, one with a statement of account after it, or a letter, which the
child also says is posted.
"""

import os
import smtplib
import sys
from datetime import date, timedelta
from types import FrameType
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from encours.accounts.models import Organization

KILLED = 9
TODAY = date(2026, 11, 22)
OVERDUE_DAYS = {"message": -7, "statement": 5, "letter": 30}


def main(form: str, every: int, port: int, database: str, host: str) -> None:
    """Confirm one reminder for every so many lines, and die at that line while sending it."""
    from django.conf import settings

    settings.DATABASES["default"].update(NAME=database, HOST=host)
    django.setup()
    from django.db import connection, transaction
    from tests.dunning import desk

    line, deaths = 1 - every, -1
    ended = KILLED
    while ended == KILLED:
        line, deaths = line + every, deaths + 1
        with transaction.atomic():
            organization = desk.company(name=f"Company {line}")
            desk.mail_server(organization, port)
            confirm(organization, f"C{line}", OVERDUE_DAYS[form])
        connection.close()
        child = os.fork()
        if not child:
            die(organization, line)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(deaths + 1, ended)  # noqa: T201 - the answer of this program


def confirm(organization: "Organization", customer: str, overdue_days: int) -> None:
    """Bring a company to one confirmed reminder about one invoice."""
    from tests.dunning import desk

    from encours.dunning import actions
    from encours.dunning.models import Reminder, ReminderState

    desk.item(desk.customer(organization, customer), "F1", TODAY - timedelta(days=overdue_days), 2000)
    waiting = Reminder.objects.filter(organization=organization, state=ReminderState.DRAFTED)
    for age in (3, 15) if overdue_days >= OVERDUE_DAYS["letter"] else ():
        day = TODAY - timedelta(days=overdue_days - age)
        desk.run(organization, day)
        desk.sent(waiting.get(), day)
    desk.run(organization, TODAY)
    for reminder in waiting:
        actions.confirm(reminder, by=None, now=desk.at(TODAY))


def die(organization: "Organization", last_line: int) -> None:
    """Send what was confirmed, and die at a line of it; without that many lines, end well."""
    from encours.channels import actions as channels
    from encours.channels import smtp
    from encours.dunning import guard, sending
    from encours.dunning.actions import outcomes

    # What only composes the words writes nothing: to die in it is to die at the line that calls it.
    watched = {module.__file__ for module in (sending, guard, outcomes, channels, smtp)}
    lines: set[tuple[str, int]] = set()

    def watch(frame: FrameType, event: str, _: object) -> object:
        code = frame.f_code
        if code.co_filename not in watched and code is not smtplib.SMTP.send.__code__:
            return None
        if event == "line":
            # On the wire each command counts; elsewhere a line that comes again is no new place to die.
            again = len(lines) if code is smtplib.SMTP.send.__code__ else 0
            lines.add((f"{code.co_filename} {again}", frame.f_lineno))
            if len(lines) == last_line:
                os._exit(KILLED)
        return watch

    sys.settrace(watch)
    send_and_post(organization)
    sys.settrace(None)
    os._exit(0)


def send_and_post(organization: "Organization") -> None:
    """Send what was confirmed, and say that the letters were posted."""
    from tests.dunning import desk

    from encours.accounts import tenancy
    from encours.dunning import sending
    from encours.dunning.actions import outcomes
    from encours.dunning.models import Reminder, ReminderState

    sending.send_confirmed(organization.pk, desk.at(TODAY))
    with tenancy.inside(organization.pk):
        printed = Reminder.objects.filter(state=ReminderState.PRINTED).values_list("pk", flat=True)
        outcomes.post(organization, list(printed), by=None, now=desk.at(TODAY))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])
