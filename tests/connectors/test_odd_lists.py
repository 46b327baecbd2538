"""Lists as accounting software really prints them: what they say is checked against totals counted by hand."""

from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from encours.connectors import errors
from encours.connectors.reading import read_any

HEAD = "Client;N° facture;Date facture;Échéance;Montant\n"


def listed(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    return read_any(path)


def owed(batch):
    """Return what each customer owes."""
    totals: dict[str, Decimal] = {}
    for code, side, amount in batch.items.select("customer_code", "side", "amount").iter_rows():
        totals[code] = totals.get(code, Decimal(0)) + (amount if side == "debit" else -amount)
    return {code: total for code, total in totals.items() if total}


def kinds(batch):
    return sorted(batch.items["kind"].to_list())


def problems(batch):
    return [(issue.line, issue.code) for issue in batch.issues]


def test_sage_ledger_with_the_customer_above_its_lines(tmp_path):
    batch = listed(
        tmp_path,
        """ATELIERS LUMIERE;;;;;;;;
Grand-livre des tiers;;;;;;;;
C.j;Date;N° pièce;Référence;Libellé écriture;Let;Débit;Crédit;Solde progressif
CARAT;Carat SARL;;;;;;;
VTE;050126;FA0001;;Facture FA0001;A;1 200,00;;1 200,00
BQE;060226;;;Virement CARAT;A;;1 200,00;0,00
VTE;100226;FA0002;;Facture FA0002;;600,00;;600,00
Total CARAT;;;;;;1 800,00;1 200,00;600,00
BILLO;Billon & Fils;;;;;;;
VTE;120226;FA0003;;Facture FA0003;;250,50;;250,50
Total BILLO;;;;;;250,50;;250,50
Total général;;;;;;2 050,50;1 200,00;850,50
""",
    )
    assert owed(batch) == {"CARAT": 600, "BILLO": Decimal("250.50")}
    assert batch.customers.select("code", "name").rows() == [
        ("BILLO", "Billon & Fils"),
        ("CARAT", "Carat SARL"),
    ]
    assert problems(batch) == [(8, "total_left_out"), (11, "total_left_out"), (12, "total_left_out")]


def test_ebp_credit_notes_without_sign(tmp_path):
    batch = listed(
        tmp_path,
        "Code client;Nom;Numéro du document;Date du document;Total TTC;Solde dû;Type de document\n"
        "CL001;Alpha;FA00000123;2026-01-05 00:00:00;1200.00;200.00;Facture\n"
        "CL001;Alpha;AV00000004;2026-01-08 00:00:00;120.00;120.00;Avoir\n",
    )
    assert owed(batch) == {"CL001": 80}


def test_credit_notes_without_sign_nor_type(tmp_path):
    batch = listed(
        tmp_path,
        HEAD + "Alpha;FA1;05/01/2026;04/02/2026;100,00\nAlpha;AV1;05/01/2026;04/02/2026;40,00\n",
    )
    assert (owed(batch), kinds(batch)) == ({"ALPHA": 60}, ["credit_note", "invoice"])


def test_an_invoice_for_a_deposit_is_owed(tmp_path):
    batch = listed(
        tmp_path,
        "Client;Type;N° facture;Date facture;Libellé;Montant\n"
        "Alpha;Facture;FA1;05/01/2026;;100,00\nAlpha;Facture d’acompte;FA2;05/01/2026;;40,00\n"
        "Alpha;;FA3;05/01/2026;Facture d'acompte 30 %;7,00\nAlpha;Acompte;AC1;05/01/2026;;10,00\n",
    )
    assert owed(batch) == {"ALPHA": 137}
    assert kinds(batch) == ["invoice", "invoice", "invoice", "prepayment"]


def test_payments_without_sign_beside_credit_notes_with_one(tmp_path):
    batch = listed(
        tmp_path,
        "Client;Type;N° facture;Date facture;Montant\nAlpha;Facture;FA1;05/01/2026;100,00\n"
        "Alpha;Avoir;AV1;05/01/2026;-10,00\nAlpha;Règlement;RG1;05/01/2026;20,00\n",
    )
    assert owed(batch) == {"ALPHA": 70}


def test_amounts_without_tax_are_not_what_is_owed(tmp_path):
    for header in ("Montant HT", "Total HT", "Montant TVA", "Untaxed Amount"):
        with pytest.raises(errors.MappingNeededError, match="the amount"):
            listed(
                tmp_path, f"N° facture;Date;Client;{header};Échéance\nF1;05/01/2026;Alpha;1000;04/02/2026\n"
            )


ODOO = """\
Number,Invoice Partner Display Name,Invoice/Bill Date,Due Date,Total Signed,Amount Due Signed
FAC/26/1,Alpha,2026-01-05,2026-02-04,1200.00,1000.00
"""
DOLIBARR = """\
Ref.;Réf. client;Tiers;Date facturation;Date d'échéance;Montant HT;Montant TTC;Reste à encaisser
FA2601-1;BC 12;Alpha;05/01/2026;04/02/2026;1000;1200;1000
"""
XERO = """\
ContactName,InvoiceNumber,InvoiceDate,DueDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue
Alpha,INV-1,05 Jan 2026,04 Feb 2026,1200.00,200.00,200.00,1000.00
"""
SAGE = """\
Numéro Compte Tiers;Intitulé du tiers;Date de pièce;N° facture;Sens;Montant;Date échéance
ALPHA;Alpha;05/01/2026;FA1;D;1 200,00;04/02/2026
ALPHA;Alpha;07/01/2026;RG1;C;200,00;
"""


@pytest.mark.parametrize(
    ("text", "number"), [(ODOO, "FAC/26/1"), (DOLIBARR, "FA2601-1"), (XERO, "INV-1"), (SAGE, "FA1")]
)
def test_columns_of_other_software(tmp_path, text, number):
    batch = listed(tmp_path, text)
    assert sum(owed(batch).values()) == 1000
    assert batch.customers["name"].to_list() == ["Alpha"]
    (invoice,) = batch.items.filter(kind="invoice").rows(named=True)
    assert (invoice["number"], invoice["issued_on"], invoice["due_on"]) == (
        number,
        date(2026, 1, 5),
        date(2026, 2, 4),
    )


def test_a_printed_list_between_rules(tmp_path):
    rule = "|--------|-----|----------|----------|----------|\n"
    batch = listed(
        tmp_path,
        f"|Customer|Type |Doc. Date |Net due dt|Amount    |\n{rule}"
        f"|1000123 |RV   |05.01.2026|04.02.2026|1.200,00  |\n|1000123 |DZ   |10.02.2026|          |  200,00- |\n{rule}",
    )
    assert owed(batch) == {"1000123": 1000}


def test_a_list_of_one_customer_named_in_its_title_asks_for_the_customer(tmp_path):
    with pytest.raises(errors.MappingNeededError, match="the customer"):
        listed(
            tmp_path,
            "Customer              1000123\n\n|St|DocumentNo|Doc. Date |Net due dt|Amount|\n------------------\n"
            "|  |90000001  |05.01.2026|04.02.2026|  1.200,00  |\n------------------\n",
        )


@pytest.mark.parametrize("height", [1, 30])
def test_a_quote_that_nothing_closes_swallows_no_line(tmp_path, height):
    below = "".join(f"Beta;F{rank};05/01/2026;04/02/2026;50,00\n" for rank in range(height))
    batch = listed(
        tmp_path,
        HEAD
        + f'"Le Pneu;F1;05/01/2026;04/02/2026;100,00\n{below}"Un; deux\net trois";F3;05/01/2026;04/02/2026;3,00\n',
    )
    assert owed(batch) == {'"LE PNEU': 100, "BETA": 50 * height, "UN; DEUX ET TROIS": 3}


def test_lines_that_are_one_quoted_cell(tmp_path):
    batch = listed(tmp_path, "".join(f'"{line}"\n' for line in [HEAD.strip(), "Alpha;F1;05/01/2026;;100,00"]))
    assert owed(batch) == {"ALPHA": 100}


def test_a_line_without_amount_is_told(tmp_path):
    batch = listed(tmp_path, HEAD + "Alpha;F1;05/01/2026;04/02/2026;\nAlpha;F2;05/01/2026;04/02/2026;50,00\n")
    assert (owed(batch), problems(batch)) == ({"ALPHA": 50}, [(2, "amount_missing")])
    with pytest.raises(errors.LinesMissingError):
        listed(tmp_path, HEAD + "Alpha;F1;05/01/2026;04/02/2026;\n")


def test_due_dates_that_are_mostly_zeros_are_still_due_dates(tmp_path):
    batch = listed(
        tmp_path,
        HEAD
        + "Alpha;F1;05/01/2026;04/02/2026;50,00\n"
        + "".join(f"Alpha;R{rank};06/01/2026;00/00/0000;-1,00\n" for rank in range(3)),
    )
    assert batch.items.filter(number="F1")["due_on"].to_list() == [date(2026, 2, 4)]


def test_names_from_a_macintosh(tmp_path):
    batch = listed(
        tmp_path,
        (
            HEAD + "Société Éléphant;F1;05/01/2026;04/02/2026;100,00\nCafé à côté;F2;05/01/2026;;10,00\n"
        ).replace("\n", "\r"),
        "mac_roman",
    )
    assert sorted(batch.customers["name"]) == ["Café à côté", "Société Éléphant"]


def test_a_sheet_that_was_not_read_is_told(tmp_path):
    path = tmp_path / "months.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for month in ("Janvier", "Février"):
            sheet = book.add_worksheet(month)
            sheet.write_row(0, 0, HEAD.strip().split(";"))
            sheet.write_row(1, 0, ["Alpha", f"F-{month}", "05/01/2026", "04/02/2026", 100])
        book.add_worksheet("Notice").write(0, 0, "Date : le 5 ; Client : tous")
    batch = read_any(path)
    (issue,) = batch.issues
    assert (issue.code, issue.params) == ("sheet_left_out", {"sheet": "Février"})
    assert owed(batch) == {"ALPHA": 100}


def test_columns_that_only_a_person_understands(tmp_path):
    with pytest.raises(errors.MappingNeededError, match="Wem, Nr, Wann, Wieviel"):
        listed(tmp_path, "Liste\nWem;Nr;Wann;Wieviel\nAlpha;F1;05/01/2026;100,00\n")
    with pytest.raises(errors.HeaderMissingError):
        listed(tmp_path, "Alpha;F1;05/01/2026;100,00\nBeta;F2;05/01/2026;100,00\n")
    with pytest.raises(errors.HeaderMissingError):
        listed(tmp_path, "Bonjour;voici;la liste\ndes;choses;utiles\n")


WEB_PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="utf-8"><title>x</title></head>
<body><table><tr><td>Menu</td></tr></table><table border=1><tr><th colspan=5>Encours &eacute;chus</th></tr>
<tr><th>Client<th>N&deg; facture<th>Date facture<th>&Eacute;ch&eacute;ance<th>Montant</tr>
<tr><td>Alpha<br>&amp; fils</td><td>F1</td><td>05/01/2026</td><td>04/02/2026</td><td>1&nbsp;200,00</td></tr>
<tr><td>Beta</td><td>F2</td><td>05/01/2026</td><td></td><td>-50,00</td></tr>
<tr><td colspan=4>Total</td><td>1 150,00</td></tr></table></body></html>"""


@pytest.mark.parametrize("start", ["", "<!DOCTYPE html>\n", "<?xml version='1.0'?>\n"])
def test_a_web_page_that_calls_itself_a_workbook(tmp_path, start):
    path = tmp_path / "export.xls"
    path.write_text(start + WEB_PAGE)
    batch = read_any(path)
    assert owed(batch) == {"ALPHA & FILS": 1200, "BETA": -50}
    assert problems(batch) == [(5, "total_left_out")]
    path.write_text(start + "<html><body>Votre session a expiré</body></html>")
    with pytest.raises(errors.FileRefusedError, match="cannot be read"):
        read_any(path)
