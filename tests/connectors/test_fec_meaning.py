"""What the lines of a ledger are: whose, what kind, under which number, settled by what."""

from datetime import date
from decimal import Decimal

import pytest
from tests.connectors.ledgers import Writing, codes, ledger, line, read_ledger, receipt, sale

from encours.connectors import fec


def kinds(batch):
    return sorted(batch.items.select("kind", "side").rows())


def one(batch, **where):
    (row,) = batch.items.filter(**where).rows(named=True)
    return row


def test_the_small_year(tmp_path):
    batch = read_ledger(tmp_path, ledger())
    assert kinds(batch) == [
        ("credit_note", "credit"),
        ("invoice", "debit"),
        ("invoice", "debit"),
        ("opening", "debit"),
        ("payment", "credit"),
        ("payment", "credit"),
    ]
    assert batch.customers.select("code", "name", "account", "doubtful").rows() == [
        ("C1", "Dupont SARL", "411000", False),
        ("C2", "Société Générale du Bâtiment", "411000", False),
    ]
    opening = one(batch, kind="opening")
    assert (opening["carried"], opening["issued_on"], opening["number"]) == (True, date(2023, 11, 5), "FA900")
    assert batch.facts["outstanding"] == Decimal("680.00")
    assert batch.facts["ar_debit"] - batch.facts["ar_credit"] == Decimal("680.00")
    assert batch.facts["sales"] == {"2024-01": 1200, "2024-02": 600, "2024-04": -60}
    assert batch.facts["siren"] == "123456789"
    assert batch.facts["closing_on"] == date(2024, 12, 31)
    assert batch.period == (date(2024, 1, 1), date(2024, 4, 2))
    (allocation,) = batch.allocations.rows(named=True)
    assert allocation["amount"] == Decimal("1200.00")
    assert allocation["allocated_on"] == date(2024, 3, 10)
    assert allocation["origin"] == "lettering"
    assert one(batch, number="FA2")["lettering"] == "2024:411000:C1:A"


def test_returned_payment_and_refund(tmp_path):
    lines = [
        *ledger(),
        line("BQ", "20", "20240320", piece="REJ1", label="Rejet de prélèvement", debit="1200,00"),
        line("BQ", "20", "20240320", account="512000", piece="REJ1", credit="1200,00"),
    ]
    assert one(read_ledger(tmp_path, lines), number="REJ1")["kind"] == "returned_payment"


def test_reversed_sides_on_a_bank_receipt_keep_their_signs(tmp_path):
    lines = [
        *ledger(),
        line("BQ", "20", "20240320", piece="X1", debit="-50,00"),
        line("BQ", "20", "20240320", account="512000", piece="X1", credit="-50,00"),
    ]
    item = one(read_ledger(tmp_path, lines), number="X1")
    assert (item["kind"], item["side"], item["amount"]) == ("payment", "credit", 50)


def test_cash_sale_in_one_entry(tmp_path):
    lines = [
        *sale("30", "20240501", 120),
        line("VE", "30", "20240501", piece="FA30", account="530000", debit="120,00"),
        line("VE", "30", "20240501", piece="FA30", credit="120,00"),
    ]
    assert kinds(read_ledger(tmp_path, lines)) == [("invoice", "debit"), ("payment", "credit")]


def test_prepayment_and_its_use(tmp_path):
    lines = [
        *ledger(),
        line("BQ", "40", "20240501", account="512000", piece="AC1", debit="300,00"),
        line("BQ", "40", "20240501", account="419100", piece="AC1", credit="300,00"),
        line("OD", "41", "20240601", account="419100", piece="FA41", debit="300,00"),
        line("OD", "41", "20240601", account="411000", piece="FA41", credit="300,00"),
    ]
    batch = read_ledger(tmp_path, lines)
    assert one(batch, number="AC1")["kind"] == "prepayment"
    used = batch.items.filter(number="FA41").sort("side").select("kind", "side").rows()
    assert used == [("adjustment", "credit"), ("adjustment", "debit")]


def test_doubtful_customer_is_the_same_customer(tmp_path):
    lines = [
        *ledger(),
        line("OD", "50", "20241201", account="416000", aux="C2", piece="FA3", debit="440,00"),
        line("OD", "50", "20241201", account="411000", aux="C2", piece="FA3", credit="440,00"),
    ]
    batch = read_ledger(tmp_path, lines)
    assert batch.customers.select("code", "account", "doubtful").rows() == [
        ("C1", "411000", False),
        ("C2", "411000", True),
    ]
    assert batch.items.filter(customer_code="C2", kind="adjustment").height == 2
    assert batch.facts["outstanding"] == 680


