"""The order of the day is judged on the past: the rule beats the amount on the demonstration ledger."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.installation import loaded
from tests.ledgers import Ledger, day

from encours.accounts import tenancy
from encours.demonstration import company, write_csv
from encours.reports.foresight import foresight

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def test_the_order_of_the_day_holds_more_than_the_amount(tmp_path: Path) -> None:
    organization, _user = loaded(write_csv(company(TODAY), tmp_path / "ledger.csv"))
    with tenancy.inside(organization.pk):
        seen = foresight(organization, TODAY)
    assert seen.lines > 100
    assert seen.random < seen.by_amount < seen.by_value < seen.perfect <= 1


def test_a_past_day_is_replayed_by_hand() -> None:
    ledger = Ledger.opened()
    past = TODAY - timedelta(days=14)
    amounts = ("500", "400", "300", "200", "100")
    invoices = [
        ledger.invoice(ledger.customer(f"C{amount}"), f"F{amount}", "2026-10-01", past_day(past, 1), amount)
        for amount in amounts
    ]
    # The largest pays within the fortnight, the next a part; whoever disputes is not on the list.
    ledger.payment(invoices[0].customer, past_day(past, -5), "500", {invoices[0]: "500"})
    ledger.payment(invoices[1].customer, past_day(past, -14), "100", {invoices[1]: "100"})
    contested = ledger.invoice(ledger.customer("D"), "FD", "2026-10-01", past_day(past, 1), "9000")
    contested.disputed_on = day("2026-10-30")
    contested.save()
    seen = foresight(ledger.organization, TODAY)
    assert (seen.lines, seen.remaining) == (5, Decimal(900))
    assert (seen.by_amount, seen.perfect) == (Decimal(0), Decimal(300) / 900)
    assert seen.random == Decimal("0.2")


def test_nothing_overdue_is_nothing_to_order() -> None:
    seen = foresight(Ledger.opened().organization, TODAY)
    assert (seen.lines, seen.remaining, seen.perfect) == (0, 0, 0)


def past_day(past: date, days_before: int) -> str:
    return (past - timedelta(days=days_before)).isoformat()
