"""How a customer pays, and the grade that follows from it."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from encours.config.rulebook.french import day, days, euros, number, share, table
from encours.rules import behavior as payer_rule
from encours.rules import grade as grade_rule
from encours.rules.behavior import Behavior, OpenPart, SettledPart, behavior
from encours.rules.grade import Curve, Grade, grade

TODAY = date(2026, 11, 22)
REASONS = {
    "no_history": "Aucun règlement vu depuis douze mois",
    "thin_history": "{settled_count} règlements vus seulement depuis douze mois",
    "days_beyond_terms": "Paie en moyenne {days} jours après l'échéance",
    "trend_worse": "Paie {days} jours plus tard qu'il y a six mois",
    "share_late": "{share} des montants payés en retard",
    "worst_delay": "Pire retard : {days} jours",
    "oldest_overdue": "Plus ancien échu : {days} jours",
    "broken_habit": "Habitude rompue : {days} jours d'échu, d'ordinaire {habit_days} au plus",
    "overdue_share": "{share} de ce qu'il doit est échu",
    "doubtful_account": "Compte douteux (416)",
    "insolvent": "Procédure collective ouverte",
    "long_history_clean": "Paie à l'heure depuis {months} mois",
}


def payer() -> str:
    """Define the figures of a customer's behavior (behavior.py)."""
    found = _example()
    rows = [
        ("Jours au-delà de l'échéance", "moyenne pondérée par les montants ; payer en avance compte zéro",
         number(found.days_beyond_terms or 0)),
        (f"Les mêmes il y a {payer_rule.PREVIOUS_DAYS} jours", "avec ce qu'on savait alors",
         number(found.previous_days_beyond_terms or 0)),
        ("Tendance", "la différence des deux", number(found.trend_days or 0)),
        ("Part payée en retard", "en montant", share(found.share_late or Decimal(0))),
        ("Pire retard", "réglé ou encore ouvert", days(found.worst_delay_days or 0)),
        ("Délai habituel", "médiane des retards réglés ; garde son signe, car il annonce un jour et non un risque",
         days(found.usual_delay_days or 0)),
        ("Limite de l'habitude", "voir plus bas", days(found.habit_limit_days or 0)),
        ("Habitudes rompues", "pièces ouvertes au-delà de cette limite", found.broken_habits),
        ("Règlements vus", "sur la fenêtre", found.settled_count),
    ]  # fmt: skip
    return f"""
# Comportement payeur

Les chiffres portent sur les {payer_rule.WINDOW_DAYS} derniers jours : ce qui a été réglé dans cette fenêtre, et ce qui
est échu et toujours ouvert, compté pour le retard qu'il a déjà. Les pièces en litige sont laissées de côté. Ce qui
n'est pas connu reste inconnu ; ce n'est jamais un zéro.

L'exemple : un client qui doit {euros(1000)} par mois, a payé six factures 5 jours après l'échéance puis six autres
20 jours après, et en a une ouverte depuis 40 jours, vu le {day(TODAY)}.

{table(("Chiffre", "Définition", "Exemple"), rows, right=(2,))}

**L'habitude.** À partir de {payer_rule.HABIT_MINIMUM} règlements, la limite est la plus grande de trois valeurs : le
retard que neuf règlements sur dix ne dépassent pas, la moyenne plus {payer_rule.HABIT_DEVIATIONS} écarts-types, et
{days(payer_rule.PROCESSING_DAYS)} (le temps d'une banque et d'une saisie, qui n'est l'habitude de personne). Une pièce
ouverte au-delà est une habitude rompue : le bureau la signale le jour même, même si le retard est petit.
"""


