"""Items at the desk: found, told, settled by hand, contested, exported, and closed to strangers."""

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.ledgers import Ledger

from encours.accounts import tenancy
from encours.accounts.models import Membership, Organization, User
from encours.customers.models import Contact, Customer
from encours.dunning import actions as dunning
from encours.dunning.models import Reminder, ReminderItem
from encours.receivables.matching import propose_matches
from encours.receivables.models import Allocation, Import, Item, Match
from encours.reports.queries import claim_totals

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
ITEMS = "/items/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW)


@pytest.fixture
def ledger(organization: Organization) -> Ledger:
    """Oak owes three invoices, one of them half paid; Elm paid everything but 70 too much."""
    ledger = Ledger(organization)
    source = Import.objects.create(
        organization=organization, source="fec", file_name="lumiere.txt", state="loaded", loaded_at=NOW
    )
    oak = ledger.customer("OAK", "Menuiserie du Chêne")
    Contact.objects.create(organization=organization, customer=oak, email="compta@chene.example")
    elm = ledger.customer("ELM", "Orme SA")
    ledger.invoice(
        oak, "F-2026-0101", "2026-03-01", "2026-03-31", "1000", label="Escalier", import_id=source.pk, line=42
    )
    half = ledger.invoice(oak, "F-2026-0102", "2026-09-01", "2026-10-01", "400", due_basis="derived")
    ledger.invoice(oak, "F-2026-0103", "2026-11-10", "2026-12-10", "300")
    ledger.payment(oak, "2026-10-15", "150", {half: "150"}, label="VIR CHENE")
    paid = ledger.invoice(elm, "F-2026-0104", "2026-08-01", "2026-08-31", "500")
    ledger.payment(elm, "2026-08-30", "570", {paid: "500"}, reference="CHQ 77")
    return ledger


def item(number: str) -> Item:
    return Item.objects.get(number=number)


def credit(reference: str) -> Item:
    return Item.objects.get(reference=reference)


def plain(content: bytes) -> str:
    words = re.sub(r"<[^>]+>", " ", content.decode())
    return re.sub(r"\s+", " ", words.replace("\N{NO-BREAK SPACE}", " ").replace("&#x27;", "'"))


def text(client: Client, address: str, **wanted: object) -> str:
    response = client.get(address, wanted)
    assert response.status_code == 200, response
    return plain(response.content)


def post(client: Client, address: str, **data: object) -> str:
    response = client.post(address, data, follow=True)
    assert response.status_code == 200, response
    return plain(response.content)


def at(shown: Item, verb: str = "") -> str:
    return f"/items/{shown.pk}/{verb}"


def listed(client: Client, **wanted: object) -> set[str]:
    response = client.get("/items/export.csv", wanted)
    table = pl.read_csv(io.BytesIO(response.content), infer_schema=False)
    return {row["Number"] or row["Reference"] or row["Label"] for row in table.iter_rows(named=True)}


def test_a_settled_credit_is_open_for_nothing_and_its_kind_is_said_once(
    alice: Client, ledger: Ledger
) -> None:
    oak = Customer.objects.get(code="OAK")
    owed = ledger.invoice(oak, "F-2026-0105", "2026-08-01", "2026-08-31", "80", label="Invoice for shutters")
    ledger.payment(oak, "2026-08-30", "80", {owed: "80"}, reference="CHQ 78")
    seen = alice.get(ITEMS, {"state": "settled"}).content.decode()
    assert "CHQ 78" in seen
    assert "−0,00" not in seen
    assert "<small>Invoice for shutters</small>" in seen


