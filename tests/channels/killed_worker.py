"""A worker that is killed at each of its instructions in turn, to be run as a program of its own.

It forks once for every line that a delivery executes in our code and where smtplib writes to the wire; the
child dies at that line as if the machine had lost power: no exception, no cleaning up.
"""

import os
import smtplib
import sys
from datetime import UTC, datetime
from functools import partial
from types import FrameType

import django

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OURS = 7
KILLED = 9


def main(port: int, database: str, host: str) -> None:
    """Reserve one message for every line, and die at that line while delivering it."""
    from django.conf import settings

    settings.DATABASES["default"].update(NAME=database, HOST=host)
    django.setup()
    from django.db import connection

    from encours.accounts import tenancy
    from encours.channels import actions, email, queries, smtp

    watched = {module.__file__ for module in (actions, queries, smtp)}
    inside = partial(tenancy.inside, OURS)

    def deliver(sending_id: int, last_line: int) -> None:
        lines = 0

        def watch(frame: FrameType, event: str, _: object) -> object:
            nonlocal lines
            code = frame.f_code
            if code.co_filename not in watched and code is not smtplib.SMTP.send.__code__:
                return None
            if event == "line":
                lines += 1
                if lines == last_line:
                    os._exit(KILLED)
            return watch

        transport = smtp.SmtpTransport("127.0.0.1", port, "none", timeout=10)
        sys.settrace(watch)
        actions.deliver(sending_id, transport, now=NOON, guard=lambda: None, inside=inside)
        sys.settrace(None)
        os._exit(0)

    line = 0
    ended = KILLED
    while ended == KILLED:
        line += 1
        message = email.Message(
            key=f"line-{line}",
            sender="recouvrement@morel.example",
            recipient="compta@durand.example",
            subject="Relance",
            text="Bonjour.\n",
            written_at=NOON,
        )
        with inside():
            sending = actions.reserve_email(OURS, message, NOON)
        connection.close()
        child = os.fork()
        if not child:
            deliver(sending.pk, line)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(line, ended)  # noqa: T201 - the answer of this program


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
