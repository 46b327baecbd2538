"""`encours rates` from the terminal, against our own server and a real database."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from tests.connectors.public_server import PublicServer, series
from typer.testing import CliRunner

from encours.accounts.models import PublicRate
from encours.accounts.queries import rate_table
from encours.cli.rates import rates
from encours.rules.rates import SHIPPED, HalfYear, half_year_of

NOW = half_year_of(date.today())  # noqa: DTZ011 - the command reads the same clock

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def server() -> Iterator[PublicServer]:
    with PublicServer() as running:
        yield running


def said(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(
        rates, words, env={"COLUMNS": "120", "NO_COLOR": "1", "NO_PROXY": "127.0.0.1"}
    )
    return result.exit_code, result.output


def legal(percent: str = "2.71") -> str:
    rows = [
        {"date_debut": row.half_year.from_on.isoformat(), "creancier_professionnel": str(row.legal_percent)}
        for row in SHIPPED.rows
    ]
    half_year = SHIPPED.rows[-1].half_year
    while half_year < NOW:
        half_year = half_year.following()
        rows.append({"date_debut": half_year.from_on.isoformat(), "creancier_professionnel": percent})
    return json.dumps({"total_count": len(rows), "results": rows})


def test_update_keeps_what_both_sources_state_once(server: PublicServer) -> None:
    words = (
        "update",
        "--ecb-url",
        server.says("/ecb", series()),
        "--legal-url",
        server.says("/legal", legal()),
    )
    code, output = said(*words)
    assert code == 0, output
    assert f"{NOW} is 2.15 %" in output
    assert rate_table(0).rates_of(NOW).legal_percent == Decimal("2.71")
    code, output = said(*words)
    assert (code, output.count("nothing new")) == (0, 2)
    code, output = said("show")
    assert (code, "12.15" in output, "not known" in output) == (0, True, False)


def test_one_source_that_fails_does_not_stop_the_other(server: PublicServer) -> None:
    empty = server.says("/legal", json.dumps({"total_count": 0, "results": []}))
    code, output = said("update", "--ecb-url", server.says("/ecb", series()), "--legal-url", empty)
    assert code == 1
    assert "encours rates enter" in output
    assert {rate.kind for rate in PublicRate.objects.all()} == {"refinancing"}
    assert not rate_table(0).knows(NOW)


def test_a_source_that_contradicts_is_not_kept(server: PublicServer) -> None:
    wrong = json.loads(legal())
    wrong["results"][-2]["creancier_professionnel"] = "6.67"
    code, output = said(
        "update",
        "--ecb-url",
        server.says("/ecb", series()),
        "--legal-url",
        server.says("/legal", json.dumps(wrong)),
    )
    assert code == 1
    assert "otherwise than the rates known for certain" in output
    assert not PublicRate.objects.filter(kind="legal").exists()


def test_a_person_enters_what_no_source_states() -> None:
    code, output = said(
        "enter", "2030h2", "--refinancing", "2,15", "--legal", "2.71", "--source", "JO of 2030-06-28"
    )
    assert code == 0, output
    kept = rate_table(0).rates_of(HalfYear(2030, 2))
    assert (kept.refinancing_percent, kept.legal_percent, kept.source) == (
        Decimal("2.15"), Decimal("2.71"), "JO of 2030-06-28",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("enter", "soon", "--legal", "2", "--source", "JO"), "no half-year"),
        (("enter", "2026H2", "--legal", "two", "--source", "JO"), "write a percentage"),
        (("enter", "2026H2", "--legal", "215", "--source", "JO"), "between 0 and 25"),
        (("enter", "2026H2", "--source", "JO"), "Give --refinancing"),
        (("enter", "2026H2", "--legal", "2", "--source", " "), "where you read"),
    ],
)
def test_a_wrong_entry_gets_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    code, output = said(*words)
    assert (code, sentence in output, "Traceback" in output) == (2, True, False)
