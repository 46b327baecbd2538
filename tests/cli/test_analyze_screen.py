"""What `encours analyze` shows, writes and refuses."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import fastexcel
import pytest
from pypdf import PdfReader
from tests.cli.ledgers import ROOT, SAMPLE

LIST = """Client;N° facture;Date facture;Échéance;Montant TTC;Reste dû
Verger;F1;01/03/2026;31/03/2026;1 200,50;1 200,50
"""


@pytest.mark.parametrize("columns", [80, 120])
def test_the_screen_holds_its_width_and_speaks_without_color(sample: Path, run: Any, columns: int) -> None:
    result = run(
        sample,
        "--today",
        "15/09/2022",
        "--terms",
        "45 jours fin de mois",
        "--language",
        "en",
        columns=columns,
    )
    assert result.exit_code == 0, result.output
    assert max(len(line) for line in result.output.splitlines()) <= columns
    assert "\x1b" not in result.output
    for words in (
        "Outstanding",
        "Overdue",
        "Aged balance",
        "What to do today",
        "DSO",
        "Recovery fees",
        "€52,517.24",
    ):
        assert words in result.output
    assert "With --out" in result.output


def test_amounts_are_french_in_french(sample: Path, run: Any) -> None:
    said = run(sample, "--today", "2022-09-15", "--terms", "45 jours fin de mois").output
    assert "52\u202f517,24\u00a0€" in said


def test_it_writes_a_pdf_a_workbook_and_a_json(sample: Path, run: Any, tmp_path: Path) -> None:
    result = run(sample, "--today", "2022-09-15", "--out", tmp_path / "reports", "--language", "en")
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert names == [f"{SAMPLE.stem}-encours.{suffix}" for suffix in ("json", "pdf", "xlsx")]
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "reports" / names[1]).pages)
    assert "52,517.24" in text
    assert "SIREN 900000001" in text
    book = fastexcel.read_excel(tmp_path / "reports" / names[2])
    assert book.sheet_names == ["Summary", "Aged balance", "Open items", "Claims", "To do", "Issues"]
    aged = book.load_sheet("Aged balance").to_polars()
    assert abs(aged["Outstanding"][:-1].sum() - 52517.24) < 0.005
    items = book.load_sheet("Open items").to_polars()
    assert "derived from the terms" in items["Due date"].to_list()


def test_a_list_shows_how_its_columns_were_understood(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text(LIST, encoding="cp1252")
    result = run(path, "--today", "2026-06-01", "--language", "en")
    assert result.exit_code == 0, result.output
    assert "due_on=Échéance" in result.output
    assert "€1,200.50" in result.output


def test_a_column_can_be_chosen(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text(LIST.replace("N° facture", "Chrono").replace("F1", "F-0001"), encoding="utf-8")
    result = run(path, "--map", "number=Chrono", "--today", "2026-06-01", "--language", "en")
    assert result.exit_code == 0, result.output
    assert "number=Chrono" in result.output
    assert "F-0001" in result.output


def test_the_decimal_mark_and_the_order_of_dates_can_be_said(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text("Client;N° facture;Date;Montant\nDupont;F1;02/03/2026;1.234\n", encoding="utf-8")
    words = ("--decimal", ",", "--dates", "month", "--today", "2026-02-04", "--language", "en")
    result = run(path, "--terms", "0 days", *words)
    assert result.exit_code == 0, result.output
    assert "€1,234.00" in result.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["missing.txt"], "There is no file at"),
        (["."], "is a folder"),
        (["open.csv", "--today", "2026-31-12"], "write a day as 2026-11-22"),
        (["open.csv", "--terms", "when they can"], "were not understood"),
        (["open.csv", "--language", "de"], "fr or en"),
        (["open.csv", "--map", "price=Montant"], "--map"),
        (["open.csv", "--map", "amount=Prix"], "no column"),
        (["open.csv", "--decimal", "x"], "--decimal"),
        (["open.csv", "--dates", "never"], "--dates"),
        (["open.csv", "--out", "open.csv"], "Give a folder"),
        (["empty.csv"], "empty"),
        (["binary.csv"], "not text"),
        (["prose.csv"], "prose.csv:"),
        (["picture.pdf"], "PDF"),
        (["bomb.xlsx"], "bomb.xlsx:"),
    ],
)
def test_a_wrong_request_gets_one_sentence(
    words: list[str], sentence: str, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("open.csv").write_text(LIST, encoding="utf-8")
    Path("empty.csv").write_bytes(b"")
    Path("binary.csv").write_bytes(bytes(range(256)) * 64)
    Path("prose.csv").write_text("Nothing here is a table.\n", encoding="utf-8")
    Path("picture.pdf").write_bytes(b"%PDF-1.7\n")
    Path("bomb.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 200)
    result = run(*words, *([] if "--language" in words else ["--language", "en"]))
    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert "Traceback" not in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_it_needs_neither_database_nor_home(sample: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ENCOURS", "DATABASE", "DJANGO"))
    }
    environment |= {"HOME": str(home), "ENCOURS_HOME": str(home / "data"), "PYTHONPATH": str(ROOT / "src")}
    code = "import typer; from encours.cli.analyze import analyze; typer.run(analyze)"
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, str(sample), "--today", "2022-09-15"],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "52\u202f517,24" in done.stdout
    assert time.monotonic() - started < 30
    assert not home.exists()
