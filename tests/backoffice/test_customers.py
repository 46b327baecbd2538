"""The list of customers: found, sorted, narrowed, given to a collector, exported, and closed to strangers."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.dunning import desk

from encours.accounts.models import Membership, Organization, User
from encours.customers.models import Customer
from encours.dunning import actions
from encours.dunning.models import Pause
from encours.receivables.models import Item
from encours.scoring.actions import grade_all

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("encours.backoffice.desk.clock", lambda: NOW)


@pytest.fixture
def buyers(organization: Organization) -> list[Customer]:
    """One who owes for a month, one who owes nothing yet, one in credit, one with a clean account."""
    actions.ensure_default_plan(organization, now=NOW)
    tilleuls = desk.customer(
        organization, "C-001", name="Verger des Tilleuls", siren="732829320", segment="Fruit"
    )
    hotel = desk.customer(organization, "C-002", name="Hôtel du Marché", email=False)
    credit = desk.customer(organization, "C-003", name="Ateliers du Nord")
    clean = desk.customer(organization, "C-004", name="Boulangerie Petit")
    desk.item(tilleuls, "F-2026-0391", TODAY - timedelta(days=30), "1234.56")
    desk.item(hotel, "F-2026-0400", TODAY + timedelta(days=20), 500, issued_on=TODAY)
    desk.item(credit, "VIR-7", TODAY, 80, kind="payment", side="credit")
    grade_all(organization.pk, TODAY, NOW)
    desk.run(organization, TODAY)
    return [tilleuls, hotel, credit, clean]


def names(client: Client, query: str = "", **extra: Any) -> list[str]:
    response = client.get(f"/customers/{query}", **extra)
    assert response.status_code == 200, response
    return [line.row.name for line in response.context["lines"]]


def test_the_list_says_what_each_owes_and_what_comes_next(alice: Client, buyers: list[Customer]) -> None:
    page = alice.get("/customers/").content.decode()
    assert "€1,234.56" in page
    assert "30 days late" in page
    assert "First reminder" in page or "Reminder 1" in page
    assert f'href="/customers/{buyers[0].pk}/"' in page
    assert "4 customers" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=overdue", ["Verger des Tilleuls"]),
        ("?state=owing&sort=name", ["Hôtel du Marché", "Verger des Tilleuls"]),
        ("?state=in_credit", ["Ateliers du Nord"]),
        ("?state=settled", ["Boulangerie Petit"]),
        ("?q=hotel&sort=name", ["Hôtel du Marché"]),
        ("?q=732829320&sort=name", ["Verger des Tilleuls"]),
        ("?segment=Fruit", ["Verger des Tilleuls"]),
        ("?action=remind", ["Verger des Tilleuls"]),
        ("?collector=0&state=overdue", ["Verger des Tilleuls"]),
        ("?grade=none", []),
        ("?state=nonsense&sort=nonsense&grade=Z&page=-1", 4),
        ("?page=12", 4),
    ],
)
def test_the_list_is_narrowed(alice: Client, buyers: list[Customer], query: str, expected: Any) -> None:
    response = alice.get(f"/customers/{query}", follow=True)
    found = [line.row.name for line in response.context["lines"]]
    assert (len(found) if isinstance(expected, int) else found) == expected
    assert len(buyers) == 4


@pytest.mark.parametrize(
    "sort", ["name", "grade", "outstanding", "overdue", "oldest_days", "mean_delay", "last_payment", "action"]
)
def test_every_column_sorts_both_ways(alice: Client, buyers: list[Customer], sort: str) -> None:
    assert len(names(alice, f"?sort={sort}")) == len(names(alice, f"?sort=-{sort}")) == len(buyers)


def test_the_usual_order_puts_the_largest_overdue_first(alice: Client, buyers: list[Customer]) -> None:
    assert names(alice)[0] == buyers[0].name
    assert names(alice, "?sort=outstanding")[0] == "Ateliers du Nord"


def test_a_part_of_the_page_answers_the_search_as_it_is_typed(alice: Client, buyers: list[Customer]) -> None:
    page = alice.get("/customers/?q=C-001&grade=", **HTMX).content.decode()
    assert "<html" not in page
    assert "Verger des Tilleuls" in page
    assert "Boulangerie" not in page
    assert 'hx-swap-oob="true"' in page


def test_a_code_or_an_invoice_number_goes_straight_there(alice: Client, buyers: list[Customer]) -> None:
    first = buyers[0].pk
    assert alice.get("/customers/?q=c-001").headers["Location"] == f"/customers/{first}/"
    invoice = Item.objects.get(number="F-2026-0391")
    assert alice.get("/customers/?q=F-2026-0391").headers["Location"] == f"/items/{invoice.pk}/"
    desk.item(buyers[0], "F-2026-0391", TODAY, 10)
    several = alice.get("/customers/?q=F-2026-0391").headers["Location"]
    assert several == f"/items/?q=F-2026-0391&customer={first}"
    assert alice.get("/customers/?q=C-00").status_code == 200
    assert alice.get("/customers/?q=").status_code == 200
    assert alice.get("/customers/?q=c-001", **HTMX).status_code == 302


def test_an_invoice_number_of_two_customers_goes_nowhere(alice: Client, buyers: list[Customer]) -> None:
    desk.item(buyers[1], "F-2026-0391", TODAY, 10)
    assert alice.get("/customers/?q=F-2026-0391").status_code == 200


def test_nothing_found_and_nothing_there_are_said_kindly(alice: Client, organization: Organization) -> None:
    assert "No customers yet" in alice.get("/customers/").content.decode()
    page = alice.get("/customers/?q=F-77").content.decode()
    assert "Nobody matches" in page
    assert "?q=F-77" in page


def test_customers_are_given_to_a_collector(alice: Client, collector: User, buyers: list[Customer]) -> None:
    data = {
        "customer": [buyers[0].pk, buyers[1].pk, "x", "9" * 30],
        "collector": collector.pk,
        "next": "/customers/?q=a",
    }
    response = alice.post("/customers/assign/", data)
    assert response.headers["Location"] == "/customers/?q=a"
    assert Customer.objects.filter(collector=collector).count() == 2
    assert names(alice, f"?collector={collector.pk}&sort=name") == ["Hôtel du Marché", "Verger des Tilleuls"]
    alice.post("/customers/assign/", {"customer": [buyers[0].pk], "collector": ""})
    assert Customer.objects.filter(collector=collector).count() == 1
    alice.post("/customers/assign/", {"customer": [buyers[0].pk], "collector": "77777"})
    assert Customer.objects.filter(collector=collector).count() == 1


def test_customers_are_left_alone_and_what_waited_is_withdrawn(alice: Client, buyers: list[Customer]) -> None:
    data = {"customer": [buyers[0].pk], "until": "2026-12-01", "reason": "asked for time"}
    alice.post("/customers/postpone/", data)
    pause = Pause.objects.get()
    assert (pause.until, pause.reason) == (date(2026, 12, 1), "asked for time")
    assert names(alice, "?action=hold") == ["Verger des Tilleuls"]
    page = alice.post("/customers/postpone/", {**data, "until": "2026-11-22"}, follow=True)
    assert "must lie in the future" in page.content.decode()
    assert Pause.objects.count() == 1


def test_the_files_hold_exactly_what_is_shown(alice: Client, buyers: list[Customer]) -> None:
    desk.item(buyers[3], "F-9", TODAY - timedelta(days=3), 10)
    Customer.objects.filter(pk=buyers[3].pk).update(name="=cmd|' /C calc'!A0")
    answer = alice.get("/customers/export.csv?state=overdue&sort=overdue")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="customers-2026-11-22.csv"'
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["C-004", "C-001"]
    assert "'=cmd" in lines[1]
    book = alice.get("/customers/export.xlsx?state=overdue")
    frame = pl.read_excel(io.BytesIO(book.content), engine="calamine")
    assert frame["Overdue"].to_list()[:2] == [1234.56, 10]


def test_people_who_only_look_choose_nothing(
    organization: Organization, alice: Client, buyers: list[Customer]
) -> None:
    Membership.objects.filter(user__email="alice@lumiere.example").update(role="auditor")
    page = alice.get("/customers/").content.decode()
    assert 'name="customer"' not in page
    assert alice.post("/customers/assign/", {"customer": [buyers[0].pk]}).status_code == 403
    assert alice.post("/customers/postpone/", {"customer": [buyers[0].pk]}).status_code == 403


def test_a_portfolio_shows_its_own_customers_only(
    alice: Client, collector: User, buyers: list[Customer]
) -> None:
    Membership.objects.filter(user=collector).update(restricted=True)
    Customer.objects.filter(pk=buyers[1].pk).update(collector=collector)
    assert names(alice) == ["Hôtel du Marché"]
    assert alice.get("/customers/?q=C-001").status_code == 200
    assert alice.get("/customers/?q=F-2026-0391").status_code == 200
    alice.post("/customers/assign/", {"customer": [buyers[0].pk], "collector": collector.pk})
    assert Customer.objects.get(pk=buyers[0].pk).collector is None
    assert "Tilleuls" not in alice.get("/customers/export.csv").content.decode()


def test_a_stranger_sees_none_of_them(charlie: Client, buyers: list[Customer]) -> None:
    assert names(charlie) == []
    assert charlie.get("/customers/?q=C-001").status_code == 200
    assert "Tilleuls" not in charlie.get("/customers/export.csv").content.decode()
    charlie.post("/customers/assign/", {"customer": [buyers[0].pk], "collector": ""})
    charlie.post("/customers/postpone/", {"customer": [buyers[0].pk], "until": "2026-12-01"})


def test_the_number_of_queries_does_not_grow_with_the_customers(
    alice: Client, organization: Organization, buyers: list[Customer]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            names(alice)
        return len(captured)

    alice.get("/customers/")
    few = queries()
    for number in range(56):
        buyer = desk.customer(organization, f"D-{number:03}", email=False)
        desk.item(buyer, f"G-{number}", TODAY - timedelta(days=number), 10)
    desk.run(organization, TODAY)
    assert queries() == few
    assert few <= 22
