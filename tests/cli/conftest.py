"""Running the command line as a person does, and reading what it says."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from tests.cli.ledgers import SAMPLE
from typer.testing import CliRunner

from encours.cli.analyze import EXAMPLES, analyze

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
