"""Changes to many customers are shown before they are made, and then do exactly that."""

import re
from datetime import date

import pytest
from django.test import Client
from tests.backoffice.conftest import NOW
from tests.backoffice.work import TODAY, customer, item, run

from encours.accounts.models import Organization, User
from encours.customers.models import Customer
from encours.dunning import actions
from encours.dunning.models import Pause, Reminder, Task


@pytest.fixture
def buyers(organization: Organization, collector: User) -> list[Customer]:
    actions.ensure_default_plan(organization, now=NOW)
    found = [customer(organization, f"C{rank}", name=f"Verger {rank}") for rank in range(3)]
    found[2].collector = collector
    found[2].save()
    item(found[0], "F-1", date(2026, 10, 10), 700)
    run(organization, TODAY)
    return found


def previewed(client: Client, buyers: list[Customer], verb: str, **data: object) -> str:
    numbers = [one.pk for one in buyers]
    return client.post(
        "/customers/preview/", {"verb": verb, "customer": numbers, "next": "/customers/", **data}, follow=True
    ).content.decode()


def do_it(client: Client, said: str) -> str:
    """Press the button of the preview."""
    form = re.search(r'<form method="post" action="([^"]+)" id="go">(.*?)</form>', said, re.DOTALL)
    assert form
    data: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[2]):
        data.setdefault(name, []).append(value)
    return client.post(form[1], data, follow=True).content.decode()


def test_giving_to_a_collector_is_shown_then_done(
    alice: Client, buyers: list[Customer], collector: User
) -> None:
    said = previewed(alice, buyers, "assign", collector=collector.pk)
    assert "2 customers would change." in said
    assert "nothing changes" in said
    assert Customer.objects.filter(collector=collector).count() == 1
    assert "2 customers now belong to" in do_it(alice, said)
    assert Customer.objects.filter(collector=collector).count() == 3


def test_leaving_alone_says_which_reminders_are_withdrawn(alice: Client, buyers: list[Customer]) -> None:
    said = previewed(alice, buyers, "postpone", until="2026-12-24", reason="Stocktaking")
    assert "1 reminder that waits would be withdrawn." in said
    assert not Pause.objects.exists()
    do_it(alice, said)
    assert Pause.objects.filter(until=date(2026, 12, 24), reason="Stocktaking").count() == 3
    assert Reminder.objects.get().state == "canceled"


def test_a_task_for_each_goes_to_who_follows_the_customer(
    alice: Client, bob: Client, buyers: list[Customer], collector: User, manager: User
) -> None:
    said = previewed(bob, buyers, "task", title="Ask for the SIREN", due_on="2026-12-01")
    assert "Ask for the SIREN" in said
    do_it(bob, said)
    owners = sorted(Task.objects.values_list("assignee_id", flat=True))
    assert owners == sorted([manager.pk, manager.pk, collector.pk])


def test_choosing_a_plan_is_shown(bob: Client, buyers: list[Customer]) -> None:
    assert "No plan: never chase" in previewed(bob, buyers, "plan", plan="never")


@pytest.mark.parametrize(
    ("verb", "data", "fault"),
    [
        ("assign", {"collector": "77777"}, "Choose a collector among the members."),
        ("postpone", {"until": "2020-01-01"}, "must lie in the future"),
        ("plan", {"plan": "77777"}, "Choose a plan among those in force."),
        ("shout", {}, "Your role does not allow this."),
    ],
)
def test_nonsense_is_refused_in_words(
    alice: Client, buyers: list[Customer], verb: str, data: dict[str, str], fault: str
) -> None:
    assert fault in previewed(alice, buyers, verb, **data)


def test_nobody_chosen_is_nothing_to_do(alice: Client, buyers: list[Customer]) -> None:
    assert "Choose at least one customer." in previewed(alice, [], "assign")
