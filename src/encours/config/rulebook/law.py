"""What the law fixes: payment terms, rates, late interest, the recovery fee."""

from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

from encours.config.rulebook.french import day, days, euros, half_year, number, percent, source, table
from encours.config.rulebook.french import terms as in_words
from encours.rules.interest import InterestStatement, LateInterestPolicy, late_interest
from encours.rules.rates import DEFAULT_POINTS, FLOOR_MULTIPLE, PUBLIC_BUYER_POINTS, SHIPPED, HalfYearRates
from encours.rules.recovery_fee import FeeCase, recovery_fee, recovery_fees
from encours.rules.terms import LEGAL_MAXIMUMS, Relationship, due_on, exceeds_legal_maximum, parse_terms

RELATIONSHIPS: dict[Relationship, str] = {
    "general": "Cas général, délai convenu",
    "nothing_agreed": "Rien n'a été convenu",
    "periodic_invoice": "Facture périodique (récapitulative)",
    "perishables": "Produits périssables, congelés, conserves de périssables",
    "perishables_periodic": "Produits périssables, facture périodique",
    "livestock_and_fresh_meat": "Bétail sur pied et viandes fraîches",
    "alcoholic_drinks": "Boissons alcooliques soumises à accise",
    "wine": "Vins, raisins et moûts",
    "transport": "Transport routier, location de véhicules, commission de transport",
    "tax_free_export_purchases": "Achats en franchise de TVA pour l'export hors UE",
    "public_body": "Acheteur public : État, collectivités",
    "public_hospital": "Acheteur public : établissements de santé",
    "public_undertaking": "Acheteur public : entreprises publiques",
}
BASIS = {
    "refinancing_plus_10": "BCE + 10",
    "refinancing_plus_8": "BCE + 8",
    "contract": "taux du contrat",
    "three_times_legal": "3 × taux légal",
}
WRITTEN = (
    "30 jours",
    "60 jours net",
    "45 jours fin de mois",
    "fin de mois 45 jours",
    "30 jours fin de mois le 10",
    "30 jours le 15",
    "à réception de facture",
    "30 jours date de livraison",
    "comptant",
)
ISSUED = (date(2026, 1, 15), date(2026, 1, 31), date(2026, 3, 10))


def terms() -> str:
    """Say how a due date is computed, and what the law allows at most (terms/dates.py, terms/text.py, terms/law.py)."""
    read = table(
        ("Écrit", "Compris", *(f"Facture du {day(issued)}" for issued in ISSUED)),
        [
            (
                f"« {text} »",
                in_words(parse_terms(text)),
                *(day(due_on(parse_terms(text), on)) for on in ISSUED),
            )
            for text in WRITTEN
        ],
    )
    maximums = table(
        ("Relation", "Maximum légal", "Si le contrat le stipule", "Texte", "Source", "Depuis le"),
        [
            (
                RELATIONSHIPS[row.relationship],
                in_words(row.longest),
                " ou ".join(in_words(option) for option in row.stipulated) or "–",
                row.article,
                row.source,
                day(row.valid_from),
            )
            for relationship in get_args(Relationship)
            for row in LEGAL_MAXIMUMS
            if row.relationship == relationship
        ],
    )
    excess = exceeds_legal_maximum(parse_terms("90 jours"), ISSUED[2])
    example = (
        f"Une facture du {day(ISSUED[2])} à 90 jours tombe le {day(excess.due_on)} ; la loi permet au plus le "
        f"{day(excess.latest_on)} ({excess.article}) : elle dépasse de {days(excess.days)}."
        if excess
        else ""
    )
    return f"""
# Délais de paiement

## L'échéance

L'échéance vient, dans cet ordre, de la pièce elle-même si le fichier la donne, des conditions du client, des
conditions par défaut de votre société. Les mots sont lus en entier : un texte qui laisse un mot incompris est
refusé plutôt que deviné. Un avoir ou un règlement n'a pas de délai : il porte sa propre date.

{read}

Deux lectures de « 45 jours fin de mois » sont licites et diffèrent jusqu'à un mois : le contrat dit laquelle.
Un jour du mois qui suit « fin de mois » est celui du mois suivant. Rien n'est déplacé pour un week-end ou un jour
férié : l'article L441-10 ne le dit pas. Une pièce sans échéance n'est jamais dite échue.

## Les maxima de la loi

{maximums}

Les dérogations par accord de secteur (matériel agricole, sports d'hiver, cuir, jouet, horlogerie) ne sont pas dans
cette table. Une ligne plus récente remplace l'ancienne pour les factures émises à partir de sa date.

{example}
"""


def rates() -> str:
    """Give the rates of late interest by half-year (rates.py)."""
    rows = [
        (
            half_year(row.half_year),
            percent(row.refinancing_percent),
            percent(SHIPPED.default_rate(row.half_year)),
            percent(SHIPPED.public_buyer_rate(row.half_year)),
            percent(row.legal_percent),
            percent(SHIPPED.floor(row.half_year)),
            _legal_source(row),
        )
        for row in reversed(SHIPPED.rows)
    ]
    header = (
        "Semestre",
        "BCE",
        f"Par défaut (BCE + {DEFAULT_POINTS})",
        f"Acheteurs publics (BCE + {PUBLIC_BUYER_POINTS})",
        "Taux légal",
        f"Plancher ({FLOOR_MULTIPLE} × légal)",
        "Source du taux légal",
    )
    return f"""
# Taux des pénalités, par semestre

Le taux par défaut est celui de la principale opération de refinancement de la Banque centrale européenne en vigueur
le 1er janvier ou le 1er juillet, plus {DEFAULT_POINTS} points (article L441-10 II du Code de commerce). Un taux
de contrat ne descend jamais sous {FLOOR_MULTIPLE} fois le taux légal entre professionnels (article L313-2 du Code
monétaire et financier) : le plancher se vérifie semestre par semestre.

{table(header, rows, right=(1, 2, 3, 4, 5))}

Cette version connaît les taux jusqu'au {day(SHIPPED.known_until())}. Au-delà, un semestre inconnu arrête le compte,
marqué « partiel » ; aucun taux n'est repris du semestre d'avant. `encours rates update` lit les taux publiés,
`encours rates enter` ou la page Réglages, Taux les reçoit d'une personne, avec sa source.
"""


