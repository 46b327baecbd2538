"""The aged balance at the desk: figures that add up, lead to their items, and leave as files."""

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
from encours.customers.models import Customer
from encours.reports.queries import overview
from encours.scoring.models import Score

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
AGING, ITEMS = "/aging/", "/aging/items/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW)


@pytest.fixture
def ledger(organization: Organization) -> Ledger:
    """Two customers whose columns a person can add up: 100, 200, 0, 250, 1000, and 70 unallocated."""
    ledger = Ledger(organization)
    oak = ledger.customer("OAK", "Menuiserie du Chêne", segment="Wood")
    elm = ledger.customer("ELM", "Orme SA")
    ledger.invoice(oak, "F1", "2026-11-01", "2026-11-22", "100")
    ledger.invoice(oak, "F2", "2026-10-01", "2026-11-21", "200")
    half = ledger.invoice(oak, "F3", "2026-08-01", "2026-09-22", "400")
    ledger.payment(oak, "2026-10-05", "150", {half: "150"})
    ledger.invoice(elm, "F4", "2026-07-01", "2026-08-01", "1000")
    ledger.payment(elm, "2026-11-10", "70")
    return ledger


def customer(code: str) -> Customer:
    return Customer.objects.get(code=code)


def text(client: Client, address: str, **wanted: object) -> str:
    response = client.get(address, wanted)
    assert response.status_code == 200, response
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain.replace("\N{NO-BREAK SPACE}", " "))


def csv_of(client: Client, address: str, **wanted: object) -> pl.DataFrame:
    response = client.get(address, wanted)
    assert response["Content-Type"].startswith("text/csv")
    return pl.read_csv(io.BytesIO(response.content), infer_schema=False)


def test_every_customer_stands_in_its_columns_and_the_totals_are_those_of_the_overview(
    ledger: Ledger, alice: Client
) -> None:
    page = text(alice, AGING)
    assert "OAK Menuiserie du Chêne" in page
    assert "2 customers · outstanding €1,480.00" in page
    seen = overview(ledger.organization, TODAY)
    assert seen.outstanding == Decimal(1480)
    assert "Total 100.00 200.00 0.00 250.00 1,000.00 1,450.00 −70.00 1,480.00" in page
    assert "6.5% 12.9% 0.0% 16.1% 64.5% 93.5%" in page


def test_a_past_day_is_asked_by_its_date_or_by_a_word(ledger: Ledger, alice: Client) -> None:
    page = text(alice, AGING, on="2026-09-30")
    assert "At 30 Sept 2026" in page or "At 30 Sep 2026" in page
    assert "€1,400.00" in page
    assert "F1" not in page
    links = alice.get(AGING).content.decode()
    for day in ("2026-10-31", "2026-09-30", "2025-12-31"):
        assert f"/aging/?on={day}" in links


def test_a_day_to_come_and_nonsense_are_told_and_not_believed(ledger: Ledger, alice: Client) -> None:
    page = text(alice, AGING, on="2027-01-01")
    assert "This day has not come yet" in page
    assert "€1,480.00" in page
    assert "€1,480.00" in text(alice, AGING, on="yesterday", grade="Z", sort="--name", page="0x1")


def test_customers_are_found_and_filtered(ledger: Ledger, alice: Client, manager: User) -> None:
    elm = customer("ELM")
    elm.collector = manager
    elm.save()
    Score.objects.create(
        organization=ledger.organization, customer=elm, graded_on=TODAY, grade="E", points=5, confidence="high",
        reasons=[], inputs={}, version="1",
    )  # fmt: skip
    for wanted in ({"q": "orme"}, {"grade": "E"}, {"collector": manager.pk}):
        page = text(alice, AGING, **wanted)
        assert "Orme SA" in page
        assert "Menuiserie" not in page
        assert "1 customer · outstanding €930.00" in page
    for wanted in ({"q": "chene oak"}, {"segment": "Wood"}, {"grade": "none"}, {"collector": 0}):
        page = text(alice, AGING, **wanted)
        assert "Orme SA" not in page
        assert "1 customer · outstanding €550.00" in page
    assert "No customer matches" in text(alice, AGING, q="nobody")


@pytest.mark.parametrize(
    "sort",
    [
        "name", "code", "grade", "oldest_days", "not_due", "1_30", "31_60", "61_90", "over_90", "overdue",
        "unallocated", "outstanding",
    ],
)  # fmt: skip
def test_every_column_sorts_both_ways(ledger: Ledger, alice: Client, sort: str) -> None:
    up = text(alice, AGING, sort=sort)
    down = text(alice, AGING, sort=f"-{sort}")
    for page in (up, down):
        assert "€1,480.00" in page
    head = alice.get(AGING).content.decode()
    assert f"sort=-{sort}" in head or f"sort={sort}" in head
    if sort in {"name", "over_90", "oldest_days", "outstanding"}:
        assert (up.index("Orme SA") < up.index("Menuiserie")) != (
            down.index("Orme SA") < down.index("Menuiserie")
        )


def test_a_figure_leads_to_its_items(ledger: Ledger, alice: Client) -> None:
    oak = customer("OAK")
    page = alice.get(AGING).content.decode()
    assert f'href="/aging/items/?customer={oak.pk}&amp;column=61_90"' in page
    cell = text(alice, ITEMS, customer=oak.pk, column="61_90")
    assert "1 item · €250.00" in cell
    assert "F3" in cell
    assert "F2" not in cell
    assert "61 days late" in cell
    column = text(alice, ITEMS, column="overdue")
    assert "3 items · €1,450.00" in column
    assert "1 item · −€70.00" in text(alice, ITEMS, column="unallocated")
    assert "5 items · €1,480.00" in text(alice, ITEMS)
    then = text(alice, ITEMS, on="2026-09-30", customer=oak.pk, column="1_30")
    assert "1 item · €400.00" in then
    assert "2 items · €450.00" in text(alice, ITEMS, column="overdue", q="chene")
    assert "Nothing was open in this column" in text(alice, ITEMS, column="31_60")


