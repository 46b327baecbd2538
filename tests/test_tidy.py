"""Our own rules of the house, executed: sizes, docstrings, who writes, who reads the clock, words, dead templates."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "encours"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))

LONGEST_FILE = {".py": 400, ".css": 250, ".js": 150, ".html": 150}
LONGEST_FUNCTION = 60
DOORS = {"backoffice", "jobs", "cli", "config"}
# Besides actions, the loader writes: it is the actions of a file.
WRITERS = re.compile(
    r"(^|/)(actions(\.py|/)|receivables/(loading|undoing|matching|documents|marks|staging)\.py)"
)
WRITES = re.compile(
    r"\.objects\.(create|bulk_create|update_or_create|get_or_create|bulk_update)\("
    r"|\.save\(|\bINSERT INTO\b|\bDELETE FROM\b"
)
# French words and false friends that the glossary refuses in identifiers.
REFUSED_WORDS = {
    "avoir",
    "bucket",
    "debtor",
    "echeance",
    "encaissement",
    "facture",
    "litige",
    "litigation",
    "relance",
    "reglement",
    "solde",
    "tiers",
}
REFUSED_MODULES = {"utils", "helpers", "services", "managers", "common", "base"}


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_file_is_too_long() -> None:
    long = {
        relative(path): lines
        for suffix, limit in LONGEST_FILE.items()
        for path in PACKAGE.rglob(f"*{suffix}")
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > limit
    }
    assert long == {}


def test_no_function_is_too_long() -> None:
    long = {
        f"{relative(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in MODULES
        for node in functions(ast.parse(path.read_text()))
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == {}


def test_every_module_says_what_it_holds() -> None:
    assert [relative(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_only_actions_write() -> None:
    writers = {
        relative(path)
        for path in MODULES
        if WRITES.search(path.read_text())
        and not WRITERS.search(relative(path))
        and path.parts[len(PACKAGE.parts)] not in {"config", "rules", "ui", "demonstration", "connectors"}
    }
    # A QR code is saved into a string; a manager makes users.
    assert writers - {"accounts/models.py", "channels/epc.py"} == set()


def test_only_doors_read_the_clock() -> None:
    clocks = re.compile(r"timezone\.(now|localdate)\(|date\.today\(|datetime\.now\(|time\.time\(")
    readers = {
        relative(path)
        for path in MODULES
        if path.parts[len(PACKAGE.parts)] not in DOORS and clocks.search(path.read_text())
    }
    # The generator has a door of its own; a courier told to wait until a date compares it with the clock.
    assert readers - {"demonstration/__main__.py", "connectors/courier.py"} == set()


def test_names_are_english_words_of_the_glossary() -> None:
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, "name", None) or getattr(node, "id", None) or getattr(node, "arg", None)
            if isinstance(name, str) and REFUSED_WORDS & set(name.lower().split("_")):
                found.add(f"{relative(path)}:{name}")
    assert found == set()


def test_no_module_is_a_drawer() -> None:
    names = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    assert names & REFUSED_MODULES == set()


def test_every_template_is_used() -> None:
    everything = "\n".join(path.read_text() for path in (*MODULES, *TEMPLATES))
    dead = {
        name
        for path in TEMPLATES
        if (name := path.as_posix().split("/templates/")[1]) not in everything
        # Or chosen by its short name, between a page and its fragment.
        and f'"{path.stem}"' not in everything
        # Found by Django and allauth under fixed names.
        and not name.startswith(("account/", "mfa/", "usersessions/", "allauth/"))
        and name not in {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"}
    }
    assert dead == set()


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "raise NotImplementedError"])
def test_nothing_is_left_for_later(word: str) -> None:
    assert [relative(path) for path in MODULES if re.search(rf"\b{word}\b", path.read_text())] == []


def test_migrations_are_complete() -> None:
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState
    from django.utils.translation import deactivate_all

    # Migrations are written in English: a verbose name in French is no change of the table.
    deactivate_all()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("encours.")}
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    assert {label for label in detector.changes(graph=loader.graph) if label in ours} == set()
