"""A sender of texts that is killed at each of its instructions in turn, to be run as a program of its own.

It forks once for every line that our code executes around the carrier's wire, each time for a company of its own;
the child dies at that line as if the machine had lost power.
"""

import os
import sys
from datetime import date
from types import FrameType

import django

KILLED = 9
TODAY = date(2026, 11, 24)


def main(base: str, database: str, host: str) -> None:
    """Confirm one text for every line, and die at that line while sending it."""
    from django.conf import settings

    settings.DATABASES["default"].update(NAME=database, HOST=host)
    django.setup()
    from datetime import timedelta

    from django.db import connection, transaction
    from tests.dunning import desk

    from encours.accounts.actions import set_provider
    from encours.channels import actions as channels
    from encours.channels import ovh, wire
    from encours.customers.models import Contact
    from encours.dunning import actions, sending
    from encours.dunning.actions.templates import give_words
    from encours.dunning.models import Reminder, Step

    watched = {module.__file__ for module in (channels, ovh, wire)}

    def send(organization_id: int, last_line: int) -> None:
        lines: set[tuple[str, int]] = set()

        def watch(frame: FrameType, event: str, _: object) -> object:
            if frame.f_code.co_filename not in watched:
                return None
            if event == "line":
                lines.add((frame.f_code.co_filename, frame.f_lineno))
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
            organization = desk.company(name=f"Company {line}", rates=False)
            give_words(organization, ["sms_reminder"])
            Step.objects.filter(organization=organization, rank=1).update(
                channel="sms", template_code="sms_reminder"
            )
            options = {"application_key": "AK", "service": "sms-ml-1", "sender": "Lumiere"}
            set_provider(
                organization, "sms", provider="ovh", options=options, base_url=base, test_mode=False,
                secrets={"application_secret": "AS", "consumer_key": "CK"}, by=desk.user(), now=desk.at(TODAY),
            )  # fmt: skip
            buyer = desk.customer(organization, f"C{line}")
            Contact.objects.filter(customer=buyer).update(phone="06 12 34 56 78")
            desk.item(buyer, f"F{line}", TODAY - timedelta(days=5), 2000 + line)
            desk.run(organization, TODAY)
            for reminder in Reminder.objects.filter(organization=organization, state="drafted"):
                actions.confirm(reminder, by=None, now=desk.at(TODAY))
        connection.close()
        child = os.fork()
        if not child:
            send(organization.pk, line)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(line, ended)  # noqa: T201 - the answer of this program


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3])
