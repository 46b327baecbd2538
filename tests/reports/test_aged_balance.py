"""The aged balance at any day: columns that an accountant can add up by hand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ledgers import Ledger, day

from encours.customers.models import Customer
from encours.receivables.models import Allocation, Item
from encours.reports.aging import AgedBalanceReport
from encours.reports.queries import CustomerFilters, aged_balance, aged_items, aged_totals
from encours.reports.trend import trend
from encours.scoring.models import Score

pytestmark = pytest.mark.django_db

TODAY = day("2026-11-22")


def amounts(*values: str) -> dict[str, Decimal]:
    names = ("not_due", "1_30", "31_60", "61_90", "over_90")
    return dict(zip(names, map(Decimal, values), strict=True))


def rows(report: AgedBalanceReport) -> dict[str, Decimal]:
    return {row.code: row.amounts.outstanding for row in report.rows.rows}


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger.opened()
    oak = ledger.customer("OAK", "Menuiserie du Chêne", segment="wood")
    elm = ledger.customer("ELM", "Orme SA")
    ledger.invoice(oak, "F1", "2026-11-01", "2026-11-22", "100")  # due today: not due
    ledger.invoice(oak, "F2", "2026-10-01", "2026-11-21", "200")  # 1 day
    half = ledger.invoice(oak, "F3", "2026-08-01", "2026-09-22", "400")  # 61 days
    ledger.payment(oak, "2026-10-05", "150", {half: "150"})
    ledger.invoice(elm, "F4", "2026-07-01", "2026-08-01", "1000")  # 113 days
    ledger.payment(elm, "2026-11-10", "70")
    return ledger


def test_columns_by_customer_and_in_all(ledger: Ledger) -> None:
    report = aged_balance(ledger.organization, TODAY)
    oak, elm = sorted(report.rows.rows, key=lambda row: row.amounts.overdue)
    assert oak.amounts.by_column == amounts("100", "200", "0", "250", "0")
    assert (oak.amounts.outstanding, oak.amounts.overdue, oak.oldest_days) == (550, 450, 61)
    assert elm.amounts.by_column == amounts("0", "0", "0", "0", "1000")
    assert (elm.amounts.unallocated, elm.amounts.outstanding, elm.oldest_days) == (70, 930, 113)
    assert report.totals.by_column == amounts("100", "200", "0", "250", "1000")
    assert (report.totals.outstanding, report.rows.count) == (1480, 2)
    assert aged_totals(ledger.organization, TODAY) == report.totals


def test_a_past_day_is_replayed(ledger: Ledger) -> None:
    report = aged_balance(ledger.organization, TODAY, on=day("2026-09-30"))
    assert rows(report) == {"OAK": Decimal(400), "ELM": Decimal(1000)}
    assert report.totals.by_column == amounts("0", "400", "1000", "0", "0")
    assert aged_balance(ledger.organization, TODAY, on=day("2026-06-30")).rows.count == 0


def test_columns_are_those_of_the_organization(ledger: Ledger) -> None:
    ledger.organization.aging_columns = [45]
    report = aged_balance(ledger.organization, TODAY)
    assert report.columns.codes == ("not_due", "1_45", "over_45")
    assert list(report.totals.by_column.values()) == [100, 200, 1250]


def test_filters_and_order(ledger: Ledger) -> None:
    organization = ledger.organization
    elm = Customer.objects.get(code="ELM")
    Score.objects.create(
        organization=organization,
        customer=elm,
        graded_on=TODAY,
        grade="D",
        points=30,
        confidence="high",
        reasons=[],
        inputs={},
        version="1",
    )

    def codes(sort: str = "name", **wanted: object) -> list[str]:
        report = aged_balance(organization, TODAY, filters=CustomerFilters(**wanted), sort=sort)
        assert report.totals.outstanding == sum(row.amounts.outstanding for row in report.rows.rows)
        return [row.code for row in report.rows.rows]

    assert codes(search="menuiserie chene") == ["OAK"]
    assert codes(search="CHÊNE") == ["OAK"]
    assert codes(search="100%") == []
    assert codes(grade="D") == ["ELM"]
    assert codes(grade="none") == ["OAK"]
    assert codes(segment="wood") == ["OAK"]
    assert codes(collector_id=0) == ["OAK", "ELM"]
    assert codes(portfolio_user_id=12345) == []
    assert codes("-over_90") == ["ELM", "OAK"]
    assert codes("1_30") == ["ELM", "OAK"]
    assert codes("-61_90") == ["OAK", "ELM"]
    assert codes("nonsense; DROP TABLE") == ["ELM", "OAK"]


def test_pages(ledger: Ledger) -> None:
    second = aged_balance(ledger.organization, TODAY, sort="code", page=2, size=1).rows
    assert [row.code for row in second.rows] == ["OAK"]
    assert (second.pages, second.first, second.last) == (2, 2, 2)
    assert (second.has_previous, second.has_next) == (True, False)
    beyond = aged_balance(ledger.organization, TODAY, page=9, size=1)
    assert (beyond.rows.rows, beyond.rows.count, beyond.totals.outstanding) == ((), 2, 1480)


def test_the_items_behind_a_figure(ledger: Ledger) -> None:
    organization = ledger.organization

    def numbers(column: str, on: str = "2026-11-22") -> dict[str, Decimal]:
        found = aged_items(organization, TODAY, on=day(on), column=column)
        assert found.count == len(found.rows)
        return {row.number: row.open_amount for row in found.rows}

    assert numbers("61_90") == {"F3": Decimal(250)}
    assert numbers("1_30", "2026-09-30") == {"F3": Decimal(400)}
    assert numbers("overdue") == {"F4": Decimal(1000), "F3": Decimal(250), "F2": Decimal(200)}
    assert numbers("unallocated") == {"": Decimal(70)}
    assert len(numbers("")) == 5
    elm = Customer.objects.get(code="ELM")
    assert [row.number for row in aged_items(organization, TODAY, customer_id=elm.pk).rows] == ["F4", ""]


def test_other_currencies_and_what_left_the_ledger_are_not_added_up(ledger: Ledger) -> None:
    before = aged_totals(ledger.organization, TODAY)
    pine = ledger.customer("PINE")
    ledger.invoice(pine, "F9", "2026-07-01", "2026-08-01", "1000", currency="USD")
    ledger.invoice(pine, "F8", "2026-07-01", "2026-08-01", "1000", missing_since=day("2026-11-01"))
    assert aged_totals(ledger.organization, TODAY) == before


DAYS = st.integers(-400, 40).map(lambda shift: TODAY + timedelta(days=shift))
CENTS = st.integers(1, 10**6).map(lambda cents: Decimal(cents) / 100)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    invoices=st.lists(st.tuples(DAYS, st.integers(0, 90), CENTS), min_size=1, max_size=6),
    parts=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 200), st.integers(1, 100)), max_size=6),
    on=DAYS,
)
def test_columns_always_sum_to_what_was_issued_and_today_equals_its_replay(
    invoices: list[tuple[date, int, Decimal]], parts: list[tuple[int, int, int]], on: date
) -> None:
    ledger = Ledger.opened()
    customer = ledger.customer("C1")
    made = [
        ledger.invoice(customer, "F", str(issued), str(issued + timedelta(days=terms)), str(amount))
        for issued, terms, amount in invoices
    ]
    for rank, wait, percent in parts:
        invoice = made[rank % len(made)]
        part = (invoice.open_amount * percent / 100).quantize(Decimal("0.01"))
        if part:
            paid = invoice.issued_on + timedelta(days=wait)
            ledger.payment(
                customer, str(min(paid, max(TODAY, invoice.issued_on))), str(part * 2), {invoice: str(part)}
            )
    organization = ledger.organization
    for when in (on, TODAY):
        totals = aged_totals(organization, TODAY + timedelta(days=1000), on=when)
        issued = Item.objects.filter(organization=organization, issued_on__lte=when)
        expected = sum(item.amount if item.side == "debit" else -item.amount for item in issued)
        assert sum(totals.by_column.values()) - totals.unallocated == expected
        report = aged_balance(organization, TODAY + timedelta(days=1000), on=when)
        assert report.totals == totals
        listed = aged_items(organization, TODAY + timedelta(days=1000), on=when, size=None).rows
        assert sum(row.open_amount if row.side == "debit" else -row.open_amount for row in listed) == expected
    assert aged_totals(organization, TODAY) == aged_totals(organization, TODAY + timedelta(days=1), on=TODAY)
    for point in trend(organization, TODAY).points:
        replayed = aged_totals(organization, TODAY + timedelta(days=1000), on=point.on)
        assert (point.outstanding, point.overdue) == (replayed.outstanding, replayed.overdue)
    Allocation.objects.all().delete()
    Item.objects.all().delete()
