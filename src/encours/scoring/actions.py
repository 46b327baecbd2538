"""Giving grades: a new one only where something changed, and an event only where the letter did."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from encours.events.actions import record_from_select
from encours.rules.behavior import Behavior, BehaviorSums, behavior_of
from encours.rules.grade import Grade, Reason, grade
from encours.scoring.models import Score
from encours.scoring.queries import Among, Standing, behaviors_among, ranges, standings

LOCK_CLASS = 4_203

Row = dict[str, object]

REPLACE = """
    UPDATE scoring_score SET replaced_on = %(today)s
    WHERE organization_id = %(organization)s AND replaced_on IS NULL AND customer_id = ANY(%(ids)s)
"""

INSERT = """
    INSERT INTO scoring_score
        (organization_id, customer_id, graded_on, grade, points, confidence, reasons, inputs, version)
    SELECT %(organization)s, customer_id, %(today)s, grade, points, confidence, reasons, inputs, version
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(customer_id bigint, grade varchar, points smallint,
        confidence varchar, reasons jsonb, inputs jsonb, version varchar)
"""

REFRESH = """
    UPDATE scoring_score score
    SET reasons = given.reasons, inputs = given.inputs, confidence = given.confidence
    FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS given(customer_id bigint, confidence varchar, reasons jsonb, inputs jsonb)
    WHERE score.organization_id = %(organization)s AND score.customer_id = given.customer_id
      AND score.replaced_on IS NULL
"""

CHANGED = """
    SELECT %(now)s::timestamptz, 'system', score.customer_id, 'score', score.id,
        jsonb_build_object('before', given.before, 'after', score.grade, 'points', score.points)
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS given(customer_id bigint, before varchar)
    JOIN scoring_score score ON score.organization_id = %(organization_id)s
        AND score.customer_id = given.customer_id AND score.replaced_on IS NULL
"""


@transaction.atomic
def grade_all(organization_id: int, today: date, now: datetime) -> int:
    """Grade every customer of an organization and return how many grades are new."""
    _alone(organization_id)
    return sum(_grade_among(organization_id, today, now, among) for among in ranges(organization_id))


@transaction.atomic
def grade_one(organization_id: int, customer_id: int, today: date, now: datetime) -> bool:
    """Grade one customer and tell whether the grade is new."""
    _alone(organization_id)
    return _grade_among(organization_id, today, now, Among.these([customer_id])) > 0


def _alone(organization_id: int) -> None:
    """Wait for another grading of the organization to end: two at once would both replace the same grades."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, organization_id % 2**31])


def _grade_among(organization_id: int, today: date, now: datetime, among: Among) -> int:
    sums = behaviors_among(organization_id, today, among)
    owed = standings(organization_id, today, among)
    before = _current(organization_id, list(owed))
    new: list[Row] = []
    refreshed: list[Row] = []
    letters: list[Row] = []
    for customer_id, standing in owed.items():
        row = _row(customer_id, sums.get(customer_id) or BehaviorSums(today), standing)
        known = before.get(customer_id)
        if known is None or _differs(known, row):
            new.append(row)
            if known is not None and known.grade != row["grade"]:
                letters.append({"customer_id": customer_id, "before": known.grade})
        elif (known.inputs, known.reasons, known.confidence) != (
            row["inputs"],
            row["reasons"],
            row["confidence"],
        ):
            refreshed.append(row)
    _write(organization_id, today, new, refreshed)
    if letters:
        record_from_select(
            organization_id, "score.changed", CHANGED, {"now": now, "rows": json.dumps(letters)}
        )
    return len(new)


def _differs(score: Score, row: Row) -> bool:
    """Tell whether a grade is another one: its points or the lines of its card, not the days they speak of.

    Every day makes an overdue item a day older: without this each day would write a grade for every customer
    who owes something, the same as the day before.
    """
    reasons = row["reasons"]
    lines = [(reason["code"], reason["points"]) for reason in reasons] if isinstance(reasons, list) else []
    return (score.grade, score.points, score.version) != (
        row["grade"],
        row["points"],
        row["version"],
    ) or lines != [(reason["code"], reason["points"]) for reason in score.reasons]


def _current(organization_id: int, customer_ids: list[int]) -> dict[int, Score]:
    scores = Score.objects.filter(
        organization_id=organization_id, customer_id__in=customer_ids, replaced_on=None
    )
    return {score.customer_id: score for score in scores}


def _row(customer_id: int, sums: BehaviorSums, standing: Standing) -> Row:
    behavior = behavior_of(sums)
    given: Grade = grade(
        behavior,
        overdue_amount=standing.overdue_amount,
        overdue_oldest_days=standing.overdue_oldest_days,
        outstanding=standing.outstanding,
        doubtful=standing.doubtful,
        insolvent=standing.insolvent,
    )
    return {
        "customer_id": customer_id,
        "grade": given.letter,
        "points": given.points,
        "confidence": given.confidence,
        "reasons": [_reason(reason) for reason in given.reasons],
        "inputs": _inputs(behavior, standing),
        "version": given.version,
    }


def _reason(reason: Reason) -> Row:
    return {
        "code": reason.code,
        "points": reason.points,
        "params": _plain(reason.params),
        "improve_code": reason.improve_code,
        "improve_points": reason.improve_points,
    }


def _inputs(behavior: Behavior, standing: Standing) -> Row:
    return _plain(
        {field.name: getattr(behavior, field.name) for field in fields(behavior)}
        | {field.name: getattr(standing, field.name) for field in fields(standing)}
    )


def _plain(values: Mapping[str, object]) -> Row:
    """Write decimals and dates as JSON keeps them: in words, so that no cent is lost."""
    return {
        name: str(value) if isinstance(value, Decimal | date) else value for name, value in values.items()
    }


def _write(organization_id: int, today: date, new: list[Row], refreshed: list[Row]) -> None:
    parameters: dict[str, Any] = {"organization": organization_id, "today": today}
    with connection.cursor() as cursor:
        if new:
            ids = [row["customer_id"] for row in new]
            cursor.execute(REPLACE, {**parameters, "ids": ids})
            cursor.execute(INSERT, {**parameters, "rows": json.dumps(new)})
        if refreshed:
            cursor.execute(REFRESH, {**parameters, "rows": json.dumps(refreshed)})
