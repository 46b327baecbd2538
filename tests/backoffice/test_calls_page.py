"""The calls of the day: in order of worth, with the number and the script, and an outcome in two keys."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from tests.backoffice.conftest import NOW
from tests.backoffice.work import TODAY, customer, item, only, run

from encours.accounts.models import Organization, User
from encours.customers.models import Contact, Customer
from encours.dunning import actions
from encours.dunning.models import Promise, Reminder, Task, Template
from encours.events.models import Event


@pytest.fixture
def buyers(organization: Organization, collector: User) -> dict[str, Customer]:
    """Two customers to call, the larger first, and one without a number."""
    actions.ensure_default_plan(organization, now=NOW)
    found = {}
    for code, amount, phone in (
        ("BIG", 9000, "04 72 00 00 01"),
        ("MID", 3000, "04 72 00 00 02"),
        ("MUTE", 500, ""),
    ):
        buyer = customer(organization, code, name=f"Verger {code}", collector=collector)
        Contact.objects.filter(customer=buyer).update(phone=phone)
        item(buyer, f"F-{code}", date(2026, 11, 1), amount)
        found[code] = buyer
    run(organization, TODAY)
    Reminder.objects.filter(organization=organization).update(channel="phone")
    return found


def read(client: Client, address: str = "/calls/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def record(client: Client, buyer: Customer, outcome: str, **data: object) -> object:
    return client.post(f"/calls/{buyer.pk}/record/", {"outcome": outcome, **data}, follow=True)


def test_the_largest_call_comes_first_with_its_number_and_script(
    alice: Client, buyers: dict[str, Customer]
) -> None:
    said = read(alice)
    assert said.index("Verger BIG") < said.index("Verger MID") < said.index("Verger MUTE")
    assert "2 calls" in said
    assert "04 72 00 00 01" in said
    assert "Good morning, Ateliers Lumière" in said
    assert "No number that works" in said


def test_a_long_list_begins_with_its_first_calls(
    alice: Client, buyers: dict[str, Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encours.backoffice.calls.AT_ONCE", 1)
    said = read(alice)
    assert "2 calls" in said
    assert "Verger MID" not in said
    assert "1 line below" in said
    assert "shown=2" in said
    assert "Verger MID" in read(alice, "/calls/?shown=2")


def test_a_promise_is_recorded_and_the_next_call_comes(alice: Client, buyers: dict[str, Customer]) -> None:
    invoice = buyers["BIG"].pk
    number = only(buyers["BIG"].organization, customer_id=invoice).lines.get().item_id
    answer = record(
        alice,
        buyers["BIG"],
        "promise",
        amount="9 000,00",
        promised_on="2026-12-01",
        item=number,
        note="By transfer",
    )
    said = answer.content.decode()
    assert "promised for" in said
    made = Promise.objects.get()
    assert (made.amount, made.promised_on, made.sentence) == (Decimal(9000), date(2026, 12, 1), "By transfer")
    assert "04 72 00 00 02" in said
    assert read(alice, f"/calls/?customer={buyers['BIG'].pk}").count("running") == 1


def test_what_is_missing_is_asked_for_in_the_dialog(alice: Client, buyers: dict[str, Customer]) -> None:
    answer = record(alice, buyers["BIG"], "promise", amount="", promised_on="2026-12-01")
    assert answer.status_code == 422
    assert b"This is needed." in answer.content
    assert b'id="call-promise" aria-labelledby="call-promise-title" data-dialog-open' in answer.content
    assert not Promise.objects.exists()


def test_what_was_typed_is_not_lost_when_something_is_missing(
    alice: Client, buyers: dict[str, Customer]
) -> None:
    answer = record(alice, buyers["BIG"], "promise", amount="12 x", promised_on="2026-12-03", note="Mme Roux")
    page = answer.content.decode()
    assert answer.status_code == 422
    for typed in ("12 x", "2026-12-03", "Mme Roux"):
        assert page.count(f'value="{typed}"') == 1, typed
    answer = record(alice, buyers["BIG"], "call_back", call_on="2020-01-01", call_at="10:30")
    assert 'value="2020-01-01"' in answer.content.decode()
    assert 'value="10:30"' in answer.content.decode()


def test_a_call_back_is_planned_and_leaves_the_list(alice: Client, buyers: dict[str, Customer]) -> None:
    record(alice, buyers["BIG"], "call_back", call_on="2026-11-24", call_at="10:30")
    task = Task.objects.get()
    assert (task.kind, task.due_on, task.at_time.hour) == ("call_back", date(2026, 11, 24), 10)
    said = read(alice)
    assert "1 call" in said
    assert said.index("Verger MID") < said.index("Planned for later") < said.index("Verger BIG")


def test_three_calls_that_find_nobody_suggest_to_write(alice: Client, buyers: dict[str, Customer]) -> None:
    for _turn in range(3):
        record(alice, buyers["BIG"], "no_answer")
    assert "3 calls in a row found nobody: write by e-mail instead." in read(
        alice, f"/calls/?customer={buyers['BIG'].pk}"
    )
    assert Reminder.objects.get(customer=buyers["BIG"]).state == "drafted"


def test_a_wrong_number_is_struck_out(alice: Client, buyers: dict[str, Customer]) -> None:
    contact = buyers["BIG"].contacts.get()
    record(alice, buyers["BIG"], "wrong_number", contact=contact.pk)
    said = read(alice, f"/calls/?customer={buyers['BIG'].pk}")
    assert "wrong number" in said
    assert Task.objects.get().kind == "fix_contact"


def test_a_dispute_is_marked(alice: Client, buyers: dict[str, Customer]) -> None:
    line = only(buyers["BIG"].organization, customer=buyers["BIG"]).lines.get()
    record(alice, buyers["BIG"], "dispute", item=line.item_id, reason="price", note="12 instead of 10")
    line.item.refresh_from_db()
    assert line.item.dispute_reason == "Price · 12 instead of 10"


def test_anybody_can_be_called_from_the_customer_page(alice: Client, organization: Organization) -> None:
    buyer = customer(organization, "NEW", name="Nouveau Client")
    assert f"/calls/?customer={buyer.pk}" in read(alice, f"/customers/{buyer.pk}/")
    assert "Nouveau Client" in read(alice, f"/calls/?customer={buyer.pk}")
    record(alice, buyer, "reached", note="All is well")
    assert Event.objects.get(kind="call.recorded").customer_id == buyer.pk


def test_the_script_of_the_step_is_read_with_the_figures_of_the_day(
    alice: Client, buyers: dict[str, Customer]
) -> None:
    reminder = Reminder.objects.select_related("step").get(customer=buyers["BIG"])
    Template.objects.filter(organization=reminder.organization, code=reminder.step.template_code).update(
        kind="script", body="Bonjour {{ customer_name }}, ici {{ sender_name }}."
    )
    assert "Bonjour Verger BIG, ici" in read(alice)


def test_a_collector_sees_their_own_calls_and_those_of_who_is_away(
    alice: Client, bob: Client, buyers: dict[str, Customer], collector: User, manager: User
) -> None:
    buyers["BIG"].collector = manager
    buyers["BIG"].save()
    assert "Verger BIG" not in read(alice)
    assert "Verger BIG" in read(bob)
    assert "Verger BIG" in read(alice, "/calls/?who=all")
    assert "Verger MID" not in read(bob, "/calls/?who=me")
    manager.memberships.update(absent_from=TODAY, absent_until=TODAY, covered_by=collector)
    said = read(alice)
    assert "Verger BIG" in said
    assert "You cover Bob." in said


def test_a_fragment_is_the_call_alone(alice: Client, buyers: dict[str, Customer]) -> None:
    answer = alice.get(f"/calls/{buyers['MID'].pk}/", headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert b"Verger MID" in answer.content
    assert alice.get(f"/calls/{buyers['MID'].pk}/").status_code == 302


def test_nobody_to_call(alice: Client, organization: Organization) -> None:
    assert "Nobody to call" in read(alice)


def test_a_call_recorded_by_mistake_is_undone(alice: Client, buyers: dict[str, Customer]) -> None:
    seen = record(alice, buyers["BIG"], "no_answer").content.decode()
    undo = f"/today/undo/{Event.objects.get(kind='call.recorded').pk}/"
    assert undo in seen
    answer = alice.post(undo, {"place": "calls"})
    assert answer.headers["Location"] == f"/calls/?customer={buyers['BIG'].pk}"
    assert not Task.objects.filter(canceled_at=None).exists()
