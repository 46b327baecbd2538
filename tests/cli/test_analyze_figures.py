"""The figures of `encours analyze` against the same figures counted by hand from the file."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.ledgers import column, counted, end_of_month_after

from encours.demonstration import company, write_csv, write_fec
from encours.demonstration import figures as figures_of

Figures = Callable[..., dict[str, Any]]

TODAY = date(2022, 9, 15)
TERMS = "45 days end of month"
HEADER = (
    "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\t"
    "PieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise"
)


def test_the_sample_owes_what_its_debits_less_its_credits_say(sample: Path, figures: Figures) -> None:
    found = figures(sample, "--today", "2022-09-15", "--terms", TERMS)
    by_hand = counted(sample)
    assert found["totals"]["lines"] == by_hand.lines == 538
    assert Decimal(found["totals"]["outstanding"]) == by_hand.outstanding == Decimal("52517.24")
    mine = {one["code"]: Decimal(one["outstanding"]) for one in found["customers"]}
    assert mine == by_hand.by_customer


def test_the_sample_leaves_open_what_no_letter_settles(sample: Path, figures: Figures) -> None:
    found = figures(sample, "--today", "2022-09-15", "--terms", TERMS)
    mine = sorted(
        (one["customer_code"], Decimal(one["open_amount"]) * (1 if one["side"] == "debit" else -1))
        for one in found["open_items"]
    )
    assert mine == sorted((code, signed) for code, _on, signed in counted(sample).open_lines)


def test_the_sample_ages_by_due_dates_counted_on_the_fingers(sample: Path, figures: Figures) -> None:
    found = figures(sample, "--today", "2022-09-15", "--terms", TERMS)
    columns: dict[str, Decimal] = defaultdict(Decimal)
    for _code, on, signed in counted(sample).open_lines:
        if signed > 0:
            columns[column(end_of_month_after(on, 45), TODAY)] += signed
        else:
            columns["unallocated"] -= signed
    mine = {name: Decimal(text) for name, text in found["aged_balance"].items()}
    assert {name: amount for name, amount in mine.items() if amount} == columns
    assert sum(mine.values()) - 2 * mine["unallocated"] == Decimal(found["totals"]["outstanding"])
    assert found["totals"]["derived_items"] == 31


@pytest.mark.parametrize("rank", [0, 1, 2])
def test_each_year_of_the_demonstration_owes_what_its_ledger_says(
    rank: int, figures: Figures, tmp_path: Path
) -> None:
    made = company(date(2026, 11, 22), customers=60)
    path = sorted(write_fec(made, tmp_path))[rank]
    by_hand = counted(path, encoding="utf-8-sig")
    found = figures(path, "--today", "2026-11-22")
    mine = {one["code"]: Decimal(one["outstanding"]) for one in found["customers"]}
    assert {code: owed for code, owed in mine.items() if owed} == {
        code: owed for code, owed in by_hand.by_customer.items() if owed
    }


def test_the_list_of_the_demonstration_ages_as_its_generator_says(figures: Figures, tmp_path: Path) -> None:
    made = company(date(2026, 11, 22), customers=60)
    known = figures_of(made)
    found = figures(write_csv(made, tmp_path / "ledger.csv"), "--today", "2026-11-22")
    mine = {name: Decimal(text) for name, text in found["aged_balance"].items()}
    assert mine["unallocated"] == known.open_credits + known.prepaid
    for name, amount in known.aged.items():
        assert mine[name.replace("-", "_")] == amount, name


def ledger(path: Path, *rows: str) -> Path:
    """Write a FEC of customer lines: `journal|number|day|debit|credit|letter|lettered on`."""
    lines = [HEADER]
    for rank, row in enumerate(rows, start=1):
        name, number, on, debit, credit, letter, lettered_on = row.split("|")
        other = "512000" if name == "BQ" else "707000"
        shared = f"{name}\t{name}\t{rank}\t{on}"
        lines.extend(
            (
                f"{shared}\t411000\tClients\tC001\tVerger\t{number}\t{on}\tPièce\t{debit}\t{credit}\t{letter}\t{lettered_on}\t\t\t",
                f"{shared}\t{other}\tAutre\t\t\t{number}\t{on}\tPièce\t{credit}\t{debit}\t\t\t\t\t",
            )
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_interest_and_fee_are_those_of_the_table_of_the_law(figures: Figures, tmp_path: Path) -> None:
    # 12 000 € due on 31 January 2025, paid on 15 September: 150 days at 13.15 %, 77 days at 12.15 %.
    path = ledger(
        tmp_path / "900000001FEC20251231.txt",
        "VE|FA-2025-001|20250101|12000,00|0,00|AA|20250915",
        "BQ|VIR 1|20250915|0,00|12000,00|AA|20250915",
    )
    found = figures(path, "--today", "2025-12-31", "--terms", "30 days")
    (claim,) = found["claims"]["invoices"]
    assert (claim["number"], claim["due_on"], claim["settled_on"]) == (
        "FA-2025-001",
        "2025-01-31",
        "2025-09-15",
    )
    assert [(part["days"], part["rate_percent"], part["interest"]) for part in claim["segments"]] == [
        (150, "13.15", "648.4932"),
        (77, "12.15", "307.5781"),
    ]
    assert (found["claims"]["interest"], found["claims"]["recovery_fees"]) == ("956.07", "40.00")
    assert not found["claims"]["partial"]


def test_a_half_year_without_rate_stops_the_count_and_says_so(
    figures: Figures, run: Any, tmp_path: Path
) -> None:
    # 5 000 € due on 31 December 2025: 181 days at 12.15 % to 30 June 2026, and the rates after it are not known.
    path = ledger(tmp_path / "900000001FEC20261231.txt", "VE|FA-2025-009|20251201|5000,00|0,00||")
    found = figures(path, "--today", "2026-09-30", "--terms", "30 days")
    assert found["claims"]["interest"] == "301.25"
    assert (found["claims"]["partial"], found["claims"]["counted_until"]) == (True, "2026-06-30")
    said = run(path, "--today", "2026-09-30", "--terms", "30 days", "--language", "en").output
    assert "partial" in said
    assert "30 Jun 2026" in said.replace("\n", " ")


def test_a_credit_note_is_neither_late_nor_charged(figures: Figures, tmp_path: Path) -> None:
    path = ledger(
        tmp_path / "900000001FEC20251231.txt",
        "VE|FA-2025-001|20250101|1200,00|0,00|AA|20250915",
        "VE|AV-2025-001|20250915|0,00|1200,00|AA|20250915",
    )
    found = figures(path, "--today", "2025-12-31")
    assert found["claims"]["invoices"] == []


def test_an_earlier_day_shows_the_account_as_it_stood(figures: Figures, run: Any, tmp_path: Path) -> None:
    path = ledger(
        tmp_path / "900000001FEC20251231.txt",
        "VE|FA-2025-001|20250101|1200,00|0,00|AA|20250915",
        "BQ|VIR 1|20250915|0,00|1200,00|AA|20250915",
    )
    assert figures(path, "--today", "2025-06-30")["totals"]["outstanding"] == "1200.00"
    assert figures(path, "--today", "2025-12-31")["totals"]["outstanding"] == "0.00"
    assert "left out" in run(path, "--today", "2025-06-30", "--language", "en").output


def test_a_payment_without_letter_is_marked_and_changes_no_amount(figures: Figures, tmp_path: Path) -> None:
    path = ledger(
        tmp_path / "900000001FEC20251231.txt",
        "VE|FA-2025-001|20250101|1200,00|0,00||",
        "BQ|VIR FA-2025-001|20250915|0,00|1200,00||",
    )
    found = figures(path, "--today", "2025-12-31")
    assert found["matches"] == {"count": 1, "amount": "1200.00"}
    assert found["totals"]["overdue"] == found["totals"]["unallocated"] == "1200.00"
    assert found["totals"]["outstanding"] == "0.00"
    assert found["to_do"] == []
