"""How far an item has climbed in a plan, where it enters, and which step comes next."""

from collections.abc import Sequence
from datetime import date, timedelta

from encours.rules.cases import CaseItem, Plan, Step

# Between issue and due date, where an item does not say.
USUAL_TERMS = 30


def age(item: CaseItem, today: date) -> int:
    """Return the days an item is past its due date, negative before it."""
    return (today - item.due_on).days if item.due_on else 0


def step_age(steps: Sequence[Step], step: Step, item: CaseItem | None = None) -> int:
    """Return the age past due at which an item meets a step, had each step been said on its day."""
    if step.counts_from == "issue":
        terms = (
            (item.due_on - item.issued_on).days if item and item.issued_on and item.due_on else USUAL_TERMS
        )
        return step.days - terms
    if step.counts_from != "previous":
        return step.days
    before = [other for other in steps if other.rank < step.rank]
    return step.days + (step_age(before, before[-1], item) if before else 0)


def voice(step: Step) -> str:
    """Return by which channel and in which words a step speaks: what it keeps where its rank or its day changes."""
    return f"{step.channel} {step.template}"


def carried_rank(
    plan: Plan, rank: int, reached_days: int, item: CaseItem | None = None, reached_by: str = ""
) -> int:
    """Return the rank in this plan of what another plan, or another version, said at an age, in a voice.

    A step of the same rank and the same age is the same step, unless only others speak in that voice. Else it is
    the last step of that age, or the step of that voice where it comes later now: a plan changed while it runs
    neither starts again, nor says a thing twice, nor says more softly what was said.
    """
    ages = {step.rank: step_age(plan.ladder, step, item) for step in plan.ladder}
    same = [step.rank for step in plan.ladder if voice(step) == reached_by]
    if ages.get(rank) == reached_days and (not same or rank in same):
        return rank
    by_age = max((other for other, days in ages.items() if days <= reached_days), default=0)
    by_voice = min(same, key=lambda other: abs(ages[other] - reached_days), default=0)
    return max(by_age, by_voice)


def reached_rank(plan: Plan, item: CaseItem) -> int:
    """Return the rank an item has reached in this plan."""
    if item.reached_rank == 0 or item.reached_days is None:
        return item.reached_rank
    return carried_rank(plan, item.reached_rank, item.reached_days, item, item.reached_by)


def noticed(plan: Plan, item: CaseItem) -> bool:
    """Tell whether an item was given formal notice in this plan."""
    rank = reached_rank(plan, item)
    return any(step.formal and step.rank <= rank for step in plan.ladder)


def entry_rank(plan: Plan, item: CaseItem, last_rank: int, today: date) -> int:
    """Return the rank at which an item that was never asked for enters: that of its age when it was first known.

    An old ledger taken over does not start at the courtesy; a run that comes late does, for the item was known in
    time. A first contact neither gives formal notice nor claims interest, and a case that is under way goes one
    step at a time whatever enters it.
    """
    steps = plan.ladder
    known_age = age(item, min(item.known_on, today)) if item.known_on else 0
    rank = steps[0].rank if steps else 0
    for step in steps[1:] if known_age > 0 else ():
        gentle = not (step.formal or step.states_interest)
        in_turn = not last_rank or rank <= last_rank
        if gentle and in_turn and step_age(steps, step, item) <= known_age:
            rank = step.rank
    return rank


def next_step(plan: Plan, item: CaseItem, last_rank: int, today: date) -> Step | None:
    """Return the step an item climbs to next, or nothing when it has taken the last."""
    rank = reached_rank(plan, item)
    if rank == 0:
        entry = entry_rank(plan, item, last_rank, today)
        return next((step for step in plan.ladder if step.rank == entry), None)
    return next((step for step in plan.ladder if step.rank > rank), None)


def ready_on(plan: Plan, step: Step, item: CaseItem) -> date:
    """Return the day from which a step may be said of an item: the one before really said, then its days."""
    if item.due_on is None:
        return date.max
    if step.counts_from == "previous" and item.said_on and reached_rank(plan, item):
        return item.said_on + timedelta(days=step.days)
    return item.due_on + timedelta(days=step_age(plan.ladder, step, item))
