"""How well the model reads messages it never learned from: precision and recall of each meaning, and its honesty."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from encours.dunning.reading.examples import LANGUAGES, WRITTEN_ON, Example
from encours.rules.replies.features import features
from encours.rules.replies.linear import MEANINGS, OTHER, THRESHOLD, Model, margin, sure, understand, vector
from encours.rules.replies.sentences import sentences

BANDS = (0.5, 0.7, 0.9, 1.01)


@dataclass
class Figures:
    """How often a meaning was proposed and true, and how often it was missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Return the share of what is proposed that is true."""
        proposed = self.right + self.wrong
        return self.right / proposed if proposed else None

    @property
    def recall(self) -> float | None:
        """Return the share of what is true that is proposed."""
        there = self.right + self.missed
        return self.right / there if there else None

    @property
    def there(self) -> int:
        """Return how many messages carry the meaning."""
        return self.right + self.missed


@dataclass
class Band:
    """What was proposed within a band of confidence: how many, how sure on average, and how many were true."""

    count: int = 0
    sure: float = 0.0
    right: int = 0


@dataclass
class Evaluation:
    """The figures of one model over some examples."""

    count: int
    figures: dict[tuple[str, str], Figures]
    bands: list[Band]
    error: float
    mistakes: list[tuple[Example, frozenset[str]]] = field(default_factory=list)

    def total(self, language: str) -> Figures:
        """Return the figures of all meanings together, "other" left out."""
        found = [self.figures[language, meaning] for meaning in MEANINGS]
        return Figures(
            sum(one.right for one in found), sum(one.wrong for one in found), sum(one.missed for one in found)
        )


def evaluate(model: Model, aside: Sequence[Example]) -> Evaluation:
    """Read every example and compare with what it was written to mean."""
    figures: dict[tuple[str, str], Figures] = defaultdict(Figures)
    bands = [Band() for _ in BANDS[1:]]
    mistakes = []
    squares = 0.0
    for example in aside:
        found = understand(model, example.text, WRITTEN_ON)
        meant = frozenset(one.meaning for one in found)
        if meant != example.meanings:
            mistakes.append((example, meant))
        for meaning in (*MEANINGS, OTHER):
            _count(figures[example.language, meaning], meaning in meant, meaning in example.meanings)
        for meaning, chance in chances(model, example).items():
            squares += (chance - (meaning in example.meanings)) ** 2
            place = next((i for i, top in enumerate(BANDS[1:]) if BANDS[i] <= chance < top), None)
            if place is not None:
                bands[place].count += 1
                bands[place].sure += chance
                bands[place].right += meaning in example.meanings
    _fill(figures)
    return Evaluation(
        len(aside), dict(figures), bands, squares / max(1, len(aside) * len(MEANINGS)), mistakes
    )


def chances(model: Model, example: Example) -> dict[str, float]:
    """Return the confidence of each meaning, those below the threshold included."""
    seen = [vector(features(one.text, WRITTEN_ON), model.rarity) for one in sentences(example.text)]
    return {
        meaning: sure(model, meaning, max(margin(model, meaning, values) for values in seen))
        for meaning in MEANINGS
    }


def _count(figures: Figures, proposed: bool, true: bool) -> None:  # noqa: FBT001 - two facts of one message
    if proposed and true:
        figures.right += 1
    elif proposed:
        figures.wrong += 1
    elif true:
        figures.missed += 1


def _fill(figures: dict[tuple[str, str], Figures]) -> None:
    for language in LANGUAGES:
        for meaning in (*MEANINGS, OTHER):
            figures.setdefault((language, meaning), Figures())


def aside(every: Iterable[Example]) -> list[Example]:
    """Return the examples that only serve to measure."""
    return [one for one in every if one.aside]


__all__ = ["BANDS", "THRESHOLD", "Band", "Evaluation", "Figures", "aside", "chances", "evaluate"]
