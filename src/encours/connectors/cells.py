"""How large a workbook claims to be: a cell alone in a far corner, or a false count, would fill the memory."""

import re

# A place like AB12, of a row or of a cell; however it is written, as what reads it later is just as lenient.
PLACE = re.compile(rb"""\sr\s?=\s?["']([A-Za-z]*)(\d*)([^"']?)""")
# Beyond column Z or row 999,999, or written in another way than spreadsheets do: worth a closer look.
FAR = re.compile(rb"""\sr\s?=\s?["'](?:[A-Z]{2}|[A-Z]?\d{7}|[^A-Z\d])""")
# How many things a part announces; who reads it makes room for them at once.
ANNOUNCED = re.compile(rb"""\b(uniqueCount|count)\s*=\s*["']\s*\+?(\d+)""")
LONGEST_PLACE = 64
LETTERS = 26


class Extent:
    """Follows the farthest row and column while the parts of a sheet pass by."""

    def __init__(self) -> None:
        self.columns = 1
        self.rows = 1
        self.odd = False
        self._rest = b""

    @property
    def cells(self) -> int:
        """Return how many cells the table holds from its corner to the farthest ones."""
        return self.columns * self.rows

    def see(self, block: bytes) -> None:
        """Take note of the places that a block of the sheet names."""
        places = set(PLACE.findall(self._rest + block))
        self._rest = block[-LONGEST_PLACE:]
        if not places:
            return
        letters, digits, odd = (set(parts) for parts in zip(*places, strict=True))
        self.odd = self.odd or odd != {b""}
        self.columns = max(self.columns, *(_rank(word) for word in letters))
        self.rows = max(self.rows, *(int(number[:LONGEST_PLACE] or b"0") for number in digits))


def far(before: bytes, block: bytes) -> bool:
    """Tell whether a block, after the end of the one before, may name a place that makes the table too large."""
    return FAR.search(before[-LONGEST_PLACE:] + block) is not None


def announced(block: bytes) -> tuple[int, int]:
    """Return the largest number of different things, and of things, that a part announces at its beginning."""
    largest = {b"uniqueCount": 0, b"count": 0}
    for name, digits in ANNOUNCED.findall(block):
        largest[name] = max(largest[name], int(digits[:LONGEST_PLACE]))
    return largest[b"uniqueCount"], largest[b"count"]


def _rank(word: bytes) -> int:
    """Return the rank of the column that letters name."""
    rank = 0
    for letter in word[:LONGEST_PLACE].upper():
        rank = rank * LETTERS + letter - ord("A") + 1
    return rank
