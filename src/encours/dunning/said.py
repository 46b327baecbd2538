"""What was already said to customers: how far each item came, in what tone, when, and what it answered."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from encours.dunning import facts
from encours.rules.cases import Plan
from encours.rules.ladder import carried_rank

CONTACT = frozenset({"sent", "printed", "in_doubt"})
STUCK = frozenset({"failed", "in_doubt"})
EVENT_RANKS = range(500, 1000)

Row = tuple[Any, ...]
Ask = Callable[[str, Mapping[str, Any]], list[Row]]
PlanOf = Callable[[int], tuple[int, Plan] | None]


@dataclass(frozen=True, slots=True)
class Said:
    """What was already said about one item; `reached_days` and `reached_by` only where another version said it."""

    rank: int = 0
    reached_days: int | None = None
    said_on: date | None = None
    noticed_days: int | None = None
    thanked: bool = False
    reached_by: str = ""


@dataclass(frozen=True, slots=True)
class _Demand:
    """One demand that was heard."""

    reminder_id: int
    rank: int
    on: date


@dataclass(slots=True)
class Reminded:
    """What the reminders of a range of customers mean for their cases."""

    passed: list[int] = field(default_factory=list)
    elsewhere: dict[int, int] = field(default_factory=dict)
    said_on: dict[int, date] = field(default_factory=dict)
    contacted: dict[int, date] = field(default_factory=dict)
    asked: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))
    heard: dict[int, list[_Demand]] = field(default_factory=lambda: defaultdict(list))
    answered: dict[tuple[int, int], date] = field(default_factory=dict)
    stuck: dict[int, str] = field(default_factory=dict)


NOTHING_SAID = Said()


def reminded(rows: Sequence[Row], plan_of: PlanOf) -> Reminded:
    """Sort what was said: steps passed, contacts, demands heard, events answered, and what waits for a person.

    A step counts as passed once the message left, may have left, waits for the post, or was skipped by a person;
    a courtesy that failed is not tried again the next day either. A demand that failed, or that nobody knows
    about, is stuck: no other is written meanwhile. What another version of the customer's plan said is known by
    its age and its voice instead of its rank.
    """
    found = Reminded()
    for number, customer_id, state, trigger, rank, plan_id, on, decided_on, answering in rows:
        demand = trigger == "after_due"
        now = plan_of(customer_id)
        if now is None or now[0] != plan_id:
            found.elsewhere[number] = plan_id
        if state != "failed" or not demand:
            found.passed.append(number)
            found.said_on[number] = on
            if answering is not None:
                found.answered[customer_id, answering] = decided_on
        if state in CONTACT:
            found.contacted[customer_id] = max(on, found.contacted.get(customer_id, on))
            if trigger != "after_payment":
                found.asked[customer_id].append(on)
            if demand:
                found.heard[customer_id].append(_Demand(number, rank, on))
        if demand and state in STUCK:
            found.stuck[customer_id] = state
    return found


def add_spoken(found: Reminded, rows: Sequence[Row]) -> None:
    """Count among the contacts what a person said on the phone, or wrote in an answer that was waited for."""
    for customer_id, on, weighs in rows:
        found.contacted[customer_id] = max(on, found.contacted.get(customer_id, on))
        if weighs:
            found.asked[customer_id].append(on)


def items_said(ask: Ask, parameters: Mapping[str, Any], found: Reminded) -> dict[int, Said]:
    """Return what was said of each item of these customers."""
    if not found.passed:
        return {}
    known = {**parameters, "reminders": found.passed}
    voices = _voices(ask, parameters, found)
    said = {
        item_id: Said(
            rank,
            days if reminder_id in found.elsewhere else None,
            found.said_on[reminder_id],
            reached_by=voices.get((found.elsewhere.get(reminder_id, 0), rank), ""),
        )
        for item_id, rank, days, reminder_id in ask(facts.REACHED, known)
    }
    for item_id, noticed, thanked in ask(facts.COURTESIES, known):
        if noticed is None and not thanked:
            continue
        before = said.get(item_id, NOTHING_SAID)
        said[item_id] = replace(before, noticed_days=noticed, thanked=bool(thanked))
    return said


def _voices(ask: Ask, parameters: Mapping[str, Any], found: Reminded) -> dict[tuple[int, int], str]:
    """Return the voice of each step of the other versions that said something, by version and rank."""
    if not found.elsewhere:
        return {}
    versions = sorted(set(found.elsewhere.values()))
    return {
        (plan_id, rank): voice
        for plan_id, rank, voice in ask(facts.VOICES, {**parameters, "versions": versions})
    }


def tones(ask: Ask, parameters: Mapping[str, Any], found: Reminded, plan_of: PlanOf) -> dict[int, int]:
    """Return the highest rank heard since each customer last had nothing overdue, in the plan it has now."""
    if not found.heard:
        return {}
    begun: dict[int, date] = dict(ask(facts.EPISODES, {**parameters, "customers": list(found.heard)}))
    lately = {
        customer_id: [demand for demand in found.heard[customer_id] if demand.on >= from_on]
        for customer_id, from_on in begun.items()
    }
    other = [
        demand.reminder_id
        for demands in lately.values()
        for demand in demands
        if demand.reminder_id in found.elsewhere
    ]
    rows = ask(facts.TONES, {**parameters, "reminders": other}) if other else []
    voices = _voices(ask, parameters, found) if other else {}
    reached = {
        reminder_id: (rank, days, voices.get((found.elsewhere[reminder_id], rank), ""))
        for reminder_id, rank, days in rows
    }
    return {
        customer_id: max((_tone(demand, reached, now[1]) for demand in demands), default=0)
        for customer_id, demands in lately.items()
        if (now := plan_of(customer_id))
    }


def _tone(demand: _Demand, reached: Mapping[int, tuple[int, int, str]], plan: Plan) -> int:
    """Return the tone of a demand in the plan of now; an answer to an event sets none."""
    if demand.reminder_id in reached:
        rank, days, reached_by = reached[demand.reminder_id]
        return carried_rank(plan, rank, days, reached_by=reached_by) if rank else 0
    return 0 if demand.rank in EVENT_RANKS else demand.rank