def test_bills_of_exchange_write_offs_and_not_invoiced(tmp_path):
    lines = [
        *ledger(),
        line("OD", "60", "20240301", account="413000", aux="C2", piece="LCR1", debit="600,00"),
        line("OD", "60", "20240301", account="411000", aux="C2", piece="LCR1", credit="600,00"),
        line("OD", "61", "20241231", account="654000", piece="PERTE", debit="5,00"),
        line("OD", "61", "20241231", account="411000", aux="C2", piece="PERTE", credit="5,00"),
        line("OD", "62", "20241231", account="418100", aux="C2", piece="FAE", debit="90,00"),
        line("OD", "62", "20241231", account="707000", piece="FAE", credit="90,00"),
    ]
    batch = read_ledger(tmp_path, lines)
    assert set(batch.items.filter(number="LCR1")["kind"]) == {"adjustment"}
    assert one(batch, number="PERTE")["kind"] == "adjustment"
    assert batch.items.filter(number="FAE").is_empty()
    assert batch.facts["not_invoiced"] == 90
    assert batch.facts["outstanding"] == 675


def test_customers_as_full_accounts(tmp_path):
    lines = [
        *sale("1", "20240110", 120, aux=""),
        *sale("2", "20240111", 240, aux=""),
    ]
    lines[0].update(CompteNum="411DUPONT", CompteLib="Dupont SARL")
    lines[3].update(CompteNum="41100012", CompteLib="Martin SA")
    doubtful = [
        line("OD", "9", "20240901", account="416DUPONT", aux="", piece="D", debit="10,00"),
        line("OD", "9", "20240901", account="411DUPONT", aux="", piece="D", credit="10,00"),
    ]
    batch = read_ledger(tmp_path, lines + doubtful)
    assert batch.customers.select("code", "name", "doubtful").rows() == [
        ("41100012", "Martin SA", False),
        ("411DUPONT", "Clients", True),
    ]
    assert batch.facts["collective"] == []


def test_one_account_for_everybody_is_said(tmp_path):
    batch = read_ledger(tmp_path, sale("1", "20240110", 120, aux="") + sale("2", "20240111", 240, aux=""))
    assert batch.customers["code"].to_list() == ["411000"]
    assert batch.facts["collective"] == ["411000"]
    (issue,) = batch.issues
    assert issue.code == "customer_unknown"
    assert str(issue).startswith("2 lines of the account 411000 name no customer")


@pytest.mark.parametrize("account", ["41", "410000", "41000000"])
def test_the_collective_account_may_be_the_whole_class(tmp_path, account):
    lines = [{**one, "CompteNum": account} if one["CompteNum"] == "411000" else one for one in ledger()]
    assert read_ledger(tmp_path, lines).facts["outstanding"] == 680


def test_last_name_of_a_customer_is_kept(tmp_path):
    lines = ledger() + sale("9", "20241101", 120, name="Dupont et Fils SAS")
    batch = read_ledger(tmp_path, lines)
    assert batch.customers.filter(code="C1")["name"].to_list() == ["Dupont et Fils SAS"]
    assert "customer_renamed" in codes(batch)


@pytest.mark.parametrize(
    ("piece", "label", "number", "reference"),
    [
        ("FA2024-001", "Facture", "FA2024-001", ""),
        ("FA  220001", "Facture", "FA 220001", ""),
        ("-", "Facture FAC 2024/17 Dupont", "FAC 2024/17", ""),
        ("", "Facture n° 20240017 Dupont", "20240017", ""),
        ("0000000", "FC240017 Dupont SARL", "FC240017", ""),
        ("RAN", "Dupont SARL", "", ""),
    ],
)
def test_number_of_a_piece(tmp_path, piece, label, number, reference):
    lines = sale("1", "20240110", 120)
    for each in lines:
        each.update(PieceRef=piece, EcritureLib=label)
    item = one(read_ledger(tmp_path, lines))
    assert (item["number"], item["reference"]) == (number, reference)


def test_dolibarr_columns(tmp_path):
    columns = (*Writing().columns, "DateLimitReglmt", "NumFacture", "FichierFacture")
    lines = [
        dict(each, DateLimitReglmt="20240229", NumFacture="FA2401-0001", FichierFacture="x.pdf")
        for each in sale("1", "20240130", 120, piece="77")
    ]
    item = one(read_ledger(tmp_path, lines, Writing(columns=columns)))
    assert (item["number"], item["reference"], item["due_on"]) == ("FA2401-0001", "77", date(2024, 2, 29))
    lines[0]["DateLimitReglmt"] = "20240101"
    batch = read_ledger(tmp_path, lines, Writing(columns=columns))
    assert one(batch)["due_on"] is None
    assert codes(batch) == {"due_before_issue"}


def test_entry_number_zero_falls_back_to_the_piece(tmp_path):
    lines = [dict(each, EcritureNum="0") for each in ledger()]
    batch = read_ledger(tmp_path, lines)
    assert kinds(batch) == kinds(read_ledger(tmp_path, ledger()))
    assert batch.facts["entries"] == 7
    assert "entries_unbalanced" in codes(batch)


def test_entry_numbers_that_count_lines(tmp_path):
    lines = [dict(each, EcritureNum=str(n)) for n, each in enumerate(ledger()[3:], start=1)]
    batch = read_ledger(tmp_path, lines)
    assert batch.facts["entries"] == 5
    assert not batch.issues
    assert kinds(batch)[0] == ("credit_note", "credit")


