"""The pages of the work ask the database as often for sixty-eight customers as for eight."""

from datetime import date, time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.backoffice.conftest import NOW
from tests.backoffice.work import TODAY, customer, item, run

from encours.accounts.models import Organization, User
from encours.customers.models import Contact
from encours.dunning import actions
from encours.dunning.actions import notes, promises, tasks
from encours.dunning.models import DunningPlan, InboundMessage, Reminder, TaskKind

FEW, MANY = 8, 60
PAGES = [
    "/",
    "/calls/",
    "/tasks/",
    "/replies/",
    "/replies/?queue=unmatched",
    "/reminders/?tab=letters",
    "/reminders/?tab=held",
    "/reminders/?tab=sent",
    "/customers/",
    "/portfolios/",
    "/plans/",
    "/plans/rules/",
    "/plans/{plan}/",
    "/plans/{plan}/today/",
]


def grow(organization: Organization, collector: User, count: int, name: str) -> None:
    """Add customers, each with something overdue, a message, a task, a promise and a note that names a colleague."""
    for number in range(count):
        code = f"{name}{number}"
        buyer = customer(organization, code, name=f"Verger {code}", collector=collector)
        Contact.objects.filter(customer=buyer).update(phone=f"04 72 00 {number:04d}")
        due_on = date(2026, 11, 1)
        item(buyer, f"F-{code}", due_on, 1000 + number)
        held = item(buyer, f"P-{code}", due_on, 10)
        for whose in (buyer, None):
            InboundMessage.objects.create(
                organization=organization,
                customer=whose,
                source_key=f"{code}-{whose}",
                from_address=f"compta@{code.lower()}.example",
                content_hash="0" * 64,
                text="Nous payons lundi.",
                received_at=NOW,
                state="new" if whose is None or number % 3 == 0 else "read",
            )
        tasks.add(
            organization, kind=TaskKind.OTHER, title=f"See {code}", due_on=TODAY, customer=buyer,
            assignee=collector, at_time=time(9), by=collector, now=NOW,
        )  # fmt: skip
        promises.promise(
            organization, buyer, amount=held.open_amount, promised_on=date(2026, 12, 20), items=[held],
            source="call", sentence="", by=collector, now=NOW,
        )  # fmt: skip
        notes.write_note(buyer, f"See @{collector.email}", pinned=True, by=collector, now=NOW)
    run(organization, TODAY)
    ways = (
        {"channel": "phone"},
        {"channel": "letter", "state": "printed"},
        {"state": "sent", "sent_at": NOW},
        {},
    )
    for rank, reminder in enumerate(Reminder.objects.filter(organization=organization, state="drafted")):
        if way := ways[rank % 4]:
            Reminder.objects.filter(pk=reminder.pk).update(**way)


def queries(client: Client, address: str) -> int:
    assert client.get(address).status_code == 200, address
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


@pytest.mark.django_db
def test_more_customers_ask_no_more_often(bob: Client, organization: Organization, collector: User) -> None:
    actions.ensure_default_plan(organization, now=NOW)
    plan = DunningPlan.objects.get(organization=organization)
    grow(organization, collector, FEW, "A")
    addresses = [page.format(plan=plan.pk) for page in PAGES]
    few = {address: queries(bob, address) for address in addresses}
    grow(organization, collector, MANY, "B")
    many = {address: queries(bob, address) for address in addresses}
    more = {address: (few[address], count) for address, count in many.items() if count > few[address]}
    assert more == {}
