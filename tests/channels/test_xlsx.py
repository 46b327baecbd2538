"""Workbooks hold typed cells, and no text of theirs or of a CSV file becomes a formula."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import fastexcel
import pytest

from encours.channels import xlsx
from encours.channels.xlsx import Column, Sheet, csv_text, workbook

COLUMNS = [
    Column("Client"),
    Column("Échéance", "date"),
    Column("Reste dû", "money", total=True),
    Column("Jours", "int"),
    Column("Part", "percent"),
]
ROWS = [
    ["Verger", date(2026, 11, 22), Decimal("1234.56"), 24, Decimal("0.125")],
    ["=HYPERLINK(1)", None, Decimal("-0.10"), -3, None],
]


def test_cells_keep_their_type() -> None:
    book = fastexcel.read_excel(workbook([Sheet("Pièces", COLUMNS, ROWS)]))
    frame = book.load_sheet("Pièces").to_polars()
    assert frame.columns == ["Client", "Échéance", "Reste dû", "Jours", "Part"]
    assert frame["Client"].to_list() == ["Verger", "=HYPERLINK(1)", None]
    assert frame["Échéance"].to_list()[0].date() == date(2026, 11, 22)
    assert frame["Reste dû"].to_list() == [1234.56, -0.1, 1234.46]


def test_only_our_totals_are_formulas() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook([Sheet("Pièces", COLUMNS, ROWS)]))) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
    assert page.count("<f>") == 1
    assert "<f>SUBTOTAL(109,C2:C3)</f><v>1234.46</v>" in page
    assert 'state="frozen"' in page
    assert '<autoFilter ref="A1:E3"/>' in page


def test_the_same_data_is_the_same_bytes() -> None:
    assert workbook([Sheet("A", COLUMNS, ROWS)]) == workbook([Sheet("A", COLUMNS, ROWS)])


def test_titles_are_made_acceptable() -> None:
    titles = ["Balance âgée [2026/11]", "a" * 40, "A" * 40, "'", "'"]
    book = fastexcel.read_excel(workbook([Sheet(title, COLUMNS, []) for title in titles]))
    assert book.sheet_names == ["Balance âgée  2026 11", "a" * 31, "A" * 27 + " 2", "-", "- 2"]


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 1)
    with pytest.raises(xlsx.TooManyRowsError):
        workbook([Sheet("A", COLUMNS, ROWS)])


def test_french_csv() -> None:
    text = csv_text(COLUMNS, ROWS)
    assert text == (
        "\ufeffClient;Échéance;Reste dû;Jours;Part\r\n"
        "Verger;22/11/2026;1234,56;24;0,125\r\n"
        "'=HYPERLINK(1);;-0,10;-3;\r\n"
    )


def test_english_csv() -> None:
    text = csv_text(COLUMNS, ROWS, language="en")
    assert text.splitlines()[1:] == ["Verger,2026-11-22,1234.56,24,0.125", "'=HYPERLINK(1),,-0.10,-3,"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＠"])  # noqa: RUF001 - full width on purpose
def test_dangerous_texts_are_held(sign: str) -> None:
    text = csv_text([Column(sign + "x")], [[sign + 'cmd|" /C calc"!A0;=1+1']])
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert rows == [["'" + sign + "x"], ["'" + sign + 'cmd|" /C calc"!A0;=1+1']]


def test_large_amounts_keep_their_cents() -> None:
    (row,) = csv_text([Column("a", "money")], [[Decimal("123456789012.34")]]).splitlines()[1:]
    assert row == "123456789012,34"
