"""How the steps of a plan stand to each other: their parts, their order, and what is wrong with them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from encours.rules.cases import Params, Plan, Step

Part = Literal["before_due", "after_due", "event", "after_payment"]
PARTS: tuple[Part, ...] = ("before_due", "after_due", "event", "after_payment")
FIRST_RANK: Mapping[Part, int] = {"before_due": 0, "after_due": 1, "event": 500, "after_payment": 1000}
KINDS: Mapping[str, str] = {"email": "message", "letter": "message", "sms": "sms", "phone": "script"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a plan: a stable code, the step it is about, its figures; some only warn."""

    code: str
    rank: int | None = None
    params: Params = field(default_factory=dict)
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of a template: its kind, and the languages it is written in."""

    kind: str
    languages: frozenset[str]


def part_of(step: Step) -> Part:
    """Return the part of the plan that a step belongs to: an answer to an event is a part of its own.

    >>> part_of(Step(500, "Call", "after_due", 1, "phone", "manual", "x", counts_from="event", event="promise_broken"))
    'event'
    """
    return "event" if step.counts_from == "event" else step.trigger


def steps_of(steps: Sequence[Step], part: Part) -> list[Step]:
    """Return the steps of one part in the order of time."""
    return sorted((step for step in steps if part_of(step) == part), key=lambda step: step.rank)


def ages(steps: Sequence[Step]) -> dict[int, int | None]:
    """Return the age in days past the due date at which each demand comes, by rank.

    The age of a step counted from the issue date depends on the invoice, and so does what follows it.
    """
    found: dict[int, int | None] = {}
    reached: int | None = 0
    for step in steps_of(steps, "after_due"):
        if step.counts_from == "due":
            reached = step.days
        elif step.counts_from == "previous" and reached is not None and found:
            reached += step.days
        else:
            reached = None
        found[step.rank] = reached
    return found


def added(steps: Sequence[Step], step: Step) -> tuple[tuple[Step, ...], int]:
    """Return the steps with one more in its place in time, and the rank it was given.

    The ranks of the others stay where they can: customers are where they are by the rank of what they were told.
    """
    part = part_of(step)
    if part == "before_due":
        return _noticed(steps, step)
    there = steps_of(steps, part)
    place = _place(there, step, ages(steps)) if part == "after_due" else len(there)
    rank = there[place - 1].rank + 1 if place else FIRST_RANK[part]
    if part == "after_due" and place == 0 and there and there[0].rank > 1:
        rank = there[0].rank - 1
    new = replace(step, rank=rank)
    shifted, taken = [], rank
    for one in there[place:]:
        taken = max(one.rank, taken + 1)
        shifted.append(replace(one, rank=taken))
    others = [one for one in steps if part_of(one) != part]
    return _ordered([*others, *there[:place], new, *shifted]), rank


def changed(steps: Sequence[Step], rank: int, step: Step) -> tuple[tuple[Step, ...], int]:
    """Return the steps with one of them replaced, and its rank; a notice moves to its day."""
    others = [one for one in steps if one.rank != rank]
    if part_of(step) == "before_due":
        return _noticed(others, step)
    return _ordered([*others, replace(step, rank=rank)]), rank


def moved(steps: Sequence[Step], rank: int, *, later: bool) -> tuple[tuple[Step, ...], int]:
    """Return the steps with one moved by one place within its part, and its new rank; at the end nothing moves."""
    mine = next(step for step in steps if step.rank == rank)
    there = steps_of(steps, part_of(mine))
    place = there.index(mine) + (1 if later else -1)
    if part_of(mine) == "before_due" or not 0 <= place < len(there):
        return tuple(steps), rank
    other = there[place]
    rest = [step for step in steps if step.rank not in {rank, other.rank}]
    return _ordered([*rest, replace(mine, rank=other.rank), replace(other, rank=rank)]), other.rank


def removed(steps: Sequence[Step], rank: int) -> tuple[Step, ...]:
    """Return the steps without one of them; the others keep their ranks, the notices close up."""
    left = [step for step in steps if step.rank != rank]
    notices = [step for step in left if part_of(step) == "before_due"]
    return _ordered([step for step in left if step not in notices] + _numbered(notices))


def faults(
    plan: Plan, templates: Mapping[str, Words] | None = None, languages: Collection[str] = ()
) -> list[Fault]:
    """Return what is wrong with a plan, in the order of its steps; without templates the words are not looked at."""
    if not plan.steps:
        return [Fault("no_steps")]
    if taken := list(_same_rank(plan.steps)):
        return taken
    found = [*_order(plan), *_notices(plan.steps), *_formal(plan.steps)]
    found += _events(plan.steps)
    if templates is not None:
        found += [fault for step in plan.steps for fault in _words(step, templates, languages)]
    return sorted(
        found, key=lambda fault: (not fault.blocking, fault.rank if fault.rank is not None else -999)
    )


@dataclass(frozen=True, slots=True)
class Differences:
    """What changed between two versions of a plan, by the names of the steps, and what it says of itself."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    itself: bool


