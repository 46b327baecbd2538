"""What is asked of a customer, in what order, and why nothing is asked."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from encours.config.rulebook.french import day, days, euros, number, percent, share, table
from encours.rules import priority as priority_rule
from encours.rules.cases import Case, CaseItem, PaidAfter, Plan, Remind, Step
from encours.rules.default_plan import DEFAULT_PLAN_STEPS
from encours.rules.dunning import decide
from encours.rules.priority import HORIZON_DAYS, MINUTES, PSEUDO_INVOICES, REACH, probability_unpaid
from encours.rules.rates import SHIPPED

# In the order in which the decision asks.
HOLDS = {
    "on_hold": (
        "Laissé tranquille",
        "Une personne a mis le client en attente ; un envoi échoué ou incertain fait de même.",
    ),
    "all_disputed": (
        "Tout est en litige",
        "Tout ce qui est échu est contesté. D'une pièce contestée pour un montant, seul ce montant est retenu.",
    ),
    "promise_running": (
        "Promesse en cours",
        "Un règlement est promis pour ces pièces ; elles sont libres le lendemain des jours de grâce.",
    ),
    "installments_kept": (
        "Échéancier tenu",
        "Ces pièces sont dans un échéancier dont les échéances sont payées.",
    ),
    "all_postponed": (
        "Tout est reporté",
        "Tout ce qui est échu a été reporté ; la date de retour est donnée.",
    ),
    "other_currency": (
        "Autre devise",
        "Tout ce qui est échu est dans une autre devise que celle de l'organisation, et ne s'additionne pas.",
    ),
    "nothing_due": ("Rien à demander", "Rien d'échu, rien à annoncer, rien à remercier."),
    "never_asked": (
        "Jamais relancé",
        "Une personne ou une règle d'affectation a choisi de ne rien demander.",
    ),
    "insolvent": (
        "Procédure collective",
        "Demander est interdit : la créance se déclare auprès du mandataire.",
    ),
    "unallocated_credit": (
        "Règlement non affecté",
        "Un crédit non lettré couvre ce qui serait demandé : il faut d'abord le lettrer.",
    ),
    "ledger_stale": (
        "Écritures trop anciennes",
        "Le dernier import date de plus d'heures que l'organisation ne l'accepte.",
    ),
    "reply_waiting": ("Réponse à lire", "Le client a répondu et personne n'a encore lu sa réponse."),
    "sequence_finished": (
        "Plan terminé",
        "Toutes les étapes ont été faites : à une personne de décider la suite.",
    ),
    "step_not_due": ("Étape à venir", "La prochaine étape vient plus tard ; sa date est donnée."),
    "contact_bounced": ("Adresse refusée", "La seule adresse e-mail connue a été refusée par son serveur."),
    "contact_missing": (
        "Pas de contact",
        "Ni adresse e-mail, ni mobile, ni téléphone, ni adresse postale pour le canal de l'étape.",
    ),
    "too_soon": (
        "Trop tôt",
        "Le dernier contact, tous canaux confondus, date de moins de jours que le plan ou les garde-fous n'en veulent.",
    ),
    "budget_spent": ("Contacté souvent", "Le nombre de contacts permis en trente jours est atteint."),
    "rate_missing": (
        "Taux manquant",
        "La lettre énonce les pénalités et le taux du semestre n'est pas connu.",
    ),
    "below_minimum": (
        "Sous le minimum",
        "Le montant est sous le minimum de l'étape ou des garde-fous, ou sous la tolérance du plan.",
    ),
    "closed_day": (
        "Jour fermé",
        "Une étape qui part seule attend un jour ouvré : ni fin de semaine, ni jour férié du lieu du client.",
    ),
}
NAMES = {
    "Notice before due date": "Annonce avant échéance",
    "First reminder": "Première relance",
    "Second reminder": "Deuxième relance",
    "Last reminder": "Dernière relance",
    "Formal notice": "Mise en demeure",
    "Thanks for the payment": "Remerciement",
}
TRIGGERS = {
    "before_due": "{} avant l'échéance",
    "after_due": "{} après l'échéance",
    "after_payment": "au règlement",
}
CHANNELS = {"email": "e-mail", "sms": "SMS", "letter": "lettre", "phone": "téléphone"}
MODES = {
    "automatic": "seule",
    "to_confirm": "confirmée par une personne",
    "manual": "décidée par une personne",
}
PLAN = Plan("Plan par défaut", DEFAULT_PLAN_STEPS)
DUE = date(2026, 1, 31)
AMOUNT = Decimal(1200)


def decision() -> str:
    """Say what is asked of a customer today, or why nothing is (dunning.py, cases.py, default_plan.py)."""
    holds = table(
        ("Raison", "Ce qu'elle veut dire", "Code"),
        [(title, words, f"`{code}`") for code, (title, words) in HOLDS.items()],
    )
    return f"""
