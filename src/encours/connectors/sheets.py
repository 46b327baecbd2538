"""The rows of a CSV text or of a workbook, as text cells with their line numbers."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import fastexcel

from encours.connectors import errors, files

Row = tuple[int, Sequence[str]]

DELIMITERS = (";", "\t", ",", "|")
SAMPLE_LINES = 60


@dataclass(frozen=True)
class Sheet:
    """One table: its name, its rows, and how it was written."""

    name: str
    rows: Sequence[Row]
    encoding: str
    separator: str


def sheets_of(path: Path, *, limits: files.Limits = files.LIMITS) -> list[Sheet]:
    """Return every table of a CSV or XLSX file."""
    if files.kind_of(path, limits=limits) == "workbook":
        return _workbook(path)
    text = files.read_text(path, limits=limits)
    content = text.content.decode()
    separator = delimiter_of(content)
    return [Sheet("", rows_of(content, separator), text.encoding, separator)]


def delimiter_of(content: str) -> str:
    """Return the delimiter that cuts the first lines into the same number of fields most often."""
    lines = [line for line in content[:200_000].split("\n")[:SAMPLE_LINES] if line.strip()]

    def regularity(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if len(cells) > 1)
        width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return count, width

    return max(DELIMITERS, key=regularity)


def rows_of(content: str, delimiter: str) -> list[Row]:
    """Return the rows of a CSV text; where the quotes lead astray they are taken for characters."""
    try:
        return _cut(content, delimiter, csv.QUOTE_MINIMAL)
    except csv.Error:
        return _cut(content, delimiter, csv.QUOTE_NONE)


def _cut(content: str, delimiter: str, quoting: Literal[0, 3]) -> list[Row]:
    """Return the rows of a CSV text, with the number of the line that each begins on."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, quoting=quoting)
    rows: list[Row] = []
    before = 0
    for cells in reader:
        rows.append((before + 1, tuple(cell.replace("\n", " ").strip() for cell in cells)))
        before = reader.line_num
    return rows


def _workbook(path: Path) -> list[Sheet]:
    """Return the visible tables of a workbook; formulas count for their last result, never computed here."""
    try:
        book = fastexcel.read_excel(path)
        sheets = []
        for name in book.sheet_names:
            sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            frame = sheet.to_polars()
            rows = [
                (number, tuple("" if cell is None else cell.replace("\n", " ").strip() for cell in cells))
                for number, cells in enumerate(frame.iter_rows(), start=1)
            ]
            if rows and sheet.visible == "visible":
                sheets.append(Sheet(name, rows, "xlsx", ""))
    except fastexcel.FastExcelError as error:
        raise errors.WorkbookBrokenError from error
    if not sheets:
        raise errors.FileEmptyError
    return sheets
