"""What fails outside of Encours is told in a sentence, not in a trace."""

import errno
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import typer
from click.testing import Result
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError
from django.utils import timezone
from typer.testing import CliRunner

from encours.accounts.models import Organization, User
from encours.cli import showcase
from encours.cli.ledger import import_file
from encours.cli.refusals import sentence_of

LIST = "Wem;Nr;Wann;Wieviel\nAlpha;F1;05/01/2026;1.234\n"


def raised(django_error: type[Exception], cause: Exception) -> Exception:
    error = django_error(str(cause))
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            raised(ProgrammingError, psycopg.errors.UndefinedTable("relation x does not exist")),
            "encours setup",
        ),
        (
            raised(
                OperationalError,
                psycopg.OperationalError('connection failed: FATAL:  role "encours_app" does not exist'),
            ),
            "encours setup",
        ),
        (
            psycopg.OperationalError(
                "connection failed: 127.0.0.1, port 1: Connection refused\n\tIs it running?"
            ),
            "cannot be reached: connection failed: 127.0.0.1, port 1: Connection refused",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "/data/x"),
            "/data/x cannot be written or read: No space",
        ),
        (ValueError("DATABASE_URL must begin with postgresql://"), "must begin with postgresql://"),
        (ImproperlyConfigured("Ask your administrator."), "Ask your administrator."),
    ],
)
def test_a_database_that_does_not_answer(error: Exception, words: str) -> None:
    assert words in str(sentence_of(error))


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), raised(ProgrammingError, psycopg.errors.SyntaxError("near x")), OSError("connection")],
)
def test_a_fault_of_ours_keeps_its_trace(error: Exception) -> None:
    assert sentence_of(error) is None


def test_a_report_that_cannot_be_written(run: Callable[..., Result], sample: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run(sample, "--out", tmp_path / "file" / "below", "--language", "en")
    assert result.exit_code == 2
    assert "The report cannot be written into" in result.output


@pytest.mark.usefixtures("committed_db")
def test_a_refused_ledger_leaves_no_organization_behind(tmp_path: Path) -> None:
    user = User.objects.create_user("claire@example.org", "correct horse battery")
    (tmp_path / "empty.txt").touch()
    with pytest.raises(typer.Exit):
        showcase.company_of(tmp_path / "empty.txt", user, timezone.now())
    assert showcase.organizations_of(user) == []


@pytest.mark.usefixtures("committed_db")
def test_columns_are_named_at_the_import(tmp_path: Path) -> None:
    user = User.objects.create_user("claire@example.org", "correct horse battery")
    organization: Organization = showcase.create_organization(user, name="Verger", now=timezone.now())
    path = tmp_path / "odd [red] name.csv"
    path.write_text(LIST)
    app = typer.Typer()
    app.command()(import_file)

    def imported(*words: str) -> tuple[int, str]:
        given = [str(path), "--organization", str(organization.pk), *words]
        result = CliRunner().invoke(app, given, env={"COLUMNS": "200", "NO_COLOR": "1"})
        return result.exit_code, result.output

    code, output = imported()
    assert (code, "odd [red] name.csv" in output, "Wieviel" in output) == (2, True, True)
    names = ("customer_name=Wem", "number=Nr", "issued_on=Wann", "amount=Wieviel")
    code, output = imported(*(word for name in names for word in ("--map", name)), "--decimal", ".")
    assert code == 0, output
    assert "1  new items" in output
    assert imported("--decimal", "x")[0] == 2
