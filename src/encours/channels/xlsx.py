"""Writes tables as Excel workbooks and CSV files in which no text can become a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "money", "date", "int", "percent"]
Cell = str | int | Decimal | date | None

FORMATS: dict[Kind, str] = {
    "text": "@",
    "money": "#,##0.00",
    "date": "dd/mm/yyyy",
    "int": "#,##0",
    "percent": "0.0%",
}
WIDTHS: dict[Kind, int] = {"text": 28, "money": 15, "date": 12, "int": 9, "percent": 9}
MOST_ROWS = 1_048_574
LONGEST_TEXT = 32_767
LONGEST_TITLE = 31
# What spreadsheets take for the beginning of a formula, in ASCII and in full width.
DANGEROUS = tuple("=+-@\t\r\n\0＝＋－＠")  # noqa: RUF001 - the full-width signs are the point


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, what it holds, and whether its sum stands below it."""

    name: str
    kind: Kind = "text"
    width: int = 0
    total: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a workbook."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]] = field(repr=False)


class TooManyRowsError(ValueError):
    """A worksheet holds 1,048,576 rows; narrow the selection or take the CSV file."""


def workbook(sheets: Sequence[Sheet], *, written_on: date = date(2000, 1, 1)) -> bytes:
    """Return a workbook with typed cells, a frozen head, filters and totals, the same for the same data."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"created": datetime(written_on.year, written_on.month, written_on.day)})  # noqa: DTZ001 - a file date has no zone
        formats = {kind: book.add_format({"num_format": text}) for kind, text in FORMATS.items()}
        totals = {
            kind: book.add_format({"num_format": text, "bold": True, "top": 1})
            for kind, text in FORMATS.items()
        }
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for title, sheet in zip(_titles(sheets), sheets, strict=True):
            _fill(book.add_worksheet(title), sheet, formats, totals, head)
    return target.getvalue()


def csv_text(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, language: str = "fr") -> str:
    """Return a table as CSV that Excel opens rightly in that language, dangerous texts disarmed."""
    french = language == "fr"
    target = io.StringIO()
    target.write("\ufeff")
    writer = csv.writer(target, delimiter=";" if french else ",", lineterminator="\r\n")
    writer.writerow([_harmless(column.name) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(cell, french=french) for cell in row])
    return target.getvalue()


def _fill(
    page: Worksheet, sheet: Sheet, formats: dict[Kind, Format], totals: dict[Kind, Format], head: Format
) -> None:
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width or WIDTHS[column.kind])
        page.write_string(0, place, column.name[:LONGEST_TEXT], head)
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    sums = [Decimal(0)] * len(sheet.columns)
    count = 0
    for count, row in enumerate(sheet.rows, start=1):
        if count > MOST_ROWS:
            raise TooManyRowsError(f"{sheet.title}: a worksheet holds {MOST_ROWS} rows.")
        for place, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            _write(page, count, place, cell, formats[column.kind])
            if column.total and isinstance(cell, int | Decimal):
                sums[place] += cell
    page.autofilter(0, 0, count, max(len(sheet.columns) - 1, 0))
    if count and any(column.total for column in sheet.columns):
        for place, column in enumerate(sheet.columns):
            if column.total:
                # 109 adds what the filter leaves visible.
                cells = f"{xl_rowcol_to_cell(1, place)}:{xl_rowcol_to_cell(count, place)}"
                total = f"=SUBTOTAL(109,{cells})"
                page.write_formula(count + 1, place, total, totals[column.kind], sums[place])
            else:
                page.write_blank(count + 1, place, None, totals[column.kind])


def _write(page: Worksheet, line: int, place: int, cell: Cell, form: Format) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        page.write_string(line, place, cell[:LONGEST_TEXT], form)
    elif isinstance(cell, date):
        page.write_datetime(line, place, cell, form)
    else:
        page.write_number(line, place, cell, form)


def _titles(sheets: Sequence[Sheet]) -> list[str]:
    """Return titles that Excel accepts: short, without its forbidden signs, all different."""
    titles: list[str] = []
    for sheet in sheets:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", sheet.title).strip(" '")[:LONGEST_TITLE] or "-"
        title, number = plain, 1
        while title.casefold() in {taken.casefold() for taken in titles}:
            number += 1
            title = f"{plain[: LONGEST_TITLE - 4]} {number}"
        titles.append(title)
    return titles


def _csv_cell(cell: Cell, *, french: bool) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return _harmless(cell)
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}" if french else f"{cell:%Y-%m-%d}"
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    return text.replace(".", ",") if french else text


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet runs: numbers keep their sign, texts lose their power."""
    return f"'{text}" if text.startswith(DANGEROUS) else text