# La décision de relance

Chaque jour et pour chaque client, la règle répond : **relancer**, avec telle étape, telles pièces et tel montant, ou
**ne rien faire**, avec la raison et la date de fin si elle est connue. Les deux réponses sont gardées avec leurs
chiffres. La règle ne demande jamais si une date est aujourd'hui : un jour manqué est rattrapé, dans l'ordre.

## Le plan par défaut

{_steps()}

Entre deux messages au même client passent au moins {days(PLAN.minimum_gap_days)}. Les étapes, les délais, les canaux et
les textes se changent dans les réglages.

## Comment l'étape est choisie

1. Ne comptent que les débits ouverts qui ont une échéance ; les pièces en litige, promises, en échéancier ou reportées
   sont laissées de côté.
2. Une demande passe avant un remerciement, un remerciement avant une annonce. Un client qui a de l'échu ne reçoit ni
   l'un ni l'autre : cela déferait la demande.
3. Chaque pièce monte une étape à la fois, à son propre âge. Le client reçoit une seule voix : l'étape la plus haute qui
   soit mûre vaut pour tout ce qui est échu.
4. Le ton ne redescend pas tant que quelque chose reste échu. La mise en demeure ne vaut que pour les pièces qui l'ont
   méritée par l'étape d'avant ; ce qui est en demeure n'est plus rappelé plus doucement.
5. Une pièce connue à temps commence par la première étape, même si la machine s'est arrêtée un mois. Une pièce déjà
   ancienne quand on l'apprend (balance reprise) entre à l'étape de son âge ; un premier contact n'est cependant ni une
   mise en demeure ni une demande de pénalités. Dès que le client est relancé, une étape à la fois.
6. Une étape peut compter depuis l'émission, l'échéance, l'étape d'avant (le jour où elle a vraiment été dite) ou un
   événement ; chaque événement reçoit une seule réponse, qui ne fait monter personne.
7. Quand le plan change, chaque pièce reste à l'âge de la dernière étape dite : rien ne recommence, rien ne s'adoucit.
8. Par pièce, un message ne parle que des pièces qui en sont à la même étape ; le mode se change à tout moment.
9. Une mise en demeure, ou une étape par pièce, qui ne peut être dite (montant, adresse, taux) n'arrête pas le reste.
10. Les crédits non affectés sont déduits de ce qui est demandé, et la lettre le dit.

## Pourquoi rien n'est demandé

Dans l'ordre où la règle se pose la question :

{holds}

Juste avant l'envoi, la même question est posée une dernière fois sur les faits du moment ; si la réponse a changé, le
message est retiré. Une relance à confirmer dont le cas a changé l'est aussi.

## Exemple : {euros(AMOUNT)} échus le {day(DUE)}, jamais payés

