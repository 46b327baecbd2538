"""Lists of open items and customer ledgers, from CSV and XLSX."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from encours.connectors import errors, tabular
from encours.connectors.columns import Mapping
from encours.connectors.reading import read_any

OPEN_ITEMS = """\
Balance clients au 30/06/2024;;;;;;;
;;;;;;;
N° facture;Code tiers;Raison sociale;Date facture;Date d'échéance;Montant TTC;Reste dû;Email
F001;C1;Dupont SARL;15/01/2024;15/02/2024;1 200,00;1 200,00;compta@dupont.fr
F002;C1;Dupont SARL;20/02/2024;21/03/2024;600,50;100,50;
AV003;C2;Martin & Fils;01/03/2024;;-120,00;-120,00;martin@x.fr
Sous-total;;;;;1 680,50;1 180,50;
F004;C2;Martin & Fils;32/03/2024;;120,00;120,00;
F005;C2;Martin & Fils;30/03/2024;;12x,00;120,00;
F006;C2;Martin & Fils;30/04/2024;;300,00;0,00;
TOTAL;;;;;1 680,50;1 180,50;
"""


def csv_of(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "items.csv"
    path.write_bytes(text.encode(encoding))
    return path


def item(batch, number, **where):
    (row,) = batch.items.filter(number=number, **where).rows(named=True)
    return row


def problems(batch):
    return [(issue.line, issue.code) for issue in batch.issues]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_open_items(tmp_path, encoding, delimiter):
    batch = read_any(csv_of(tmp_path, OPEN_ITEMS.replace(";", delimiter), encoding))
    assert batch.source == "table"
    assert batch.customers.select("code", "name", "email").rows() == [
        ("C1", "Dupont SARL", "compta@dupont.fr"),
        ("C2", "Martin & Fils", "martin@x.fr"),
    ]
    assert batch.facts["outstanding"] == Decimal("1180.50")
    assert batch.facts["header_line"] == 3
    first = item(batch, "F001")
    assert (first["kind"], first["issued_on"], first["due_on"], first["line"]) == (
        "invoice",
        date(2024, 1, 15),
        date(2024, 2, 15),
        4,
    )
    assert item(batch, "AV003")["kind"] == "credit_note"
    assert item(batch, "AV003")["due_on"] is None
    assert problems(batch) == [
        (7, "total_left_out"),
        (8, "date_invalid"),
        (9, "amount_invalid"),
        (11, "total_left_out"),
    ]


def test_the_part_already_settled_becomes_a_payment(tmp_path):
    batch = read_any(csv_of(tmp_path, OPEN_ITEMS))
    invoice, payment = item(batch, "F002", kind="invoice"), item(batch, "F002", kind="payment")
    assert (payment["amount"], payment["issued_on"]) == (500, date(2024, 3, 21))
    assert payment["label"] == "settled before import"
    settled = item(batch, "F006", kind="payment")
    assert (settled["amount"], settled["issued_on"]) == (300, date(2024, 4, 30))
    assert batch.allocations.filter(debit_external_id=invoice["external_id"]).rows() == [
        (invoice["external_id"], payment["external_id"], Decimal("500.00"), date(2024, 3, 21), "given")
    ]
    assert batch.facts["settled_before_import"] == 2


def test_identity_survives_a_payment(tmp_path):
    before = read_any(csv_of(tmp_path, OPEN_ITEMS))
    after = read_any(csv_of(tmp_path, OPEN_ITEMS.replace("600,50;100,50", "600,50;50,00")))
    assert set(before.items["external_id"]) == set(after.items["external_id"])
    text = "Client;N° facture;Date;Reste dû\nA;F1;01/01/2024;{}\n"
    one, other = (read_any(csv_of(tmp_path, text.format(rest))) for rest in ("100,00", "40,00"))
    assert one.items["external_id"].to_list() == other.items["external_id"].to_list()


def test_what_remains_cannot_exceed_the_amount(tmp_path):
    batch = read_any(csv_of(tmp_path, "Client;N° facture;Date;Montant;Reste dû\nA;F1;01/01/2024;100;130\n"))
    assert item(batch, "F1")["amount"] == 130
    assert problems(batch) == [(2, "open_exceeds_amount")]


def test_paid_amount_and_its_date(tmp_path):
    text = "Client;N° facture;Date;Montant;Montant réglé;Date règlement\nA;F1;01/01/2024;100;30;05/02/2024\n"
    batch = read_any(csv_of(tmp_path, text))
    assert batch.facts["outstanding"] == 70
    assert item(batch, "F1", kind="payment")["issued_on"] == date(2024, 2, 5)


def test_customer_ledger_with_debit_credit_letters_and_journals(tmp_path):
    text = """\