def _legal_source(row: HalfYearRates) -> str:
    said = row.source.rpartition(": ")[2]
    return "arrêté du ministre de l'économie pour ce semestre" if said.startswith("order") else source(said)


def interest() -> str:
    """Say how late interest is counted, with examples (interest.py)."""
    principal, due, until = Decimal(12000), date(2025, 1, 31), date(2025, 9, 15)
    whole = late_interest(principal, due, until, SHIPPED)
    paid_on, paid = date(2025, 5, 15), Decimal(5000)
    cut = late_interest(principal, due, until, SHIPPED, payments=[(paid_on, paid)])
    contract = LateInterestPolicy("contract", Decimal(12))
    floored = late_interest(Decimal(2400), date(2023, 5, 31), date(2024, 3, 10), SHIPPED, policy=contract)
    public = late_interest(principal, due, until, SHIPPED, policy=LateInterestPolicy("public_buyer"))
    return f"""
# Pénalités de retard

Elles courent de plein droit, sans rappel, du lendemain de l'échéance au jour du paiement compris (article L441-10 II
du Code de commerce), sur le montant TTC qui reste dû. Elles ne portent pas elles-mêmes intérêt.

1. La période est coupée au 30 juin, au 31 décembre et à chaque règlement ; un règlement diminue le principal à partir
   du lendemain.
2. Chaque segment compte : principal × taux du semestre × jours ÷ 365, à quatre décimales. L'année peut, par réglage de
   la règle, compter 366 jours quand elle est bissextile.
3. Les segments, tels qu'ils sont montrés, sont additionnés et arrondis une seule fois au centime.
4. Un semestre dont le taux manque arrête le compte à la veille : le décompte est alors partiel et le dit.

Quatre politiques existent : par la loi (BCE + 10), par contrat (jamais sous 3 fois le taux légal), 3 fois le taux
légal, acheteur public (BCE + 8, figé au semestre où les intérêts ont commencé à courir, R2192-31 CCP).

## Exemple : {euros(principal)} TTC échus le {day(due)}, payés le {day(until)}

{_statement(whole)}

## Le même, avec un acompte de {euros(paid)} reçu le {day(paid_on)}

{_statement(cut)}

## Le même, dû par un acheteur public

{_statement(public)}

## {euros(2400)} échus le 31/05/2023, payés le 10/03/2024, contrat à 12 %

Le contrat tombe sous le plancher d'un semestre : le plancher s'y applique.

{_statement(floored)}
"""


def _statement(statement: InterestStatement) -> str:
    rows = [
        (
            day(one.from_on),
            day(one.to_on),
            one.days,
            euros(one.principal),
            percent(one.rate_percent),
            BASIS[one.basis],
            f"{number(one.interest, 4)} €",
        )
        for one in statement.segments
    ]
    header = ("Du", "Au", "Jours", "Principal", "Taux", "Base", "Intérêts")
    total = f"Total : **{number(statement.total, 2)} €**, compté jusqu'au {day(statement.counted_until)}."
    return f"{table(header, rows, right=(2, 3, 4, 6))}\n\n{total}"


def fee() -> str:
    """Say when the recovery fee is due (recovery_fee.py)."""
    due, paid = date(2026, 1, 31), date(2026, 2, 20)
    granted = recovery_fee(due, paid, paid)
    public = recovery_fee(due, paid, paid, public_buyer=True)
    installments = [FeeCase("FA-104", due, paid), FeeCase("FA-104", due + timedelta(days=30), None)]
    claimed = recovery_fees(installments, date(2026, 3, 31))
    rows = [
        (who, euros(one.amount.amount), one.article, source(one.source), day(one.valid_from))
        for who, one in (("Entre entreprises", granted), ("Acheteur public", public))
        if one
    ]
    total = sum((one.amount.amount for one in claimed.values()), Decimal(0))
    return f"""
# Indemnité forfaitaire de recouvrement

{table(("Relation", "Montant", "Texte", "Source", "Depuis le"), rows, right=(1,))}

- Elle est due pour chaque facture payée après son échéance, en plus des pénalités, si petite que soit la facture
  (CJUE C-78/22 et C-279/23).
- Elle est comptée **une fois par numéro de facture**, même quand la facture a plusieurs échéances : deux échéances
  en retard de la même facture FA-104 font {euros(total)}. La Cour parle d'une indemnité par facture impayée
  (C-585/20) ; là où deux lectures existent, Encours demande le moins.
- Elle n'est pas due quand l'ouverture d'une procédure collective interdisait de payer à l'échéance ; une facture déjà
  échue ce jour-là la garde.
- Les frais réels au-delà se demandent sur justificatif : Encours ne les compte pas.
"""
