"""Small ledgers, written the way a given piece of software would write them."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from encours.connectors import fec
from encours.receivables.rows import Batch

HEADER = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
    "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet",
    "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip


def line(
    journal="VE",
    number="1",
    on="20240115",
    *,
    account="411000",
    aux="C1",
    name="Dupont SARL",
    piece="FA1",
    label="Facture FA1",
    debit="0,00",
    credit="0,00",
    letter="",
    letter_on="",
    piece_on=None,
    **columns,
):
    """Return one line of a ledger by column name."""
    labels = {"VE": "Journal des ventes", "BQ": "Banque", "AN": "A nouveaux", "OD": "Operations diverses"}
    third = account.startswith("4")
    return {
        "JournalCode": journal,
        "JournalLib": labels.get(journal, journal),
        "EcritureNum": number,
        "EcritureDate": on,
        "CompteNum": account,
        "CompteLib": "Clients" if third else "Compte",
        "CompAuxNum": aux if third else "",
        "CompAuxLib": name if third and aux else "",
        "PieceRef": piece,
        "PieceDate": on if piece_on is None else piece_on,
        "EcritureLib": label,
        "Debit": debit,
        "Credit": credit,
        "EcritureLet": letter,
        "DateLet": letter_on,
        "ValidDate": "20250331",
        "Montantdevise": "",
        "Idevise": "",
        **columns,
    }


def sale(number, on, gross, *, aux="C1", name="Dupont SARL", letter="", piece=None, **columns):
    """Return the three lines of an invoice of a gross amount that is a multiple of 1.20."""
    net = Decimal(gross) / Decimal("1.2")
    piece = piece or f"FA{number}"
    same = {
        "journal": "VE",
        "number": number,
        "on": on,
        "piece": piece,
        "label": f"Facture {piece} {name}",
        **columns,
    }
    vat = Decimal(gross) - net
    return [
        line(**same, aux=aux, name=name, debit=money(gross), letter=letter),
        line(**same, account="707000", credit=money(net)),
        line(**same, account="44571", aux="", credit=money(vat)),
    ]


def receipt(number, on, gross, *, aux="C1", name="Dupont SARL", letter="", letter_on="", **columns):
    """Return the two lines of a payment received at the bank."""
    same = {
        "journal": "BQ",
        "number": number,
        "on": on,
        "piece": f"VIR{number}",
        "label": f"Virement {name}",
        **columns,
    }
    return [
        line(**same, account="512000", debit=money(gross)),
        line(**same, aux=aux, name=name, credit=money(gross), letter=letter, letter_on=letter_on),
    ]


def money(amount):
    """Return an amount as the law prefers it."""
    return f"{Decimal(amount):.2f}".replace(".", ",")


@dataclass
class Writing:
    """How a piece of software writes its ledger."""

    separator: str = "\t"
    encoding: str = "utf-8"
    line_end: str = "\n"
    header: dict = field(default_factory=dict)
    columns: tuple = HEADER
    trailing: bool = False
    quoted: bool = False
    final_end: bool = True
    cell: object = None

    def text(self, lines):
        rows = [[self.header.get(column, column) for column in self.columns]]
        rows += [[self._cell(column, one.get(column, "")) for column in self.columns] for one in lines]
        written = [self.separator.join(self._quote(cell) for cell in row) for row in rows]
        if self.trailing:
            written = [row + self.separator for row in written]
        return self.line_end.join(written) + (self.line_end if self.final_end else "")

    def write(self, path: Path, lines):
        path.write_bytes(self.text(lines).encode(self.encoding))
        return path

    def _cell(self, column, value):
        return self.cell(column, value) if self.cell else value

    def _quote(self, cell):
        return '"' + cell.replace('"', '""') + '"' if self.quoted else cell


def ledger():
    """Return a small year: two customers, one partly paid, one credit note, accents, an opening."""
    return [
        line("AN", "1", "20240101", piece="FA900", label="A nouveau FA900", piece_on="20231105", debit="240,00"),
        line("AN", "1", "20240101", account="512000", label="A nouveau", debit="1000,00"),
        line("AN", "1", "20240101", account="101000", label="A nouveau", credit="1240,00"),
        *sale("2", "20240115", 1200, letter="A"),
        *sale("3", "20240220", 600, aux="C2", name="Société Générale du Bâtiment"),
        *receipt("4", "20240310", 1200, letter="A"),
        *receipt("5", "20240401", 100, aux="C2", name="Société Générale du Bâtiment"),
        line("VE", "6", "20240402", aux="C2", name="Société Générale du Bâtiment", piece="AV1", label="Avoir AV1",
             credit="60,00"),
        line("VE", "6", "20240402", account="707000", piece="AV1", label="Avoir AV1", debit="50,00"),
        line("VE", "6", "20240402", account="44571", aux="", piece="AV1", label="Avoir AV1", debit="10,00"),
    ]  # fmt: skip


def read_ledger(
    folder: Path, lines, writing: Writing | None = None, name="123456789FEC20241231.txt"
) -> Batch:
    """Return the batch of a ledger once written to a file."""
    return fec.read((writing or Writing()).write(folder / name, lines))


def codes(batch: Batch):
    """Return the codes of the issues, each once."""
    return {issue.code for issue in batch.issues}