Compte,Intitulé,Journal,Date,Pièce,Libellé,Débit,Crédit,Lettrage,Solde
411DUP,Dupont,VE,2024-01-10,F1,Facture,"1,200.00",,A,"1,200.00"
411DUP,Dupont,BQ,2024-02-10,V1,Virement,,"1,000.00",A,200.00
411DUP,Dupont,VE,2024-02-11,F2,Facture,50.00,,,250.00
411DUP,Dupont,VE,2024-02-12,AV2,Avoir,,20.00,,230.00
411DUP,Dupont,OD,2024-02-13,O1,Ecart,,1.00,,229.00
401FOU,Fournisseur,AC,2024-02-13,X1,Achat,,77.00,,
"""
    batch = read_any(csv_of(tmp_path, text))
    kinds = dict(batch.items.select("number", "kind").rows())
    assert kinds == {
        "F1": "invoice",
        "V1": "payment",
        "F2": "invoice",
        "AV2": "credit_note",
        "O1": "adjustment",
    }
    assert batch.customers.select("code", "name", "account").rows() == [("411DUP", "Dupont", "411DUP")]
    assert batch.allocations["amount"].to_list() == [1000]
    assert batch.facts["outstanding"] == 229


def test_types_in_words_turn_positive_amounts(tmp_path):
    text = """\
Customer;Type;Invoice no;Invoice date;Due date;Amount;Currency
Acme;Invoice;1;2024-01-01;2024-01-31;100.00;USD
Acme;Credit note;2;2024-01-02;;40.00;$
Acme;Payment;3;2024-01-03;;10.00;EUR
Acme;Acompte;4;2024-01-04;;5.00;€
Acme;Impayé;5;2024-01-05;;7.00;
"""
    batch = read_any(csv_of(tmp_path, text))
    assert batch.items.select("number", "kind", "side", "currency").rows() == [
        ("1", "invoice", "debit", "USD"),
        ("2", "credit_note", "credit", "USD"),
        ("3", "payment", "credit", "EUR"),
        ("4", "prepayment", "credit", "EUR"),
        ("5", "returned_payment", "debit", "EUR"),
    ]


def test_side_column(tmp_path):
    text = "Client;Pièce;Date;Montant;Sens\nA;F1;01/01/2024;100,00;D\nA;V1;02/01/2024;60,00;C\n"
    batch = read_any(csv_of(tmp_path, text))
    assert batch.facts["outstanding"] == 40
    assert item(batch, "V1")["kind"] == "payment"


def test_customers_as_headings_and_merged_cells(tmp_path):
    text = """\