@pytest.mark.parametrize(
    ("state", "numbers"),
    [
        ("", {"F-2026-0101", "F-2026-0102", "F-2026-0103", "F-2026-0104", "VIR CHENE", "CHQ 77"}),
        ("open", {"F-2026-0101", "F-2026-0102", "F-2026-0103", "CHQ 77"}),
        ("overdue", {"F-2026-0101", "F-2026-0102"}),
        ("not_due", {"F-2026-0103"}),
        ("settled", {"F-2026-0104", "VIR CHENE"}),
        ("unallocated", {"CHQ 77"}),
        ("derived", {"F-2026-0102"}),
        ("disputed", set()),
        ("received", {"VIR CHENE", "CHQ 77"}),
        ("claimable", {"F-2026-0101", "F-2026-0102"}),
    ],
)
def test_items_are_listed_by_state_and_exported_as_shown(
    ledger: Ledger, alice: Client, state: str, numbers: set[str]
) -> None:
    assert listed(alice, state=state) == numbers
    page = text(alice, ITEMS, state=state)
    for number in numbers:
        assert number in page
    if state == "open":
        assert "4 items · €1,480.00 open" in page


def test_items_are_found_by_number_label_and_customer_and_narrowed(ledger: Ledger, alice: Client) -> None:
    assert listed(alice, q="0102") == {"F-2026-0102"}
    assert listed(alice, q="escalier") == {"F-2026-0101"}
    assert listed(alice, q="orme") == {"F-2026-0104", "CHQ 77"}
    assert listed(alice, kind="payment") == {"VIR CHENE", "CHQ 77"}
    assert listed(alice, column="31_60") == {"F-2026-0102"}
    assert listed(alice, due_from="2026-10-01", due_to="2026-10-31", kind="invoice") == {"F-2026-0102"}
    assert listed(alice, issued_from="2026-11-01", kind="invoice") == {"F-2026-0103"}
    assert listed(alice, added_from="2027-01-01") == set()
    oak = Customer.objects.get(code="OAK")
    page = text(alice, ITEMS, customer=oak.pk, due_from="2026-10-01", state="open")
    assert "Menuiserie du Chêne" in page
    assert "due from 1 Oct 2026" in page
    assert "F-2026-0104" not in page
    assert "No item matches" in text(alice, ITEMS, q="nothing like it")
    assert "F-2026-0101" in text(alice, ITEMS, state="bad", kind="bad", customer="bad", due_from="bad")


def test_a_list_sorts_and_says_ages_in_words(ledger: Ledger, alice: Client) -> None:
    page = text(alice, ITEMS, state="open", sort="due_on", kind="invoice")
    assert page.index("F-2026-0101") < page.index("F-2026-0102") < page.index("F-2026-0103")
    assert "236 days late" in page
    assert "in 18 days" in page
    assert "derived from terms" in page
    assert "−€70.00" in text(alice, ITEMS, state="unallocated")
    for sort in ("number", "customer", "issued_on", "-days", "-amount", "open_amount", "nonsense"):
        assert "F-2026-0101" in text(alice, ITEMS, sort=sort)


def test_what_may_be_claimed_is_shown_invoice_by_invoice(ledger: Ledger, alice: Client) -> None:
    page = text(alice, ITEMS, state="claimable")
    totals = claim_totals(ledger.organization, TODAY)
    assert totals.fee_count == 2
    assert page.count("€40.00") == 2
    assert "Late interest" in page


def test_the_page_of_an_item_says_where_it_comes_from_and_what_it_gives_a_right_to(
    ledger: Ledger, alice: Client
) -> None:
    page = text(alice, at(item("F-2026-0101")))
    for words in (
        "F-2026-0101", "Menuiserie du Chêne", "Escalier", "lumiere.txt", "line 42", "236 days late",
        "What settled it", "Nothing yet", "Late interest", "L441-10 II", "€40.00", "No reminder spoke of it",
        "counted to 30 Jun 2026", "that began on 1 Jul 2026 is not known yet",
    ):  # fmt: skip
        assert words in page, words
    half = text(alice, at(item("F-2026-0102")))
    assert "derived from the payment terms" in half
    assert "€150.00 settled" in half
    assert "VIR CHENE" in text(alice, at(Item.objects.get(label="VIR CHENE")))


