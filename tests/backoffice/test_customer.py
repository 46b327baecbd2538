"""The page of one customer: everything is on it, every verb does what it says, nobody else comes in."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.dunning import desk

from encours.accounts.models import EnteredRate, Membership, Organization, User
from encours.backoffice.customer import urlpatterns
from encours.customers.models import Contact, Customer
from encours.dunning import actions
from encours.dunning.models import Decision, Pause, Reminder
from encours.events.models import Event
from encours.receivables.matching import propose_matches
from encours.receivables.models import Allocation, Document, Item, Match
from encours.scoring.actions import grade_all
from encours.scoring.models import Score

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW)
    settings.DOCUMENTS = tmp_path


@pytest.fixture
def buyer(organization: Organization) -> Customer:
    """A customer with a paid invoice, two overdue ones, and one to come; graded, with a reminder to confirm."""
    actions.ensure_default_plan(organization, now=NOW)
    for kind, percent in (("refinancing", "2.15"), ("legal", "2.62")):
        EnteredRate.objects.create(
            organization=organization,
            kind=kind,
            starts_on=date(2026, 7, 1),
            percent=Decimal(percent),
            source="t",
        )
    found = desk.customer(
        organization, "C-001", name="Verger des Tilleuls", siren="732829320", terms="45 days end of month"
    )
    paid = desk.item(found, "F-1", TODAY - timedelta(days=90), 300)
    desk.pay(paid, TODAY - timedelta(days=60))
    desk.item(found, "F-2", TODAY - timedelta(days=40), "1000.00")
    desk.item(found, "F-3", TODAY - timedelta(days=10), "200.50", due_basis="derived")
    desk.item(found, "F-4", TODAY + timedelta(days=20), 70, issued_on=TODAY)
    grade_all(organization.pk, TODAY, NOW)
    desk.run(organization, TODAY)
    return found


def page(client: Client, customer: Customer, query: str = "", **extra: Any) -> str:
    response = client.get(f"/customers/{customer.pk}/{query}", **extra)
    assert response.status_code == 200
    return response.content.decode()


def kinds() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_everything_about_a_customer_is_on_one_page(alice: Client, buyer: Customer) -> None:
    shown = page(alice, buyer)
    for words in (
        "Verger des Tilleuls", "732 829 320", "€1,270.50", "€1,200.50", "2 items, the oldest 40 days", "F-2", "F-3",
        "derived", "45 days end of month", "from the file, to confirm", "compta.c-001@verger.example", "Why ",
        "points out of 100", "To confirm", "recovery fee", "Aged balance",
    ):  # fmt: skip
        assert words in shown, words
    assert "F-1<" not in shown
    assert "its check digit is wrong" not in shown
    assert "beyond the legal maximum" not in shown


def test_what_is_wrong_with_an_identity_is_said(alice: Client, buyer: Customer) -> None:
    Customer.objects.filter(pk=buyer.pk).update(
        siren="732829321",
        terms="120 days net",
        doubtful=True,
        insolvent_on=date(2026, 10, 1),
        note="Call first",
    )
    shown = page(alice, buyer)
    for words in (
        "its check digit is wrong",
        "beyond the legal maximum",
        "account 416",
        "Insolvency",
        "Call first",
    ):
        assert words in shown, words


def test_settled_items_are_a_tab(alice: Client, buyer: Customer) -> None:
    shown = page(alice, buyer, "?tab=settled")
    assert "F-1" in shown
    assert "F-2<" not in shown
    part = page(alice, buyer, "?tab=settled", **HTMX)
    assert "<html" not in part
    assert "F-1" in part
    assert alice.get(f"/customers/{buyer.pk}/?page=9").headers["Location"] == f"/customers/{buyer.pk}/"


def test_an_empty_account_is_said_kindly(alice: Client, organization: Organization) -> None:
    customer = desk.customer(organization, "C-9", email=False, address="", city="", postal_code="")
    shown = page(alice, customer)
    for words in (
        "Nothing is open",
        "Not graded yet",
        "Nobody to write to yet",
        "no letter can be sent",
        "Nothing noted",
    ):
        assert words in shown, words
    assert "Nothing settled yet" in page(alice, customer, "?tab=settled")


def test_a_payment_settles_the_oldest_first_and_everything_follows(alice: Client, buyer: Customer) -> None:
    address = f"/customers/{buyer.pk}/payment/"
    form = alice.get(address, **HTMX).content.decode()
    assert form.index("F-2") < form.index("F-3") < form.index("F-4")
    items = Item.objects.filter(number__in=["F-2", "F-3"])
    before = Score.objects.get(replaced_on=None).points
    answer = alice.post(
        address,
        {
            "amount": "1 100,25", "paid_on": "2026-11-20", "reference": "VIR 77", "item": [item.pk for item in items],
        },
    )  # fmt: skip
    assert answer.headers["Location"] == f"/customers/{buyer.pk}/#account"
    assert dict(Item.objects.filter(side="debit").values_list("number", "open_amount")) == {
        "F-1": 0, "F-2": 0, "F-3": Decimal("100.25"), "F-4": 70,
    }  # fmt: skip
    payment = Item.objects.get(number="VIR 77")
    assert (payment.open_amount, payment.issued_on, payment.source) == (0, date(2026, 11, 20), "desk")
    assert Score.objects.get(replaced_on=None).points > before
    assert Reminder.objects.get(state="drafted").amount == Decimal("100.25")


def test_what_a_payment_leaves_over_stays_unallocated(alice: Client, buyer: Customer) -> None:
    item = Item.objects.get(number="F-3")
    data = {"amount": "250", "paid_on": "2026-11-22", "item": [item.pk, "x", "999999"]}
    answer = alice.post(f"/customers/{buyer.pk}/payment/", data, **HTMX)
    assert answer.headers["HX-Refresh"] == "true"
    assert "€49.50 of it is not allocated" in page(alice, buyer)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"amount": "0", "paid_on": "2026-11-22"}, "above zero"),
        ({"amount": "12,345", "paid_on": "2026-11-22"}, "two decimals"),
        ({"amount": "ten", "paid_on": "2026-11-22"}, "Write an amount"),
        ({"amount": "10", "paid_on": "2026-11-23"}, "not dated after today"),
    ],
)
def test_a_payment_that_makes_no_sense_is_asked_again(
    alice: Client, buyer: Customer, data: dict[str, str], words: str
) -> None:
    answer = alice.post(f"/customers/{buyer.pk}/payment/", data, **HTMX)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Item.objects.filter(source="desk").exists()


@pytest.fixture
def matches(buyer: Customer) -> list[Match]:
    desk.item(buyer, "VIR F-2", TODAY, 1000, kind="payment", side="credit", issued_on=TODAY)
    desk.item(buyer, "VIR F-4", TODAY, 70, kind="payment", side="credit", issued_on=TODAY)
    propose_matches(buyer.organization_id, NOW)
    return list(Match.objects.order_by("debit__number"))


def test_a_proposal_is_accepted_or_refused(alice: Client, buyer: Customer, matches: list[Match]) -> None:
    assert "Proposed allocations" in page(alice, buyer)
    alice.post(f"/customers/{buyer.pk}/matches/{matches[0].pk}/accept/")
    assert Allocation.objects.get(origin="match").debit.number == "F-2"
    assert Reminder.objects.get(state="drafted").amount == Decimal("200.50")
    left = Match.objects.get()
    alice.post(f"/customers/{buyer.pk}/matches/{left.pk}/refuse/")
    assert "Proposed allocations" not in page(alice, buyer)
    assert alice.post(f"/customers/{buyer.pk}/matches/{left.pk}/accept/").status_code == 404


def test_all_proposals_are_accepted_at_once(alice: Client, buyer: Customer, matches: list[Match]) -> None:
    alice.post(f"/customers/{buyer.pk}/matches/", {"match": [match.pk for match in matches]})
    assert Allocation.objects.filter(origin="match").count() == 2
    assert alice.post(f"/customers/{buyer.pk}/matches/", {"match": [1]}).status_code == 302


def test_a_customer_is_left_alone_and_no_longer(alice: Client, buyer: Customer) -> None:
    address = f"/customers/{buyer.pk}/postpone/"
    assert "Leave alone" in alice.get(address).content.decode()
    assert alice.post(address, {"until": "2026-11-22"}).status_code == 422
    alice.post(address, {"until": "2026-12-02", "reason": "new accountant"})
    assert not Reminder.objects.filter(state="drafted").exists()
    shown = page(alice, buyer)
    assert "Left alone until 2 Dec 2026" in shown
    assert "new accountant" in shown
    assert "Postponed by a person" in shown
    pause = Pause.objects.get()
    alice.post(f"/customers/{buyer.pk}/pauses/{pause.pk}/lift/")
    assert Reminder.objects.filter(state="drafted").count() == 1
    assert "new accountant" not in page(alice, buyer)


def test_contacts_come_and_go_and_the_decision_follows(alice: Client, buyer: Customer) -> None:
    contact = Contact.objects.get()
    base = f"/customers/{buyer.pk}/contacts"
    alice.post(f"{base}/{contact.pk}/bounced/")
    assert Decision.objects.get().reason == "contact_bounced"
    assert "mail comes back" in page(alice, buyer)
    answer = alice.post(
        f"{base}/new/", {"name": "Paul", "role": "director", "email": "", "phone": ""}, **HTMX
    )
    assert answer.status_code == 422
    assert "needs an e-mail address or a phone number" in answer.content.decode()
    alice.post(f"{base}/new/", {"name": "Paul Roux", "role": "director", "email": "p@v.example", "phone": ""})
    assert Decision.objects.get().outcome == "remind"
    new = Contact.objects.get(name="Paul Roux")
    assert "Paul Roux" in alice.get(f"{base}/{new.pk}/").content.decode()
    alice.post(
        f"{base}/{new.pk}/", {"name": "Paule Roux", "role": "buyer", "email": "p@v.example", "phone": "04"}
    )
    new.refresh_from_db()
    assert (new.name, new.role, new.phone) == ("Paule Roux", "buyer", "04")
    alice.post(f"{base}/{new.pk}/remove/", **HTMX)
    assert Decision.objects.get().reason == "contact_bounced"
    alice.post(f"{base}/{contact.pk}/bounced/")
    assert Decision.objects.get().outcome == "remind"


def test_terms_that_are_confirmed_move_derived_due_dates(alice: Client, buyer: Customer) -> None:
    address = f"/customers/{buyer.pk}/terms/"
    assert "Within the legal maximum" in alice.get(address, **HTMX).content.decode()
    example = alice.get(f"{address}example/?terms=90 jours").content.decode()
    assert "30 days beyond the law" in example
    assert "Not understood" in alice.get(f"{address}example/?terms=soon").content.decode()
    assert alice.post(address, {"terms": "soon"}).status_code == 422
    alice.post(address, {"terms": "60 jours fin de mois"})
    buyer.refresh_from_db()
    assert (buyer.terms, buyer.terms_agreed) == ("60 days end of month", True)
    item = Item.objects.get(number="F-3")
    assert item.due_on == date(2026, 12, 31)
    assert Item.objects.get(number="F-2").due_on == TODAY - timedelta(days=40)
    assert Reminder.objects.get(state="drafted").amount == 1000
    assert "confirmed" in page(alice, buyer)
    told = alice.get(f"/customers/{buyer.pk}/timeline/").content.decode()
    assert "Item changed" in told
    assert "to 31 Dec 2026" in told
    alice.post(address, {"terms": ""})
    buyer.refresh_from_db()
    assert (buyer.terms, buyer.terms_agreed) == ("", False)


def identity(**fields: str) -> dict[str, str]:
    return {
        "siren": "732 829 320", "vat_number": "", "address": "1 rue Haute", "postal_code": "69001", "city": "Lyon",
        "country": "fr", "language": "fr", "collector": "", "salesperson": "", "segment": "Fruit",
        "relationship": "public_hospital", "insolvent_on": "", **fields,
    }  # fmt: skip


def test_the_identity_is_changed_and_checked(alice: Client, collector: User, buyer: Customer) -> None:
    address = f"/customers/{buyer.pk}/edit/"
    assert "1 rue" not in alice.get(address).content.decode()
    wrong = alice.post(address, identity(siren="732829321"))
    assert wrong.status_code == 422
    assert "This SIREN does not exist" in wrong.content.decode()
    other = alice.post(address, identity(vat_number="FR83404833048"))
    assert "A French VAT number ends with the SIREN" in other.content.decode()
    alice.post(address, identity(collector=str(collector.pk)))
    buyer.refresh_from_db()
    assert (buyer.siren, buyer.city, buyer.country, buyer.segment) == ("732829320", "Lyon", "FR", "Fruit")
    assert (buyer.collector_id, buyer.public_buyer, buyer.relationship) == (
        collector.pk,
        True,
        "public_hospital",
    )
    event = Event.objects.filter(kind="customer.changed").latest("pk")
    assert "collector_id" in event.payload["fields"]


def test_who_left_stays_named_until_changed_on_purpose(
    bob: Client, collector: User, manager: User, buyer: Customer
) -> None:
    address = f"/customers/{buyer.pk}/edit/"
    Customer.objects.filter(pk=buyer.pk).update(collector=collector, salesperson=manager)
    collector.memberships.get().delete()
    shown = bob.get(address).content.decode()
    kept = re.findall(rf'<option value="{collector.pk}" selected>([^<]*)<', shown)
    assert kept == [f"{collector} (left)"]
    assert shown.count("(left)") == 1, "offered where it stands, and nowhere else"
    as_shown = {"collector": str(collector.pk), "salesperson": str(manager.pk)}
    assert bob.post(address, identity(**as_shown)).status_code == 302
    buyer.refresh_from_db()
    assert (buyer.city, buyer.collector_id) == ("Lyon", collector.pk)
    assert bob.post(address, identity(**as_shown | {"collector": ""})).status_code == 302
    buyer.refresh_from_db()
    assert buyer.collector_id is None
    assert bob.post(address, identity(**as_shown)).status_code == 422, "gone, once it was changed"


def test_insolvency_stops_the_asking_and_the_grade_falls(alice: Client, buyer: Customer) -> None:
    alice.post(f"/customers/{buyer.pk}/edit/", identity(insolvent_on="2026-11-02"))
    assert Decision.objects.get().reason == "insolvent"
    assert Score.objects.get(replaced_on=None).grade == "E"
    assert not Reminder.objects.filter(state="drafted").exists()


def test_documents_are_kept_once_and_handed_out_as_they_came(
    alice: Client, buyer: Customer, tmp_path: Path
) -> None:
    address = f"/customers/{buyer.pk}/documents/new/"
    for name in ("../../proof.html", "again.html"):
        file = SimpleUploadedFile(name, b"<script>alert(1)</script>", "text/html")
        alice.post(address, {"file": file, "kind": "proof"})
    first, second = Document.objects.order_by("pk")
    assert (first.name, first.kind, first.sha256) == ("proof.html", "proof", second.sha256)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1
    answer = alice.get(f"/customers/{buyer.pk}/documents/{first.pk}/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="proof.html"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == b"<script>alert(1)</script>"
    assert "proof.html" in page(alice, buyer)


def test_a_document_that_cannot_be_kept_is_said(
    alice: Client, buyer: Customer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("encours.backoffice.documents.LARGEST_BYTES", 10)
    address = f"/customers/{buyer.pk}/documents/new/"
    large = alice.post(
        address, {"file": SimpleUploadedFile("a.pdf", b"12345678901"), "kind": "other"}, **HTMX
    )
    assert large.status_code == 422
    assert "is the most that is kept" in large.content.decode()
    assert alice.post(address, {"file": SimpleUploadedFile("a.pdf", b""), "kind": "other"}).status_code == 422
    alice.post(address, {"file": SimpleUploadedFile("a.pdf", b"1234"), "kind": "other"})
    document = Document.objects.get()
    for path in tmp_path.rglob(document.sha256):
        path.unlink()
    assert alice.get(f"/customers/{buyer.pk}/documents/{document.pk}/").status_code == 404


def test_contacts_that_can_be_reached_come_first(alice: Client, buyer: Customer) -> None:
    alice.post(f"/customers/{buyer.pk}/contacts/{Contact.objects.get().pk}/bounced/")
    Contact.objects.create(organization=buyer.organization, customer=buyer, email="new@verger.example")
    shown = page(alice, buyer)
    assert shown.index("new@verger.example") < shown.index("compta.c-001@verger.example")


def test_the_statement_is_a_letter(alice: Client, buyer: Customer) -> None:
    answer = alice.get(f"/customers/{buyer.pk}/statement.pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="statement-c-001-2026-11-22.pdf"'


def test_notes_stay_in_the_timeline_and_one_may_stay_on_top(alice: Client, buyer: Customer) -> None:
    address = f"/customers/{buyer.pk}/note/"
    assert alice.post(address, {"note": "  "}, **HTMX).status_code == 422
    alice.post(address, {"note": "Ask for <Claire>", "pinned": "on"})
    alice.post(address, {"note": "Promised for Friday"})
    shown = page(alice, buyer)
    assert shown.count("Ask for &lt;Claire&gt;") == 2
    assert "Promised for Friday" in shown
    alice.post(f"/customers/{buyer.pk}/note/unpin/")
    assert page(alice, buyer).count("Ask for &lt;Claire&gt;") == 1
    told = alice.get(f"/customers/{buyer.pk}/timeline/?kind=note").content.decode()
    assert told.count("Note written") == 2
    assert "Reminder drafted" not in told


def test_what_came_with_one_file_is_one_line_of_the_timeline(alice: Client, buyer: Customer) -> None:
    from encours.receivables.models import Import

    source = Import.objects.create(
        organization_id=buyer.organization_id, file_name="900000423FEC20261231.txt"
    )
    for number in range(214):
        Event.objects.create(
            organization_id=buyer.organization_id, kind="item.imported", at=NOW, actor="system",
            customer_id=buyer.pk, subject_type="item", subject_id=number, payload={"import": source.pk},
        )  # fmt: skip
    told = alice.get(f"/customers/{buyer.pk}/timeline/", **HTMX).content.decode()
    assert "214 items came with the file 900000423FEC20261231.txt" in told
    assert told.count("<li") == 2
    assert "<html" not in told


def test_a_long_timeline_is_read_stretch_by_stretch(alice: Client, buyer: Customer) -> None:
    for number in range(60):
        Event.objects.create(
            organization_id=buyer.organization_id, kind="note.written", at=NOW, actor="system",
            customer_id=buyer.pk, subject_type="customer", subject_id=buyer.pk, payload={"note": f"note {number:02}."},
        )  # fmt: skip
    address = f"/customers/{buyer.pk}/timeline/"
    first = alice.get(f"{address}?kind=note", **HTMX)
    assert first.content.decode().count("<li") == 40
    older = first.context["past"].older
    rest = alice.get(f"{address}?kind=note&before={older}", **HTMX).content.decode()
    assert rest.count("<li") == 20
    assert "<header" not in rest
    assert alice.get(f"{address}?kind=nonsense&before=x").status_code == 200
    assert alice.get(f"{address}?before={'9' * 40}").status_code == 200


def addresses(customer: Customer) -> list[str]:
    """Return every address of a customer, with a number for what is inside."""
    numbers = {"customer_id": customer.pk, "contact_id": 1, "document_id": 1, "match_id": 1, "pause_id": 1}
    found = []
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        for name, number in numbers.items():
            route = route.replace(f"<int:{name}>", str(number))
        found.append(f"/{route}")
    return found


def test_strangers_and_other_portfolios_find_nobody(
    alice: Client, charlie: Client, collector: User, buyer: Customer
) -> None:
    Membership.objects.filter(user=collector).update(restricted=True)
    walked = addresses(buyer)
    assert len(walked) >= 17
    for client in (alice, charlie):
        for address in walked:
            assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}, address
    Customer.objects.filter(pk=buyer.pk).update(salesperson=collector)
    assert alice.get(walked[0]).status_code == 200


@pytest.mark.parametrize("role", ["sales", "auditor"])
def test_people_who_only_look_change_nothing(
    alice: Client, collector: User, buyer: Customer, role: str
) -> None:
    Membership.objects.filter(user=collector).update(role=role)
    shown = page(alice, buyer)
    for word in (
        "Record a payment",
        "payment/",
        "contacts/new/",
        "documents/new/",
        "edit/",
        "terms/",
        "note/",
    ):
        assert word not in shown, word
    before = kinds()
    for address in addresses(buyer):
        assert alice.post(address).status_code in {200, 403, 404}, address
    assert kinds() == before


def test_an_accountant_records_payments_and_reminds_nobody(
    alice: Client, collector: User, buyer: Customer
) -> None:
    Membership.objects.filter(user=collector).update(role="accounting")
    shown = page(alice, buyer)
    assert "Record a payment" in shown
    assert "Leave alone until" not in shown
    assert alice.post(f"/customers/{buyer.pk}/postpone/", {"until": "2026-12-02"}).status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_items(alice: Client, buyer: Customer) -> None:
    def queries(address: str, **extra: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert alice.get(address, **extra).status_code == 200
        return len(captured)

    def counted() -> list[int]:
        base = f"/customers/{buyer.pk}/"
        return [queries(base), queries(f"{base}?tab=settled"), queries(f"{base}timeline/", **HTMX)]

    page(alice, buyer)
    few = counted()
    for number in range(57):
        item = desk.item(buyer, f"G-{number}", TODAY - timedelta(days=5 + number), 100)
        if number % 3 == 0:
            desk.pay(item, TODAY - timedelta(days=1), 40)
        Contact.objects.create(organization=buyer.organization, customer=buyer, email=f"c{number}@v.example")
        Event.objects.create(
            organization_id=buyer.organization_id,
            kind="note.written",
            at=NOW,
            actor="system",
            customer_id=buyer.pk,
        )
    desk.run(buyer.organization, TODAY)
    assert all(many <= one for many, one in zip(counted(), few, strict=True))
    assert few[0] <= 48
