"""A reader of mailboxes that is killed at each of its instructions in turn, to be run as a program of its own."""

import os
import sys
from types import FrameType

import django

KILLED = 9


def main(organization_id: int, mailbox_id: int, line: int, database: str, host: str) -> None:
    """Take in a mailbox and die at a line of it, as if the machine had lost power; end well without that line."""
    from django.conf import settings

    settings.DATABASES["default"].update(NAME=database, HOST=host)
    django.setup()
    for one in range(line, 100_000):
        child = os.fork()
        if not child:
            die(organization_id, mailbox_id, one)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if ended != KILLED:
            print(one, ended)  # noqa: T201 - the answer of this program
            return
        # The next child reads on from wherever this one died: it must meet each message afresh.
        give_back(organization_id, mailbox_id)


def give_back(organization_id: int, mailbox_id: int) -> None:
    """Read on from where the dead reader stopped, look at what is there, then put everything back."""
    from django.db import connection
    from tests.dunning import desk

    from encours.accounts import tenancy
    from encours.dunning import intake
    from encours.dunning.models import InboundMessage, Mailbox

    intake.take_in(organization_id, mailbox_id, desk.at(desk_day()))
    with tenancy.inside(organization_id):
        found = sorted(InboundMessage.objects.values_list("subject", flat=True))
        if found != ["Re: un", "Re: un deux"]:
            print("lost or doubled", found)  # noqa: T201
            sys.exit(1)
        InboundMessage.objects.all().delete()
        Mailbox.objects.update(last_uid=0, uid_validity=None)
    connection.close()


def desk_day() -> object:
    """Return the day of the test."""
    from datetime import date

    return date(2026, 11, 23)


def die(organization_id: int, mailbox_id: int, last_line: int) -> None:
    """Take in, and die at a line of it."""
    from tests.dunning import desk

    from encours.dunning import intake
    from encours.dunning.actions import inbound, mailboxes

    # What only reads the wire writes nothing: to die in it is to die at the line that calls it.
    watched = {module.__file__ for module in (intake, inbound, mailboxes)}
    lines: set[tuple[str, int, bool]] = set()
    moved = 0

    def watch(frame: FrameType, event: str, _: object) -> object:
        nonlocal moved
        if frame.f_code.co_filename not in watched:
            return None
        if event == "line":
            # A line that comes again after the first cursor was moved is a place of its own.
            moved += frame.f_code is mailboxes.move_cursor.__code__
            lines.add((frame.f_code.co_filename, frame.f_lineno, moved > 0))
            if len(lines) == last_line:
                os._exit(KILLED)
        return watch

    sys.settrace(watch)
    intake.take_in(organization_id, mailbox_id, desk.at(desk_day()))
    sys.settrace(None)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])
