"""The activity: everything that happened, told in words, filtered, exported, and proven by its seals."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from encours.accounts.actions import add_member, change_organization, enter_rate
from encours.accounts.models import Membership, Organization, Role, User
from encours.backoffice import history
from encours.backoffice.activity import PAGE_SIZE
from encours.customers.models import Customer
from encours.events.actions import record, seal
from encours.events.models import Event

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture
def customer(organization: Organization) -> Customer:
    return Customer.objects.create(organization=organization, code="C1", name="=Verger & Fils")


def page(client: Client, **wanted: str) -> str:
    return client.get(reverse("activity"), wanted).content.decode()


def test_events_are_told_in_words_with_who_did_them(
    alice: Client, organization: Organization, manager: User, collector: User, customer: Customer
) -> None:
    change_organization(organization, by=manager, now=NOW, iban="FR7630006000011234567890189")
    record(
        organization.pk, "score.changed", by="system", at=NOW, customer_id=customer.pk,
        before="B", after="D", points=38,
    )  # fmt: skip

    shown = page(alice)

    assert "Settings changed" in shown
    assert "IBAN" in shown
    assert "from B · to D · 38 points" in shown
    assert "the system" in shown
    assert "Bob" in shown
    assert "=Verger &amp; Fils" in shown
    assert "Member added" in shown
    assert "alice@lumiere.example" in shown


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"fields": ["iban", "default_terms"]}, ["IBAN, default payment terms"]),
        (
            {"kind_of_rate": "legal", "starts_on": "2026-07-01", "percent": "2.6200"},
            ["legal rate", "1 Jul 2026", "2.62%"],
        ),
        ({"channel": "letter", "amount": "1234.50", "step": 3, "trigger": "after_due"}, ["by letter", "€1,234.50"]),
        ({"until": "2026-12-01", "reason": "promised", "item": None}, ["until 1 Dec 2026", "“promised”"]),
        (
            {"file": "2025FEC.txt", "new": 1200, "changed": 0, "refused": 1},
            ["2025FEC.txt", "1,200 new", "1 line refused"],
        ),
        ({"outcome": "reached", "note": "will pay"}, ["Reached", "“will pay”"]),
        ({"why": "host_unknown"}, ["There is no mail server of this name."]),
        ({"why": "disputed"}, ["Disputed"]),
        ({"why": "some_code_of_tomorrow", "sha256": "abc", "import": 4}, []),
    ],
)  # fmt: skip
def test_what_an_event_keeps_is_told_in_words(payload: dict[str, object], words: list[str]) -> None:
    from django.utils import translation

    with translation.override("en"):
        assert history.details(Event(kind="x", payload=payload)) == words


def test_history_is_filtered_by_what_who_when_and_whom(
    alice: Client, organization: Organization, manager: User, collector: User, customer: Customer
) -> None:
    record(organization.pk, "note.written", by=f"user:{collector.pk}", at=NOW - timedelta(days=40),
           customer_id=customer.pk, note="long ago")  # fmt: skip
    record(organization.pk, "backup.made", by="system", at=NOW)

    assert "Note written" in page(alice, kind="note.written").split("<tbody>")[1]
    assert "Backup made" not in page(alice, kind="note.written").split("<tbody>")[1]
    assert "Backup made" in page(alice, actor="system").split("<tbody>")[1]
    assert "long ago" not in page(alice, actor="system")
    assert "long ago" in page(alice, to_on="2026-10-30")
    assert "long ago" not in page(alice, from_on="2026-10-30")
    assert "long ago" in page(alice, q="verger")
    assert "Nothing of the kind" in page(alice, q="nobody of this name")
    assert "long ago" in page(alice, kind="nonsense")


def test_pages_are_walked_by_number_both_ways(alice: Client, organization: Organization) -> None:
    for number in range(PAGE_SIZE * 2 + 10):
        record(organization.pk, "note.written", by="system", at=NOW, note=f"n{number:03}.")

    first = alice.get(reverse("activity"), {"kind": "note.written"})
    assert len(first.context["lines"]) == PAGE_SIZE
    assert first.context["run"].newer is None
    second = alice.get(reverse("activity"), {"kind": "note.written", "before": first.context["run"].older})
    assert "n059." in second.content.decode()
    last = alice.get(reverse("activity"), {"kind": "note.written", "before": second.context["run"].older})
    assert last.context["run"].older is None
    assert len(last.context["lines"]) == 10
    back = alice.get(reverse("activity"), {"kind": "note.written", "after": last.context["run"].newer})
    assert [line.id for line in back.context["lines"]] == [line.id for line in second.context["lines"]]
    top = alice.get(reverse("activity"), {"kind": "note.written", "after": back.context["run"].newer})
    assert top.context["run"].newer is None
    assert [line.id for line in top.context["lines"]] == [line.id for line in first.context["lines"]]


def test_a_page_costs_the_same_whatever_it_tells(
    alice: Client, organization: Organization, customer: Customer, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        record(
            organization.pk, "note.written", by=f"user:{number}", at=NOW, customer_id=customer.pk, note="x"
        )

    with django_assert_max_num_queries(16):  # type: ignore[operator]
        page(alice)


def test_the_export_is_a_file_that_a_spreadsheet_reads_and_cannot_run(
    bob: Client, organization: Organization, customer: Customer, manager: User
) -> None:
    record(
        organization.pk, "note.written", by=f"user:{manager.pk}", at=NOW, customer_id=customer.pk, note="=1+1"
    )
    enter_rate(organization, kind="legal", starts_on=NOW.date(), percent=2, source="JO", by=manager, now=NOW)

    response = bob.get(reverse("activity-export"), {"kind": "note.written"})
    text = b"".join(response.streaming_content).decode()

    assert text.startswith("\ufeffNumber;")
    assert "2026-11-22 09:00:00" in text
    assert "note.written;Note written;“=1+1”;C1 =Verger & Fils;Bob" in text
    assert "rate.entered" not in text


def test_the_seals_are_verified_on_demand(alice: Client, organization: Organization) -> None:
    assert "Not sealed yet" in page(alice)
    seal(organization.pk, NOW)
    assert "Sealed up to event" in page(alice)

    plain = alice.post(reverse("activity-verify")).content.decode()
    fragment = alice.post(reverse("activity-verify"), headers={"hx-request": "true"}).content.decode()

    assert "Every seal holds" in plain
    assert "Every seal holds" in fragment
    assert "<html" not in fragment


def test_a_rewritten_event_breaks_its_seal(alice: Client, organization: Organization) -> None:
    from encours.events.models import EventPage

    seal(organization.pk, NOW)
    page_one = EventPage.objects.get(organization_id=organization.pk)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, 'events_eventpage', 'UPDATE')")
    page_two = EventPage(
        organization_id=organization.pk, number=page_one.number + 1, first_event_id=1,
        last_event_id=page_one.last_event_id, event_count=3, previous_hash="0" * 64, hash="0" * 64, sealed_at=NOW,
    )  # fmt: skip
    page_two.save(force_insert=True)

    shown = alice.post(reverse("activity-verify")).content.decode()

    assert "History was tampered with" in shown
    assert "Page 2: does not continue the page before" in shown


def test_a_restricted_member_sees_only_their_own_customers(
    alice: Client, organization: Organization, collector: User, manager: User, customer: Customer
) -> None:
    own = Customer.objects.create(organization=organization, code="C2", name="Hers", collector=collector)
    Membership.objects.filter(user=collector).update(restricted=True)
    record(organization.pk, "note.written", by="system", at=NOW, customer_id=customer.pk, note="not hers")
    record(organization.pk, "note.written", by="system", at=NOW, customer_id=own.pk, note="all hers")

    shown = page(alice)

    assert "all hers" in shown
    assert "not hers" not in shown
    assert "Member added" not in shown.split("<tbody>")[1]
    exported = b"".join(alice.get(reverse("activity-export")).streaming_content).decode()
    assert "not hers" not in exported
    assert "all hers" in exported


def test_charlie_sees_nothing_of_ours(
    charlie: Client, organization: Organization, manager: User, customer: Customer
) -> None:
    add_member(organization, email="g@x.example", role=Role.SALES, restricted=False, by=manager, now=NOW)
    record(
        organization.pk,
        "note.written",
        by="system",
        at=NOW,
        customer_id=customer.pk,
        note="all of this is ours",
    )

    assert "this is ours" not in page(charlie)
    assert "g@x.example" not in page(charlie)
    assert "Verger" not in page(charlie, q="Verger").split("<tbody>")[-1].split("Nothing of the kind")[-1]
    assert "this is ours" not in b"".join(charlie.get(reverse("activity-export")).streaming_content).decode()
