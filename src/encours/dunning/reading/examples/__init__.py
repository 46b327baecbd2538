"""Replies written for the model to learn from; a fifth of their families is kept aside to measure it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib import resources

LANGUAGES = ("fr", "en")
# The day on which every example is supposed to be written, a Wednesday.
WRITTEN_ON = date(2026, 11, 25)
_ONE_IN = 4


@dataclass(frozen=True, slots=True)
class Example:
    """A reply, what it means, and the family of its near-duplicates, which are kept on the same side."""

    language: str
    family: str
    meanings: frozenset[str]
    text: str

    @property
    def aside(self) -> bool:
        """Tell whether the example only serves to measure."""
        return share(self.family, _ONE_IN) == 0


def share(family: str, count: int, salt: str = "") -> int:
    """Return in which of so many equal shares a family falls, always the same."""
    return int(sha256(f"{salt}{family}".encode()).hexdigest()[:8], 16) % count


def examples() -> Iterator[Example]:
    """Yield every example, in the order of the files."""
    for language in LANGUAGES:
        text = resources.files(__name__).joinpath(f"{language}.jsonl").read_text(encoding="utf-8")
        for line in text.splitlines():
            row = json.loads(line)
            yield Example(language, row["family"], frozenset(row["meanings"]), row["text"])
