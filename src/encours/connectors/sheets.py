"""The rows of a CSV text or of a workbook, as text cells with their line numbers."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import fastexcel

from encours.connectors import errors, files, html_tables, old_workbooks

Row = tuple[int, Sequence[str]]

DELIMITERS = (";", "\t", ",", "|")
SAMPLE_LINES = 60
LEAST_DELIMITERS = 2


@dataclass(frozen=True)
class Sheet:
    """One table: its name, its rows, and how it was written."""

    name: str
    rows: Sequence[Row]
    encoding: str
    separator: str


def sheets_of(path: Path, *, limits: files.Limits = files.LIMITS) -> list[Sheet]:
    """Return every table of a CSV file, of a workbook or of a web page."""
    kind = files.kind_of(path, limits=limits)
    if kind == "workbook":
        return _old_workbook(path, limits) if files.is_old_workbook(path) else _workbook(path)
    text = files.read_text(path, limits=limits)
    content = text.content.decode()
    if kind == "html":
        return _page(content, text.encoding)
    separator = delimiter_of(content)
    return [Sheet("", rows_of(content, separator), text.encoding, separator)]


def _page(content: str, encoding: str) -> list[Sheet]:
    """Return the tables of a web page; each row is numbered as a spreadsheet would show it."""
    tables = html_tables.tables_of(content)
    if not tables:
        raise errors.FileRefusedError
    return [
        Sheet("", [(number, tuple(cells)) for number, cells in enumerate(rows, start=1)], encoding, "")
        for rows in tables
    ]


def delimiter_of(content: str) -> str:
    """Return the delimiter that cuts the first lines into the same number of fields most often."""
    lines = [line for line in content[:200_000].split("\n")[:SAMPLE_LINES] if line.strip()]

    def regularity(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if len(cells) > 1)
        width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return count, width

    return max(DELIMITERS, key=regularity)


def rows_of(content: str, delimiter: str) -> list[Row]:
    """Return the rows of a CSV text, with the number of the line that each begins on.

    A quote that nothing closes would swallow the lines below it: where quotes lead astray they are characters.
    """
    lines = io.StringIO(content, newline="").readlines()
    usual = _usual_count(lines, delimiter)
    rows: list[Row] = []
    done = 0
    while done < len(lines):
        done = _cut(lines, done, delimiter, usual, rows)
    return rows


def _usual_count(lines: Sequence[str], delimiter: str) -> int:
    """Return how often the delimiter stands in most of the first lines."""
    counts = Counter(line.count(delimiter) for line in lines[:SAMPLE_LINES] if delimiter in line)
    return max(counts, key=lambda count: (counts[count], count), default=0)


def _cut(lines: Sequence[str], start: int, delimiter: str, usual: int, rows: list[Row]) -> int:
    """Add the rows from a line on, as far as the quotes lead; return how many lines are done."""
    reader = csv.reader(map(lines.__getitem__, range(start, len(lines))), delimiter=delimiter)
    done = start
    whole = ""
    try:
        for cells in reader:
            end = start + reader.line_num
            if _astray(cells, end - done, delimiter, usual):
                whole = cells[0] if len(cells) == 1 and end == done + 1 else ""
                break
            rows.append((done + 1, tuple(cell.replace("\n", " ").strip() for cell in cells)))
            done = end
        else:
            return len(lines)
    except csv.Error:
        pass
    bare = (whole or lines[done]).rstrip("\n").split(delimiter)
    rows.append((done + 1, tuple(cell.strip() for cell in bare)))
    return done + 1


def _astray(cells: Sequence[str], height: int, delimiter: str, usual: int) -> bool:
    """Tell whether a quoted cell holds what must be several cells, or several lines."""
    apart = len(cells) - 1
    if usual < LEAST_DELIMITERS or (height == 1 and apart >= usual):
        return False
    within = max((cell.count(delimiter) for cell in cells), default=0)
    return within >= usual or (within > 0 and apart < usual <= apart + within)


def _old_workbook(path: Path, limits: files.Limits) -> list[Sheet]:
    """Return the visible tables of a workbook of the format before 2007."""
    tables = [(name, rows) for name, rows in old_workbooks.tables_of(path, cells=limits.cells) if rows]
    if not tables:
        raise errors.FileEmptyError
    return [Sheet(name, _numbered(rows), "xls", "") for name, rows in tables]


def _numbered(rows: Iterable[Sequence[str | None]]) -> list[Row]:
    """Return rows as text cells, each with the number a spreadsheet shows beside it."""
    return [
        (number, tuple((cell or "").replace("\n", " ").strip() for cell in row))
        for number, row in enumerate(rows, start=1)
    ]


def _workbook(path: Path) -> list[Sheet]:
    """Return the visible tables of a workbook; formulas count for their last result, never computed here."""
    try:
        book = fastexcel.read_excel(path)
        sheets = []
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            frame = sheet.to_polars()
            rows = _numbered(frame.iter_rows())
            if rows and sheet.visible == "visible":
                sheets.append(Sheet(name, rows, "xlsx", ""))
    except fastexcel.FastExcelError as error:
        raise errors.WorkbookBrokenError from error
    if not sheets:
        raise errors.FileEmptyError
    return sheets
