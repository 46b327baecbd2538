"""The accounting entries behind a customer ledger: sales, bank, transfers, and the bank's own charges."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from encours.demonstration.days import months_later, working_until
from encours.demonstration.model import DOUBTFUL, PREPAID, TRADE, Company, Item

BANK, SALES, VAT_DUE, VAT_PREPAID = "512000", "707000", "445710", "445870"
SMALL_LOSS, BANK_FEES, ALLOWANCE, ALLOWANCE_COST = "658000", "627800", "491000", "681740"
SUPPLIERS = "401000"

ACCOUNT_LABELS = {
    "101000": "Capital social",
    "106800": "Autres réserves",
    "110000": "Report à nouveau",
    "120000": "Résultat de l'exercice",
    SUPPLIERS: "Fournisseurs",
    TRADE: "Clients",
    DOUBTFUL: "Clients douteux ou litigieux",
    PREPAID: "Clients - Avances et acomptes reçus",
    "421000": "Personnel - Rémunérations dues",
    "431000": "Sécurité sociale",
    "445510": "TVA à décaisser",
    "445660": "TVA déductible sur achats",
    VAT_DUE: "TVA collectée 20 %",
    VAT_PREPAID: "TVA sur acomptes reçus",
    ALLOWANCE: "Dépréciation des comptes clients",
    BANK: "Banque",
    "601000": "Achats de matières premières",
    "613200": "Locations immobilières",
    BANK_FEES: "Frais bancaires",
    "641000": "Rémunérations du personnel",
    "645000": "Charges de sécurité sociale",
    SMALL_LOSS: "Charges diverses de gestion courante",
    ALLOWANCE_COST: "Dotations aux dépréciations des créances",
    SALES: "Ventes de marchandises",
}
LEDGER_JOURNALS = {
    "AN": "À nouveaux",
    "VE": "Ventes",
    "AC": "Achats",
    "BQ": "Banque",
    "OD": "Opérations diverses",
}
ALLOWANCE_PART = Decimal("0.50")
RETURN_FEE = Decimal("15.50")
MONTHLY_FEE = Decimal("48.00")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an entry; `key` names the customer item it is, if it is one."""

    account: str
    amount: Decimal
    debit: bool
    auxiliary: str = ""
    auxiliary_label: str = ""
    key: int | None = None
    piece_on: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One balanced accounting entry."""

    ledger_journal: str
    booked_on: date
    piece: str
    piece_on: date
    label: str
    lines: tuple[Line, ...]


def debit(account: str, amount: Decimal) -> Line:
    """Return a debit line on a general account."""
    return Line(account, amount, debit=True)


def credit(account: str, amount: Decimal) -> Line:
    """Return a credit line on a general account."""
    return Line(account, amount, debit=False)


def customer_line(company: Company, item: Item) -> Line:
    """Return the line that an item is on its customer's account."""
    name = company.customer_of[item.customer_code].name
    debited = item.side == "debit"
    return Line(item.account, item.amount, debited, item.customer_code, name, item.key, item.issued_on)


def customer_entries(company: Company, items: Iterable[Item]) -> Iterator[Entry]:
    """Yield the entries of the customer items, each with its other side."""
    together: defaultdict[int, list[Item]] = defaultdict(list)
    for item in items:
        together[item.entry].append(item)
    for group in together.values():
        first = group[0]
        own = [customer_line(company, item) for item in group]
        counterparts = list(_counterparts(company, first, own))
        lines = (*own, *counterparts)
        yield Entry(
            _ledger_journal(first), first.booked_on, first.number, first.booked_on, first.label, lines
        )
        if first.kind == "returned_payment":
            yield _fee(first.booked_on, first.number, "Frais de rejet de prélèvement", RETURN_FEE)
        if any(item.account == DOUBTFUL for item in group):
            yield _allowance(first)


def bank_fees(starts_on: date, today: date) -> Iterator[Entry]:
    """Yield what the bank charges each month for keeping the account."""
    month = starts_on.replace(day=1)
    while (charged_on := working_until(months_later(month, 1).replace(day=1))) <= today:
        if charged_on >= starts_on:
            yield _fee(charged_on, f"FB{charged_on:%y%m}", "Frais de tenue de compte", MONTHLY_FEE)
        month = months_later(month, 1)


def _counterparts(company: Company, first: Item, own: list[Line]) -> Iterator[Line]:
    net = first.amount - first.vat
    match first.kind:
        case "invoice":
            yield from (credit(SALES, net), credit(VAT_DUE, first.vat))
        case "credit_note":
            yield from (debit(SALES, net), debit(VAT_DUE, first.vat))
        case "payment":
            yield debit(BANK, first.amount)
        case "returned_payment":
            yield credit(BANK, first.amount)
        case "prepayment":
            yield from (
                debit(BANK, first.amount),
                debit(VAT_PREPAID, first.vat),
                credit(VAT_DUE, first.vat),
            )
        case "adjustment" if first.account == PREPAID and first.origin is not None:
            vat = company.item(first.origin).vat
            yield from (debit(VAT_DUE, vat), credit(VAT_PREPAID, vat))
        case "adjustment" if len(own) == 1:
            yield debit(SMALL_LOSS, first.amount)


def _ledger_journal(item: Item) -> str:
    if item.kind in {"invoice", "credit_note"}:
        return "VE"
    return "OD" if item.kind == "adjustment" else "BQ"


def _fee(charged_on: date, piece: str, label: str, amount: Decimal) -> Entry:
    return Entry("BQ", charged_on, piece, charged_on, label, (debit(BANK_FEES, amount), credit(BANK, amount)))


def _allowance(item: Item) -> Entry:
    """Write half of a doubtful claim down, all taxes excluded."""
    amount = (item.amount / Decimal("1.2") * ALLOWANCE_PART).quantize(Decimal("0.01"))
    label = f"Dépréciation {item.number} à 50 %"
    lines = (debit(ALLOWANCE_COST, amount), credit(ALLOWANCE, amount))
    return Entry("OD", item.booked_on, item.number, item.booked_on, label, lines)
