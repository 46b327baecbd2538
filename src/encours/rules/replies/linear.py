"""A small linear model: how sure it is that a sentence carries a meaning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, sqrt

from encours.rules.replies.features import features
from encours.rules.replies.sentences import Sentence, sentences

MEANINGS = (
    "promise",
    "already_paid",
    "dispute",
    "asks_copy",
    "wrong_contact",
    "insolvency",
    "out_of_office",
)
OTHER = "other"
# Proposed from here on: more sure than not.
THRESHOLD = 0.5
# What a cue weighs beside all the words of the sentence together.
_CUE = 0.8


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of each feature for each meaning, how rare the feature is, and the correction that makes it honest."""

    rarity: Mapping[str, float]
    weights: Mapping[str, Mapping[str, float]]
    offsets: Mapping[str, float]
    slopes: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Understood:
    """A meaning, how sure, and the sentence that carries it."""

    meaning: str
    confidence: float
    sentence: Sentence


def vector(seen: Mapping[str, Sequence[str]], rarity: Mapping[str, float]) -> dict[str, float]:
    """Return the weight of each known feature of a sentence, each kind of them scaled to the same length."""
    found = {name: _CUE for name in seen["cue"] if name in rarity}
    for kind in ("word", "piece"):
        values = {name: rarity[name] for name in seen[kind] if name in rarity}
        length = sqrt(sum(value * value for value in values.values())) or 1.0
        found.update({name: value / length for name, value in values.items()})
    return found


def margin(model: Model, meaning: str, values: Mapping[str, float]) -> float:
    """Return how far a sentence lies on the side of a meaning."""
    weights = model.weights[meaning]
    return model.offsets[meaning] + sum(value * weights.get(name, 0.0) for name, value in values.items())


def sure(model: Model, meaning: str, distance: float) -> float:
    """Return the chance that a message whose best sentence lies at this distance carries the meaning."""
    slope, offset = model.slopes[meaning]
    return sigmoid(slope * distance + offset)


def sigmoid(value: float) -> float:
    """Return the chance that stands at a distance, without overflow."""
    return 1 / (1 + exp(-value)) if value >= 0 else 1 - 1 / (1 + exp(value))


def understand(model: Model, text: str, on: date) -> list[Understood]:
    """Return what a message means, the surest first, each with its sentence; "other" when nothing is recognized."""
    found = sentences(text)
    if not found:
        return []
    seen = [vector(features(one.text, on), model.rarity) for one in found]
    best = []
    for meaning in MEANINGS:
        distances = [margin(model, meaning, values) for values in seen]
        place = max(range(len(found)), key=distances.__getitem__)
        best.append(Understood(meaning, sure(model, meaning, distances[place]), found[place]))
    best.sort(key=lambda one: -one.confidence)
    meant = [one for one in best if one.confidence >= THRESHOLD]
    return meant or [Understood(OTHER, 1 - best[0].confidence, found[0])]
