"""What a model sees of a sentence: its words and their pieces, with dates and figures replaced by what they are."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from encours.rules.replies.amounts import amounts
from encours.rules.replies.cues import cues
from encours.rules.replies.dates import dates
from encours.rules.replies.sentences import fold

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<!\w)(?:\+\d{2}|0)[\d .()-]{8,16}\d(?!\w)")
NUMBER = re.compile(r"\b(?=[\w/-]*\d)[a-z]{0,6}[-/ ]?[\d][\w/-]{2,}\b")
_WORD = re.compile(r"<\w+>|[^\W\d_]+|\d+|[?!%]")
_SHORTEST, _LONGEST = 3, 5
_DATES = frozenset({"<ahead>", "<behind>", "<day>", "<now>"})
# "Friday" or "the 15th": only the verb says whether it is past or to come.
_NEAR = timedelta(days=31)


def masked(text: str, on: date) -> str:
    """Return a folded sentence whose dates, amounts, addresses and numbers are replaced by their kind.

    >>> masked("Facture FA-2026-118 : 1 200 € virés le 3/11", date(2026, 11, 22))
    'facture <number> : <amount> vires le <behind>'
    """
    marks = [(one.start, one.end, "<amount>") for one in amounts(text)]
    marks += [(one.start, one.end, _kind(one.ahead, one.behind, on)) for one in dates(text, on)]
    folded = fold(text)
    for start, end, mark in sorted(_apart(marks), reverse=True):
        folded = f"{folded[:start]}{mark}{folded[end:]}"
    folded = EMAIL.sub("<email>", folded)
    folded = PHONE.sub("<phone>", folded)
    return re.sub(r"\s+", " ", NUMBER.sub("<number>", folded))


def _apart(marks: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    last = -1
    for start, end, mark in sorted(marks):
        if start >= last:
            yield start, end, mark
            last = end


def _kind(ahead: date, behind: date, on: date) -> str:
    if behind == ahead:
        return "<ahead>" if ahead > on else "<behind>" if ahead < on else "<now>"
    if max(ahead - on, on - behind) <= _NEAR:
        return "<day>"
    # Without a year, the nearer of the two.
    return "<ahead>" if (ahead - on) <= (on - behind) else "<behind>"


def features(text: str, on: date) -> dict[str, list[str]]:
    """Return what is seen of a sentence, by kind: cues, words and pairs of words, pieces of words."""
    seen = masked(text, on)
    words = _WORD.findall(seen)
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    marks = sorted({word for word in words if word.startswith("<")})
    pieces = {
        f"#{padded[place : place + size]}"
        for word in words
        if not word.startswith("<") and len(word) > _SHORTEST
        for padded in [f"_{word}_"]
        for size in range(_SHORTEST, _LONGEST + 1)
        for place in range(len(padded) - size + 1)
    }
    turns = sorted(cues(fold(text)))
    # A turn of phrase beside a date says more than both apart: money and a day to come, absence and a return.
    together = [f"{turn}{mark}" for turn in turns for mark in marks if mark in _DATES]
    return {
        "cue": [f"@{name}" for name in (*turns, *marks, *together)],
        "word": sorted({*words, *pairs}),
        "piece": sorted(pieces),
    }
