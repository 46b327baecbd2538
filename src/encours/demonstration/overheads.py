"""What the company itself spends, so that its accounts hold more than customers: purchases, wages, VAT."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from encours.demonstration.days import months_later, working_from
from encours.demonstration.dice import cents, dice_for
from encours.demonstration.entries import BANK, SALES, SUPPLIERS, VAT_DUE, Entry, Line, credit, debit
from encours.demonstration.model import Company

SUPPLIER_NAMES = (
    "Verreries du Littoral", "Aluminium des Forges", "Composants du Plateau", "Emballages de la Plaine",
    "Câbles de l'Estuaire", "Transports des Deux Rives", "Énergies du Vallon",
)  # fmt: skip
PURCHASES_PART, WAGES_PART, CHARGES_PART = Decimal("0.57"), Decimal("0.22"), Decimal("0.10")
RENT = Decimal(21_500)
VAT_RATE = Decimal("0.20")
PAID_AFTER_DAYS = 45


def overhead_entries(company: Company, sales: Iterable[Entry]) -> Iterator[Entry]:
    """Yield each month's purchases, their payment, rent, wages and VAT, in step with the sales."""
    turnover, vat = _by_month(sales, SALES), _by_month(sales, VAT_DUE)
    month = company.starts_on
    while month <= company.today:
        last_on = months_later(month, 1) - timedelta(days=1)
        drafts = [*_purchases(company, month, turnover[month]), *_wages(last_on, turnover[month])]
        drafts.append(_vat_return(last_on, vat[month], cents(turnover[month] * PURCHASES_PART * VAT_RATE)))
        drafts.append(
            Entry(
                "BQ",
                working_from(month),
                f"LOYER{month:%m%y}",
                month,
                "Loyer atelier",
                (debit("613200", RENT), credit(BANK, RENT)),
            )
        )
        for draft in drafts:
            if draft.booked_on <= company.today and all(line.amount > 0 for line in draft.lines):
                yield draft
        month = months_later(month, 1)


def _by_month(entries: Iterable[Entry], account: str) -> defaultdict[date, Decimal]:
    totals: defaultdict[date, Decimal] = defaultdict(Decimal)
    for entry in entries:
        for line in entry.lines:
            if line.account == account:
                totals[entry.booked_on.replace(day=1)] += -line.amount if line.debit else line.amount
    return totals


def _purchases(company: Company, month: date, turnover: Decimal) -> Iterator[Entry]:
    dice = dice_for(company.seed, "purchases", str(company.starts_on.year - month.year), str(month.month))
    shares = [Decimal(dice.randint(8, 20)) for _ in SUPPLIER_NAMES]
    for rank, name in enumerate(SUPPLIER_NAMES):
        net = cents(turnover * PURCHASES_PART * shares[rank] / sum(shares))
        vat = cents(net * VAT_RATE)
        issued_on = working_from(month + timedelta(days=dice.randint(1, 24)))
        piece = f"FA{month:%y%m}{rank + 1:02d}"
        code = f"F{rank + 1:04d}"
        owed = Line(SUPPLIERS, net + vat, debit=False, auxiliary=code, auxiliary_label=name)
        yield Entry(
            "AC",
            issued_on,
            piece,
            issued_on,
            f"Facture {piece} {name}",
            (debit("601000", net), debit("445660", vat), owed),
        )
        paid_on = working_from(issued_on + timedelta(days=PAID_AFTER_DAYS))
        settled = Line(SUPPLIERS, net + vat, debit=True, auxiliary=code, auxiliary_label=name)
        yield Entry(
            "BQ", paid_on, piece, issued_on, f"Virement {name} {piece}", (settled, credit(BANK, net + vat))
        )


def _wages(last_on: date, turnover: Decimal) -> Iterator[Entry]:
    gross, charges = cents(turnover * WAGES_PART), cents(turnover * CHARGES_PART)
    piece = f"PAIE{last_on:%m%y}"
    yield Entry(
        "OD",
        last_on,
        piece,
        last_on,
        f"Paie {last_on:%m/%Y}",
        (debit("641000", gross), credit("421000", gross)),
    )
    yield Entry(
        "OD",
        last_on,
        piece,
        last_on,
        f"Charges {last_on:%m/%Y}",
        (debit("645000", charges), credit("431000", charges)),
    )
    yield Entry(
        "BQ",
        working_from(last_on),
        piece,
        last_on,
        "Virement des salaires",
        (debit("421000", gross), credit(BANK, gross)),
    )
    paid_on = working_from(last_on + timedelta(days=15))
    yield Entry(
        "BQ", paid_on, piece, last_on, "Prélèvement URSSAF", (debit("431000", charges), credit(BANK, charges))
    )


def _vat_return(last_on: date, collected: Decimal, deductible: Decimal) -> Entry:
    """Pay on the 24th of the next month what was collected less what is deducted."""
    paid_on = working_from(last_on + timedelta(days=24))
    lines = (debit(VAT_DUE, collected), credit("445660", deductible), credit(BANK, collected - deductible))
    return Entry("BQ", paid_on, f"TVA{last_on:%m%y}", last_on, f"TVA {last_on:%m/%Y}", lines)