{_life()}
"""


def _steps() -> str:
    return table(
        ("Étape", "Quand", "Canal", "Part", "Minimum", "Énonce les pénalités"),
        [
            (
                NAMES[step.name],
                TRIGGERS[step.trigger].format(days(step.days)),
                CHANNELS[step.channel],
                MODES[step.mode],
                euros(step.minimum_amount) if step.minimum_amount else "–",
                "oui" if step.states_interest else "non",
            )
            for step in PLAN.steps
        ],
    )


def _life() -> str:
    """Play the default plan day by day on one invoice that nobody pays."""
    item = CaseItem(1, "FA-2026-0101", AMOUNT, DUE)
    case = Case("C1", (item,), rates_known_until=SHIPPED.known_until())
    rows: list[tuple[str, str, str]] = []
    said = ""
    for shift in range(-10, 61):
        today = DUE + timedelta(days=shift)
        decided = decide(case, PLAN, today)
        if isinstance(decided, Remind):
            rows.append((day(today), f"**{NAMES[decided.step.name]}**", euros(decided.amount)))
            case, said = _after(case, decided.step, today), ""
        elif decided.reason_code != said:
            said = decided.reason_code
            until = f" jusqu'au {day(decided.until)}" if decided.until else ""
            rows.append((day(today), f"{HOLDS[said][0]}{until}", "–"))
    return table(("Jour", "Décision", "Montant"), rows, right=(2,))


def _after(case: Case, step: Step, today: date) -> Case:
    (item,) = case.items
    reached = replace(item, reached_rank=step.rank, noticed_days=step.days)
    return replace(case, items=(reached,), last_contact_on=today, last_rank=step.rank)


def _minutes() -> str:
    return table(
        ("Canal", "Minutes"),
        [(CHANNELS[channel], number(taken, 0)) for channel, taken in MINUTES.items()],
        right=(1,),
    )


def _known() -> str:
    return table(
        ("Jours d'échu", f"Payées sous {HORIZON_DAYS} jours", f"Encore impayées {HORIZON_DAYS} jours après"),
        [
            (f"{age} et plus", share(rate), percent(probability_unpaid(age) * 100, 0))
            for age, rate in priority_rule.PAID_WITHIN_HORIZON
        ],
        right=(1, 2),
    )


def priority() -> str:
    """Say in what order the work of the day is put (priority.py)."""
    reach = table(
        ("Canal", "Portée"), [(CHANNELS[channel], share(rate)) for channel, rate in REACH.items()], right=(1,)
    )
    own = PaidAfter(age=15, reached=5, paid=5)
    alone, mixed = probability_unpaid(20), probability_unpaid(20, [own])
    case = Case("C1", (CaseItem(1, "FA-2026-0101", AMOUNT, DUE, reached_rank=1),))
    decided = decide(case, PLAN, DUE + timedelta(days=20))
    value = decided.expected_value if isinstance(decided, Remind) else Decimal(0)
    return f"""
# Probabilité et valeur d'une relance

Le travail du jour est rangé par ce que rapporte une minute de travail :

**valeur = montant demandé × probabilité que l'argent reste impayé × portée du canal**

**rang = valeur ÷ minutes de travail**

L'égalité est tranchée par le montant, puis par le client. Ce qui est retenu vient après.

## La probabilité

La base a été mesurée sur 40 000 factures entre entreprises :

{_known()}

Le client apporte la sienne : ses propres factures arrivées à cet âge et payées sous {HORIZON_DAYS} jours. La base
pèse comme {PSEUDO_INVOICES} factures : à {own.reached} factures connues, les deux comptent pour moitié. À 20 jours
d'échu, la base donne {number(alone * 100, 0)} % ; un client dont {own.paid} factures sur {own.reached} ont été payées à
temps à cet âge est à {number(mixed * 100, 0)} %. Un message de plusieurs pièces prend la moyenne, chacune pesant son
montant.

## La portée

La part des messages qui atteignent quelqu'un qui peut payer. C'est une hypothèse, en attendant d'être mesurée :

{reach}

## Les minutes

Le temps d'une personne pour une relance de ce canal ; une hypothèse aussi :

{_minutes()}

## Exemple

{euros(AMOUNT)} échus depuis 20 jours, deuxième relance par e-mail :
{euros(AMOUNT)} × {number(alone)} × {number(REACH["email"])} = **{euros(value)}**,
soit {euros(value)} par minute ; par téléphone, il en faudrait {number(MINUTES["phone"], 0)}.
"""