def test_a_settled_item_says_what_settled_it_and_when(ledger: Ledger, alice: Client) -> None:
    page = text(alice, at(item("F-2026-0104")))
    assert "settled on 30 Aug 2026" in page
    assert "CHQ 77 Payment 30 Aug 2026 allocated by hand" in page
    assert "May be claimed" not in page


def test_a_dispute_withdraws_the_item_from_the_work_of_the_day_and_gives_it_back(
    ledger: Ledger, alice: Client
) -> None:
    shown = item("F-2026-0101")
    dunning.ensure_default_plan(ledger.organization, now=NOW)
    dunning.run(ledger.organization, TODAY, NOW)
    before = Reminder.objects.get(state="drafted")
    assert "Reminder" in text(alice, at(shown))

    refused = alice.post(at(shown, "dispute/"), {"reason": " "})
    assert refused.status_code == 422
    page = post(alice, at(shown, "dispute/"), reason="Stairs too short")

    shown.refresh_from_db()
    assert (shown.disputed_on, shown.dispute_reason) == (TODAY, "Stairs too short")
    assert "Marked as disputed" in page
    assert "Stairs too short" in page
    assert "No interest is claimed while the item is disputed" in page
    assert listed(alice, state="disputed") == {"F-2026-0101"}
    spoken = Reminder.objects.filter(state="drafted", lines__item=shown)
    assert not spoken.exists()
    assert before.pk

    page = post(alice, at(shown, "undispute/"))
    assert "The dispute is closed" in page
    assert Reminder.objects.filter(state="drafted", lines__item=shown).exists()


def test_a_part_may_be_disputed_the_rest_is_asked_for_and_nothing_of_it_stays(
    ledger: Ledger, alice: Client
) -> None:
    shown = item("F-2026-0101")
    dunning.ensure_default_plan(ledger.organization, now=NOW)
    for wrong in ("0", "-5", f"{shown.open_amount}", "many"):
        refused = alice.post(at(shown, "dispute/"), {"reason": "Scratched", "amount": wrong})
        assert refused.status_code == 422
    page = post(alice, at(shown, "dispute/"), reason="Scratched", amount="120,50")

    shown.refresh_from_db()
    assert (shown.disputed_amount, shown.dispute_reason) == (Decimal("120.50"), "Scratched")
    assert "€120.50 is disputed: the rest may still be asked for." in page
    assert "€120.50 of it is contested" in page
    line = ReminderItem.objects.get(item=shown, reminder__state="drafted")
    assert line.open_amount == shown.open_amount - Decimal("120.50")
    detail = text(alice, reverse("reminder", args=[line.reminder_id]))
    assert "€120.50 disputed" in detail

    post(alice, at(shown, "undispute/"))
    shown.refresh_from_db()
    assert (shown.disputed_on, shown.disputed_amount) == (None, None)


def test_a_credit_is_allocated_to_debits_and_taken_back(ledger: Ledger, alice: Client) -> None:
    oak = Customer.objects.get(code="OAK")
    money = ledger.payment(oak, "2026-11-20", "1100", reference="VIR 88")
    first, second = item("F-2026-0101"), item("F-2026-0102")
    filled = alice.get(at(money), {"fill": 1}).content.decode()
    assert f'name="amount-{first.pk}" value="1000.00"' in filled
    assert f'name="amount-{second.pk}" value="100.00"' in filled

    data = {f"amount-{first.pk}": "1 000,00 €", f"amount-{second.pk}": "100,00"}
    assert "Allocated." in post(alice, at(money, "allocate/"), **data)

    for shown, left in ((first, "0"), (second, "150"), (money, "0")):
        shown.refresh_from_db()
        assert shown.open_amount == Decimal(left)
    assert first.settled_on == date(2026, 11, 20)
    allocation = Allocation.objects.get(debit=first)
    assert (allocation.origin, allocation.allocated_on) == ("manual", date(2026, 11, 20))

    page = post(alice, at(first, f"deallocate/{allocation.pk}/"))
    first.refresh_from_db()
    assert first.open_amount == 1000
    assert "both items are open again" in page


