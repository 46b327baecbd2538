"""Gathers the facts of the dunning decision: a few queries for any number of customers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from django.db import connection

from encours.accounts.models import Organization
from encours.dunning import facts, plans, said
from encours.dunning.models import HEARD, DunningPlan
from encours.dunning.queries import rule_plan
from encours.payment_plans.queries import Standing, standing
from encours.rules.cases import Case, CaseEvent, CaseItem, Guardrails, PaidAfter, Plan, StepEvent
from encours.rules.dunning import EVENT_DAYS, THANKS_DAYS
from encours.rules.guardrails import BUDGET_DAYS
from encours.rules.holidays import region_of
from encours.rules.priority import HORIZON_DAYS, PAID_WITHIN_HORIZON

HISTORY_DAYS = 365
# Below this number of settled invoices, a median is nobody's habit.
HABIT_MINIMUM = 5
# An event that happened longer ago calls for no answer, unless a step waits longer than most before it gives one.
EVENTS_DAYS = 120
# Of one message, so many answers are looked for: who wrote more was contacted lately by the last of them.
ANSWERS_LOOKED_AT = 9
# French mobile numbers, and any other written with the code of its country: which of those are mobile is not known.
MOBILE = r"^((\+33|0033|0)[67]\d{8}$|\+(?!33)\d{8,15}$)"
AGES = [age for age, _ in PAID_WITHIN_HORIZON]

Row = tuple[Any, ...]
Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A customer whose case may be different from the one last decided on, and the print of its facts."""

    customer_id: int
    basis: str
    candidate: bool


@dataclass(frozen=True, slots=True)
class InForce:
    """One plan as it applies in a run: its version, zero where it is only tried, and what the rule reads."""

    plan_id: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class Scope:
    """The organization, the day and the reach of one run; `plans` are those in force, by lineage."""

    organization: Organization
    plans: Mapping[int, InForce]
    today: date
    rates_known_until: date | None
    guardrails: Guardrails = field(default_factory=Guardrails)
    grace_days: int = 0
    stale_since: date | None = None
    answering: Mapping[int, StepEvent] = field(default_factory=dict)
    tried: bool = False

    @property
    def basis(self) -> str:
        """Return what the decisions of this run have in common; what is only tried was never decided before."""
        common = repr((self.rates_known_until, self.guardrails, self.grace_days, self.stale_since))
        if self.tried:
            return "tried"
        return f"{self.today:%y%m%d}.{blake2b(common.encode(), digest_size=6).hexdigest()}"

    def plan_of(self, lineage: int | None) -> InForce | None:
        """Return the plan of a lineage as it applies, or nothing for a customer who is never asked."""
        return self.plans.get(lineage) if lineage is not None else None

    def parameters(self, customer_ids: Sequence[int]) -> dict[str, Any]:
        """Return the named parameters that every query of facts understands."""
        steps = [step for each in self.plans.values() for step in each.plan.steps]
        notice = max((step.days for step in steps if step.trigger == "before_due"), default=0)
        thanks = max((step.days for step in steps if step.trigger == "after_payment"), default=0)
        answer = max((step.days for step in steps if step.event), default=0)
        return {
            "organization": self.organization.pk,
            "customers": list(customer_ids),
            "currency": self.organization.currency,
            "timezone": self.organization.timezone,
            "today": self.today,
            "horizon": self.today + timedelta(days=notice),
            "thanks_from": self.today - timedelta(days=thanks + THANKS_DAYS),
            "history_from": self.today - timedelta(days=HISTORY_DAYS),
            "events_from": self.today - timedelta(days=max(EVENTS_DAYS, answer + EVENT_DAYS)),
            "graced": self.today - timedelta(days=self.grace_days),
            "ages": AGES,
            "reach": HORIZON_DAYS,
            "mobile": MOBILE,
            "heard": list(HEARD),
            "answers": ANSWERS_LOOKED_AT,
            "basis": self.basis,
        }


def plans_in_force(organization: Organization) -> dict[int, tuple[DunningPlan, Plan]]:
    """Return the plans in force by lineage, as they are kept and as the rule reads them."""
    found = plans.in_force(organization)
    return {lineage: (plan, rule_plan(plan, organization)) for lineage, plan in found.items()}