def points() -> str:
    """Give the card of points of the grade (grade.py)."""
    letters = table(
        ("Note", "À partir de"),
        [(letter, f"{least} points") for letter, least in grade_rule.LETTERS],
        right=(1,),
    )
    curves = [
        ("Jours au-delà de l'échéance", grade_rule.DAYS_BEYOND_TERMS),
        ("Dégradation sur six mois, en jours", grade_rule.TREND_WORSE),
        ("Pire retard, en jours", grade_rule.WORST_DELAY),
        ("Plus ancien échu, en jours", grade_rule.OLDEST_OVERDUE),
    ]
    given = grade(_example(), overdue_amount=Decimal(1000), overdue_oldest_days=40, outstanding=Decimal(2000))
    unknown = grade(behavior([], [], TODAY))
    return f"""
# Cotation de A à E

Chaque client part de {grade_rule.FULL_POINTS} points. Chaque point perdu ou gagné est une raison en mots, la plus
lourde d'abord ; la somme des raisons fait la note, et un chiffre plus mauvais ne donne jamais une meilleure note.
Version de la carte : `{grade_rule.VERSION}`.

{letters}

## Ce qui coûte des points

Entre deux valeurs, le coût se lit en ligne droite.

{_curves(curves)}

{table(("Autre raison", "Points"), _others(), right=(1,))}

Une habitude rompue change les mots et non les points : sinon un client qui a toujours mal payé perdrait moins qu'un
client qui a toujours bien payé. Là où c'est possible, la raison dit ce qui rendrait des points.

## La confiance

Haute à partir de {grade_rule.FULL_HISTORY} règlements et {grade_rule.FULL_HISTORY} mois d'historique, moyenne à partir
de {grade_rule.FAIR_HISTORY} règlements et {grade_rule.FAIR_HISTORY_MONTHS} mois, basse sinon. Un client inconnu a
{unknown.points} points, note {unknown.letter} : ni confiance, ni soupçon.

## Exemple

Le client de la page [Comportement payeur](comportement-payeur.md), qui doit {euros(2000)} dont {euros(1000)} échus :

{_card(given)}
"""


def _others() -> list[tuple[str, str]]:
    return [
        ("Part payée en retard", f"jusqu'à −{grade_rule.SHARE_LATE_POINTS}, en proportion"),
        ("Part échue de ce qui est dû", f"jusqu'à −{grade_rule.OVERDUE_SHARE_POINTS}, en proportion"),
        (
            f"Moins de {grade_rule.FULL_HISTORY} règlements vus",
            f"jusqu'à −{grade_rule.FULL_POINTS - grade_rule.NEUTRAL_POINTS}, en proportion de ce qui manque",
        ),
        ("Compte douteux", f"−{grade_rule.DOUBTFUL_POINTS}"),
        ("Procédure collective ouverte", f"−{grade_rule.FULL_POINTS}"),
        (
            f"{grade_rule.LONG_HISTORY_MONTHS} mois d'historique sans dépasser {days(grade_rule.CLEAN_DELAY_DAYS)}",
            f"+{grade_rule.CLEAN_POINTS}",
        ),
    ]


def _curves(curves: list[tuple[str, Curve]]) -> str:
    rows = [(name, " ; ".join(f"{value} → −{cost}" if cost else f"{value} → 0" for value, cost in curve))
            for name, curve in curves]  # fmt: skip
    return table(("Chiffre", "Valeur → points"), rows)


def _card(given: Grade) -> str:
    rows = [
        (REASONS[one.code].format(**_shown(one.params)), f"{one.points:+d}".replace("-", "−"))
        for one in given.reasons
    ]
    return (
        f"{table(('Raison', 'Points'), rows, right=(1,))}\n\nNote **{given.letter}**, {given.points} points."
    )


def _shown(params: Mapping[str, Decimal | int]) -> dict[str, str]:
    return {
        name: share(Decimal(value)) if name == "share" else number(round(Decimal(value)))
        for name, value in params.items()
    }


def _example() -> Behavior:
    delays = [5] * 6 + [20] * 6
    settled = []
    for rank, delay in enumerate(delays):
        due = TODAY - timedelta(days=30 * (len(delays) - rank) + 5)
        settled.append(SettledPart(Decimal(1000), due, due + timedelta(days=delay)))
    return behavior(settled, [OpenPart(Decimal(1000), TODAY - timedelta(days=40))], TODAY)
