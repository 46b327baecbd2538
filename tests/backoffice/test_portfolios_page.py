"""Portfolios: what each person follows and aims at, who is away, and who takes over from whom."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from tests.backoffice.conftest import NOW
from tests.backoffice.work import TODAY, customer, item
from tests.dunning.desk import pay

from encours.accounts.models import Membership, Organization, Role, Sender, User
from encours.customers.models import Customer
from encours.dunning.actions import tasks
from encours.dunning.models import Target, Task
from encours.events.actions import record
from encours.events.models import Event
from encours.reports.portfolios import portfolios


@pytest.fixture
def buyer(organization: Organization, collector: User) -> Customer:
    found = customer(organization, name="Verger des Tilleuls", collector=collector, salesperson=collector)
    item(found, "F-1", date(2026, 10, 10), 700)
    paid = item(found, "F-2", date(2026, 10, 10), 300)
    pay(paid, date(2026, 11, 5))
    tasks.add(organization, kind="other", title="Check", due_on=TODAY, customer=found, by=None, now=NOW)
    return found


def member(user: User) -> Membership:
    return user.memberships.get()


def test_a_portfolio_counts_what_is_overdue_to_do_and_came_in(
    organization: Organization, buyer: Customer, collector: User
) -> None:
    customer(organization, "LOST")
    found = {one.user_id: one for one in portfolios(organization, TODAY)}
    mine = found[collector.pk]
    assert (mine.customers, mine.owing, mine.overdue, mine.tasks) == (1, 1, Decimal(700), 1)
    assert (mine.collected, mine.collected_goal) == (Decimal(300), None)
    assert found[None].customers == 1


def test_an_act_that_was_undone_counts_for_nothing(
    organization: Organization, buyer: Customer, collector: User
) -> None:
    def act(kind: str, minute: int, **more: object) -> Event:
        at = NOW + timedelta(minutes=minute)
        told = {"by": f"user:{collector.pk}", "at": at, "customer_id": buyer.pk}
        return record(organization.pk, kind, **told, **more)

    act("reminder.confirmed", 0)
    act("message.answered", 1)
    call = act("call.recorded", 2, outcome="promise")
    act("promise.made", 2)
    act("call.recorded", 3, outcome="no_answer")
    act("act.undone", 4, act="call.recorded", event=call.pk)
    found = {one.user_id: one.actions for one in portfolios(organization, TODAY)}
    assert found[collector.pk] == 3


def test_a_target_that_is_no_amount_is_told_and_nothing_typed_is_lost(
    bob: Client, buyer: Customer, collector: User, manager: User
) -> None:
    typed = {f"collected-{collector.pk}": "a lot", f"actions-{manager.pk}": "120"}
    answer = bob.post("/portfolios/targets/", typed)
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Write an amount such as" in said
    assert 'value="a lot"' in said
    assert 'value="120"' in said
    assert not Target.objects.exists()


def test_targets_are_set_together_and_shown_with_what_was_reached(
    bob: Client, buyer: Customer, collector: User, manager: User
) -> None:
    names = {
        f"collected-{collector.pk}": "1 200,00",
        f"actions-{collector.pk}": "40",
        f"collected-{manager.pk}": "",
    }
    said = bob.post("/portfolios/targets/", names, follow=True).content.decode()
    assert "25% of €1,200.00" in said
    assert Target.objects.count() == 2
    bob.post("/portfolios/targets/", {f"actions-{collector.pk}": ""})
    assert Target.objects.get().measure == "collected"
    assert Event.objects.filter(kind="target.set").count() == 3


def test_a_person_notes_their_own_absence_and_nobody_elses(
    alice: Client, collector: User, manager: User, buyer: Customer
) -> None:
    mine = f"/portfolios/{member(collector).pk}/absence/"
    dates = {"absent_from": "2026-11-20", "absent_until": "2026-11-30", "covered_by": manager.pk}
    said = alice.post(mine, dates, follow=True).content.decode()
    assert "covered by Bob" in said
    assert alice.post(f"/portfolios/{member(manager).pk}/absence/", dates).status_code == 403
    wrong = alice.post(mine, {**dates, "absent_until": "2026-11-01"}, follow=True).content.decode()
    assert "An absence has a first and a last day" in wrong
    alice.post(mine, {"absent_from": "", "absent_until": "", "covered_by": ""})
    assert member(collector).covered_by is None


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.SALES])
def test_who_only_reads_writes_no_absence(
    alice: Client, bob: Client, collector: User, buyer: Customer, role: Role
) -> None:
    collector.memberships.update(role=role)
    address = f"/portfolios/{member(collector).pk}/absence/"
    dates = {"absent_from": "2026-11-20", "absent_until": "2026-11-30", "covered_by": ""}
    assert alice.get(address).status_code == 403
    assert alice.post(address, dates).status_code == 403
    assert member(collector).absent_until is None
    assert address not in alice.get("/portfolios/").content.decode(), "no door that does not open"
    assert bob.post(address, dates).status_code == 302
    assert member(collector).absent_until == date(2026, 11, 30)


def test_a_person_who_leaves_is_replaced_in_one_action(
    bob: Client, organization: Organization, buyer: Customer, collector: User, manager: User
) -> None:
    Sender.objects.create(
        organization=organization,
        purpose="collector",
        user=collector,
        name="Alice",
        email="alice@lumiere.example",
        host="smtp.example",
    )
    address = f"/portfolios/{member(collector).pk}/replace/"
    said = bob.get(address).content.decode()
    assert "Customers followed" in said
    assert Customer.objects.get(pk=buyer.pk).collector == collector
    bob.post(address, {"successor": manager.pk, "remove": "on"})
    buyer.refresh_from_db()
    assert (buyer.collector, buyer.salesperson) == (manager, manager)
    assert Task.objects.get().assignee == manager
    assert Sender.objects.get().user == manager
    assert not Membership.objects.filter(organization=organization, user=collector).exists()
    assert Event.objects.get(kind="member.replaced").payload["customers"] == 1


def test_nobody_takes_over_from_themselves(bob: Client, buyer: Customer, collector: User) -> None:
    answer = bob.post(f"/portfolios/{member(collector).pk}/replace/", {"successor": collector.pk})
    assert answer.status_code == 200
    buyer.refresh_from_db()
    assert buyer.collector == collector


def test_a_collector_may_neither_replace_nor_aim(alice: Client, manager: User, buyer: Customer) -> None:
    assert alice.get(f"/portfolios/{member(manager).pk}/replace/").status_code == 403
    assert alice.post("/portfolios/targets/", {}).status_code == 403
    assert alice.get("/portfolios/").status_code == 200


def test_a_restricted_member_sees_the_customers_they_cover_and_no_others(
    alice: Client, organization: Organization, collector: User, manager: User
) -> None:
    theirs = customer(organization, "THEIRS", name="Transports du Pont", collector=manager)
    tasks.add(organization, kind="other", title="Of Bob", due_on=TODAY, customer=theirs, by=None, now=NOW)
    collector.memberships.update(restricted=True)
    assert alice.get(f"/customers/{theirs.pk}/").status_code == 404
    assert "Of Bob" not in alice.get("/tasks/").content.decode()
    manager.memberships.update(absent_from=TODAY, absent_until=TODAY, covered_by=collector)
    assert alice.get(f"/customers/{theirs.pk}/").status_code == 200
    assert "Of Bob" in alice.get("/tasks/").content.decode()
    manager.memberships.update(absent_until=date(2026, 11, 21), absent_from=date(2026, 11, 1))
    assert alice.get(f"/customers/{theirs.pk}/").status_code == 404
