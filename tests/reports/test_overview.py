"""The overview of a small ledger, figure by figure, and how long it is kept."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import caches
from pytest_django import DjangoAssertNumQueries
from tests.ledgers import Ledger, day

from encours.accounts.models import User
from encours.customers.models import Customer
from encours.events.actions import record
from encours.receivables.models import Import
from encours.reports.queries import overview
from encours.reports.trend import month_ends
from encours.scoring import actions
from encours.scoring.models import Score

pytestmark = pytest.mark.django_db

TODAY = day("2026-11-22")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@pytest.fixture
def ledger() -> Ledger:
    caches["figures"].clear()
    ledger = Ledger.opened()
    oak = ledger.customer("OAK", collector=User.objects.create_user("ada@example.com"))
    elm = ledger.customer("ELM")
    september = ledger.invoice(oak, "F1", "2026-09-10", "2026-10-10", "3000")
    ledger.payment(oak, "2026-10-20", "3000", {september: "3000"})
    ledger.invoice(oak, "F2", "2026-10-15", "2026-11-15", "3100")
    ledger.invoice(elm, "F3", "2026-11-05", "2026-12-05", "1100")
    ledger.invoice(elm, "F4", "2026-10-22", "2026-11-21", "200")
    return ledger


def test_what_is_owed(ledger: Ledger) -> None:
    seen = overview(ledger.organization, TODAY)
    assert (seen.outstanding, seen.overdue, seen.not_due, seen.unallocated) == (4400, 3300, 1100, 0)
    assert seen.overdue_share == Decimal("0.7500")
    assert (seen.customers_owing, seen.customers_overdue) == (2, 2)
    assert seen.aged.by_column["1_30"] == 3300


def test_how_long_money_takes(ledger: Ledger) -> None:
    seen = overview(ledger.organization, TODAY)
    # 4400 = 1100 of November (22 days) + 3300 of October (31 days): 53 days.
    assert (seen.dso and (seen.dso.days, seen.dso.at_least)) == (Decimal("53.0"), False)
    # Sales 7400 in 83 days since 1 September: 4400 x 83 / 7400, and 1100 x 83 / 7400 if nobody were overdue.
    assert (seen.simple_dso, seen.best_possible_dso) == (Decimal("49.4"), Decimal("12.3"))
    assert seen.cei is None  # three months back there was no ledger


def test_the_trend_starts_with_the_ledger(ledger: Ledger) -> None:
    points = overview(ledger.organization, TODAY).trend
    assert [(str(point.on), point.outstanding, point.overdue, point.sales) for point in points] == [
        ("2026-09-30", 3000, 0, 3000),
        ("2026-10-31", 3300, 0, 3300),
        ("2026-11-22", 4400, 3300, 1100),
    ]
    assert [point.dso for point in points] == [Decimal("30.0"), Decimal("31.0"), Decimal("53.0")]


def test_the_collection_index_of_three_months(ledger: Ledger) -> None:
    old = ledger.invoice(Customer.objects.get(code="ELM"), "F0", "2026-08-01", "2026-08-31", "1000")
    ledger.payment(old.customer, "2026-11-20", "1000", {old: "1000"})
    # Opening at the end of August 1000, sold since 7400, owed 4400 of which 1100 is not due:
    # collected 4000 of the 7300 that could be.
    assert overview(ledger.organization, TODAY).cei == Decimal("54.8")


def test_concentration_and_who_is_at_risk(ledger: Ledger) -> None:
    actions.grade_all(ledger.organization.pk, TODAY, NOW)
    seen = overview(ledger.organization, TODAY)
    assert [(share.code, share.outstanding, share.share_percent) for share in seen.top_customers] == [
        ("OAK", 3100, Decimal("70.5")),
        ("ELM", 1300, Decimal("29.5")),
    ]
    assert seen.concentration is not None
    assert seen.concentration.herfindahl == Decimal("0.5837")
    oak, elm = seen.at_risk
    assert (oak.code, oak.overdue, elm.code, elm.overdue) == ("OAK", 3100, "ELM", 200)
    assert oak.points is not None
    assert oak.risk == 31 * (100 - oak.points)
    assert oak.reasons[0]["code"] == "thin_history"


def test_what_changed_since_yesterday(ledger: Ledger) -> None:
    organization = ledger.organization
    oak = Customer.objects.get(code="OAK")
    for graded_on, grade, replaced_on in (("2026-10-01", "B", "2026-11-21"), ("2026-11-21", "D", None)):
        Score.objects.create(
            organization=organization,
            customer=oak,
            graded_on=day(graded_on),
            replaced_on=replaced_on,
            grade=grade,
            points=50,
            confidence="high",
            reasons=[],
            inputs={},
            version="1",
        )
    Import.objects.create(
        organization=organization, source="fec", file_name="fec.txt", loaded_at=NOW, state="loaded"
    )
    Import.objects.create(
        organization=organization,
        source="fec",
        file_name="old.txt",
        loaded_at=NOW - timedelta(days=9),
        state="loaded",
    )
    ledger.payment(oak, "2026-11-19", "500", created_at=NOW)
    ledger.payment(oak, "2026-11-19", "700", created_at=NOW - timedelta(days=3))
    seen = overview(organization, TODAY).changes
    assert (seen.newly_overdue_count, seen.newly_overdue_amount) == (1, 200)
    assert (seen.paid_count, seen.paid_amount) == (1, 500)
    assert [(change.code, change.before, change.after) for change in seen.grade_changes] == [
        ("OAK", "B", "D")
    ]
    assert (seen.grades_worse, seen.grades_better) == (1, 0)
    assert [file.file_name for file in seen.imports] == ["fec.txt"]


def test_a_first_file_is_no_news_but_for_what_happened_since_yesterday(ledger: Ledger) -> None:
    organization, oak = ledger.organization, Customer.objects.get(code="OAK")
    Import.objects.create(
        organization=organization, source="fec", file_name="fec.txt", loaded_at=NOW, state="loaded"
    )
    ledger.payment(oak, "2026-11-19", "500", created_at=NOW)
    ledger.payment(oak, "2026-11-21", "70", created_at=NOW)
    seen = overview(organization, TODAY).changes
    assert (seen.paid_count, seen.paid_amount, str(seen.paid_from)) == (1, 70, "2026-11-21")


def test_it_is_kept_until_something_happens(
    ledger: Ledger, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    organization = ledger.organization
    record(organization.pk, "import.loaded", by="system", at=NOW)
    before = overview(organization, TODAY)
    with django_assert_max_num_queries(5):
        assert overview(organization, TODAY) == before
    ledger.payment(Customer.objects.get(code="OAK"), "2026-11-22", "100")
    record(organization.pk, "payment.recorded", by="user:1", at=NOW)
    assert overview(organization, TODAY).outstanding == before.outstanding - 100
    organization.aging_columns = [15]
    assert overview(organization, TODAY).columns.codes == ("not_due", "1_15", "over_15")
    assert overview(organization, TODAY + timedelta(days=14)).overdue == 4400


def test_a_portfolio_sees_only_its_own(ledger: Ledger) -> None:
    seen = overview(ledger.organization, TODAY, portfolio_user_id=User.objects.get().pk)
    assert (seen.outstanding, seen.trend[-1].outstanding, seen.customers_owing) == (3100, 3100, 1)
    assert [row.code for row in seen.at_risk] == ["OAK"]
    assert seen.claims.invoices == 1


def test_an_empty_organization_and_other_currencies() -> None:
    caches["figures"].clear()
    empty = Ledger.opened("Empty")
    ledger_customer = empty.customer("USD")
    empty.invoice(ledger_customer, "F1", "2026-10-01", "2026-10-31", "10", currency="USD")
    seen = overview(empty.organization, TODAY)
    assert (seen.outstanding, seen.overdue_share, seen.dso, seen.simple_dso, seen.concentration) == (
        0,
        None,
        None,
        None,
        None,
    )
    assert seen.other_currencies == {"USD": 10}


def test_month_ends() -> None:
    assert month_ends(day("2026-03-31"), 2) == [day("2026-01-31"), day("2026-02-28")]


def test_every_process_calls_a_figure_by_the_same_name() -> None:
    words = (
        "from encours.reports.memory import name_of; from encours.rules.aging import Columns;"
        "from encours.rules.interest import LateInterestPolicy as Policy; from encours.rules.rates import *;"
        "print(name_of('7.7', ('claims', 1, Columns(), Policy(), SHIPPED, 'EUR')))"
    )
    names = {
        subprocess.run(
            [sys.executable, "-c", words], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(names) == 1
