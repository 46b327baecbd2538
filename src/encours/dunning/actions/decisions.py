"""The daily run: decide for every customer whose facts have changed, and write what follows, in bulk."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from encours.accounts import tenancy
from encours.accounts.models import Organization
from encours.accounts.queries import rate_table
from encours.customers.models import Customer
from encours.dunning import cases, queries
from encours.dunning.actions import bulk
from encours.dunning.actions.bulk import Verdict
from encours.dunning.cases import Scope
from encours.dunning.errors import PlanMissingError
from encours.dunning.models import Reminder, ReminderItem, ReminderState
from encours.rules import dunning as rules

CUSTOMERS_AT_ONCE = 2_000
LOCK_CLASS = 4_203
# No plan has this number: a decision taken under it is nobody's last one.
TRIED_PLAN = 0
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
    for chunk in _chunks(organization, customer_ids):
        with tenancy.inside(organization.pk):
            _lock(organization.pk)
            _decide_and_write(_scope(organization, today), chunk, now, summary)
    if summary.drafted + summary.confirmed >= MANY_NEW:
        with tenancy.inside(organization.pk), connection.cursor() as cursor:
            for table in ("dunning_reminder", "dunning_reminderitem", "dunning_decision"):
                cursor.execute("SELECT encours_analyze(%s)", [table])
    return summary


def preview(
    organization: Organization,
    today: date,
    customer_ids: Sequence[int] | None = None,
    *,
    plan: rules.Plan | None = None,
) -> list[rules.Decision]:
    """Return what a run would decide for those customers whose facts have changed, best first; nothing is written.

    Under a plan that is only tried, everyone is decided for anew.
    """
    decisions: list[rules.Decision] = []
    for chunk in _chunks(organization, customer_ids):
        with tenancy.inside(organization.pk):
            scope = _scope(organization, today)
            if plan is not None:
                scope = replace(scope, plan=plan, plan_id=TRIED_PLAN)
            found = [suspect.customer_id for suspect in cases.suspects(scope, chunk)]
            decisions.extend(rules.decide(case, scope.plan, today) for case in cases.cases(scope, found))
    return rules.order(decisions)


def _chunks(organization: Organization, customer_ids: Sequence[int] | None) -> Iterator[list[int]]:
    """Cut the customers into ranges, in the order of their numbers."""
    if customer_ids is not None:
        chosen = sorted(set(customer_ids))
        for start in range(0, len(chosen), CUSTOMERS_AT_ONCE):
            yield chosen[start : start + CUSTOMERS_AT_ONCE]
        return
    last = 0
    while True:
        with tenancy.inside(organization.pk):
            customers = Customer.objects.filter(organization_id=organization.pk, pk__gt=last).order_by("pk")
            chunk = list(customers.values_list("pk", flat=True)[:CUSTOMERS_AT_ONCE])
        if not chunk:
            return
        yield chunk
        last = chunk[-1]


def _lock(organization_id: int) -> None:
    """Let one run at a time decide for an organization: the second finds everything decided."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, organization_id % 2**31])


def _scope(organization: Organization, today: date) -> Scope:
    plan = queries.default_plan(organization)
    if plan is None:
        raise PlanMissingError
    known_until = rate_table(organization.pk).known_until()
    return Scope(organization, queries.rule_plan(plan, organization), plan.pk, today, known_until)


def _decide_and_write(scope: Scope, chunk: Sequence[int], now: datetime, summary: RunSummary) -> None:
    suspects = cases.suspects(scope, chunk)
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
            rules.decide(case, scope.plan, scope.today),
        )
        for case in cases.cases(scope, list(looked_at))
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
    created: list[rules.Remind] = []
    refreshed: list[tuple[Reminder, rules.Remind, bool]] = []
    withdrawn: list[tuple[Reminder, str]] = []
    for verdict in verdicts:
        decision = verdict.decision
        reminder = waiting.get(verdict.suspect.customer_id)
        if isinstance(decision, rules.Hold):
            if verdict.overdue:
                summary.held[decision.reason_code] += 1
            if reminder is not None:
                withdrawn.append((reminder, decision.reason_code))
            continue
        summary.amount += decision.amount
        summary.expected_value += decision.expected_value
        if reminder is None:
            created.append(decision)
        elif not _same_step(reminder, decision.step):
            withdrawn.append((reminder, "another_step"))
            created.append(decision)
        else:
            changed = lines.get(reminder.pk, {}) != {line.id: line.open_amount for line in decision.items}
            if changed or reminder.expected_value != decision.expected_value:
                refreshed.append((reminder, decision, changed))
    bulk.withdraw(scope, withdrawn, now)
    bulk.refresh(scope, refreshed)
    confirmed = bulk.create(scope, created, now)
    bulk.keep_decisions(scope, verdicts)
    summary.drafted += len(created) - confirmed
    summary.confirmed += confirmed
    summary.refreshed += len(refreshed)
    summary.canceled += len(withdrawn)


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
