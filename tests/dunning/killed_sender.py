"""A sender of reminders that is killed at each of its instructions in turn, to be run as a program of its own.

It forks once for every line that a pass executes between a confirmed reminder and the record of its outcome, each
time for a company of its own; the child dies at that line as if the machine had lost power.
"""

import os
import smtplib
import sys
from datetime import date
from types import FrameType

import django

KILLED = 9
TODAY = date(2026, 11, 22)


def main(port: int, database: str, host: str) -> None:
    """Confirm one reminder for every line, and die at that line while sending it."""
    from django.conf import settings

    settings.DATABASES["default"].update(NAME=database, HOST=host)
    django.setup()
    from datetime import timedelta

    from django.db import connection, transaction
    from tests.dunning import desk

    from encours.channels import actions as channels
    from encours.channels import smtp
    from encours.dunning import guard, sending
    from encours.dunning.actions import outcomes

    watched = {module.__file__ for module in (sending, guard, outcomes, channels, smtp)}

    def send(organization_id: int, last_line: int) -> None:
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
        sending.send_confirmed(organization_id, desk.at(TODAY))
        sys.settrace(None)
        os._exit(0)

    line = 0
    ended = KILLED
    while ended == KILLED:
        line += 1
        with transaction.atomic():
            organization = desk.company(name=f"Company {line}")
            desk.mail_server(organization, port)
            desk.item(desk.customer(organization, f"C{line}"), f"F{line}", TODAY + timedelta(days=7), 2000)
            desk.run(organization, TODAY)
        connection.close()
        child = os.fork()
        if not child:
            send(organization.pk, line)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(line, ended)  # noqa: T201 - the answer of this program


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
