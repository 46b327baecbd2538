"""Broken lines are mended when certain, else reported with their number; the other lines are kept."""

import pytest
from tests.connectors.ledgers import Writing, codes, ledger, line, read_ledger, sale

from encours.connectors import fec


@pytest.fixture
def path(tmp_path):
    return tmp_path / "123456789FEC20241231.txt"


def write(path, old, new):
    text = Writing().text(ledger())
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return fec.read(path)


def test_separator_inside_the_label(path):
    batch = write(path, "Facture FA2 Dupont SARL", "Facture FA2\tDupont\tSARL")
    assert batch.items.filter(number="FA2")["label"].to_list() == ["Facture FA2 Dupont SARL"]
    assert batch.facts["outstanding"] == 680
    assert not batch.issues


def test_separator_inside_the_account_label(path):
    batch = write(path, "411000\tClients\tC1\tDupont SARL\tFA2", "411000\tCli\tents\tC1\tDupont SARL\tFA2")
    assert batch.items.filter(number="FA2")["customer_code"].to_list() == ["C1"]
    assert batch.facts["outstanding"] == 680


def test_line_break_inside_the_label(path):
    batch = write(path, "Facture FA2 Dupont SARL\t1200", "Facture FA2\nDupont SARL\t1200")
    assert batch.items.filter(number="FA2")["label"].to_list() == ["Facture FA2 Dupont SARL"]
    assert batch.facts["outstanding"] == 680
    (issue,) = batch.issues
    assert (issue.code, issue.line) == ("line_break_mended", 5)
    assert batch.items.filter(number="FA3")["line"].to_list() == [9]


def test_line_break_inside_a_quoted_label(path):
    text = Writing(quoted=True).text(ledger()).replace("Facture FA2 Dupont", "Facture FA2\nDupont", 1)
    path.write_text(text, encoding="utf-8")
    batch = fec.read(path)
    assert batch.items.filter(number="FA2")["label"].to_list() == ["Facture FA2 Dupont SARL"]
    assert batch.items.filter(number="FA3")["line"].to_list() == [9]


def test_lone_carriage_return_inside_the_label(path):
    path.write_bytes(
        Writing().text(ledger()).replace("Facture FA2 Dupont", "Facture FA2\rDupont", 1).encode()
    )
    batch = fec.read(path)
    assert batch.items.filter(number="FA2")["label"].to_list() == ["Facture FA2 Dupont SARL"]
    assert not batch.issues


def test_hopeless_lines_are_left_out(path):
    lines = [*Writing(final_end=False).text(ledger()).split("\n"), "rubbish\tfrom\tthe\tprinter", "VE\tx"]
    path.write_text("\n".join(lines), encoding="utf-8")
    batch = fec.read(path)
    assert batch.facts["outstanding"] == 680
    assert [(i.line, i.code, i.severity) for i in batch.issues] == [
        (len(lines) - 1, "line_broken", "error"),
        (len(lines), "line_broken", "error"),
    ]


def test_missing_trailing_fields_are_blank(path):
    batch = write(path, "1200,00\t0,00\tA\t\t20250331\t\t", "1200,00\t0,00\tA")
    assert batch.allocations.height == 1
    assert not batch.issues


def test_invalid_amount_names_its_line(path):
    batch = write(path, "1200,00\t0,00", "12OO,00\t0,00")
    assert ("amount_invalid", 5) in {(i.code, i.line) for i in batch.issues}
    assert "ledger_unbalanced" in codes(batch)
    assert batch.items.filter(number="FA3").height == 1


def test_invalid_date_takes_that_of_its_entry(path):
    batch = write(path, "2\t20240115\t411000", "2\t20241315\t411000")
    assert str(batch.items.filter(number="FA2")["issued_on"][0]) == "2024-01-15"
    assert [(i.line, i.code) for i in batch.issues] == [(5, "date_invalid")]


def test_a_year_far_ahead_takes_the_date_of_its_entry(tmp_path):
    lines = ledger() + [one for n in range(10, 60) for one in sale(str(n), "20240601", 120)]
    lines += sale("99", "20920601", 120, piece_on="20240603")
    batch = read_ledger(tmp_path, lines)
    item = batch.items.filter(number="FA99")
    assert str(item["issued_on"][0]) == "2024-06-03"
    assert {i.line for i in batch.issues if i.code == "date_invalid"} == {168, 169, 170}
    assert str(batch.period[1]) == "2024-06-01"


def test_line_without_any_date_is_refused(tmp_path):
    batch = read_ledger(tmp_path, [*ledger(), line(number="50", on="", piece="FA50", debit="10,00")])
    refused = [i for i in batch.issues if i.code == "date_missing"]
    assert [i.severity for i in refused] == ["error"]
    assert "10.00" in str(refused[0])
    assert "FA50" not in batch.items["number"].to_list()


def test_line_of_totals_is_refused(tmp_path):
    batch = read_ledger(tmp_path, [*ledger(), line(account="TOTAL", debit="5000,00")])
    assert batch.facts["outstanding"] == 680
    assert "account_missing" in codes(batch)


def test_more_than_a_hundred_issues_are_counted(tmp_path):
    bad = [line(number="9", account="TOTAL", debit="1,00") for _ in range(150)]
    batch = read_ledger(tmp_path, ledger() + bad)
    assert sum(i.code == "account_missing" for i in batch.issues) == 100
    (more,) = (i for i in batch.issues if i.code == "account_missing_more")
    assert str(more).startswith("50 more lines")


def test_unbalanced_file_says_by_how_much(tmp_path):
    batch = read_ledger(tmp_path, [*ledger(), line("OD", "70", account="471000", debit="600,00")])
    sentences = {i.code: str(i) for i in batch.issues}
    assert "debits exceed credits by 600.00" in sentences["ledger_unbalanced"]
    assert sentences["entries_unbalanced"].startswith("1 entries do not balance; the largest gap is 600.00")


def test_a_file_with_more_credits_says_it_the_right_way_round(tmp_path):
    batch = read_ledger(tmp_path, [*ledger(), line("OD", "70", account="471000", credit="10,00")])
    sentences = {i.code: str(i) for i in batch.issues}
    assert "credits exceed debits by 10.00" in sentences["ledger_unbalanced"]
    assert "-" not in sentences["ledger_unbalanced"]
