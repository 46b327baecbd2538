"""A plan as a line through time: where each step stands, drawn to scale, and a card that says what it does."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from encours.backoffice import plan_words
from encours.dunning import sentences
from encours.rules.cases import Plan, Step
from encours.rules.plan_steps import PARTS, Fault, Part, ages, part_of, steps_of

WIDTH = 1000
MARGIN = 34
NEAREST = 52
# The keys that add a step to each part.
KEYS: dict[Part, str] = {"before_due": "b", "after_due": "a", "event": "v", "after_payment": "h"}


@dataclass(frozen=True)
class Card:
    """One step: when, what, how, to whom, in which words, and whether something is wrong with it."""

    step: Step
    when: str
    name: str
    icon: str
    channel: str
    mode: str
    words: str
    remarks: list[tuple[str, str]]
    faulty: bool
    chosen: bool

    @property
    def kind(self) -> str:
        """Return the word by which the card is painted."""
        return "formal" if self.step.formal else "faulty" if self.faulty else ""


@dataclass(frozen=True)
class Group:
    """The cards of one part of the plan."""

    part: Part
    name: str
    cards: list[Card]
    key: str


@dataclass(frozen=True)
class Mark:
    """One point of the axis: where it stands, what it says, and the step it is, if any."""

    x: int
    label: str
    kind: str = ""
    rank: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Axis:
    """The line itself, from the first notice to the last demand."""

    marks: list[Mark]
    due: int
    width: int = WIDTH
    title: str = ""


def groups(
    plan: Plan, words: dict[str, str], faults: list[Fault], *, currency: str, chosen: int | None = None
) -> list[Group]:
    """Return the cards of a plan, part by part in the order of time."""
    faulty = {fault.rank for fault in faults if fault.blocking}

    def card(step: Step) -> Card:
        return Card(
            step=step,
            when=plan_words.when(step),
            name=sentences.step(step.name),
            icon=plan_words.CHANNEL_ICONS[step.channel],
            channel=_("Registered letter") if step.registered else str(plan_words.CHANNELS[step.channel]),
            mode=str(plan_words.SHORT_MODES[step.mode]),
            words=words.get(step.template, ""),
            remarks=list(plan_words.remarks(step, currency)),
            faulty=step.rank in faulty,
            chosen=step.rank == chosen,
        )

    return [
        Group(
            part, str(plan_words.PARTS[part]), [card(step) for step in steps_of(plan.steps, part)], KEYS[part]
        )
        for part in PARTS
    ]


def axis(plan: Plan) -> Axis:
    """Place the steps to scale from the due date, but never so near that their labels would touch."""
    known = ages(plan.steps)
    points: list[tuple[float, Step | None]] = [(0, None)]
    reached = 0
    for step in plan.steps:
        part = part_of(step)
        if part == "before_due":
            points.append((-step.days, step))
        elif part == "after_due":
            reached = age if (age := known[step.rank]) is not None else reached + 1
            points.append((reached, step))
    points.sort(key=lambda point: (point[0], point[1].rank if point[1] else 0.5))
    first, last = min(0, points[0][0]), max(points[-1][0], 1)
    reach = WIDTH - 2 * MARGIN
    places: list[int] = []
    for day, _step in points:
        place = round(MARGIN + (day - first) / (last - first) * reach)
        places.append(max(place, places[-1] + NEAREST) if places else place)
    # What was pushed off the end is pulled back, from the end.
    limit = WIDTH - MARGIN
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], limit)
        limit = places[number] - NEAREST
    marks = [_mark(place, step) for place, (_day, step) in zip(places, points, strict=True)]
    due = next(mark.x for mark in marks if mark.rank is None)
    return Axis(marks, due, max(WIDTH, WIDTH - places[0] + MARGIN), _("The plan through time"))


def _mark(place: int, step: Step | None) -> Mark:
    if step is None:
        return Mark(place, _("Due date"), "due")
    kind = "formal" if step.formal else step.channel
    return Mark(place, plan_words.when(step), kind, step.rank, sentences.step(step.name))
