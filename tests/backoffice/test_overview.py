"""The overview: figures that mean something, each leading to its items, and what changed since yesterday."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.ledgers import Ledger

from encours.accounts import tenancy
from encours.accounts.models import Membership, Organization, User
from encours.customers.models import Contact, Customer
from encours.dunning import actions as dunning
from encours.events.actions import record
from encours.receivables.models import Import, Item
from encours.scoring.actions import grade_all
from encours.scoring.models import Score

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
OVERVIEW = "/overview/"


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW)
    caches["figures"].clear()


@pytest.fixture
def ledger(organization: Organization) -> Ledger:
    """Oak owes 550 of which 450 overdue, Elm 1000 overdue less 70; sales in every month from July."""
    ledger = Ledger(organization)
    Import.objects.create(
        organization=organization,
        source="fec",
        file_name="lumiere.txt",
        state="loaded",
        loaded_at=NOW - timedelta(days=2),
    )
    oak = ledger.customer("OAK", "Menuiserie du Chêne")
    Contact.objects.create(organization=organization, customer=oak, email="compta@chene.example")
    elm = ledger.customer("ELM", "Orme SA")
    ledger.invoice(oak, "F1", "2026-11-01", "2026-11-22", "100")
    ledger.invoice(oak, "F2", "2026-10-01", "2026-11-21", "200")
    half = ledger.invoice(oak, "F3", "2026-08-01", "2026-09-22", "400")
    ledger.payment(oak, "2026-10-05", "150", {half: "150"})
    ledger.invoice(elm, "F4", "2026-07-01", "2026-08-01", "1000")
    ledger.payment(elm, "2026-11-10", "70")
    Item.objects.update(created_at=NOW - timedelta(days=30))
    return ledger


def plain(content: bytes) -> str:
    words = re.sub(r"<[^>]+>", " ", content.decode())
    return re.sub(r"\s+", " ", words.replace("\N{NO-BREAK SPACE}", " ").replace("&#x27;", "'"))


def text(client: Client, address: str = OVERVIEW) -> str:
    response = client.get(address)
    assert response.status_code == 200, response
    return plain(response.content)


def figures(client: Client) -> list[tuple[str, str]]:
    """Return the large figures with their addresses."""
    page = client.get(OVERVIEW).content.decode()
    found = re.findall(
        r'<a href="([^"]+)"><span class="name">[^<]+</span><strong[^>]*>([^<]+)</strong>', page
    )
    return [(address.replace("&amp;", "&"), plain(amount.encode()).strip()) for address, amount in found]


def test_the_large_figures_are_those_of_the_ledger(ledger: Ledger, alice: Client) -> None:
    page = text(alice)
    for words in (
        "Outstanding €1,480.00 2 customers owe, €70.00 of credits not allocated",
        "Overdue €1,450.00 94% of what is open, 2 customers",
        "May be claimed",
        "of late interest, €120.00 of recovery fees",
        "no rate known after 30 Jun 2026",
        "loaded 2 days ago",
        "Over 90 days €1,000.00 65%",
    ):
        assert words in page, words
    assert re.search(r"DSO (over )?\d+ days count-back · simple \d+ · \d+ if nobody were late", page)


def test_every_large_figure_leads_to_items_that_make_it(ledger: Ledger, alice: Client) -> None:
    found = figures(alice)
    assert len(found) == 4
    for address, amount in found[:2]:
        assert amount in text(alice, address)
    assert found[2][0] == "#dso"
    claimed = text(alice, found[3][0])
    assert claimed.count("€40.00") == 3
    page = alice.get(OVERVIEW).content.decode()
    assert 'href="/aging/items/?column=over_90"' in page
    assert "€1,000.00" in text(alice, "/aging/items/?column=over_90")


def test_charts_are_drawn_by_the_server_with_their_figures_as_tables(ledger: Ledger, alice: Client) -> None:
    page = alice.get(OVERVIEW).content.decode()
    assert page.count("<svg") > 5
    assert 'href="/aging/?on=2026-09-30"' in page
    assert page.count('class="figures"') >= 2
    words = plain(page.encode())
    assert "Sept 2026 €650.00 €750.00" in words or "Sep 2026 €650.00 €750.00" in words or "€1,400.00" in words
    assert "the first owes 63%" in words


def test_customers_at_risk_come_with_their_grade_and_first_reason(ledger: Ledger, alice: Client) -> None:
    grade_all(ledger.organization.pk, TODAY, NOW)
    page = text(alice)
    elm = Score.objects.get(customer__code="ELM")
    assert "Customers at risk" in page
    assert f"Orme SA Grade {elm.grade}" in page
    assert "113 days late" in page
    row = page[page.index("Customers at risk") :]
    assert re.search(r"Grade [A-E] [A-E] \w+ .*€1,000.00", row)


def test_what_changed_since_yesterday_is_told_with_its_items(ledger: Ledger, alice: Client) -> None:
    elm = Customer.objects.get(code="ELM")
    for grade, on, replaced in (("C", date(2026, 10, 1), TODAY), ("E", TODAY, None)):
        Score.objects.create(
            organization=ledger.organization, customer=elm, graded_on=on, replaced_on=replaced, grade=grade,
            points=5, confidence="high", reasons=[], inputs={}, version="1",
        )  # fmt: skip
    new = ledger.payment(elm, "2026-11-20", "30", reference="VIR 1")
    Item.objects.filter(pk=new.pk).update(created_at=NOW)
    Import.objects.create(
        organization=ledger.organization, source="fec", file_name="newer.txt", loaded_at=NOW, state="loaded"
    )
    record(ledger.organization.pk, "import.loaded", by="system", at=NOW)
    page = text(alice)
    for words in (
        "1 item fell overdue €200.00",
        "1 payment came in €30.00",
        "1 grade fell",
        "newer.txt loaded",
        "Grade C C → Grade E E",
        "loaded today",
    ):
        assert words in page, words
    hrefs = alice.get(OVERVIEW).content.decode().replace("&amp;", "&")
    overdue = re.search(r'href="(/items/\?state=overdue[^"]+)"', hrefs)
    paid = re.search(r'href="(/items/\?state=received[^"]+)"', hrefs)
    assert overdue
    assert paid
    assert "1 item · €200.00 open" in text(alice, overdue.group(1))
    received = text(alice, paid.group(1))
    assert "VIR 1" in received
    assert "1 item" in received


def test_a_quiet_day_says_so(ledger: Ledger, alice: Client) -> None:
    Item.objects.filter(number="F2").delete()
    page = text(alice)
    assert "Nothing fell overdue, nothing came in, no grade moved" in page
    assert "No reminder waits" in page


def test_the_reminders_of_the_day_are_shown(ledger: Ledger, alice: Client) -> None:
    dunning.ensure_default_plan(ledger.organization, now=NOW)
    dunning.run(ledger.organization, TODAY, NOW)
    page = text(alice)
    assert re.search(r"Reminders of today \d+ waits?", page)


@pytest.mark.parametrize(("days", "words"), [(10, "loaded 10 days ago"), (45, "loaded 45 days ago")])
def test_an_old_ledger_is_pointed_out(ledger: Ledger, bob: Client, days: int, words: str) -> None:
    Import.objects.update(loaded_at=NOW - timedelta(days=days))
    page = text(bob)
    assert f"was {words}: what was paid since is not known here" in page
    assert "Load a newer one" in page


def test_a_portfolio_is_seen_alone(ledger: Ledger, alice: Client, collector: User) -> None:
    Membership.objects.filter(user=collector).update(restricted=True)
    Customer.objects.filter(code="OAK").update(collector=collector)
    page = text(alice)
    assert "Outstanding €550.00 1 customer owes" in page
    assert "your portfolio" in page
    assert "Orme" not in page


def test_a_stranger_sees_an_empty_desk(ledger: Ledger, charlie: Client) -> None:
    page = text(charlie)
    assert "No ledger yet" in page
    assert "Orme" not in page
    assert "€1,480.00" not in page


def test_before_the_first_ledger_the_page_says_what_to_do(organization: Organization, bob: Client) -> None:
    page = text(bob)
    assert "No ledger yet" in page
    assert "Load a ledger" in page


def test_other_currencies_are_kept_apart(ledger: Ledger, alice: Client) -> None:
    ledger.invoice(Customer.objects.get(code="OAK"), "U1", "2026-11-01", "2026-12-01", "999", currency="USD")
    page = text(alice)
    assert "Left out of every figure" in page
    assert "US$999.00" in page or "$999.00" in page
    assert "Outstanding €1,480.00" in page


def test_credits_beyond_what_is_not_due_do_not_break_the_trend(ledger: Ledger, alice: Client) -> None:
    ledger.payment(Customer.objects.get(code="ELM"), "2026-09-15", "900")
    page = text(alice)
    assert "Outstanding €580.00" in page
    assert "Outstanding and overdue" in page


def test_queries_are_constant(ledger: Ledger, alice: Client) -> None:
    ledger.customer("N", "Buyer")
    dunning.ensure_default_plan(ledger.organization, now=NOW)
    dunning.run(ledger.organization, TODAY, NOW)
    grade_all(ledger.organization.pk, TODAY, NOW)

    def count() -> int:
        caches["figures"].clear()
        with CaptureQueriesContext(connection) as queries:
            assert alice.get(OVERVIEW).status_code == 200
        return len(queries)

    count()
    few = count()
    for number in range(60):
        buyer = ledger.customer(f"N{number:03}", f"Buyer {number:03}")
        Contact.objects.create(organization=ledger.organization, customer=buyer, email="x@y.example")
        ledger.invoice(buyer, f"M{number:03}", "2026-08-01", "2026-09-30", "1000")
    dunning.run(ledger.organization, TODAY, NOW)
    grade_all(ledger.organization.pk, TODAY, NOW)
    assert count() == few
    with CaptureQueriesContext(connection) as again:
        alice.get(OVERVIEW)
    assert len(again) < few
    tenancy.see(ledger.organization.pk)
