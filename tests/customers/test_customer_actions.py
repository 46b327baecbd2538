"""Changing customers, their contacts and their collectors: each change is told, and nothing is told twice."""

from datetime import UTC, date, datetime

import pytest
from tests.dunning import desk

from encours.accounts.models import Membership, Organization, Role, User
from encours.customers import actions
from encours.customers.errors import CollectorNotMemberError, ContactUnreachableError, NoteEmptyError
from encours.customers.models import Contact, Customer
from encours.events.models import Event

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
BY = "user:7"


@pytest.fixture
def buyer() -> Customer:
    return desk.customer(desk.company(), "C001", email=False)


def told() -> list[tuple[str, dict[str, object]]]:
    return [(event.kind, event.payload) for event in Event.objects.exclude(customer_id=None).order_by("pk")]


def colleague(organization: Organization) -> User:
    user = User.objects.create_user("alice@lumiere.example", first_name="Alice")
    Membership.objects.create(organization=organization, user=user, role=Role.COLLECTOR)
    return user


def test_a_change_tells_which_facts_changed_and_only_those(buyer: Customer) -> None:
    actions.change_customer(
        buyer, by=BY, now=NOW, city="Lyon", name=buyer.name, insolvent_on=date(2026, 3, 2)
    )
    actions.change_customer(buyer, by=BY, now=NOW, city="Lyon")
    buyer.refresh_from_db()
    assert (buyer.city, buyer.insolvent_on) == ("Lyon", date(2026, 3, 2))
    assert told() == [("customer.changed", {"fields": ["city", "insolvent_on"]})]
    event = Event.objects.exclude(customer_id=None).get()
    assert (event.actor, event.customer_id, event.subject_type) == (BY, buyer.pk, "customer")


def test_the_code_and_what_the_ledger_says_are_not_changed_here(buyer: Customer) -> None:
    with pytest.raises(ValueError, match="code, doubtful"):
        actions.change_customer(buyer, by=BY, now=NOW, code="X", doubtful=True)


def test_only_a_member_collects(buyer: Customer) -> None:
    outsider = User.objects.create_user("charlie@elsewhere.example")
    with pytest.raises(CollectorNotMemberError):
        actions.change_customer(buyer, by=BY, now=NOW, collector_id=outsider.pk)
    with pytest.raises(CollectorNotMemberError):
        actions.assign_collector(buyer.organization_id, [buyer.pk], outsider, by=BY, now=NOW)


def test_many_customers_change_hands_at_once_and_those_who_do_not_are_not_told(buyer: Customer) -> None:
    alice = colleague(buyer.organization)
    others = [desk.customer(buyer.organization, f"C1{number:02}", email=False) for number in range(4)]
    ids = [buyer.pk, *(other.pk for other in others)]
    assert actions.assign_collector(buyer.organization_id, ids, alice, by=BY, now=NOW) == 5
    assert actions.assign_collector(buyer.organization_id, ids, alice, by=BY, now=NOW) == 0
    assert actions.assign_collector(buyer.organization_id, ids[:1], None, by=BY, now=NOW) == 1
    assert Customer.objects.filter(collector=alice).count() == 4
    assert len(told()) == 6
    assert told()[-1] == ("customer.changed", {"fields": ["collector_id"], "collector": None})


def test_terms_that_a_person_confirms_are_agreed_and_no_terms_cannot_be(buyer: Customer) -> None:
    assert actions.set_terms(buyer, "45 days net", agreed=True, by=BY, now=NOW)
    assert not actions.set_terms(buyer, "45 days net", agreed=True, by=BY, now=NOW)
    assert (buyer.terms, buyer.terms_agreed) == ("45 days net", True)
    assert actions.set_terms(buyer, "", agreed=True, by=BY, now=NOW)
    assert (buyer.terms, buyer.terms_agreed) == ("", False)
    assert told()[0] == (
        "customer.changed",
        {"fields": ["terms"], "terms_before": "", "terms": "45 days net"},
    )


def test_contacts_are_added_changed_and_forgotten(buyer: Customer) -> None:
    contact = actions.add_contact(buyer, by=BY, now=NOW, name="Paul", email=" PAUL@Verger.example ", phone="")
    assert contact.email == "paul@verger.example"
    actions.mark_bounced(contact, bounced=True, by=BY, now=NOW)
    actions.change_contact(contact, by=BY, now=NOW, name="Paul Roux")
    assert Contact.objects.get().bounced_at == NOW
    actions.change_contact(contact, by=BY, now=NOW, email="roux@verger.example")
    assert Contact.objects.get().bounced_at is None
    actions.change_contact(contact, by=BY, now=NOW, email="roux@verger.example")
    actions.remove_contact(contact, by=BY, now=NOW)
    assert not Contact.objects.exists()
    kinds = [kind for kind, _payload in told()]
    assert kinds == ["contact.added", *["contact.changed"] * 3, "contact.removed"]
    assert "verger" not in str(told())


def test_a_contact_without_a_way_to_reach_it_is_refused(buyer: Customer) -> None:
    with pytest.raises(ContactUnreachableError):
        actions.add_contact(buyer, by=BY, now=NOW, name="Paul", email=" ", phone="")
    contact = actions.add_contact(buyer, by=BY, now=NOW, name="Paul", email="", phone="04 72 00 00 00")
    with pytest.raises(ContactUnreachableError):
        actions.change_contact(contact, by=BY, now=NOW, phone="")
    with pytest.raises(ValueError, match="source"):
        actions.change_contact(contact, by=BY, now=NOW, source="x")


def test_a_pinned_note_stays_on_top_and_another_one_is_only_history(buyer: Customer) -> None:
    actions.write_note(buyer, " Call before noon ", pinned=True, by=BY, now=NOW)
    actions.write_note(buyer, "Promised for Friday", pinned=False, by=BY, now=NOW)
    assert Customer.objects.get().note == "Call before noon"
    assert told() == [
        ("note.written", {"note": "Call before noon"}),
        ("note.written", {"note": "Promised for Friday"}),
    ]
    with pytest.raises(NoteEmptyError):
        actions.write_note(buyer, "  ", pinned=False, by=BY, now=NOW)
