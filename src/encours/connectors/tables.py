"""Finding the table in a CSV or XLSX file: which sheet, which row names the columns, what the columns are called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from encours.connectors import errors, files
from encours.connectors.columns import header_fingerprint, known_headers
from encours.connectors.sheets import Row, Sheet, sheets_of

# A date or an amount is no name of a column.
VALUE = re.compile(r"[-+(]?\d[\d\s.,/:-]*\)?\s*(?:€|EUR|%)?")

DEPTH = 40
LEAST_COLUMNS = 2
OTHER_COLUMNS = 3
UNKNOWN_COLUMNS = 3
RULE = "-=_*+. "


@dataclass(frozen=True)
class Table:
    """A table with named columns: where it was found and its rows of text cells, each with its line number."""

    headers: tuple[str, ...]
    rows: Sequence[Row]
    header_line: int
    sheet: str
    encoding: str
    separator: str
    unread: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Return what recognizes the same layout next time."""
        return header_fingerprint(self.headers)

    def head(self, rows: int) -> "Table":
        """Return the table with its first rows alone."""
        return replace(self, rows=self.rows[:rows])


def table_of(path: Path, *, limits: files.Limits = files.LIMITS) -> Table:
    """Return the best table of a file: the sheet whose header we know best, then the longest."""
    found = [table for sheet in sheets_of(path, limits=limits) if (table := _table(sheet)) is not None]
    if not found:
        raise errors.HeaderMissingError
    best = max(found, key=lambda table: (known_headers(table.headers), len(table.rows)))
    if not best.rows:
        raise errors.LinesMissingError
    others = tuple(
        table.sheet
        for table in found
        if table is not best
        and table.sheet != best.sheet
        and table.rows
        and known_headers(table.headers) >= OTHER_COLUMNS
    )
    return replace(best, unread=others)


def _table(sheet: Sheet) -> Table | None:
    """Return the table of a sheet below the row that names most columns, or nothing."""
    best: tuple[int, int, tuple[str, ...]] | None = None
    for place, (_line, cells) in enumerate(sheet.rows[:DEPTH]):
        below = sheet.rows[place + 1][1] if place + 1 < len(sheet.rows) else ()
        for size, names in ((1, cells), (2, _stacked(cells, below))):
            if any(VALUE.fullmatch(name.strip()) for name in names):
                continue
            known = known_headers(names)
            if known >= LEAST_COLUMNS and (best is None or known > best[0]):
                best = (known, place + size, tuple(names))
    best = best or _unknown_names(sheet.rows[:DEPTH])
    if best is None:
        return None
    _known, start, names = best
    return Table(
        _distinct(names),
        [row for row in sheet.rows[start:] if not _ruled(row[1])],
        sheet.rows[start - 1][0],
        sheet.name,
        sheet.encoding,
        sheet.separator,
    )


def _unknown_names(rows: Sequence[Row]) -> tuple[int, int, tuple[str, ...]] | None:
    """Return the first row of words above a row that holds values: names that only a person understands."""
    for place, ((_line, cells), (_below, values)) in enumerate(pairwise(rows)):
        width = len(cells)
        words = all(cells) and len(set(cells)) == width and not any(VALUE.fullmatch(cell) for cell in cells)
        filled = [cell for cell in values[:width] if cell]
        if (
            words
            and width >= UNKNOWN_COLUMNS
            and sum(bool(VALUE.fullmatch(cell)) for cell in filled) >= LEAST_COLUMNS
        ):
            return 0, place + 1, tuple(cells)
    return None


def _ruled(cells: Sequence[str]) -> bool:
    """Tell whether a row only draws a line across the table."""
    first = next(filter(None, cells), "")
    return bool(first) and not first.strip(RULE) and not any(cell.strip(RULE) for cell in cells)


def _stacked(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the names of columns under a merged heading: the heading, carried to its right, then the name below."""
    if not any(lower) or all(upper):
        return []
    names, heading = [], ""
    for place, below in enumerate(lower):
        above = upper[place] if place < len(upper) else ""
        heading = above or (heading if below else "")
        names.append(f"{heading} {below}".strip())
    return names


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Return the headers, made different from one another; a column without header gets its rank."""
    seen: dict[str, int] = {}
    distinct = []
    for rank, name in enumerate(names, start=1):
        text = name.strip() or f"#{rank}"
        seen[text] = seen.get(text, 0) + 1
        distinct.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
    return tuple(distinct)