Pièce;Date;Échéance;Montant
C0012 Dupont SARL;;;
F1;01/01/2024;31/01/2024;100,00
F2;02/01/2024;31/01/2024;50,00
Total Dupont SARL;;;150,00
Martin;;;
F3;03/01/2024;31/01/2024;25,00
"""
    batch = read_any(csv_of(tmp_path, text))
    assert batch.items.select("number", "customer_code").rows() == [
        ("F1", "C0012"),
        ("F2", "C0012"),
        ("F3", "MARTIN"),
    ]
    assert batch.customers["name"].to_list() == ["Dupont SARL", "Martin"]
    merged = "Client;Pièce;Date;Montant\nDupont;F1;01/01/2024;1\n;F2;02/01/2024;2\nMartin;F3;03/01/2024;3\n"
    assert read_any(csv_of(tmp_path, merged)).items["customer_code"].to_list() == [
        "DUPONT",
        "DUPONT",
        "MARTIN",
    ]


def test_header_on_two_rows(tmp_path):
    text = "Client;;Date;;Montant;\nCode;Nom;Facture;Échéance;TTC;Dû\nC1;Dupont;01/01/2024;31/01/2024;100,00;40,00\n"
    table = tabular.sample(csv_of(tmp_path, text))
    assert table.headers[:3] == ("Client Code", "Client Nom", "Date Facture")
    batch = read_any(csv_of(tmp_path, text))
    assert batch.customers.select("code", "name").rows() == [("C1", "Dupont")]
    assert batch.facts["outstanding"] == 40


def workbook(tmp_path):
    path = tmp_path / "items.xlsx"
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    book.add_worksheet("Lisez-moi").write(0, 0, "Bonjour")
    sheet = book.add_worksheet("Encours")
    sheet.merge_range(0, 0, 0, 4, "Encours clients")
    sheet.write_row(2, 0, ["Client", "N° facture", "Date", "Échéance", "Montant TTC", "SIRET", "Téléphone"])
    sheet.write_row(3, 0, ["=HYPERLINK(1)", "=1+1"])
    sheet.write_string(3, 0, "=cmd|' /C calc'!A0")
    sheet.write_string(3, 1, "=1+1")
    sheet.write_number(3, 2, 45322, day)
    sheet.write_number(3, 3, 45351)
    sheet.write_number(3, 4, 0.1 + 0.2)
    sheet.write_string(3, 5, "732 829 320 00074")
    sheet.write_number(3, 6, 123456789)
    sheet.write_string(4, 0, "Dupont")
    sheet.write_string(4, 1, "F2")
    sheet.write_number(4, 2, 45323.354, day)
    sheet.write_formula(4, 4, "=600+600", None, 1200)
    book.add_worksheet("Ancien").hide()
    book.close()
    return path


def test_workbook(tmp_path):
    batch = read_any(workbook(tmp_path))
    assert batch.facts["sheet"] == "Encours"
    assert batch.items.select("number", "issued_on", "due_on", "amount", "line").rows() == [
        ("=1+1", date(2024, 1, 31), date(2024, 2, 29), Decimal("0.30"), 4),
        ("F2", date(2024, 2, 1), None, Decimal("1200.00"), 5),
    ]
    assert batch.customers.select("name", "siren", "phone").rows()[0] == (
        "=cmd|' /C calc'!A0",
        "732829320",
        "123456789",
    )


def test_sample_shows_rows_and_guess(tmp_path):
    table = tabular.sample(csv_of(tmp_path, OPEN_ITEMS), rows=2)
    assert len(table.rows) == 2
    guess = tabular.guess(table)
    assert guess.columns["due_on"] == "Date d'échéance"
    assert guess.confidence["due_on"] > 0.9


def test_mapping_by_hand(tmp_path):
    path = csv_of(tmp_path, "Aa;Bb;Cc;Client;Date\n01/02/2024;1.234;F1;Dupont;x\n")
    mapping = Mapping({"customer_name": "Client", "issued_on": "Aa", "amount": "Bb", "number": "Cc"})
    guessed = tabular.read(path, mapping)
    assert guessed.items.select("issued_on", "amount").rows() == [(date(2024, 2, 1), 1234)]
    batch = tabular.read(path, replace(mapping, decimal=".", dates="month first"))
    assert batch.items.select("issued_on", "amount", "number").rows() == [
        (date(2024, 1, 2), Decimal("1.23"), "F1")
    ]
    assert read_any(path, mapping.as_json(), name="mine.csv").origin == "mine.csv"
    with pytest.raises(errors.MappingNeededError, match="Zz"):
        tabular.read(path, Mapping({"customer_name": "Zz"}))


@pytest.mark.parametrize(
    ("dates", "text", "days"),
    [
        ("day first", "01/02/2024 20122024 2024-02-03", [(1, 2), (20, 12), (3, 2)]),
        ("month first", "01/02/2024 1/31/24 2024-02-03", [(2, 1), (31, 1), (3, 2)]),
        ("year first", "24/02/01 20240301 2024.02.03", [(1, 2), (1, 3), (3, 2)]),
    ],
)
def test_dates_are_read_as_a_person_says(tmp_path, dates, text, days):
    lines = "".join(f"A;F{rank};{day};5\n" for rank, day in enumerate(text.split()))
    mapping = Mapping(
        {"customer_name": "Client", "number": "Pièce", "issued_on": "Date", "amount": "Montant"}, dates=dates
    )
    batch = read_any(csv_of(tmp_path, "Client;Pièce;Date;Montant\n" + lines), mapping.as_json())
    assert batch.items.sort("number")["issued_on"].to_list() == [
        date(2024, month, day) for day, month in days
    ]


def test_columns_that_cannot_be_guessed(tmp_path):
    with pytest.raises(errors.MappingNeededError) as refusal:
        read_any(csv_of(tmp_path, "Client;Pièce;Truc\nDupont;F1;12\n"))
    assert refusal.value.params["missing"] == "the invoice date, the amount"
    assert refusal.value.params["found"] == "Client, Pièce, Truc"


def test_longer_lines_are_reported(tmp_path):
    text = "Client;Pièce;Date;Montant\nA;F1;01/01/2024;100\nA;B;F2;02/01/2024;50\n"
    batch = read_any(csv_of(tmp_path, text))
    assert problems(batch) == [(3, "line_broken")]
    assert batch.items.height == 1


def test_due_before_the_invoice_is_dropped(tmp_path):
    batch = read_any(csv_of(tmp_path, "Client;Pièce;Date;Échéance;Montant\nA;F1;10/01/2024;01/01/2024;100\n"))
    assert item(batch, "F1")["due_on"] is None
    assert problems(batch) == [(2, "due_before_issue")]


def test_nothing_but_totals(tmp_path):
    with pytest.raises(errors.LinesMissingError):
        read_any(csv_of(tmp_path, "Client;Pièce;Date;Montant\nTotal;;;100\n"))


def test_lines_without_customer_or_date_are_refused(tmp_path):
    text = "Client;Pièce;Date;Montant\n;F0;01/01/2024;5\nA;F1;;7\nA;F2;02/01/2024;9\n"
    batch = read_any(csv_of(tmp_path, text))
    assert problems(batch) == [(2, "customer_missing"), (3, "date_missing")]
    assert batch.facts["outstanding"] == 9


def test_ledger_that_shows_its_payments_needs_no_made_up_ones(tmp_path):
    text = """\
