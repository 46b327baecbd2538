"""Writes many reminders and decisions with a constant number of statements."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from encours.channels import actions as channels
from encours.dunning.cases import InForce, Scope, Suspect
from encours.dunning.models import Decision, Reminder, ReminderItem, ReminderState, Step
from encours.events.actions import record_from_select
from encours.rules import dunning as rules

EVENTS = """
SELECT %(at)s::timestamptz, 'system', r.customer_id, 'reminder', r.id,
       jsonb_build_object('step', r.rank, 'trigger', r.trigger, 'channel', r.channel, 'amount', r.amount::text,
                          'why', coalesce(nullif(r.held, ''), r.state))
FROM dunning_reminder r
WHERE r.organization_id = %(organization_id)s AND r.id = ANY(%(reminders)s)
ORDER BY r.id
"""

CREATE = """
INSERT INTO dunning_reminder
    (organization_id, customer_id, plan_id, step_id, rank, trigger, channel, registered, state, held, decided_on,
     amount, expected_value, explanation, language, recipient, copies, subject, body, attempt, failure, outcome, note,
     confirmed_at, created_at)
SELECT %(organization)s, new.customer_id, step.plan_id, step.id, step.rank, step.trigger, step.channel,
       step.registered, CASE step.mode WHEN 'automatic' THEN 'confirmed' ELSE 'drafted' END, '', %(today)s, new.amount,
       new.expected_value, new.explanation, customer.language, '', '', '', '', 1, '', '', '',
       CASE step.mode WHEN 'automatic' THEN %(now)s::timestamptz END, %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb)
     AS new (customer_id bigint, plan_id bigint, rank int, amount numeric, expected_value numeric,
             explanation jsonb)
JOIN dunning_step step
  ON step.organization_id = %(organization)s AND step.plan_id = new.plan_id AND step.rank = new.rank
JOIN customers_customer customer
  ON customer.organization_id = %(organization)s AND customer.id = new.customer_id
RETURNING id, customer_id, state
"""

ADD_LINES = """
INSERT INTO dunning_reminderitem (organization_id, reminder_id, item_id, trigger, rank, reached_days, open_amount)
SELECT %(organization)s, new.reminder_id, new.item_id, new.trigger, new.rank, new.reached_days, new.open_amount
FROM unnest(%(reminders)s::bigint[], %(items)s::bigint[], %(triggers)s::text[], %(ranks)s::int[], %(days)s::int[],
            %(amounts)s::numeric[]) AS new (reminder_id, item_id, trigger, rank, reached_days, open_amount)
"""

# `decided_on` is the day since which the rule has been saying this.
KEEP_DECISIONS = """
INSERT INTO dunning_decision AS old
    (organization_id, customer_id, decided_on, outcome, reason, params, until, amount, basis)
SELECT %(organization)s, new.customer_id, %(today)s, new.outcome, new.reason, new.params, new.until, new.amount,
       new.basis
FROM jsonb_to_recordset(%(rows)s::jsonb)
     AS new (customer_id bigint, outcome text, reason text, params jsonb, until date, amount numeric, basis text)
ON CONFLICT (organization_id, customer_id) DO UPDATE
SET decided_on = CASE WHEN (old.outcome, old.reason) = (excluded.outcome, excluded.reason)
                      THEN old.decided_on ELSE excluded.decided_on END,
    outcome = excluded.outcome, reason = excluded.reason, params = excluded.params, until = excluded.until,
    amount = excluded.amount, basis = excluded.basis
"""

SETTLED_FAILURES = """
SELECT r.id FROM dunning_reminder r
WHERE r.organization_id = %(organization)s AND r.customer_id = ANY(%(customers)s) AND r.state || '' = 'failed'
  AND r.trigger = 'after_due' AND NOT EXISTS (
      SELECT FROM dunning_reminderitem l
      JOIN receivables_item i ON i.organization_id = l.organization_id AND i.id = l.item_id
      WHERE l.organization_id = r.organization_id AND l.reminder_id = r.id AND i.open_amount > 0
        AND (i.disputed_on IS NULL OR i.disputed_amount < i.open_amount) AND i.missing_since IS NULL)
