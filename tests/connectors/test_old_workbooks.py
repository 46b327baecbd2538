"""Workbooks of Excel 97 to 2003: read like any list, and harmless when they lie about their sizes."""

import base64
import gzip
from decimal import Decimal
from pathlib import Path

import pytest

from encours.connectors import errors, old_workbooks, sheets
from encours.connectors.reading import read_any

# Three invoices of two customers, as an accounting program of that time would export them, compressed.
WORKBOOK = """
H4sIAAAAAAACA+1YW0gUURj+z8zeXHd1NQ00kEHoZoa6QvSim5e0B1dsFboQ1Lg7kWizso4P9ZJlPgZBvRS+GPbgi9lL96BeoihY
qYcgCLSeoqfAIEid/vPP2W3XDFwoyZhvmX/+yznff2bOdWc2WTQ3cbt8HlagEWRYNvPAleFjeOWljABg3DS5mrp78DJtbCjkebAj
XU546H/l5n3I+3seJJhxPEUJ8AGvYzAInXFdU9YRzdQGlfE2NKBkMI6eAiijVhWTjJLcRPIWlXxEch95LpFswLJz7CgkQ51Ve8Uo
PixVUqwAOO9dqvOOPHVQCs/5KD53mVllndCU6FMHNligwuGDScAObdd0LcHtQrgJXoDW1ppwuOYIYg5KsLMn4aupACykZvUTxfav
r58B+r9l+92/8XuwE1f6r0gOgBEwT9AkGcN1+arDWozb1KgxnNCGFmGKr9Y43Gl6t8RPDxoaVwb6NN3AQdE5o5y0yvpwhKiGljJx
QX8RPfVJ1aNaPkA4rhuqbig9PS0YiGhDWDD2HZO11NbWYbx1OKHqMaW7KdKBu0RbsDa4ZzdGMvSgVTiIaQ4sGNqAEhtWOtRoRol6
L99jaE0KZK1JfpqrPpQxKCS9iGZsAB90cerL63BvV+g4eUZoH7J2q6385YAJ53kNrFxAEXo/fHZAFdXYRfICsW4hvZxkCU4nvG/r
KhVK2yiVuUjRbZinnvAmtD1D34H62OeD9yrGPoZ2oj7dPn+2ZPptaAIqcfeMYX3+G4VqVs2uX+O4H0rdmVjZ3pMs+2WV80gB0XZT
bMmFsMTnNaKIpGXxt8PSliTelWXJaMlpy4GWI2050XKmLRdaLpGVrZKVUVa3KM8oqydt8az8tPAYKtCS8cmakxLKB0keedntFtJF
/NIq/FIWv5TFLxG/V/BLxH+D+MtneaTSz+tGnCD45VX4ZeLPF4wy8fvSFmfxC36Z+J8RfyPxh8ZBSBc0SsVwhzcWd56f8IINGzZs
2LBhw8a/CEbnQ6CzkINOgNZ52y2+6yzhtWx/JvlvEYE4/gz8U7kfdLwn4ExO42czOFmKi62xTup7IcchzJ6AfuildvTnPH7x/xLL
fJ41Vwz8uSmUa/7lXNr5l/P/AF48/7gAFgAA
"""
# Where the header says how many sectors of references follow, and where the first sector begins (MS-CFB 2.2).
REFERENCES_AT, SECTORS_AT = 0x2C, 512


@pytest.fixture
def content() -> bytes:
    return gzip.decompress(base64.b64decode(WORKBOOK))


@pytest.fixture
def path(content: bytes, tmp_path: Path) -> Path:
    made = tmp_path / "factures.xls"
    made.write_bytes(content)
    return made


def test_its_lines_are_read_like_those_of_any_list(path: Path) -> None:
    batch = read_any(path)
    found = batch.items.select("number", "amount", "line").rows()
    assert ("F2026-001", Decimal("1200.50"), 2) in found
    assert ("F2026-003", Decimal("99.99"), 4) in found
    assert sorted(batch.customers["name"]) == ["Durand SARL", "Hôtel du Lac"]


def test_it_is_opened_once_for_all_who_ask(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sheets.sheets_of(path)
    monkeypatch.setattr(old_workbooks.subprocess, "run", None)
    assert [sheet.rows for sheet in sheets.sheets_of(path)] == [sheet.rows for sheet in first]


@pytest.mark.parametrize("lie", [b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff"])
def test_one_that_lies_about_its_size_is_refused_in_a_sentence(
    content: bytes, path: Path, lie: bytes
) -> None:
    path.write_bytes(content[:REFERENCES_AT] + lie + content[REFERENCES_AT + 4 :])
    with pytest.raises(errors.OldWorkbookError):
        read_any(path)


def test_one_that_is_cut_is_refused_in_a_sentence(content: bytes, path: Path) -> None:
    path.write_bytes(content[: SECTORS_AT + 100])
    with pytest.raises(errors.OldWorkbookError):
        read_any(path)


def test_a_table_larger_than_the_limit_is_refused(path: Path) -> None:
    with pytest.raises(errors.UnpackedTooLargeError, match="4 × 7"):
        old_workbooks.tables_of(path, cells=20)