@pytest.mark.parametrize(
    ("amounts", "words"),
    [
        (("1200", ""), "Only €1,000.00 is open"),
        (("900", "250"), "only €1,100.00 is open"),
        (("abc", ""), "Write an amount such as"),
        (("0", ""), "Write an amount above zero"),
        (("-5", ""), "Write an amount above zero"),
        (("1.005", ""), "two decimals at most"),
        (("NaN", ""), "Write an amount above zero"),
        (("", ""), "Write an amount beside the items"),
    ],
)
def test_wrong_amounts_are_refused_beside_their_field(
    ledger: Ledger, alice: Client, amounts: tuple[str, str], words: str
) -> None:
    money = ledger.payment(Customer.objects.get(code="OAK"), "2026-11-20", "1100", reference="VIR 88")
    data = {
        f"amount-{item(number).pk}": amount
        for number, amount in zip(("F-2026-0101", "F-2026-0102"), amounts, strict=True)
    }
    response = alice.post(at(money, "allocate/"), data)
    assert response.status_code == 422
    assert words in plain(response.content)
    assert not Allocation.objects.filter(credit=money).exists()


def test_a_debit_takes_an_open_credit_of_its_customer_only(ledger: Ledger, alice: Client) -> None:
    other = credit("CHQ 77")
    shown = item("F-2026-0101")
    assert "CHQ 77" not in text(alice, at(shown))
    response = alice.post(at(shown, "allocate/"), {f"amount-{other.pk}": "70"})
    assert response.status_code == 422
    own = ledger.payment(shown.customer, "2026-11-20", "60", reference="VIR 60")
    assert "Allocated." in post(alice, at(shown, "allocate/"), **{f"amount-{own.pk}": "60"})
    shown.refresh_from_db()
    assert shown.open_amount == 940
    assert "Allocated by hand · €60.00" in text(alice, at(shown))


def test_a_part_allocated_by_hand_is_seen_at_once_by_the_overview(ledger: Ledger, alice: Client) -> None:
    shown = item("F-2026-0101")
    own = ledger.payment(shown.customer, "2026-11-20", "60", reference="VIR 60")
    assert "€130.00 of credits not allocated" in text(alice, "/overview/")
    post(alice, at(own, "allocate/"), **{f"amount-{shown.pk}": "60"})
    assert "€70.00 of credits not allocated" in text(alice, "/overview/")


def test_a_credit_is_not_disputed(ledger: Ledger, alice: Client) -> None:
    assert alice.post(at(credit("CHQ 77"), "dispute/"), {"reason": "x"}).status_code == 404


def test_a_proposal_is_accepted_or_refused(ledger: Ledger, alice: Client) -> None:
    shown = item("F-2026-0101")
    ledger.payment(shown.customer, "2026-11-20", "1000", reference="VIR 99", label="F-2026-0101")
    ledger.payment(shown.customer, "2026-11-21", "300", reference="VIR 98", label="F-2026-0103")
    propose_matches(ledger.organization.pk, NOW)
    match, other = Match.objects.get(debit=shown), Match.objects.get(debit=item("F-2026-0103"))
    page = text(alice, at(shown))
    assert "Proposed allocations" in page
    assert "the payment names the invoice" in page

    assert "Allocated as proposed" in post(alice, at(shown, f"accept/{match.pk}/"))
    shown.refresh_from_db()
    assert shown.open_amount == 0
    assert Allocation.objects.get(debit=shown).origin == "match"

    other = Match.objects.get(debit=item("F-2026-0103"))
    page = post(alice, at(other.debit, f"refuse/{other.pk}/"))
    assert "it will not be proposed again" in page
    assert "Proposed allocations" not in page


def test_what_the_ledger_allocated_is_not_taken_back_here(ledger: Ledger, alice: Client) -> None:
    shown = item("F-2026-0104")
    Allocation.objects.filter(debit=shown).update(origin="lettering")
    allocation = Allocation.objects.get(debit=shown)
    assert "Take back" not in text(alice, at(shown))
    assert "comes from the ledger" in post(alice, at(shown, f"deallocate/{allocation.pk}/"))
    assert Allocation.objects.filter(pk=allocation.pk).exists()