Client;Type;Pièce;Date;Montant TTC;Reste dû;Lettrage;Date lettrage
A;Facture;F1;01/01/2024;100,00;0,00;AA;20/02/2024
A;Règlement;R1;15/02/2024;-100,00;0,00;AA;20/02/2024
A;Facture;F2;01/02/2024;80,00;50,00;;
A;Règlement;R2;15/03/2024;-30,00;0,00;;
A;Facture;F3;01/03/2024;60,00;55,00;;
"""
    batch = read_any(csv_of(tmp_path, text))
    numbers = dict(batch.items.select("external_id", "number").rows())
    pairs = sorted(
        (numbers[debit], numbers[credit], amount, str(day), origin)
        for debit, credit, amount, day, origin in batch.allocations.rows()
    )
    assert pairs == [
        ("F1", "R1", 100, "2024-02-20", "lettering"),
        ("F2", "R2", 30, "2024-03-15", "given"),
        ("F3", "F3", 5, "2024-03-01", "given"),
    ]
    assert batch.facts["settled_before_import"] == 1
    assert batch.facts["outstanding"] == 105


def test_what_a_list_no_longer_shows_was_paid_by_the_day_of_the_lettering(tmp_path):
    text = """\
Client;Type;Pièce;Date;Échéance;Montant TTC;Reste dû;Lettrage;Date lettrage
A;Facture;F1;01/01/2024;31/01/2024;100,00;0,00;AA;20/02/2024
A;Facture;F2;01/03/2024;31/03/2024;80,00;80,00;;
"""
    batch = read_any(csv_of(tmp_path, text))
    assert batch.allocations.select("amount", "allocated_on").rows() == [(100, date(2024, 2, 20))]


def test_list_of_customers_alone(tmp_path):
    text = "Code client;Raison sociale;SIREN;E-mail;Conditions;Compte\nC1;Dupont;732829320;A@B.FR;30 jours net;411000\n"
    batch = read_any(csv_of(tmp_path, text))
    assert batch.source == "customers"
    assert batch.items.is_empty()
    assert batch.customers.select("code", "name", "siren", "email", "terms", "account").rows() == [
        ("C1", "Dupont", "732829320", "a@b.fr", "30 jours net", "411000")
    ]
    with pytest.raises(errors.LinesMissingError):
        read_any(csv_of(tmp_path, text.split("\n", maxsplit=1)[0] + "\n"))


def test_line_numbers_below_blank_rows_of_a_sheet(tmp_path):
    path = tmp_path / "items.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_row(4, 1, ["Client", "Pièce", "Date", "Montant"])
    sheet.write_row(6, 1, ["Dupont", "F1", "01/02/2024", 12])
    book.close()
    assert item(read_any(path), "F1")["line"] == 7
