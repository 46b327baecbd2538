"""Lives of customers who answer: what they write stops the plan, and what comes of it lets it go on."""

import re
from datetime import date

import pytest
from tests.dunning import desk
from tests.dunning.replies import message
from tests.stories.teller import Story

from encours.accounts.models import Sender
from encours.customers.models import Contact
from encours.dunning import answers
from encours.dunning.actions import readings
from encours.dunning.models import InboundMessage

pytestmark = pytest.mark.django_db


class Answered(Story):
    """A story in which the customer writes, and somebody reads."""

    def happen(self, fact: str, day: date) -> None:
        for pattern, verb in (
            (r"writes “(.+)”", self.write),
            (r"writes from an unknown address “(.+)”", self.write_unknown),
            (r"writes from an address shared with another customer “(.+)”", self.write_shared),
            (r"is known again by a person", self.know),
            (r"is read", self.read_it),
            (r"is answered", self.answer_it),
            (r"(\w+) is accepted", self.accept),
            (r"(\w+) is refused", self.refuse),
        ):
            found = re.fullmatch(pattern, fact)
            if found:
                verb(day, *found.groups())
                return
        super().happen(fact, day)

    def write(self, day: date, said: str) -> None:
        message(self.organization, self.customer, said, day)

    def write_unknown(self, day: date, said: str) -> None:
        message(self.organization, None, said, day)

    def write_shared(self, day: date, said: str) -> None:
        email = Contact.objects.filter(customer=self.customer, role="payables").get().email
        message(self.organization, None, said, day, from_address=email.upper())

    def know(self, day: date) -> None:
        readings.assign(self.last(), self.customer, by=desk.user(), now=desk.at(day))

    def read_it(self, day: date) -> None:
        readings.mark_read(self.last(), by=desk.user(), now=desk.at(day))

    def answer_it(self, day: date) -> None:
        Sender.objects.get_or_create(
            organization=self.organization, email="relances@lumiere.example", host="smtp.lumiere.example"
        )
        answers.answer(self.last(), text="Merci, nous regardons.", by=desk.user(), now=desk.at(day))

    def accept(self, day: date, meaning: str) -> None:
        readings.accept(self.last().readings.get(meaning=meaning), by=desk.user(), now=desk.at(day))

    def refuse(self, day: date, meaning: str) -> None:
        readings.refuse(self.last().readings.get(meaning=meaning), by=desk.user(), now=desk.at(day))

    def last(self) -> InboundMessage:
        return InboundMessage.objects.filter(organization=self.organization).latest("pk")


def check(text: str) -> None:
    told = [line.strip() for line in text.strip().splitlines() if "->" in line]
    assert Answered().live(text) == told


def test_a_promise_from_an_unknown_address_is_found_accepted_broken_and_the_plan_goes_on() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        05/08/2026  writes from an unknown address “Le virement de 900 € pour F1 partira le 20 août.”
        06/08/2026  is known again by a person
        06/08/2026  -> nothing is asked: reply_waiting
        07/08/2026  promise is accepted
        07/08/2026  -> nothing is asked: promise_running
        23/08/2026  -> second reminder: F1 900.00
        30/08/2026  -> last reminder: F1 900.00
        14/09/2026  -> formal notice to sign: F1 900.00
        30/09/2026  invoice F2 of 50.00, due 31/12/2026
    """)


def test_a_reply_stops_the_plan_until_it_is_read() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        05/08/2026  writes “Bien reçu, je transmets.”
        05/08/2026  -> nothing is asked: reply_waiting
        25/08/2026  is read
        25/08/2026  -> second reminder: F1 900.00
        30/08/2026  invoice F2 of 50.00, due 31/12/2026
    """)


def test_only_the_contested_part_is_left_out() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        01/07/2026  invoice F2 of 300.00, due 31/07/2026
        24/07/2026  -> notice: F1 900.00, F2 300.00
        03/08/2026  -> first reminder: F1 900.00, F2 300.00
        05/08/2026  writes “Nous contestons F1 : il manque une palette, écart de 200 €.”
        05/08/2026  -> nothing is asked: reply_waiting
        06/08/2026  dispute is accepted
        15/08/2026  -> second reminder: F1 700.00, F2 300.00
        16/08/2026  invoice F3 of 50.00, due 31/12/2026
    """)


def test_an_announced_payment_is_looked_for_before_anybody_asks_again() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        14/08/2026  writes “F1 a été réglée par virement le 12 août.”
        14/08/2026  already_paid is accepted
        14/08/2026  -> nothing is asked: all_postponed
        21/08/2026  -> second reminder: F1 900.00
        30/08/2026  -> last reminder: F1 900.00
        30/08/2026  invoice F3 of 50.00, due 31/12/2026
    """)


def test_insolvency_told_in_a_reply_ends_the_asking() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        05/08/2026  writes “Notre société a été placée en liquidation judiciaire le 4 août 2026.”
        05/08/2026  insolvency is accepted
        05/08/2026  -> nothing is asked: insolvent
        30/09/2026  invoice F3 of 50.00, due 31/12/2026
    """)


def test_an_answer_written_by_a_person_is_a_contact() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        05/08/2026  writes “Pouvez-vous nous donner le nom de votre banque ?”
        05/08/2026  -> nothing is asked: reply_waiting
        25/08/2026  is answered
        01/09/2026  -> second reminder: F1 900.00
        02/09/2026  invoice F2 of 50.00, due 31/12/2026
    """)


def test_a_message_that_may_be_of_two_customers_stops_both_until_it_is_read() -> None:
    check("""
        01/07/2026  invoice F1 of 900.00, due 31/07/2026
        03/08/2026  -> first reminder: F1 900.00
        05/08/2026  writes from an address shared with another customer “Bien reçu, je transmets.”
        05/08/2026  -> nothing is asked: reply_waiting
        25/08/2026  is read
        25/08/2026  -> second reminder: F1 900.00
        30/08/2026  invoice F2 of 50.00, due 31/12/2026
    """)
