"""What is measured: the aged balance, the days of sales outstanding, and which payment pays which invoice."""

from datetime import date, timedelta
from decimal import Decimal

from encours.config.rulebook.french import day, days, euros, number, percent, table
from encours.rules.aging import DEFAULT_COLUMNS, aged_balance, column_of
from encours.rules.allocation import (
    DIGITS_MINIMUM,
    NUMBER_MINIMUM,
    SUM_REACH,
    WORDS_PER_NUMBER,
    Credit,
    Debit,
    Proposal,
    letter,
    propose,
)
from encours.rules.dso import (
    Sales,
    best_possible_dso,
    collection_effectiveness,
    concentration,
    count_back_dso,
    simple_dso,
)
from encours.rules.outstanding import OpenItem

RULES = {
    "reference": "le numéro",
    "amount": "le montant",
    "sum": "la somme",
    "oldest_first": "l'ancienneté",
}


def aged() -> str:
    """Say how the aged balance is drawn (aging.py, outstanding.py)."""
    today = date(2026, 3, 31)
    debits = [
        OpenItem(Decimal(amount), "debit", today - timedelta(days=age))
        for amount, age in ((1000, -15), (800, 12), (500, 45), (300, 75), (200, 140))
    ]
    balance = aged_balance([*debits, OpenItem(Decimal(250), "credit")], today)
    columns = table(
        ("Colonne", "Jours après l'échéance", "Exemple"),
        [
            (_column(code), _bounds(first, last), euros(balance.by_column[code]))
            for code, (first, last) in zip(DEFAULT_COLUMNS.codes, DEFAULT_COLUMNS.bounds, strict=True)
        ],
        right=(2,),
    )
    edges = " ; ".join(
        f"{days(age)}, « {_column(column_of(age)).lower()} »" for age in (0, 1, 30, 31, 90, 91)
    )
    return f"""
# Balance âgée et encours

L'**encours** est ce que le client doit : ses débits ouverts (factures, impayés), échus ou non, moins ses crédits non
affectés (règlements, avoirs, acomptes). L'**échu** est la part des débits dont la date d'échéance est passée. Rien de
cela n'est écrit d'avance : tout est recompté au jour demandé, à partir des pièces et des lettrages datés.

{columns}

Le jour de l'échéance, une facture n'est pas échue ; elle l'est le lendemain. Aux bords : {edges}.
Les bornes se changent dans les réglages. Une pièce sans échéance connue est non échue.

Les crédits non affectés forment une colonne à part, ici {euros(balance.unallocated)} : les répartir par âge serait
deviner quelle facture ils paient. Les colonnes, moins celle-là, font toujours l'encours :
{euros(balance.outstanding)} ici, dont {euros(balance.overdue)} échus.
"""


def _column(code: str) -> str:
    if code == "not_due":
        return "Non échu"
    words = code.split("_")
    return f"Plus de {words[1]} jours" if words[0] == "over" else f"{words[0]} à {words[1]} jours"


def _bounds(first: int | None, last: int | None) -> str:
    if first is None:
        return "0 ou avant"
    return f"{first} et plus" if last is None else f"{first} à {last}"


def dso() -> str:
    """Define the measures of collection (dso.py)."""
    months = [
        Sales(date(2026, 1, 1), date(2026, 1, 31), Decimal(90000)),
        Sales(date(2026, 2, 1), date(2026, 2, 28), Decimal(60000)),
        Sales(date(2026, 3, 1), date(2026, 3, 31), Decimal(120000)),
    ]
    owed, not_due, opening = Decimal(210000), Decimal(150000), Decimal(180000)
    sold = sum((month.amount for month in months), Decimal(0))
    length = sum(month.days for month in months)
    counted = count_back_dso(owed, months)
    spread = concentration([Decimal(90000), Decimal(60000), Decimal(40000), Decimal(20000)], top=2)
    rows = [
        (
            "DSO par épuisement",
            "l'encours est consommé par les ventes TTC les plus récentes, mois par mois ; les jours s'additionnent",
            f"{number(counted.days)} jours",
        ),
        (
            "DSO simple",
            "encours × jours de la période ÷ ventes TTC de la période",
            f"{number(simple_dso(owed, sold, length) or 0)} jours",
        ),
        (
            "Meilleur DSO possible",
            "le DSO simple si personne n'était en retard : seul le non échu compte",
            f"{number(best_possible_dso(not_due, sold, length) or 0)} jours",
        ),
        (
            "CEI (efficacité du recouvrement)",
            "(ouverture + ventes − clôture) ÷ (ouverture + ventes − non échu de clôture)",
            percent(collection_effectiveness(opening, sold, owed, not_due) or Decimal(0), 1),
        ),
        (
            "Concentration",
            "part des plus gros clients dans l'encours ; indice de Herfindahl de 0 à 1",
            f"{percent(spread.top_share_percent, 1)} ; {number(spread.herfindahl)}" if spread else "",
        ),
    ]
    return f"""
# DSO et mesures du recouvrement

L'exemple : {", ".join(f"{euros(month.amount)} de ventes en {month.days} jours" for month in months)} (janvier à mars
2026, TTC, avoirs déduits), un encours de {euros(owed)} à la clôture dont {euros(not_due)} non échus,
{euros(opening)} à l'ouverture.

{table(("Mesure", "Comment elle se compte", "Exemple"), rows, right=(2,))}

Le DSO par épuisement ne bouge pas avec la saison, au contraire du DSO simple ; un mois sans vente compte tous ses
jours. Quand l'encours dépasse toutes les ventes connues, le chiffre est un minimum et le bureau le dit. La
concentration de l'exemple est celle des deux premiers de quatre clients.
"""


