"""What comes back into the life of a customer: a bounce, a reply from somebody unknown, an automatic answer."""

from datetime import date

import pytest
from tests.channels.imap_server import letter
from tests.channels.reports import bounce
from tests.dunning import desk
from tests.stories.teller import Story

from encours.channels.models import Sending
from encours.customers.models import Contact, Customer
from encours.dunning.actions import inbound, readings
from encours.dunning.addressing import token_of
from encours.dunning.models import InboundMessage, Reminder, Task

pytestmark = pytest.mark.django_db


class MailStory(Story):
    """A story whose reminders have a sending, so that what comes back finds them."""

    def tell(self, day: date, what: str) -> None:
        super().tell(day, what)
        for reminder in Reminder.objects.filter(state__in=["drafted", "confirmed"], sending_id=None):
            sending = Sending.objects.create(
                organization_id=self.organization.pk, key=f"reminder-{reminder.pk}-1", channel="email",
                state="sent", recipient=self.address(), message_id=f"<reminder-{reminder.pk}@lumiere.example>",
                content_hash="0" * 64, size=1, reserved_at=desk.at(day), next_attempt_at=desk.at(day),
                finished_at=desk.at(day),
            )  # fmt: skip
            Reminder.objects.filter(pk=reminder.pk).update(sending_id=sending.pk)

    def address(self) -> str:
        usable = Contact.objects.filter(customer=self.customer, bounced_at=None).order_by("pk")
        return usable.first().email

    def happen(self, fact: str, day: date) -> None:
        now = desk.at(day)
        token = token_of(self.organization.pk, self.customer.pk)
        facts = {
            "the reminder comes back: user unknown": lambda: bounce(
                self.address(), returned=Sending.objects.latest("pk").message_id
            ),
            "an automatic reply comes": lambda: letter("Réponse automatique", "Je suis en congés."),
            "somebody unknown replies to the reminder": lambda: letter(
                "Re: facture", sender="x@gmail.com", to=f"relances+{token}@lumiere.example"
            ),
            "somebody unknown writes": lambda: letter("Votre facture", sender="x@gmail.com"),
        }
        if fact in facts:
            assert inbound.keep(self.organization, facts[fact](), mailbox=None, now=now) is not None
        elif fact == "the collector finds whose message it is":
            message = InboundMessage.objects.get(customer=None)
            readings.assign(message, Customer.objects.get(pk=self.customer.pk), by=None, now=now)
        elif fact == "the collector reads it":
            for message in InboundMessage.objects.filter(state="new"):
                readings.mark_read(message, by=desk.user(), now=now)
        else:
            super().happen(fact, day)


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines() if "->" in line]


def check(text: str, *, contacts: int = 1) -> None:
    story = MailStory()
    for number in range(1, contacts):
        Contact.objects.create(
            organization=story.organization, customer=story.customer, role="director",
            email=f"direction{number}@verger.example",
        )  # fmt: skip
    assert story.live(text) == lines(text)


def test_a_reminder_that_comes_back_is_said_again_to_somebody_else() -> None:
    check(
        """
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        04/08/2026  the reminder comes back: user unknown
        04/08/2026  -> first reminder: F1 900.00
        04/08/2026  -> first reminder withdrawn: F1 900.00
        15/08/2026  -> second reminder: F1 900.00
        """,
        contacts=2,
    )


def test_a_customer_nobody_can_reach_becomes_a_task() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        04/08/2026  the reminder comes back: user unknown
        04/08/2026  -> first reminder withdrawn: F1 900.00
        04/08/2026  -> nothing is asked: contact_bounced
    """)
    assert Task.objects.filter(kind="fix_contact").count() == 1


def test_a_reply_from_an_unknown_address_stops_the_plan_until_it_is_read() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        10/08/2026  somebody unknown replies to the reminder
        10/08/2026  -> nothing is asked: reply_waiting
        20/08/2026  the collector reads it
        20/08/2026  -> second reminder: F1 900.00
    """)


def test_a_message_nobody_can_match_waits_and_stops_the_plan_once_it_is_known_whose_it_is() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        10/08/2026  somebody unknown writes
        14/08/2026  the collector finds whose message it is
        14/08/2026  -> nothing is asked: reply_waiting
        18/08/2026  the collector reads it
        18/08/2026  -> second reminder: F1 900.00
    """)


def test_an_automatic_reply_stops_nothing() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        10/08/2026  an automatic reply comes
        15/08/2026  -> second reminder: F1 900.00
    """)
