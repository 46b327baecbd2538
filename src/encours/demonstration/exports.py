"""Writing the customer ledger and the customer list as French accounting software exports them."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import count
from pathlib import Path

from encours.demonstration.entries import LEDGER_JOURNALS
from encours.demonstration.lettering import groups_on, letter_code
from encours.demonstration.model import Company, Item

LEDGER_HEADER = (
    "Code client", "Raison sociale", "SIREN", "E-mail", "Téléphone", "Conditions", "Type", "N° pièce",
    "Date pièce", "Échéance", "Libellé", "Montant TTC", "Reste dû", "Devise", "Compte", "Journal",
    "Lettrage", "Date lettrage",
)  # fmt: skip
CUSTOMER_HEADER = (
    "Code client", "Raison sociale", "SIREN", "N° TVA", "E-mail", "Téléphone", "Adresse", "Code postal",
    "Ville", "Pays", "Conditions", "Langue", "Code NAF", "Activité", "Compte",
)  # fmt: skip
TYPES = {
    "invoice": ("Facture", "VE"),
    "credit_note": ("Avoir", "VE"),
    "payment": ("Règlement", "BQ"),
    "prepayment": ("Acompte", "BQ"),
    "returned_payment": ("Impayé", "BQ"),
    "adjustment": ("OD", "OD"),
}


def write_csv(company: Company, path: Path) -> Path:
    """Write every item with what is left of it; credits are negative, as such exports have them."""
    open_amounts = company.open_amounts(company.today)
    letters = _letters(company)
    return _write(path, LEDGER_HEADER, _ledger_rows(company, open_amounts, letters))


def write_customers_csv(company: Company, path: Path) -> Path:
    """Write who the customers are, whom to write to, and the terms agreed with them."""
    rows = (
        (
            customer.code,
            customer.name,
            customer.siren,
            customer.vat_number,
            customer.email,
            customer.phone,
            customer.address,
            customer.postal_code,
            customer.city,
            "FR",
            customer.terms,
            customer.language,
            customer.naf,
            customer.activity,
            "411000",
        )
        for customer in company.customers
    )
    return _write(path, CUSTOMER_HEADER, rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _ledger_rows(
    company: Company, open_amounts: dict[int, Decimal], letters: dict[int, tuple[str, str]]
) -> Iterator[tuple[str, ...]]:
    for item in sorted(company.items, key=lambda item: (item.customer_code, item.issued_on, item.key)):
        customer = company.customer_of[item.customer_code]
        kind, ledger_journal = TYPES[item.kind]
        code, lettered_on = letters.get(item.key, ("", ""))
        yield (
            customer.code,
            customer.name,
            customer.siren,
            customer.email,
            customer.phone,
            customer.terms,
            kind,
            item.number,
            f"{item.issued_on:%d/%m/%Y}",
            f"{item.due_on:%d/%m/%Y}",
            item.label,
            _signed(item, item.amount),
            _signed(item, open_amounts[item.key]),
            "EUR",
            item.account,
            LEDGER_JOURNALS[ledger_journal],
            code,
            lettered_on,
        )


def _signed(item: Item, amount: Decimal) -> str:
    return f"{amount if item.side == 'debit' or not amount else -amount:.2f}".replace(".", ",")


def _letters(company: Company) -> dict[int, tuple[str, str]]:
    """Return codes that run through the whole export, one series for each account of a customer."""
    counters: defaultdict[tuple[str, str], Iterator[int]] = defaultdict(count)
    letters: dict[int, tuple[str, str]] = {}
    groups = [
        (group.lettered_on, group)
        for group in groups_on(company.today, company.items, company.allocations)
        if group.lettered_on is not None
    ]
    for lettered_on, group in sorted(groups, key=lambda pair: (pair[0], pair[1].keys)):
        first = company.item(group.keys[0])
        code = letter_code(next(counters[first.account, first.customer_code]))
        for key in group.keys:
            letters[key] = (code if group.even else code.lower(), f"{lettered_on:%d/%m/%Y}")
    return letters
