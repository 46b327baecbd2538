"""Which column of a legal ledger file says what, however its header is written."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from encours.connectors import errors

# The eighteen columns of article A47 A-1 of the Livre des procédures fiscales, in their legal order.
LEGAL_ORDER = (
    "journal",
    "journal_label",
    "entry_number",
    "entry_on",
    "account",
    "account_label",
    "auxiliary",
    "auxiliary_label",
    "piece",
    "piece_on",
    "label",
    "debit",
    "credit",
    "letter",
    "letter_on",
    "validated_on",
    "foreign_amount",
    "foreign_currency",
)

SPELLINGS: Mapping[str, str] = {
    "journal": "journalcode codejournal journal codejnl jnl jal journalnum codejal",
    "journal_label": "journallib journallibelle libellejournal libjournal journalnom",
    "entry_number": "ecriturenum ecriturenumero numecriture numeroecriture necriture ecriture nummouvement "
    "numeromouvement",
    "entry_on": "ecrituredate dateecriture datecomptable datecompta date dateoperation",
    "account": "comptenum comptenumero numcompte numerocompte ncompte nocompte compte comptegeneral "
    "cptegeneral",
    "account_label": "comptelib comptelibelle libellecompte libcompte intitulecompte intituleducompte",
    "auxiliary": "compauxnum compteauxnum compauxiliairenum compteauxiliaire auxiliaire numauxiliaire "
    "codetiers comptetiers tiers compaux auxnum",
    "auxiliary_label": "compauxlib compteauxlib compauxlibelle libelleauxiliaire libcompaux nomtiers "
    "libelletiers auxlib",
    "piece": "pieceref piecereference refpiece referencepiece piece numpiece numeropiece npiece "
    "nopiece reference",
    "piece_on": "piecedate datepiece",
    "label": "ecriturelib ecriturelibelle libelleecriture libecriture libelle",
    "debit": "debit montantdebit",
    "credit": "credit montantcredit",
    "amount": "montant",
    "side": "sens",
    "letter": "ecriturelet ecriturelettrage lettrage lettre codelettrage codelettre ecriturelettre let",
    "letter_on": "datelet datelettrage dateecriturelet lettragedate ecrituredatelet",
    "validated_on": "validdate datevalid datevalidation validationdate",
    "foreign_amount": "montantdevise",
    "foreign_currency": "idevise devise codedevise identdevise",
    "due_on": "datelimitreglmt datelimitereglement datelimitereglmt dateecheance echeance",
    "invoice_number": "numfacture numerofacture nfacture",
    "customer_name": "idclient identificationclient",
}
SPELLED = {spelling: name for name, spellings in SPELLINGS.items() for spelling in spellings.split()}
LEGAL_SPELLINGS = {
    "journalcode", "journallib", "ecriturenum", "ecrituredate", "comptenum", "comptelib", "compauxnum",
    "compauxlib", "pieceref", "piecedate", "ecriturelib", "ecriturelet", "datelet", "validdate",
    "montantdevise", "idevise",
}  # fmt: skip

SEPARATORS = ("\t", "|", ";", ",")
HEADER_DEPTH = 30
ENOUGH_COLUMNS = 4
LEGAL_WIDTH = len(LEGAL_ORDER)
DATE = re.compile(r"\d{8}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}(?:[ T][\d:.]*)?")
AMOUNT = re.compile(r"[-+(]?[\d\s.,\u00a0\u202f']*[-)]?\s*(?:€|EUR)?")
ACCOUNT = re.compile(r"\d[\w.-]*")


@dataclass(frozen=True)
class Header:
    """Where the columns of a file are."""

    line: int
    separator: str
    names: tuple[str | None, ...]
    spelled: tuple[str, ...]
    trailing: bool = False

    @property
    def width(self) -> int:
        """Return how many fields a line holds."""
        return len(self.names)

    def position(self, name: str) -> int | None:
        """Return where a column is, or nothing."""
        return self.names.index(name) if name in self.names else None

    @property
    def legal(self) -> bool:
        """Tell whether the header speaks the words of the law, and so announces a legal ledger file."""
        spoken = {plain(cell) for cell in self.spelled} & LEGAL_SPELLINGS
        return not missing(self.names) and len(spoken) >= ENOUGH_COLUMNS


def plain(text: str) -> str:
    """Return a header cell without accents, case, spaces or punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.replace("°", ""))
    return "".join(
        character for character in decomposed.lower() if character.isascii() and character.isalnum()
    )


def names_of(cells: Sequence[str]) -> tuple[str | None, ...]:
    """Return our name of each column; the second column of the same name is left out."""
    names: list[str | None] = []
    for cell in cells:
        name = SPELLED.get(plain(cell))
        names.append(None if name in names else name)
    return tuple(names)


def missing(names: Sequence[str | None]) -> list[str]:
    """Return the legal names of the columns that nothing can replace and that are not there."""
    lacking = []
    if "account" not in names:
        lacking.append("CompteNum")
    if "entry_on" not in names and "piece_on" not in names:
        lacking.append("EcritureDate")
    if not {"debit", "credit"} <= set(names) and "amount" not in names:
        lacking.append("Debit, Credit")
    return lacking


def header_of(lines: Sequence[str]) -> Header | None:
    """Return the header among the first lines of a file, or the legal one when the file has none."""
    best: Header | None = None
    for number, text in enumerate(lines[:HEADER_DEPTH], start=1):
        for separator in SEPARATORS:
            header = _header(number, text, separator)
            if _known(header) >= ENOUGH_COLUMNS and (best is None or _known(header) > _known(best)):
                best = header
    return best or _headless(lines)


def require(header: Header | None) -> Header:
    """Return a header that has every indispensable column, or refuse the file."""
    if header is None:
        raise errors.HeaderMissingError
    lacking = missing(header.names)
    if lacking:
        found = ", ".join(cell for cell in header.spelled if cell)
        raise errors.ColumnsMissingError(missing=", ".join(lacking), found=found)
    return header


def _header(number: int, text: str, separator: str) -> Header:
    """Return a line read as a header with one separator."""
    cells = [cell.strip().strip('"').strip() for cell in text.split(separator)]
    trailing = len(cells) > 1 and not cells[-1]
    while cells and not cells[-1]:
        cells.pop()
    return Header(number, separator, names_of(cells), tuple(cells), trailing)


def _known(header: Header) -> int:
    """Return how many columns of a header we know."""
    return sum(name is not None for name in header.names)


def _headless(lines: Sequence[str]) -> Header | None:
    """Return the legal header, as if above the first line, when that line is an entry in legal order."""
    for separator in SEPARATORS:
        cells = [cell.strip().strip('"') for cell in lines[0].split(separator)] if lines else []
        if len(cells) not in (LEGAL_WIDTH, LEGAL_WIDTH + 1):
            continue
        row = dict(zip(LEGAL_ORDER, cells, strict=False))
        if plausible(row) and row["entry_on"]:
            return Header(0, separator, LEGAL_ORDER, (), len(cells) > LEGAL_WIDTH)
    return None


def plausible(row: Mapping[str, str]) -> bool:
    """Tell whether a line, cut this way, has dates, account and amounts where they belong."""
    dates = all(
        not row.get(name) or DATE.fullmatch(row[name])
        for name in ("entry_on", "piece_on", "letter_on", "validated_on")
    )
    amounts = [row.get(name, "") for name in ("debit", "credit", "amount")]
    return (
        dates
        and bool(ACCOUNT.fullmatch(row.get("account", "")))
        and any(amounts)
        and all(AMOUNT.fullmatch(amount) for amount in amounts)
    )