def test_who_may_only_read_changes_nothing(ledger: Ledger, alice: Client, collector: User) -> None:
    Membership.objects.filter(user=collector).update(role="auditor")
    shown = item("F-2026-0101")
    own = ledger.payment(shown.customer, "2026-11-20", "60", reference="VIR 60")
    page = text(alice, at(shown))
    assert "Mark as disputed" not in page
    assert "Amount to allocate" not in page
    for verb in ("dispute/", "undispute/", "allocate/", "deallocate/1/", "accept/1/", "refuse/1/"):
        assert alice.post(at(shown, verb), {"reason": "x", f"amount-{own.pk}": "60"}).status_code == 403
        assert alice.get(at(shown, verb)).status_code == 405
    tenancy.see(ledger.organization.pk)
    shown.refresh_from_db()
    assert (shown.disputed_on, shown.open_amount) == (None, 1000)


def test_a_stranger_finds_nothing(ledger: Ledger, alice: Client, charlie: Client) -> None:
    shown, allocation = item("F-2026-0104"), Allocation.objects.get(debit=item("F-2026-0104"))
    assert charlie.get(at(shown)).status_code == 404
    for verb in ("dispute/", "undispute/", "allocate/", f"deallocate/{allocation.pk}/", "accept/1/"):
        assert charlie.post(at(shown, verb), {"reason": "x"}).status_code == 404
    assert listed(charlie) == set()
    assert "No items yet" in text(charlie, ITEMS)
    assert charlie.get(ITEMS, {"customer": shown.customer_id}).status_code == 404


def test_a_restricted_member_finds_the_portfolio_alone(
    ledger: Ledger, alice: Client, collector: User
) -> None:
    Membership.objects.filter(user=collector).update(restricted=True)
    elm = Customer.objects.get(code="ELM")
    elm.salesperson = collector
    elm.save()
    assert listed(alice) == {"F-2026-0104", "CHQ 77"}
    assert alice.get(at(item("F-2026-0101"))).status_code == 404
    assert alice.get(ITEMS, {"customer": item("F-2026-0101").customer_id}).status_code == 404
    assert "Orme SA" in text(alice, at(item("F-2026-0104")))


def test_a_workbook_has_typed_cells(ledger: Ledger, alice: Client) -> None:
    response = alice.get("/items/export.xlsx", {"state": "overdue", "sort": "due_on"})
    book = pl.read_excel(io.BytesIO(response.content))
    assert book["Open"].to_list()[:2] == [1000, 250]
    assert alice.get("/items/export.pdf").status_code == 404


def test_queries_and_rows_are_constant(ledger: Ledger, alice: Client) -> None:
    oak = Customer.objects.get(code="OAK")
    money = ledger.payment(oak, "2026-11-20", "30000", reference="VIR 88")
    for address in (ITEMS, at(money)):
        alice.get(address)
    with CaptureQueriesContext(connection) as few:
        alice.get(ITEMS)
    with CaptureQueriesContext(connection) as few_parts:
        alice.get(at(money))
    for number in range(60):
        buyer = ledger.customer(f"N{number:03}")
        ledger.invoice(buyer, f"M{number:03}", "2026-08-01", "2026-09-30", "10")
        ledger.invoice(oak, f"O{number:03}", "2026-08-01", "2026-09-30", "10")
    with CaptureQueriesContext(connection) as more:
        page = alice.get(ITEMS).content.decode()
    with CaptureQueriesContext(connection) as more_parts:
        parts = alice.get(at(money)).content.decode()
    assert len(more) == len(few)
    assert len(more_parts) == len(few_parts)
    assert page.count('<th scope="row"') == 50
    assert parts.count('name="amount-') == 50
    assert alice.get(ITEMS, {"page": 99}).status_code == 302