def differences(before: Plan, after: Plan) -> Differences:
    """Return what changed from one version to the next; a step is known by its part and its name."""
    old = {(part_of(step), step.name): step for step in before.steps}
    new = {(part_of(step), step.name): step for step in after.steps}
    return Differences(
        added=tuple(name for (part, name) in new if (part, name) not in old),
        removed=tuple(name for (part, name) in old if (part, name) not in new),
        changed=tuple(
            key[1]
            for key, step in new.items()
            if key in old and replace(step, rank=0) != replace(old[key], rank=0)
        ),
        itself=replace(before, steps=()) != replace(after, steps=()),
    )


def _noticed(steps: Sequence[Step], step: Step) -> tuple[tuple[Step, ...], int]:
    notices = [one for one in steps if part_of(one) == "before_due"]
    numbered = _numbered([*notices, step])
    rank = next(one.rank for one in numbered if replace(one, rank=step.rank) == step)
    return _ordered([*(one for one in steps if part_of(one) != "before_due"), *numbered]), rank


def _numbered(notices: Sequence[Step]) -> list[Step]:
    """Give the last notice before the due date the rank zero, and those before it ranks below."""
    nearest = sorted(notices, key=lambda step: (step.days, -step.rank))
    return [replace(step, rank=-place) for place, step in enumerate(nearest)]


def _ordered(steps: Sequence[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda step: step.rank))


def _place(there: Sequence[Step], step: Step, known: Mapping[int, int | None]) -> int:
    """Find where a demand goes: after those of its age or younger, and before a formal notice unless it is one."""
    if step.counts_from == "due":
        return max((n + 1 for n, one in enumerate(there) if (known[one.rank] or 0) <= step.days), default=0)
    return len(there) - (1 if there and there[-1].formal and not step.formal else 0)


def _same_rank(steps: Sequence[Step]) -> Iterator[Fault]:
    ranks = [step.rank for step in steps]
    for step in steps:
        if ranks.count(step.rank) > 1 or (part_of(step) == "after_due" and step.rank < 1):
            yield Fault("rank_taken", step.rank, {"name": step.name})


def _order(plan: Plan) -> Iterator[Fault]:
    """Ages must grow from step to step; a step nearer than the silence will wait, which is worth knowing."""
    known = ages(plan.steps)
    before: Step | None = None
    for step in steps_of(plan.steps, "after_due"):
        if step.counts_from == "previous" and before is None:
            yield Fault("nothing_before", step.rank, {"name": step.name})
        age = known[step.rank]
        earlier = known[before.rank] if before else None
        if before and age is not None and earlier is not None:
            figures: Params = {
                "name": step.name, "days": age, "before": before.name, "before_days": earlier,
                "gap": plan.minimum_gap_days,
            }  # fmt: skip
            if age <= earlier:
                yield Fault("out_of_order", step.rank, figures)
            elif age - earlier < plan.minimum_gap_days:
                yield Fault("within_silence", step.rank, figures, blocking=False)
        before = step


def _notices(steps: Sequence[Step]) -> Iterator[Fault]:
    seen: set[int] = set()
    for step in steps_of(steps, "before_due"):
        if step.days in seen:
            yield Fault("same_day", step.rank, {"name": step.name, "days": step.days})
        seen.add(step.days)
    for step in steps_of(steps, "after_payment")[1:]:
        yield Fault("thanks_twice", step.rank, {"name": step.name})


def _formal(steps: Sequence[Step]) -> Iterator[Fault]:
    demands = steps_of(steps, "after_due")
    for step in steps:
        named: Params = {"name": step.name}
        if step.registered and step.channel != "letter":
            yield Fault("registered_no_letter", step.rank, named)
        if not step.formal:
            continue
        if step.trigger != "after_due" or step.counts_from == "event":
            yield Fault("formal_elsewhere", step.rank, named)
            continue
        if step != demands[-1]:
            yield Fault("formal_not_last", step.rank, {"name": step.name, "after": demands[-1].name})
        if step.mode == "automatic":
            yield Fault("formal_automatic", step.rank, named)
        if step.channel in {"sms", "phone"}:
            yield Fault("formal_unwritten", step.rank, named)


def _events(steps: Sequence[Step]) -> Iterator[Fault]:
    seen: dict[str, Step] = {}
    for step in steps:
        if (step.counts_from == "event") != bool(step.event):
            yield Fault("event_unnamed", step.rank, {"name": step.name})
        elif step.event in seen:
            yield Fault("event_twice", step.rank, {"name": step.name, "before": seen[step.event].name})
        elif step.event:
            seen[step.event] = step


def _words(step: Step, templates: Mapping[str, Words], languages: Collection[str]) -> Iterator[Fault]:
    words = templates.get(step.template)
    if words is None:
        yield Fault("words_missing", step.rank, {"name": step.name})
        return
    if words.kind != KINDS[step.channel]:
        yield Fault("words_of_another_kind", step.rank, {"name": step.name})
    for language in sorted(set(languages) - words.languages):
        yield Fault("language_missing", step.rank, {"name": step.name, "language": language})