def test_opening_known_by_its_content(tmp_path):
    lines = [
        line("OD", "1", "20240101", account="101000", piece="O", credit="1200,00"),
        line("OD", "1", "20240101", account="215000", piece="O", debit="500,00"),
        line("OD", "1", "20240101", account="512000", piece="O", debit="460,00"),
        line("OD", "1", "20240101", account="411000", piece="FA900", piece_on="20230405", debit="240,00"),
        *sale("2", "20240101", 120),
    ]
    batch = read_ledger(tmp_path, lines)
    assert one(batch, number="FA900")["kind"] == "opening"
    assert one(batch, number="FA900")["issued_on"] == date(2023, 4, 5)
    assert one(batch, number="FA2")["kind"] == "invoice"


def test_extract_of_customer_accounts_alone(tmp_path):
    lines = [each for each in ledger()[3:] if each["CompteNum"].startswith("411")]
    for each in lines:
        each["JournalCode"] = each["JournalLib"] = "X"
    batch = read_ledger(tmp_path, lines)
    assert kinds(batch) == [
        ("credit_note", "credit"),
        ("invoice", "debit"),
        ("invoice", "debit"),
        ("payment", "credit"),
        ("payment", "credit"),
    ]
    assert not batch.issues


def test_ledger_without_customers(tmp_path):
    lines = [each for each in ledger() if not each["CompteNum"].startswith("411")]
    batch = read_ledger(tmp_path, lines)
    assert batch.items.is_empty()
    assert batch.allocations.is_empty()
    assert "customer_lines_missing" in codes(batch)


def pairs(batch):
    numbers = dict(batch.items.select("external_id", "number").rows())
    return [
        (numbers[debit], numbers[credit], amount)
        for debit, credit, amount, *_ in batch.allocations.sort("allocated_on", "amount").rows()
    ]


def test_the_oldest_is_settled_first_and_the_rest_stays_open(tmp_path):
    lines = [
        *sale("1", "20240110", 120, letter="aa"),
        *sale("2", "20240210", 240, letter="aa"),
        *sale("3", "20240310", 360, letter="aa"),
        *receipt("4", "20240401", 200, letter="aa"),
        *receipt("5", "20240501", 300, letter="aa"),
    ]
    batch = read_ledger(tmp_path, lines)
    assert pairs(batch) == [
        ("FA2", "VIR4", 80),
        ("FA1", "VIR4", 120),
        ("FA3", "VIR5", 140),
        ("FA2", "VIR5", 160),
    ]


def test_letters_are_used_again_by_other_customers(tmp_path):
    lines = [
        *sale("1", "20240110", 120, letter="A"),
        *sale("2", "20240111", 120, aux="C2", letter="A"),
        *receipt("3", "20240112", 120, letter="A"),
        *receipt("4", "20240113", 60, aux="C2", letter="A"),
    ]
    assert pairs(read_ledger(tmp_path, lines)) == [("FA1", "VIR3", 120), ("FA2", "VIR4", 60)]


def test_one_sided_group_settles_nothing(tmp_path):
    lines = [*sale("1", "20240110", 120, letter="A"), *receipt("2", "20240112", 120)]
    assert read_ledger(tmp_path, lines).allocations.is_empty()


def test_a_letter_across_two_accounts_of_one_customer(tmp_path):
    lines = [*sale("1", "20240110", 120, letter="A"), *receipt("2", "20240112", 120, letter="A")]
    lines[0]["CompteNum"] = "411100"
    assert pairs(read_ledger(tmp_path, lines)) == [("FA1", "VIR2", 120)]


@pytest.mark.parametrize(
    ("letter_on", "expected"),
    [("20240131", date(2024, 1, 31)), ("20240101", date(2024, 1, 20)), ("20300101", date(2024, 1, 20))],
)
def test_day_of_an_allocation(tmp_path, letter_on, expected):
    lines = [
        *sale("1", "20240110", 120, letter="A"),
        *receipt("2", "20240120", 120, letter="A", letter_on=letter_on),
    ]
    assert read_ledger(tmp_path, lines).allocations["allocated_on"].to_list() == [expected]


def test_identical_lines_have_different_identities(tmp_path):
    batch = read_ledger(tmp_path, sale("1", "20240110", 120) * 2)
    assert batch.items["external_id"].n_unique() == 2


def test_looks_like_a_legal_ledger(tmp_path):
    path = tmp_path / "any.txt"
    assert fec.looks_like_fec(Writing().write(path, ledger()))
    path.write_text("Client;Facture;Date;Montant\nA;1;01/01/2024;10\n", encoding="utf-8")
    assert not fec.looks_like_fec(path)
    path.write_text("Date;Journal;Compte;Libellé;Débit;Crédit\n01/01/2024;VE;411A;x;10;0\n", encoding="utf-8")
    assert not fec.looks_like_fec(path)
    assert fec.looks_like_fec(path, name="123456789FEC20241231.txt")
