"""The account of one customer and the statement sent to it."""

from decimal import Decimal

import pytest
from tests.ledgers import Ledger, day

from encours.reports.queries import customer_account, statement

pytestmark = pytest.mark.django_db

TODAY = day("2026-06-30")


def test_an_account_shows_what_is_open_and_what_was_settled_with_its_claims() -> None:
    ledger = Ledger.opened()
    mill = ledger.customer("MILL")
    late = ledger.invoice(mill, "F1", "2026-01-01", "2026-01-31", "3650")
    ledger.payment(mill, "2026-02-10", "3650", {late: "3650"})
    ledger.invoice(mill, "F2", "2026-05-01", "2026-06-20", "3650")
    ledger.invoice(mill, "F3", "2026-06-01", "2026-07-20", "100", disputed_on=TODAY)
    ledger.payment(mill, "2026-06-15", "50")
    ledger.invoice(ledger.customer("OTHER"), "F4", "2026-06-01", "2026-07-20", "100")
    account = customer_account(ledger.organization, mill, TODAY)
    assert [line.item.number for line in account.open_items] == ["F2", "F3", ""]
    assert [(line.item.number, bool(line.claim)) for line in account.settled_items] == [
        ("", False),
        ("F1", True),
    ]
    assert account.settled_count == 2
    assert (account.outstanding, account.overdue, account.oldest_days) == (3700, 3650, 10)
    assert account.open_items[0].claim
    assert account.open_items[0].claim.interest.total == Decimal("12.15")
    assert (account.interest, account.recovery_fees) == (Decimal("24.30"), 80)
    assert (account.partial, account.counted_until) == (False, None)
    assert (account.last_payment_on, account.mean_delay_days) == (day("2026-06-15"), None)


def test_a_statement_adds_up_line_by_line() -> None:
    ledger = Ledger.opened()
    mill = ledger.customer("MILL")
    ledger.invoice(mill, "F1", "2026-04-01", "2026-05-01", "100")
    ledger.payment(mill, "2026-05-10", "30")
    ledger.invoice(mill, "F2", "2026-06-01", "2026-07-01", "200")
    sent = statement(ledger.organization, mill, TODAY)
    assert [(line.item.open_amount, line.running) for line in sent.lines] == [
        (100, 100),
        (30, 70),
        (200, 270),
    ]
    assert (sent.outstanding, sent.overdue, sent.unallocated) == (270, 100, 30)
    assert sent.customer == mill
