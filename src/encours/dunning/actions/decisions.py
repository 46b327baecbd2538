"""The daily run: decide for every customer whose facts have changed, and write what follows, in bulk."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from django.db import connection

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.accounts.queries import rate_table
from encours.dunning import cases
from encours.dunning.actions import bulk, ranges
from encours.dunning.actions.bulk import Verdict
from encours.dunning.cases import InForce, Scope
from encours.dunning.errors import PlanMissingError
from encours.dunning.guardrails import guardrails_of, rule_guardrails, stale_since
from encours.dunning.models import Reminder, ReminderItem, ReminderState, Step
from encours.dunning.plans import assignments
from encours.rules import dunning as rules
from encours.rules.assignment import AssignmentRule

# No plan has this number: a decision taken under it is nobody's last one.
TRIED_PLAN = 0
# The day is not for messages, or the ledger is old: what already waits goes on waiting as it is.
ONLY_WAITS = frozenset({"closed_day", "ledger_stale"})
# Customers named beside each part of a forecast.
SAMPLE = 3
# A hand that finds nothing to decide, or somebody else at it, in so many ranges after another has met the others.
IDLE_RANGES = 3
# After this many new reminders the planner's statistics are refreshed at once.
MANY_NEW = 1_000


@dataclass
class RunSummary:
    """What one run looked at and what it changed."""

    customers: int = 0
    drafted: int = 0
    confirmed: int = 0
    refreshed: int = 0
    canceled: int = 0
    held: Counter[str] = field(default_factory=Counter)
    amount: Decimal = Decimal(0)
    expected_value: Decimal = Decimal(0)


def run(
    organization: Organization, today: date, now: datetime, customer_ids: Sequence[int] | None = None
) -> RunSummary:
    """Decide what to ask of each customer today, write it down, and withdraw what no longer holds.

    Each range of customers is a transaction of its own, so that memory and locks do not grow with the ledger; a
    customer whose facts and day are those of the last decision is left as it is.
    """
    summary = RunSummary()
    for chunk in ranges.ranges(organization, customer_ids):
        with tenancy.inside(organization.pk):
            ranges.hold(organization.pk, chunk)
            _decide_and_write(_scope(organization, today, now), chunk, now, summary)
    if summary.drafted + summary.confirmed >= MANY_NEW:
        with tenancy.inside(organization.pk), connection.cursor() as cursor:
            for table in ("dunning_reminder", "dunning_reminderitem", "dunning_decision"):
                cursor.execute("SELECT encours_analyze(%s)", [table])
    return summary


def lend_a_hand(organization: Organization, today: date, now: datetime, place: int) -> RunSummary:
    """Take ranges off a run that is under way, from the other end; where nothing is left to decide, it is over.

    The run itself goes over every range and finds these decided: whatever becomes of a hand, nothing is left out.
    """
    summary = RunSummary()
    idle = 0
    for chunk in ranges.backwards(organization, place):
        before = summary.customers
        with tenancy.inside(organization.pk):
            if ranges.held(organization.pk, chunk):
                _decide_and_write(_scope(organization, today, now), chunk, now, summary)
        idle = 0 if summary.customers > before else idle + 1
        if idle == IDLE_RANGES:
            break
    return summary


@dataclass(frozen=True, slots=True)
class Trial:
    """A plan, or a list of rules, that is tried: a plan alone takes everyone, with a lineage those it is for."""

    plan: rules.Plan | None = None
    lineage: int | None = None
    rules: Sequence[AssignmentRule] | None = None


AS_IT_IS = Trial()


def preview(
    organization: Organization,
    today: date,
    customer_ids: Sequence[int] | None = None,
    *,
    plan: rules.Plan | None = None,
    trial: Trial | None = None,
    now: datetime | None = None,
) -> list[rules.Decision]:
    """Return what a run would decide of everyone with something to decide, best first; nothing is written.

    Without a moment, the age of the ledger is not looked at.
    """
    tried = trial or Trial(plan)
    return rules.order(_previewed(organization, today, customer_ids, tried, now))


def _previewed(
    organization: Organization,
    today: date,
    customer_ids: Sequence[int] | None,
    trial: Trial,
    now: datetime | None,
) -> Iterator[rules.Decision]:
    for chunk in ranges.ranges(organization, customer_ids):
        with tenancy.inside(organization.pk):
            scope = _scope(organization, today, now, trial)
            lineages = _lineages(scope, chunk, trial)
            found = [
                suspect.customer_id
                for suspect in cases.suspects(scope, list(lineages), lineages)
                if suspect.candidate
            ]
            decided = [_decision(scope, case, lineages) for case in cases.cases(scope, found, lineages)]
        yield from decided


@dataclass
class Part:
    """What a step, or a reason to ask nothing, would take: customers, money, and the largest of them."""

    customers: int = 0
    amount: Decimal = Decimal(0)
    sample: list[tuple[Decimal, int]] = field(default_factory=list)

    def add(self, customer_id: int, amount: Decimal) -> None:
        """Count one customer, and keep it among the largest."""
        self.customers += 1
        self.amount += amount
        self.sample = sorted([*self.sample, (amount, customer_id)], key=lambda one: (-one[0], one[1]))[
            :SAMPLE
        ]


@dataclass
class Forecast:
    """What a run would do: each step with what it asks, by its rank and name, and each reason to ask nothing."""

    customers: int = 0
    steps: dict[tuple[int, str], Part] = field(default_factory=dict)
    holds: dict[str, Part] = field(default_factory=dict)


def forecast(
    organization: Organization,
    today: date,
    customer_ids: Sequence[int] | None = None,
    *,
    trial: Trial = AS_IT_IS,
    now: datetime | None = None,
) -> Forecast:
    """Return what a run would do, by step and by reason to hold, with the largest customers of each."""
    found = Forecast()
    for decision in _previewed(organization, today, customer_ids, trial, now):
        customer_id = int(decision.customer_id)
        found.customers += 1
        if isinstance(decision, rules.Remind):
            key = decision.step.rank, decision.step.name
            found.steps.setdefault(key, Part()).add(customer_id, decision.amount)
        else:
            amount = Decimal(str(decision.params.get("amount", 0)))
            found.holds.setdefault(decision.reason_code, Part()).add(customer_id, amount)
    return found


def _scope(
    organization: Organization, today: date, now: datetime | None, trial: Trial | None = None
) -> Scope:
    found = cases.plans_in_force(organization)
    if not any(plan.default for plan, _ in found.values()):
        raise PlanMissingError
    in_force = {lineage: InForce(plan.pk, rule) for lineage, (plan, rule) in found.items()}
    if trial and trial.plan is not None:
        tried = InForce(TRIED_PLAN, trial.plan)
        in_force = (
            dict.fromkeys(in_force, tried) if trial.lineage is None else {**in_force, trial.lineage: tried}
        )
    guardrails = guardrails_of(organization)
    answering = Step.objects.filter(organization=organization)
    return Scope(
        organization,
        in_force,
        today,
        rate_table(organization.pk).known_until(),
        rule_guardrails(guardrails),
        guardrails.promise_grace_days,
        stale_since(organization, guardrails, now) if now else None,
        {
            number: cast("rules.StepEvent", event)
            for number, event in answering.exclude(event="").values_list("pk", "event")
        },
        tried=trial is not None,
    )


def _lineages(scope: Scope, chunk: Sequence[int], trial: Trial = AS_IT_IS) -> dict[int, int | None]:
    """Return the plan of each of these customers; of those that a tried plan is for, where only it is tried."""
    given = assignments(scope.organization, scope.today, chunk, rules=trial.rules)
    only = trial.lineage if trial.plan is not None else None
    return {
        customer_id: found.lineage
        for customer_id, found in given.items()
        if only is None or found.lineage == only
    }


def _decision(scope: Scope, case: rules.Case, lineages: Mapping[int, int | None]) -> rules.Decision:
    found = scope.plan_of(lineages.get(int(case.customer_id)))
    return rules.decide(case, found.plan if found else None, scope.today, scope.guardrails)


def _decide_and_write(scope: Scope, chunk: Sequence[int], now: datetime, summary: RunSummary) -> None:
    lineages = _lineages(scope, chunk)
    suspects = cases.suspects(scope, chunk, lineages)
    if not suspects:
        return
    waiting = _waiting([suspect.customer_id for suspect in suspects])
    leaving = {customer_id for customer_id, reminder in waiting.items() if reminder.sending_id is not None}
    looked_at = {suspect.customer_id: suspect for suspect in suspects if suspect.customer_id not in leaving}
    summary.canceled += bulk.close_outdated(scope, list(looked_at), now)
    verdicts = [
        Verdict(
            looked_at[int(case.customer_id)],
            any(item.due_on is not None and item.due_on < scope.today for item in case.items),
            _decision(scope, case, lineages),
            scope.plan_of(lineages.get(int(case.customer_id))),
        )
        for case in cases.cases(scope, list(looked_at), lineages)
    ]
    summary.customers += len(verdicts)
    _apply(scope, verdicts, waiting, now, summary)


def _waiting(customer_ids: Sequence[int]) -> dict[int, Reminder]:
    """Lock the reminders that wait to leave, so that nobody confirms what is being withdrawn."""
    found = (
        Reminder.objects.select_for_update(of=("self",))
        .select_related("step")
        .filter(customer_id__in=customer_ids, state__in=[ReminderState.DRAFTED, ReminderState.CONFIRMED])
        .order_by("pk")
    )
    return {reminder.customer_id: reminder for reminder in found}


def _apply(
    scope: Scope,
    verdicts: Sequence[Verdict],
    waiting: dict[int, Reminder],
    now: datetime,
    summary: RunSummary,
) -> None:
    """Sort the verdicts into what is new, what stays with other figures, and what is withdrawn, and write each."""
    lines = _lines([reminder.pk for reminder in waiting.values()])
    created: list[bulk.New] = []
    refreshed: list[bulk.Change] = []
    withdrawn: list[tuple[Reminder, str]] = []
    for verdict in verdicts:
        decision = verdict.decision
        reminder = waiting.get(verdict.suspect.customer_id)
        if isinstance(decision, rules.Hold):
            if verdict.overdue:
                summary.held[decision.reason_code] += 1
            if reminder is not None and not _only_waits(reminder, decision):
                withdrawn.append((reminder, decision.reason_code))
            continue
        version = verdict.plan.plan_id if verdict.plan else TRIED_PLAN
        summary.amount += decision.amount
        summary.expected_value += decision.expected_value
        if reminder is None:
            created.append((version, decision))
        elif not _same_step(reminder, decision.step):
            withdrawn.append((reminder, "another_step"))
            created.append((version, decision))
        else:
            changed = lines.get(reminder.pk, {}) != {line.id: line.open_amount for line in decision.items}
            stale = reminder.expected_value != decision.expected_value or reminder.plan_id != version
            if changed or stale:
                refreshed.append((reminder, version, decision, changed))
    bulk.withdraw(scope, withdrawn, now)
    bulk.refresh(scope, refreshed)
    confirmed = bulk.create(scope, created, now)
    bulk.keep_decisions(scope, verdicts)
    summary.drafted += len(created) - confirmed
    summary.confirmed += confirmed
    summary.refreshed += len(refreshed)
    summary.canceled += len(withdrawn)


def _only_waits(reminder: Reminder, hold: rules.Hold) -> bool:
    """Tell whether what waits goes on waiting; a planned call too, since whoever makes it knows what was said."""
    calling = reminder.channel == "phone" and hold.reason_code == "too_soon"
    return calling or hold.reason_code in ONLY_WAITS


def _same_step(reminder: Reminder, step: rules.Step) -> bool:
    """Tell whether a waiting reminder already says this step, perhaps of an earlier version of the plan."""
    said = reminder.step
    return (said.rank, said.trigger, said.channel) == (step.rank, step.trigger, step.channel)


def _lines(reminder_ids: Sequence[int]) -> dict[int, dict[int, Decimal]]:
    found: dict[int, dict[int, Decimal]] = {}
    rows = ReminderItem.objects.filter(reminder_id__in=reminder_ids)
    for reminder_id, item_id, amount in rows.values_list("reminder_id", "item_id", "open_amount"):
        found.setdefault(reminder_id, {})[item_id] = amount
    return found
