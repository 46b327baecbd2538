"""Lists of customers and of items: found, narrowed, sorted, in a number of queries that does not grow."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from tests.ledgers import Ledger, day

from encours.accounts.models import User
from encours.customers.models import Customer
from encours.dunning.models import Decision
from encours.reports.queries import CustomerFilters, ItemFilters, aged_items, customers, items
from encours.scoring import actions

pytestmark = pytest.mark.django_db

TODAY = day("2026-11-22")
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger.opened()
    ada = User.objects.create_user("ada@example.com")
    oak = ledger.customer("OAK", "Menuiserie du Chêne", city="Lyon", collector=ada)
    elm = ledger.customer("ELM", "Orme SA", city="Angers", salesperson=ada)
    ledger.customer("ASH", "Frêne", city="Brest")
    first = ledger.invoice(oak, "F1", "2026-08-01", "2026-08-31", "100", label="Portes 100%")
    ledger.payment(oak, "2026-09-10", "100", {first: "100"})
    ledger.invoice(oak, "F2", "2026-10-01", "2026-10-31", "300", disputed_on=day("2026-11-02"))
    ledger.invoice(oak, "F3", "2026-11-01", "2026-12-31", "500", due_basis="derived")
    ledger.payment(elm, "2026-11-20", "40")
    actions.grade_all(ledger.organization.pk, TODAY, NOW)
    Decision.objects.create(
        organization=ledger.organization,
        customer=oak,
        decided_on=TODAY,
        outcome="hold",
        reason="all_disputed",
        params={"amount": "300.00"},
        amount=300,
    )
    return ledger


def test_a_customer_in_the_list(ledger: Ledger) -> None:
    oak = customers(ledger.organization, TODAY).rows[0]
    assert (oak.code, oak.outstanding, oak.overdue, oak.oldest_days, oak.disputed) == (
        "OAK",
        800,
        300,
        22,
        300,
    )
    assert (oak.grade, oak.mean_delay_days, oak.last_payment_on) == ("D", Decimal("10.0"), day("2026-09-10"))
    assert (oak.outcome, oak.reason, oak.params) == ("hold", "all_disputed", {"amount": "300.00"})


def test_every_order(ledger: Ledger) -> None:
    def codes(sort: str) -> list[str]:
        return [row.code for row in customers(ledger.organization, TODAY, sort=sort).rows]

    assert codes("name") == ["ASH", "OAK", "ELM"]
    assert codes("-code") == ["OAK", "ELM", "ASH"]
    assert codes("city") == ["ELM", "ASH", "OAK"]
    assert codes("-outstanding") == ["OAK", "ASH", "ELM"]
    assert codes("outstanding") == ["ELM", "ASH", "OAK"]
    assert codes("-last_payment") == ["ELM", "OAK", "ASH"]
    assert codes("-mean_delay")[0] == "OAK"
    for sort in ("overdue", "oldest_days", "grade", "action", "nonsense"):
        assert len(codes(sort)) == len(codes(f"-{sort}")) == 3


def test_every_filter(ledger: Ledger) -> None:
    def codes(**wanted: object) -> set[str]:
        found = customers(ledger.organization, TODAY, filters=CustomerFilters(**wanted))
        assert found.count == len(found.rows)
        return {row.code for row in found.rows}

    ada = User.objects.get()
    assert codes(state="overdue") == {"OAK"}
    assert codes(state="in_credit") == {"ELM"}
    assert codes(state="owing") == {"OAK"}
    assert codes(state="settled") == {"ASH"}
    assert codes(search="frene") == {"ASH"}
    assert codes(search="lyon chene") == {"OAK"}
    assert codes(collector_id=ada.pk) == {"OAK"}
    assert codes(portfolio_user_id=ada.pk) == {"OAK", "ELM"}
    assert codes(action="hold") == {"OAK"}
    assert codes(action="remind") == set()


def test_the_number_of_queries_does_not_grow(
    ledger: Ledger, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for rank in range(20):
        customer = ledger.customer(f"C{rank}")
        ledger.invoice(customer, "F", "2026-10-01", "2026-10-31", "10")
    with django_assert_num_queries(3):
        assert len(customers(ledger.organization, TODAY, sort="-overdue").rows) == 23
    # The state of the ledger, how many items that makes, which ones are shown; the next page knows how many.
    with django_assert_num_queries(3):
        assert len(items(ledger.organization, TODAY).rows) == 25
    with django_assert_num_queries(2):
        assert items(ledger.organization, TODAY, sort="-amount", size=10).count == 25
    with django_assert_num_queries(1):
        assert aged_items(ledger.organization, TODAY).count == 23


def test_every_state_of_an_item(ledger: Ledger) -> None:
    def numbers(**wanted: object) -> list[str]:
        found = items(ledger.organization, TODAY, filters=ItemFilters(**wanted), sort="number")
        assert found.count == len(found.rows)
        return [row.number for row in found.rows if row.number]

    oak = Customer.objects.get(code="OAK")
    assert numbers() == ["F1", "F2", "F3"]
    assert numbers(state="open") == ["F2", "F3"]
    assert numbers(state="overdue") == ["F2"]
    assert numbers(state="not_due") == ["F3"]
    assert numbers(state="settled") == ["F1"]
    assert numbers(state="disputed") == ["F2"]
    assert numbers(state="derived") == ["F3"]
    assert numbers(kind="invoice", customer_id=oak.pk) == ["F1", "F2", "F3"]
    assert numbers(column="1_30") == ["F2"]
    assert numbers(portfolio_user_id=0) == []
    credits_ = items(ledger.organization, TODAY, filters=ItemFilters(column="unallocated")).rows
    assert [(row.customer_code, row.days_overdue, row.column) for row in credits_] == [
        ("ELM", 0, "unallocated")
    ]


def test_words_find_items_by_what_is_written_on_them_or_on_their_customer(ledger: Ledger) -> None:
    def numbers(search: str) -> list[str]:
        return [row.number for row in items(ledger.organization, TODAY, search=search, sort="number").rows]

    assert numbers("f2") == ["F2"]
    assert numbers("portes 100%") == ["F1"]
    assert numbers("100_") == []
    assert numbers("chene f3") == ["F3"]
    assert numbers("orme") == [""]


def test_items_in_every_order(ledger: Ledger) -> None:
    def numbers(sort: str) -> list[str]:
        return [row.number for row in items(ledger.organization, TODAY, sort=sort).rows if row.number]

    assert numbers("-issued_on") == ["F3", "F2", "F1"]
    assert numbers("due_on") == ["F1", "F2", "F3"]
    assert numbers("-days") == ["F1", "F2", "F3"]
    assert numbers("-amount") == ["F3", "F2", "F1"]
    assert numbers("customer") == ["F1", "F2", "F3"]


def test_a_stranger_sees_nothing(ledger: Ledger) -> None:
    ours = ledger.organization
    Ledger.opened("Other")
    assert customers(ours, TODAY).count == 0
    assert items(ours, TODAY).count == 0
    assert aged_items(ours, TODAY, on=TODAY - timedelta(days=30)).count == 0


@pytest.mark.parametrize(
    ("wanted", "search", "walks"),
    [
        ({}, "", True),
        ({"state": "settled"}, "", True),
        ({"state": "unallocated"}, "", False),
        ({}, "f2", False),
    ],
)
def test_the_latest_items_are_read_in_order_and_rare_ones_found_first(
    ledger: Ledger, wanted: dict[str, str], search: str, walks: bool
) -> None:
    with CaptureQueriesContext(connection) as queries:
        items(ledger.organization, TODAY, search=search, filters=ItemFilters(**wanted))
    with connection.cursor() as cursor:
        # Of a dozen rows every plan is as good; on a million, the wrong one takes ten times as long. What the
        # server was told of other tests' rows decides nothing here: an index is read in order wherever it can be.
        for other in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{other} = off")
        cursor.execute(f"EXPLAIN {queries.captured_queries[-1]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert (
        "using item_latest" in plan and "Sort" not in plan.split("item_latest")[0].split("WindowAgg")[1]
    ) == walks