"""


# A letter that waits for the post must still be true when it goes into the box.
STALE_LETTERS = """
SELECT r.id FROM dunning_reminder r
WHERE r.organization_id = %(organization)s AND r.customer_id = ANY(%(customers)s) AND r.state || '' = 'printed'
  AND r.trigger <> 'after_payment' AND EXISTS (
      SELECT FROM dunning_reminderitem l
      JOIN receivables_item i ON i.organization_id = l.organization_id AND i.id = l.item_id
      WHERE l.organization_id = r.organization_id AND l.reminder_id = r.id
        AND (l.open_amount <> i.open_amount - CASE WHEN i.disputed_on IS NULL THEN 0
                                              ELSE least(coalesce(i.disputed_amount, i.open_amount), i.open_amount) END
             OR i.missing_since IS NOT NULL))
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A customer looked at, whether anything is overdue, what the rule said, and by which plan."""

    suspect: Suspect
    overdue: bool
    decision: rules.Decision
    plan: InForce | None


# A decision with the version of the plan it follows; and a waiting reminder that takes new figures, lines too or not.
New = tuple[int, rules.Remind]
Change = tuple[Reminder, int, rules.Remind, bool]


def plain(params: rules.Params) -> dict[str, object]:
    """Return figures and days as JSON keeps them: exact, as text."""
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else str(value)
        if isinstance(value, Decimal)
        else value
        for name, value in params.items()
    }


def explanation(decision: rules.Remind) -> dict[str, object]:
    """Return why a customer is written to and what the message is worth, as it is kept with the reminder."""
    oldest = decision.items[0]
    return {
        "reasons": [{"code": why.code, "params": plain(why.params)} for why in decision.reasons],
        "arithmetic": plain(rules.explain(decision)),
        "count": len(decision.items),
        "oldest_days": oldest.days_overdue,
        "oldest_due_on": oldest.due_on.isoformat(),
    }


def create(scope: Scope, decisions: Sequence[New], now: datetime) -> int:
    """Write new reminders with their lines and events, and return how many may leave without a person."""
    if not decisions:
        return 0
    rows = _execute(
        CREATE,
        {
            "organization": scope.organization.pk,
            "today": scope.today,
            "now": now,
            "rows": _json(
                {
                    "customer_id": decision.customer_id,
                    "plan_id": version,
                    "rank": decision.step.rank,
                    "amount": decision.amount,
                    "expected_value": decision.expected_value,
                    "explanation": explanation(decision),
                }
                for version, decision in decisions
            ),
        },
    )
    numbers = {customer_id: reminder_id for reminder_id, customer_id, _ in rows}
    _add_lines(scope, [(numbers[int(decision.customer_id)], decision) for _, decision in decisions])
    confirmed = [reminder_id for reminder_id, _, state in rows if state == ReminderState.CONFIRMED]
    _tell(scope, "reminder.drafted", list(numbers.values()), now)
    _tell(scope, "reminder.confirmed", confirmed, now)
    return len(confirmed)


def refresh(scope: Scope, changes: Sequence[Change]) -> None:
    """Give waiting reminders the figures of the day and the step of the plan as it is now.

    What asks for more than was confirmed is confirmed again; so is what left by itself, once the plan wants a person.
    """
    if not changes:
        return
    versions = {version for _, version, _, _ in changes}
    steps = {(step.plan_id, step.rank): step for step in Step.objects.filter(plan_id__in=versions)}
    for reminder, version, decision, _ in changes:
        step = steps[version, decision.step.rank]
        by_itself = reminder.step.mode == "automatic" and reminder.confirmed_by is None
        if step.mode != "automatic" and (decision.amount > reminder.amount or by_itself):
            reminder.state = ReminderState.DRAFTED
            reminder.confirmed_at = reminder.confirmed_by = reminder.simulated_at = None
        reminder.step, reminder.plan_id = step, version
        reminder.amount = decision.amount
        reminder.expected_value = decision.expected_value
        reminder.explanation = explanation(decision)
    fields = ["state", "confirmed_at", "confirmed_by", "simulated_at", "step", "plan", "amount"]
    Reminder.objects.bulk_update(
        [reminder for reminder, *_ in changes], [*fields, "expected_value", "explanation"], batch_size=500
    )
    other_lines = [(reminder.pk, decision) for reminder, _, decision, changed in changes if changed]
    ReminderItem.objects.filter(reminder_id__in=[number for number, _ in other_lines]).delete()
    _add_lines(scope, other_lines)


def withdraw(scope: Scope, withdrawn: Sequence[tuple[Reminder, str]], now: datetime) -> None:
    """Cancel waiting reminders whose case changed: what they would have said counts for nothing."""
    if not withdrawn:
        return
    for reminder, why in withdrawn:
        reminder.state, reminder.held = ReminderState.CANCELED, why
    Reminder.objects.bulk_update([reminder for reminder, _ in withdrawn], ["state", "held"], batch_size=500)
    numbers = [reminder.pk for reminder, _ in withdrawn]
    ReminderItem.objects.filter(reminder_id__in=numbers).update(released_at=now)
    _tell(scope, "reminder.canceled", numbers, now)


def close_outdated(scope: Scope, customer_ids: Sequence[int], now: datetime) -> int:
    """Cancel the demands that failed and of which nothing is left, and the letters to post that are no longer true."""
    parameters = {"organization": scope.organization.pk, "customers": list(customer_ids)}
    failed = [row[0] for row in _execute(SETTLED_FAILURES, parameters)]
    letters = [row[0] for row in _execute(STALE_LETTERS, parameters)]
    numbers = [*failed, *letters]
    if not numbers:
        return 0
    sendings = Reminder.objects.filter(pk__in=letters).exclude(sending_id=None)
    for sending_id in sendings.values_list("sending_id", flat=True):
        if sending_id is not None:
            channels.cancel(sending_id, now, reason="amount_changed")
    Reminder.objects.filter(pk__in=numbers).update(state=ReminderState.CANCELED, held="amount_changed")
    ReminderItem.objects.filter(reminder_id__in=numbers).update(released_at=now)
    _tell(scope, "reminder.canceled", numbers, now)
    return len(numbers)


def keep_decisions(scope: Scope, verdicts: Sequence[Verdict]) -> None:
    """Keep what the rule said of each customer; of those with nothing to say any more, nothing is kept."""
    over = [v.suspect.customer_id for v in verdicts if not v.suspect.candidate and _nothing_due(v.decision)]
    if over:
        Decision.objects.filter(organization=scope.organization, customer_id__in=over).delete()
    gone = set(over)
    kept = [verdict for verdict in verdicts if verdict.suspect.customer_id not in gone]
    if not kept:
        return
    rows = _json({"customer_id": v.suspect.customer_id, "basis": v.suspect.basis, **_facts(v)} for v in kept)
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP_DECISIONS,
            {"organization": scope.organization.pk, "today": scope.today, "rows": rows},
        )


def _nothing_due(decision: rules.Decision) -> bool:
    return isinstance(decision, rules.Hold) and decision.reason_code == "nothing_due"


def _facts(verdict: Verdict) -> dict[str, object]:
    """Return what is kept of a verdict; saying nothing holds something back only where something is overdue."""
    decision = verdict.decision
    if isinstance(decision, rules.Remind):
        step = decision.step
        said = {"outcome": "remind", "reason": step.trigger, "until": None}
        # A rank means a step of one plan only: its name and channel say what is done, whatever the plan.
        params = {"rank": step.rank, "step": step.name, "channel": step.channel}
        return {**said, "params": params, "amount": decision.amount}
    return {
        "outcome": "hold" if verdict.overdue else "quiet",
        "reason": decision.reason_code,
        "until": decision.until,
        "params": plain(decision.params),
        "amount": decision.params.get("amount", Decimal(0)),
    }


def _add_lines(scope: Scope, reminders: Iterable[tuple[int, rules.Remind]]) -> None:
    lines = [
        (number, line.id, decision.step.trigger, line.rank, line.reached_days, line.open_amount)
        for number, decision in reminders
        for line in decision.items
    ]
    if not lines:
        return
    names = ("reminders", "items", "triggers", "ranks", "days", "amounts")
    columns = {name: _array(column) for name, column in zip(names, zip(*lines, strict=True), strict=True)}
    with connection.cursor() as cursor:
        cursor.execute(ADD_LINES, {"organization": scope.organization.pk, **columns})


def _array(values: Iterable[object]) -> str:
    """Return numbers, amounts or codes as PostgreSQL writes an array: read five times faster than JSON."""
    return "{" + ",".join(map(str, values)) + "}"


def _json(rows: Iterable[dict[str, object]]) -> str:
    """Return rows as one text: PostgreSQL reads it faster than arrays are written, and amounts stay exact."""
    return json.dumps(list(rows), default=str)


def _tell(scope: Scope, kind: str, reminder_ids: Sequence[int], now: datetime) -> None:
    if reminder_ids:
        record_from_select(scope.organization.pk, kind, EVENTS, {"at": now, "reminders": list(reminder_ids)})


def _execute(query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
