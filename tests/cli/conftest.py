"""Running the command line as a person does, and reading what it says."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from click.testing import Result
from django.conf import settings
from django.db import connections
from psycopg import sql
from tests.cli.ledgers import SAMPLE
from typer.testing import CliRunner

from encours.cli.analyze import EXAMPLES, analyze
from encours.config import database

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run `encours analyze` with these words."""
    app = typer.Typer()
    app.command(epilog=EXAMPLES)(analyze)

    def running(*words: str | Path, columns: int = 80) -> Result:
        return CliRunner().invoke(
            app, [str(word) for word in words], env={"COLUMNS": str(columns), "NO_COLOR": "1"}
        )

    return running


@pytest.fixture
def figures(run: Run, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Analyze a file and return the JSON it writes."""

    def reading(file: Path, *words: str) -> dict[str, Any]:
        result = run(file, "--out", tmp_path / "out", *words)
        assert result.exit_code == 0, result.output
        written: dict[str, Any] = json.loads((tmp_path / "out" / f"{file.stem}-encours.json").read_text())
        return written

    return reading


@pytest.fixture
def sample() -> Path:
    """The sample ledger that lies beside the repository; its absence is no pass in CI."""
    if not SAMPLE.exists() and not os.environ.get("CI"):
        pytest.skip(f"NOT RUN: there is no sample ledger at {SAMPLE}")
    return SAMPLE


@pytest.fixture
def second_database() -> Iterator[Callable[[], None]]:
    """Make an empty database beside the one of the tests, and move over to it when asked."""
    before = connections["owner"].settings_dict["NAME"]
    name = f"{before}_second"
    address = database.owner()
    host = connections["owner"].settings_dict["HOST"]
    maintenance = database.Address(
        host, address.port, "postgres", address.user, address.password, address.options
    )

    def move(to: str) -> None:
        connections.close_all()
        for alias in ("default", "owner"):
            settings.DATABASES[alias]["NAME"] = connections[alias].settings_dict["NAME"] = to

    def make() -> None:
        with psycopg.connect(maintenance.as_url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
            )
        move(name)

    yield make
    move(before)
    with psycopg.connect(maintenance.as_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