def allocation() -> str:
    """Say which credit pays which debit (allocation.py)."""
    invoices = [
        Debit(1, Decimal(1200), date(2026, 1, 31), "FA-2026-0101"),
        Debit(2, Decimal(480), date(2026, 2, 15), "FA-2026-0117"),
        Debit(3, Decimal(350), date(2026, 2, 28), "FA-2026-0123"),
        Debit(4, Decimal(900), date(2026, 3, 15), "FA-2026-0140"),
    ]
    transfers = [
        Credit("A", Decimal(1000), date(2026, 2, 5), "VIR FA 2026 0101 ACOMPTE"),
        Credit("B", Decimal(900), date(2026, 3, 16), "VIREMENT SEPA"),
        Credit("C", Decimal(830), date(2026, 3, 20), "VIREMENT GROUPE"),
    ]
    group = letter(invoices[:2], [Credit("L", Decimal(1500), date(2026, 2, 20))])
    lettered = " ; ".join(f"{euros(one.amount)} sur {_number(invoices, one.debit_id)}" for one in group)
    examples = table(
        ("Règlement", "Libellé", "Proposé sur", "Montant", "Par"),
        [_proposed(one, invoices, transfers) for one in propose(invoices, transfers)],
        right=(3,),
    )
    return f"""
# Lettrage

## Le lettrage du fichier

Une lettre commune (lettrage comptable) dit que des pièces se règlent entre elles. Dans un groupe, les crédits paient
les débits du plus ancien au plus récent ; ce qui dépasse reste ouvert. Un règlement de {euros(1500)} lettré avec deux
factures de {euros(1200)} et {euros(480)} donne : {lettered}.

## Les propositions

Pour ce que le fichier laisse ouvert, Encours propose, client par client, sans rien changer aux montants tant que
personne n'a accepté. Une proposition refusée n'est pas faite deux fois. L'ordre des règles :

1. **Le numéro** : le libellé du règlement porte le numéro d'une pièce, quels que soient les séparateurs (jusqu'à
   {WORDS_PER_NUMBER} mots voisins mis bout à bout). Un numéro a au moins {NUMBER_MINIMUM} signes, {DIGITS_MINIMUM} s'il
   n'est fait que de chiffres.
2. **Le montant** : un règlement égal à ce qui reste d'une pièce paie la plus ancienne de ce montant.
3. **La somme** : un règlement égal à la somme de pièces qui se suivent par échéance les paie toutes. La recherche porte
   sur les {SUM_REACH} plus anciennes : plus loin, les sommes tombent juste par hasard.
4. **L'ancienneté** : le plus ancien d'abord, seulement si quelqu'un le demande.

Quatre factures : {" ; ".join(f"{one.number}, {euros(one.amount)}, échéance {day(one.due_on)}" for one in invoices)}.

{examples}
"""


def _number(invoices: list[Debit], identifier: object) -> str:
    return next(one.number for one in invoices if one.id == identifier)


def _proposed(one: Proposal, invoices: list[Debit], transfers: list[Credit]) -> tuple[str, ...]:
    paid = next(transfer for transfer in transfers if transfer.id == one.credit_id)
    return (
        f"{euros(paid.amount)} le {day(paid.issued_on)}",
        paid.text,
        _number(invoices, one.debit_id),
        euros(one.amount),
        RULES[one.rule],
    )
