"""Training the model that reads replies: logistic regression over sentences, from messages labeled as a whole.

A message that carries a meaning has at least one sentence that does: the one that the model believes most is
taught. Every sentence of a message without the meaning is taught that it has none. The same examples always give
the same weights: nothing is drawn at random.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import exp, log, sqrt

from encours.dunning.reading.examples import WRITTEN_ON, Example, share
from encours.rules.replies.features import features
from encours.rules.replies.linear import MEANINGS, Model, sigmoid, vector
from encours.rules.replies.sentences import sentences

EPOCHS = 30
FOLDS = 4
_STEP = 0.35
_DECAY = 2e-4
_FEWEST = 2
# A message with the meaning teaches more than one of the many without it.
_RARE_MEANING = 2.0
_SETTLED = 0.02
_NEWTON_STEPS = 60
_STEEPEST = 4.0
# What the rule book already knows of its cues, before any example.
_SEEDS = {
    ("promise", "@will_pay"): 1.0,
    ("promise", "@<ahead>"): 0.5,
    ("already_paid", "@paid"): 1.0,
    ("already_paid", "@<behind>"): 0.3,
    ("dispute", "@contest"): 0.6,
    ("dispute", "@goods"): 0.6,
    ("dispute", "@price"): 0.4,
    ("dispute", "@twice"): 0.6,
    ("dispute", "@order"): 0.4,
    ("asks_copy", "@copy"): 1.0,
    ("wrong_contact", "@left_firm"): 1.0,
    ("wrong_contact", "@write_to"): 0.6,
    ("insolvency", "@insolvent"): 1.0,
    ("out_of_office", "@away"): 1.0,
}


@dataclass(frozen=True, slots=True)
class _Bag:
    """One message as the training sees it: its sentences, as numbered features with their values."""

    family: str
    meanings: frozenset[str]
    rows: list[list[tuple[int, float]]]


def train(learned: Sequence[Example], say: Callable[[str], None] = lambda _: None) -> Model:
    """Return the model that these examples teach, its confidence corrected on messages it had not seen."""
    seen = [[features(one.text, WRITTEN_ON) for one in sentences(example.text)] for example in learned]
    rarity = _rarity(seen)
    numbers = {name: number for number, name in enumerate(sorted(rarity))}
    bags = [
        _Bag(
            example.family,
            example.meanings,
            [[(numbers[name], value) for name, value in vector(row, rarity).items()] for row in rows],
        )
        for example, rows in zip(learned, seen, strict=True)
    ]
    slopes = {}
    names = sorted(rarity)
    weights: dict[str, dict[str, float]] = {}
    offsets = {}
    for meaning in MEANINGS:
        say(meaning)
        slopes[meaning] = _calibrated(_out_of_fold(bags, meaning, numbers))
        row, offsets[meaning] = _fit(bags, meaning, numbers)
        weights[meaning] = {names[number]: value for number, value in enumerate(row) if value}
    return Model(rarity, weights, offsets, slopes)


def _rarity(seen: Iterable[Sequence[dict[str, list[str]]]]) -> dict[str, float]:
    """Return how rare each feature is among the messages; what is seen once teaches nothing."""
    counts: Counter[str] = Counter()
    total = 0
    for rows in seen:
        total += 1
        counts.update({name for row in rows for kind in row.values() for name in kind})
    return {
        name: round(log((1 + total) / (1 + count)) + 1, 3)
        for name, count in counts.items()
        if count >= _FEWEST
    }


def _fit(bags: Sequence[_Bag], meaning: str, numbers: dict[str, int]) -> tuple[list[float], float]:
    """Return weights and offset for one meaning, by gradient steps that shorten where much was learned."""
    weights = [0.0] * len(numbers)
    for (seeded, cue), value in _SEEDS.items():
        if seeded == meaning and cue in numbers:
            weights[numbers[cue]] = value
    learned = [1.0] * len(numbers)
    offset, offset_learned = -1.0, 1.0
    order = sorted(range(len(bags)), key=lambda place: sha256(f"{meaning}{place}".encode()).hexdigest())
    for _ in range(EPOCHS):
        for place in order:
            bag = bags[place]
            for row, error in _lessons(bag, meaning, weights, offset):
                offset_learned += error * error
                offset += _STEP * error / sqrt(offset_learned)
                for number, value in row:
                    gradient = error * value - _DECAY * weights[number]
                    learned[number] += gradient * gradient
                    weights[number] += _STEP * gradient / sqrt(learned[number])
    return weights, offset


def _lessons(
    bag: _Bag, meaning: str, weights: list[float], offset: float
) -> list[tuple[list[tuple[int, float]], float]]:
    """Return the sentences of a message to learn from, with how wrong the model is about each."""
    distances = [offset + sum(weights[number] * value for number, value in row) for row in bag.rows]
    if meaning in bag.meanings:
        best = max(range(len(distances)), key=distances.__getitem__)
        error = _RARE_MEANING * (1 - sigmoid(distances[best]))
        return [(bag.rows[best], error)] if error > _SETTLED else []
    errors = ((row, -sigmoid(distance)) for row, distance in zip(bag.rows, distances, strict=True))
    return [(row, error) for row, error in errors if error < -_SETTLED]


def _out_of_fold(bags: Sequence[_Bag], meaning: str, numbers: dict[str, int]) -> list[tuple[float, bool]]:
    """Return how far each message lies, by a model that saw none of its family, and the truth."""
    found = []
    for fold in range(FOLDS):
        kept = [bag for bag in bags if share(bag.family, FOLDS, "fold") != fold]
        weights, offset = _fit(kept, meaning, numbers)
        for bag in bags:
            if share(bag.family, FOLDS, "fold") == fold:
                best = max(offset + sum(weights[number] * value for number, value in row) for row in bag.rows)
                found.append((best, meaning in bag.meanings))
    return found


def _calibrated(judged: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Return the slope and offset that make distances into honest chances (Platt, with his corrected targets)."""
    positive = sum(truth for _, truth in judged)
    high = (positive + 1) / (positive + 2)
    low = 1 / (len(judged) - positive + 2)
    slope, offset = 1.0, 0.0
    for _ in range(_NEWTON_STEPS):
        first = second = cross = gradient = level = 0.0
        for distance, truth in judged:
            chance = 1 / (1 + exp(-max(-30.0, min(30.0, slope * distance + offset))))
            error = (high if truth else low) - chance
            spread = chance * (1 - chance) + 1e-9
            gradient += error * distance
            level += error
            first += spread * distance * distance
            cross += spread * distance
            second += spread
        determinant = first * second - cross * cross + 1e-9
        slope += (second * gradient - cross * level) / determinant
        offset += (first * level - cross * gradient) / determinant
        slope = max(0.1, min(_STEEPEST, slope))
    return slope, offset
