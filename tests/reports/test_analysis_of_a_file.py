"""The parts of an analysis that its figures do not show: sales by month, issues by kind, work and its reasons."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from encours.receivables.rows import (
    ALLOCATION_COLUMNS,
    CUSTOMER_COLUMNS,
    ITEM_COLUMNS,
    Batch,
    Issue,
    conform,
    empty,
)
from encours.reports.analysis import Analysis, analyze
from encours.reports.analysis.whole import grouped
from encours.reports.analysis.work import held_by_reason

TODAY = date(2026, 6, 15)


def item(number: str, issued_on: date, amount: str, kind: str = "invoice", **fields: Any) -> dict[str, Any]:
    side = "debit" if kind in {"invoice", "opening"} else "credit"
    given = {
        "external_id": number, "customer_code": "C1", "kind": kind, "side": side, "number": number,
        "issued_on": issued_on, "amount": Decimal(amount), "currency": "EUR", "line": 2, "carried": False,
    }  # fmt: skip
    return {**given, **fields}


def analysis(*items: dict[str, Any], emails: dict[str, str | None] | None = None) -> Analysis:
    rows = [
        {"code": code, "name": f"Customer {code}", "email": email}
        for code, email in (emails or {"C1": None}).items()
    ]
    batch = Batch(
        "table",
        "open.csv",
        conform(
            pl.DataFrame(rows),
            CUSTOMER_COLUMNS,
        ),
        conform(pl.DataFrame(list(items)), ITEM_COLUMNS) if items else empty(ITEM_COLUMNS),
        empty(ALLOCATION_COLUMNS),
    )
    return analyze(batch, TODAY, default_terms="30 days")


def test_dso_is_measured_on_the_last_day_that_the_file_speaks_of() -> None:
    found = analysis(item("F1", date(2026, 3, 31), "3100.00"), item("F2", date(2026, 4, 30), "3000.00")).dso
    assert found is not None
    assert (found.measured_on, found.days, found.sales) == (date(2026, 4, 30), 61, Decimal("6100.00"))
    assert found.count_back is not None
    assert (found.count_back.days, found.simple) == (Decimal("61.0"), Decimal("61.0"))


def test_a_file_without_sales_has_no_dso_and_an_empty_one_owes_nothing() -> None:
    assert analysis(item("O1", date(2026, 1, 1), "100.00", "opening", side="debit")).dso is None
    nothing = analysis()
    assert (nothing.totals.outstanding, nothing.tasks, nothing.at_risk) == (0, (), ())


def test_the_first_step_is_proposed_whatever_the_age() -> None:
    (task,) = analysis(item("F1", date(2025, 3, 31), "3100.00")).tasks
    assert (task.decision.step.template, task.decision.items[0].days_overdue) == ("reminder_1", 411)


def test_a_customer_without_contact_is_held_only_when_the_file_knows_contacts() -> None:
    late = (
        item("F1", date(2026, 3, 1), "500.00"),
        item("F2", date(2026, 3, 1), "700.00", customer_code="C2"),
    )
    assert len(analysis(*late, emails={"C1": None, "C2": None}).tasks) == 2
    found = analysis(*late, emails={"C1": None, "C2": "compta@example.org"})
    assert [task.customer.code for task in found.tasks] == ["C2"]
    assert held_by_reason(found.holds) == [("contact_missing", 1, Decimal("500.00"))]


def test_unallocated_credits_come_first() -> None:
    found = analysis(
        item("F1", date(2026, 3, 1), "500.00"), item("P1", date(2026, 4, 1), "500.00", "payment")
    )
    assert held_by_reason(found.holds) == [("unallocated_credit", 1, Decimal("500.00"))]
    assert (found.matches.count, found.matches.amount) == (1, Decimal("500.00"))
    assert found.at_risk == ()


def test_another_currency_stays_out_of_every_sum() -> None:
    found = analysis(
        item("F1", date(2026, 3, 1), "500.00"),
        item("F2", date(2026, 3, 1), "900.00"),
        item("F3", date(2026, 3, 1), "700.00", currency="USD"),
    )
    assert found.totals.outstanding == Decimal("1400.00")
    assert found.totals.other_currencies == {"USD": Decimal("700.00")}


def test_issues_are_told_by_kind_with_their_first_lines() -> None:
    found = grouped(
        [
            *(
                Issue(line, "amount_invalid", "%(value)s is no amount.", "error", {"value": "x"})
                for line in (9, 12)
            ),
            *(Issue(line, "name_missing", "No name.") for line in range(20, 30)),
            Issue(None, "name_missing_more", "%(count)s more", "warning", {"count": "400"}),
        ]
    )
    assert [(group.code, group.count, group.lines) for group in found] == [
        ("amount_invalid", 2, (9, 12)),
        ("name_missing", 410, (20, 21, 22, 23, 24)),
    ]