def suspects(scope: Scope, customer_ids: Sequence[int], lineages: Mapping[int, int | None]) -> list[Suspect]:
    """Return the customers with something to decide whose facts are not those of their last decision."""
    in_force = [scope.plan_of(lineages.get(customer_id)) for customer_id in customer_ids]
    parameters = scope.parameters(customer_ids)
    parameters["plans"] = [each.plan_id if each else -1 for each in in_force]
    rows = _rows(facts.SUSPECTS, parameters)
    return [Suspect(customer_id, basis, candidate) for customer_id, basis, candidate in rows]


def cases(scope: Scope, customer_ids: Sequence[int], lineages: Mapping[int, int | None]) -> list[Case]:
    """Return the case of each of these customers, in the order of their numbers."""
    gathered = _gather(scope, customer_ids, lineages)
    return [_case(scope, row, gathered) for row in _rows(facts.CUSTOMERS, scope.parameters(customer_ids))]


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The facts of a range of customers, each by customer."""

    reminded: said.Reminded
    items: Mapping[int, list[CaseItem]]
    settled: Mapping[int, list[CaseItem]]
    tones: Mapping[int, int]
    credits: Mapping[int, Any]
    paying: Mapping[int, Row]
    paused: Mapping[int, date]
    promised: Mapping[int, date]
    replied: Mapping[int, date]
    events: Mapping[int, list[CaseEvent]]


def _gather(scope: Scope, customer_ids: Sequence[int], lineages: Mapping[int, int | None]) -> _Gathered:
    def plan_of(customer_id: int) -> tuple[int, Plan] | None:
        found = scope.plan_of(lineages.get(customer_id))
        return (found.plan_id, found.plan) if found else None

    parameters = scope.parameters(customer_ids)
    reminded = said.reminded(_rows(facts.REMINDED, parameters), plan_of)
    said.add_spoken(reminded, _rows(facts.SPOKEN, parameters))
    spoken = said.items_said(_rows, parameters, reminded)
    agreed = standing(scope.organization.pk, customer_ids, scope.today, grace_days=scope.grace_days)
    promises = _rows(facts.PROMISED, parameters)
    # A promise and an installment are kept through their last day of grace: the day after, the item is free.
    free = timedelta(days=scope.grace_days + 1)
    held = _Held(
        postponed=_pairs(facts.PAUSED_ITEMS, parameters),
        promised={item_id: on + free for _, item_id, on in promises if item_id is not None},
        installments={
            item_id: one.kept_until + timedelta(days=1)
            for one in agreed.values()
            if one.kept_until is not None
            for item_id in one.item_ids
        },
    )
    return _Gathered(
        reminded=reminded,
        items=_items(parameters, spoken, held),
        settled=_settled(parameters, spoken),
        tones=said.tones(_rows, parameters, reminded, plan_of),
        credits=_pairs(facts.CREDITS, parameters),
        paying={row[0]: row[1:] for row in _rows(facts.PAYING, parameters)},
        paused=_pairs(facts.PAUSED_CUSTOMERS, parameters),
        promised={customer_id: on + free for customer_id, item_id, on in promises if item_id is None},
        replied=_pairs(facts.REPLIED, parameters),
        events=_events(scope, parameters, reminded, agreed),
    )


def _case(scope: Scope, row: Row, found: _Gathered) -> Case:
    customer_id, insolvent_on, country, postal_code, has_address, email, bounced, mobile, phone = row
    until = found.paused.get(customer_id)
    stuck_in = found.reminded.stuck.get(customer_id)
    paying = found.paying.get(customer_id)
    budgeted = scope.today - timedelta(days=BUDGET_DAYS)
    return Case(
        customer_id=customer_id,
        items=tuple(found.items.get(customer_id, ())),
        unallocated_amount=found.credits.get(customer_id, facts.ZERO),
        last_contact_on=found.reminded.contacted.get(customer_id),
        last_rank=found.tones.get(customer_id, 0),
        on_hold_until=None if stuck_in else until,
        hold_reason=f"reminder_{stuck_in}" if stuck_in else "postponed" if until else "",
        has_email=email,
        has_address=has_address,
        has_mobile=mobile,
        has_phone=phone,
        email_bounced=bounced,
        usual_delay_days=_usual_delay(paying),
        insolvent=insolvent_on is not None and insolvent_on <= scope.today,
        settled_recently=tuple(found.settled.get(customer_id, ())),
        rates_known_until=scope.rates_known_until,
        paid_after=_paid_after(paying),
        promise_until=found.promised.get(customer_id),
        reply_on=found.replied.get(customer_id),
        stale_since=scope.stale_since,
        contacts=tuple(day for day in found.reminded.asked.get(customer_id, ()) if day > budgeted),
        events=tuple(found.events.get(customer_id, ())),
        region=region_of(country, postal_code),
    )


def _rows(query: str, parameters: Parameters) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[Row] = cursor.fetchall()
    return rows


def _pairs(query: str, parameters: Parameters) -> dict[int, Any]:
    return dict(_rows(query, parameters))


@dataclass(frozen=True, slots=True)
class _Held:
    """The days from which items may be asked for again, by what keeps them until then."""

    postponed: Mapping[int, date]
    promised: Mapping[int, date]
    installments: Mapping[int, date]


def _items(parameters: Parameters, spoken: Mapping[int, said.Said], held: _Held) -> dict[int, list[CaseItem]]:
    found: dict[int, list[CaseItem]] = defaultdict(list)
    rows = _rows(facts.ITEMS, parameters)
    for (
        item_id,
        customer_id,
        number,
        open_amount,
        due_on,
        disputed,
        part,
        issued_on,
        known_on,
        foreign,
    ) in rows:
        before = spoken.get(item_id, said.NOTHING_SAID)
        found[customer_id].append(
            CaseItem(
                item_id,
                number,
                open_amount,
                due_on,
                "debit",
                before.rank,
                before.reached_days,
                before.said_on,
                before.noticed_days,
                before.thanked,
                disputed,
                part,
                held.postponed.get(item_id),
                held.promised.get(item_id),
                held.installments.get(item_id),
                issued_on,
                known_on,
                reached_by=before.reached_by,
                foreign=foreign,
            )
        )
    return found


def _settled(parameters: Parameters, spoken: Mapping[int, said.Said]) -> dict[int, list[CaseItem]]:
    """Return the items paid lately after a reminder; what a credit note settled calls for no thanks."""
    reminded = [item_id for item_id, before in spoken.items() if before.rank > 0 and not before.thanked]
    found: dict[int, list[CaseItem]] = defaultdict(list)
    if not reminded:
        return found
    rows = _rows(facts.SETTLED, {**parameters, "items": reminded})
    for item_id, customer_id, number, paid, due_on, settled_on in rows:
        if paid:
            rank = spoken[item_id].rank
            found[customer_id].append(
                CaseItem(item_id, number, paid, due_on, reached_rank=rank, settled_on=settled_on)
            )
    return found


def _events(
    scope: Scope, parameters: Parameters, reminded: said.Reminded, agreed: Mapping[int, Standing]
) -> dict[int, list[CaseEvent]]:
    """Return what happened lately that a step of a plan answers; where no plan answers anything, nobody asks."""
    found: dict[int, list[CaseEvent]] = defaultdict(list)
    if not any(each.plan.answers() for each in scope.plans.values()):
        return found
    answered: dict[tuple[int, StepEvent], date] = {}
    for (customer_id, step_id), on in reminded.answered.items():
        kind = scope.answering.get(step_id, "")
        answered[customer_id, kind] = max(on, answered.get((customer_id, kind), on))
    happened = [
        *_rows(facts.EVENTS, parameters),
        *(
            (customer_id, "installment_missed", one.missed_on, sorted(one.item_ids))
            for customer_id, one in agreed.items()
            if one.missed_on is not None
        ),
    ]
    for customer_id, kind, on, item_ids in happened:
        found[customer_id].append(CaseEvent(kind, on, tuple(item_ids), answered.get((customer_id, kind))))
    return found


def _usual_delay(paying: Row | None) -> int | None:
    if paying is None or paying[1] < HABIT_MINIMUM:
        return None
    usual: int = paying[0]
    return usual


def _paid_after(paying: Row | None) -> tuple[PaidAfter, ...]:
    if paying is None:
        return ()
    counts: Iterable[tuple[int, int]] = zip(paying[2::2], paying[3::2], strict=True)
    return tuple(
        PaidAfter(age, reached, paid) for age, (reached, paid) in zip(AGES, counts, strict=True) if reached
    )
