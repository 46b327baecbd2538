"""How a customer stands: its grade and why, what the rule says today, its terms and the law, its identity in words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _
from stdnum.fr import siren

from encours.backoffice.decisions import next_action, steps_of
from encours.backoffice.desk import Desk
from encours.backoffice.work import Row, rows
from encours.customers.models import Customer
from encours.dunning import queries
from encours.dunning.models import Pause
from encours.rules.terms import (
    Excess,
    Relationship,
    TermsNotUnderstoodError,
    exceeds_legal_maximum,
    parse_terms,
)
from encours.scoring import sentences
from encours.scoring.models import Score
from encours.scoring.queries import history as scores_of
from encours.ui import charts, shapes, terms

REMINDERS_SHOWN = 8
GRADES_SHOWN = 6
POINTS_DRAWN = 24
WAITING = ("drafted", "confirmed", "failed", "in_doubt", "printed")
SIREN_PARTS = ((0, 3), (3, 6), (6, 9))


@dataclass(frozen=True)
class Reason:
    """One line of a grade in words, and what would win its points back."""

    points: int
    words: str
    improvement: str


@dataclass(frozen=True)
class Grading:
    """The grade that holds, its reasons, and those before it."""

    score: Score
    reasons: list[Reason]
    earlier: list[Score]
    drift: shapes.Sparkline | None
    mean_days: int | None
    previous_days: int | None


@dataclass(frozen=True)
class Dunning:
    """What is said to a customer: what the rule says today, what waits, what was said, what holds it back."""

    next: str
    hold: str
    since: date | None
    waiting: Row | None
    reminders: list[Row]
    count: int
    pauses: list[Pause]


@dataclass(frozen=True)
class Terms:
    """Payment terms in words, where they come from, and by how much they exceed the law."""

    words: str
    source: str
    tone: str
    confirmable: bool
    excess: Excess | None


def grading(customer: Customer, currency: str) -> Grading | None:
    """Return why a customer has its grade, and how the grade moved."""
    scores = scores_of(customer)
    if not scores:
        return None
    score = scores[0]
    points = [one.points for one in reversed(scores[:POINTS_DRAWN])]
    drift = None
    if len(points) > 2:  # noqa: PLR2004 - two points are no line
        tone = "hurt" if points[-1] < points[0] else "first"
        drift = charts.sparkline(points, title=_("Points over time"), tone=tone)
    return Grading(
        score,
        [
            Reason(
                reason["points"],
                sentences.reason(reason["code"], reason["params"], currency),
                sentences.improvement(
                    reason.get("improve_code"), reason["params"], reason.get("improve_points", 0)
                ),
            )
            for reason in score.reasons
        ],
        scores[1 : GRADES_SHOWN + 1],
        drift,
        _days(score.inputs.get("days_beyond_terms")),
        _days(score.inputs.get("previous_days_beyond_terms")),
    )


def dunning(desk: Desk, customer: Customer) -> Dunning:
    """Return what was, is and will be said to a customer."""
    organization = desk.organization
    decision = queries.decision_of(organization, customer.pk)
    found = queries.reminders(organization, customer_id=customer.pk)
    shown = rows(desk, found[:REMINDERS_SHOWN])
    said = (
        next_action(
            decision.outcome,
            decision.reason,
            decision.params,
            decision.until,
            steps=steps_of(organization),
            currency=organization.currency,
        )
        if decision
        else None
    )
    pauses = queries.pauses(organization, customer.pk).filter(lifted_at=None, until__gt=desk.today)
    return Dunning(
        next=f"{said.step} {said.channel}".strip() if said else "",
        hold=said.hold if said else "",
        since=decision.decided_on if decision else None,
        waiting=next((row for row in shown if row.reminder.state in WAITING), None),
        reminders=shown,
        count=found.count(),
        pauses=list(pauses),
    )


def terms_of(desk: Desk, customer: Customer) -> Terms:
    """Return the payment terms that hold for a customer."""
    text = customer.terms or desk.organization.default_terms
    if not customer.terms:
        source, tone = _("default of the organization"), "neutral"
    elif customer.terms_agreed:
        source, tone = _("confirmed"), "ok"
    else:
        source, tone = _("from the file, to confirm"), "soon"
    return Terms(
        terms.said(text),
        source,
        tone,
        bool(customer.terms) and not customer.terms_agreed,
        excess_of(text, desk.today, relationship_of(customer)),
    )


def excess_of(text: str, today: date, relationship: Relationship) -> Excess | None:
    """Return by how much terms exceed the legal maximum of a relationship, for an invoice of this month."""
    try:
        return exceeds_legal_maximum(parse_terms(text), today.replace(day=10), relationship)
    except TermsNotUnderstoodError:
        return None


def relationship_of(customer: Customer) -> Relationship:
    """Return the relationship whose legal maximum applies; a public buyer has its own unless one is set."""
    if customer.public_buyer and customer.relationship in ("", "general"):
        return "public_body"
    return cast("Relationship", customer.relationship or "general")


def siren_in_words(number: str) -> tuple[str, bool]:
    """Return a SIREN in groups of three, and whether its check digit holds."""
    return " ".join(number[start:end] for start, end in SIREN_PARTS), bool(siren.is_valid(number))


def _days(value: Any) -> int | None:  # noqa: ANN401 - an input of a grade
    return None if value is None else round(Decimal(str(value)))