def test_items_that_do_not_exist_are_not_found(ledger: Ledger, alice: Client, charlie: Client) -> None:
    oak = customer("OAK").pk
    assert alice.get(ITEMS, {"column": "7_8"}).status_code == 404
    assert alice.get(ITEMS, {"customer": "x"}).status_code == 404
    assert alice.get(ITEMS, {"customer": 10**30}).status_code == 404
    assert alice.get("/aging/export.doc").status_code == 404
    assert alice.get("/aging/items/export.pdf").status_code == 404
    assert charlie.get(ITEMS, {"customer": oak}).status_code == 404
    page = text(charlie, AGING)
    assert "Orme" not in page
    assert "Nothing was open that day" in page
    assert "Orme" not in text(charlie, ITEMS)
    assert csv_of(charlie, "/aging/export.csv").height == 0


def test_a_restricted_member_sees_the_portfolio_alone(ledger: Ledger, alice: Client, collector: User) -> None:
    Membership.objects.filter(user=collector).update(restricted=True)
    oak, elm = customer("OAK"), customer("ELM")
    oak.collector = collector
    oak.save()
    page = text(alice, AGING)
    assert "1 customer · outstanding €550.00" in page
    assert "Orme" not in page
    assert "All portfolios" not in page
    assert alice.get(ITEMS, {"customer": elm.pk}).status_code == 404
    assert "€550.00" in text(alice, ITEMS)
    assert csv_of(alice, "/aging/export.csv")["Code"].to_list() == ["OAK"]


def test_what_is_exported_is_what_is_filtered(ledger: Ledger, alice: Client) -> None:
    table = csv_of(alice, "/aging/export.csv", sort="name")
    assert table["Customer"].to_list() == ["Menuiserie du Chêne", "Orme SA"]
    assert table["Over 90 days"].to_list() == ["0.00", "1000.00"] or table["Over 90 days"].to_list() == [
        "0",
        "1000.00",
    ]
    assert table["Unallocated"].to_list()[1] == "-70.00"
    assert csv_of(alice, "/aging/export.csv", q="orme")["Code"].to_list() == ["ELM"]
    response = alice.get("/aging/export.xlsx", {"on": "2026-09-30"})
    assert 'filename="aged-balance-2026-09-30.xlsx"' in response["Content-Disposition"]
    book = pl.read_excel(io.BytesIO(response.content))
    assert book["Outstanding"].to_list()[-1] in (1400, 400, 1000)
    pdf = alice.get("/aging/export.pdf", {"segment": "Wood"})
    assert pdf.content.startswith(b"%PDF")
    items = csv_of(alice, "/aging/items/export.csv", column="overdue", sort="number")
    assert items["Number"].to_list() == ["F2", "F3", "F4"]
    assert items["Column"].to_list() == ["1 to 30 days", "61 to 90 days", "Over 90 days"]


def test_columns_are_those_of_the_settings(ledger: Ledger, alice: Client) -> None:
    Organization.objects.filter(pk=ledger.organization.pk).update(aging_columns=[15, 120])
    page = text(alice, AGING)
    assert "Not due" in page
    assert "1 to 15 days" in page
    assert "16 to 120 days" in page
    assert "Over 120 days" in page
    assert "€1,480.00" in page


def test_nothing_hostile_breaks_out_of_the_page(ledger: Ledger, alice: Client) -> None:
    ledger.invoice(ledger.customer("EVIL", "<script>x</script> =1+1"), "F9", "2026-11-01", "2026-11-02", "5")
    page = alice.get(AGING, {"q": '"><script>'}).content.decode()
    assert "<script>x" not in alice.get(AGING).content.decode()
    assert '"><script>' not in page
    assert "'=" not in csv_of(alice, "/aging/export.csv", q="EVIL")["Customer"].to_list()[0][:2]


def many(ledger: Ledger, count: int) -> None:
    for number in range(count):
        buyer = ledger.customer(f"N{number:03}", f"Buyer {number:03}")
        ledger.invoice(buyer, f"M{number:03}", "2026-08-01", "2026-09-30", "10")


def test_queries_and_rows_are_constant(ledger: Ledger, alice: Client) -> None:
    many(ledger, 1)
    alice.get(AGING)
    with CaptureQueriesContext(connection) as few:
        alice.get(AGING)
    with CaptureQueriesContext(connection) as few_items:
        alice.get(ITEMS)
    Customer.objects.filter(code="N000").update(name="Buyer zero", code="Z000")
    many(ledger, 60)
    with CaptureQueriesContext(connection) as more:
        page = alice.get(AGING).content.decode()
    with CaptureQueriesContext(connection) as more_items:
        alice.get(ITEMS)
    assert len(more) == len(few)
    assert len(more_items) == len(few_items)
    assert page.count('<th scope="row" class="main-cell">') == 50 + 1
    assert "1 to 50 of 63" in text(alice, AGING)
    assert "51 to 63 of 63" in text(alice, AGING, page=2)
    beyond = alice.get(AGING, {"page": 9, "sort": "name"})
    assert (beyond.status_code, beyond.url) == (302, f"{reverse('aging')}?sort=name")


def test_the_page_is_empty_before_the_first_ledger(organization: Organization, bob: Client) -> None:
    page = text(bob, AGING)
    assert "Nothing was open that day" in page
    assert "Load a ledger" in page
    tenancy.see(organization.pk)
