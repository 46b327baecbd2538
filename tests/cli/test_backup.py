"""A backup brought back on a second real database, and everything that must stop it."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from django.conf import settings
from tests.cli.installation import loaded, outstanding
from typer.testing import CliRunner

from encours.accounts import tenancy
from encours.accounts.models import Organization, User
from encours.cli import keeping, saving
from encours.cli.postgres import ProgramFailedError
from encours.events.queries import activity, broken_seals
from encours.receivables.models import Document, Item

Commands = Callable[..., tuple[int, str]]


@pytest.fixture
def encours() -> Commands:
    app = typer.Typer()
    for command in (keeping.backup, keeping.restore):
        app.command()(command)

    def running(*words: str | Path) -> tuple[int, str]:
        result = CliRunner().invoke(
            app, [str(word) for word in words], env={"COLUMNS": "160", "NO_COLOR": "1"}
        )
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return running


@pytest.fixture
def ours(sample: Path, committed_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Organization:
    monkeypatch.setattr(settings, "DOCUMENTS", tmp_path / "documents")
    return loaded(sample)[0]


def figures(organization_id: int) -> dict[str, Any]:
    with tenancy.inside(organization_id):
        return {
            "outstanding": str(outstanding(organization_id)),
            "items": Item.objects.count(),
            "documents": list(Document.objects.values_list("sha256", flat=True)),
            "events": list(activity(organization_id).values_list("id", "kind", "at").order_by("id"))[:1_000],
        }


def test_a_backup_comes_back_whole_on_another_database(
    ours: Organization, encours: Commands, second_database: Callable[[], None], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = figures(ours.pk)
    file = tmp_path / "copy.tar"
    code, output = encours("backup", file)
    assert code == 0, output
    assert file.stat().st_mode & 0o077 == 0
    with tenancy.inside(ours.pk):
        assert activity(ours.pk).filter(kind="backup.made").count() == 1

    second_database()
    monkeypatch.setattr(settings, "DOCUMENTS", tmp_path / "elsewhere" / "documents")
    (tmp_path / "elsewhere").mkdir()
    code, output = encours("restore", file)
    assert code == 0, output
    assert "Verger & Fils: sending is off" in output
    after = figures(ours.pk)
    assert {name: after[name] for name in ("outstanding", "items", "documents")} == {
        name: before[name] for name in ("outstanding", "items", "documents")
    }
    assert after["events"][: len(before["events"])] == before["events"]
    with tenancy.inside(ours.pk):
        assert broken_seals(ours.pk) == []
        assert Organization.objects.get(pk=ours.pk).simulation
    assert User.objects.get().check_password("correct horse battery")

    code, output = encours("restore", file)
    assert (code, "already holds data" in output) == (2, True)
    code, output = encours("restore", file, "--replace")
    assert code == 0, output
    assert figures(ours.pk)["outstanding"] == before["outstanding"]


def test_a_restore_that_fails_leaves_everything_as_it_was(
    ours: Organization, encours: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = figures(ours.pk)
    file = tmp_path / "copy.tar"
    assert encours("backup", file)[0] == 0
    real = saving.postgres.run

    def failing(command: Any, environment: Any) -> str:
        said = real(command, environment)
        if "--single-transaction" in command:
            raise ProgramFailedError("pg_restore failed: no space left on device")
        return said

    monkeypatch.setattr(saving.postgres, "run", failing)
    code, output = encours("restore", file, "--replace")
    assert (code, "no space left on device" in output) == (1, True)
    assert figures(ours.pk)["outstanding"] == before["outstanding"]


def test_a_restore_waits_for_nobody_else_to_use_the_database(
    ours: Organization, encours: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "copy.tar"
    assert encours("backup", file)[0] == 0
    server = saving.postgres.server()
    with psycopg.connect(server.conninfo, password=server.password):
        code, output = encours("restore", file, "--replace")
    assert (code, "Stop encours serve and worker first" in output) == (2, True)
    assert figures(ours.pk)["items"] == 538


def test_a_backup_overwrites_nothing(ours: Organization, encours: Commands, tmp_path: Path) -> None:
    (tmp_path / "copy.tar").write_text("precious")
    code, output = encours("backup", tmp_path / "copy.tar")
    assert (code, "nothing was overwritten" in output) == (2, True)
    assert (tmp_path / "copy.tar").read_text() == "precious"
    code, output = encours("backup", tmp_path / "nowhere" / "copy.tar")
    assert (code, "There is no folder" in output) == (2, True)


def test_a_damaged_backup_is_refused_before_anything_is_touched(
    ours: Organization, encours: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "copy.tar"
    assert encours("backup", file)[0] == 0
    whole = file.read_bytes()

    def refused(content: bytes, sentence: str) -> None:
        other = tmp_path / "damaged.tar"
        other.write_bytes(content)
        code, output = encours("restore", other, "--replace")
        assert (code, sentence in output) == (2, True), output
        assert "Traceback" not in output

    middle = len(whole) // 2
    refused(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], "damaged")
    refused(whole[: len(whole) // 3], "cut short")
    refused(b"PK\x03\x04 not a tar at all" * 100, "not a backup of Encours")
    refused(b"", "not a backup of Encours")
    refused(with_stranger(whole), "which its manifest does not list")
    refused(of_the_future(whole), "does not read")
    assert figures(ours.pk)["items"] == 538


def members(content: bytes) -> list[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return [(entry.name, archive.extractfile(entry).read()) for entry in archive]  # type: ignore[union-attr]


def packed(parts: list[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in parts:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


def with_stranger(content: bytes) -> bytes:
    return packed([*members(content), ("../../etc/passwd", b"root")])


def of_the_future(content: bytes) -> bytes:
    (name, manifest), *rest = members(content)
    return packed([(name, json.dumps({**json.loads(manifest), "format": 9}).encode()), *rest])


def test_a_backup_of_a_later_postgresql_is_refused_before_anything_is_touched(
    ours: Organization, encours: Commands, tmp_path: Path
) -> None:
    file = tmp_path / "copy.tar"
    assert encours("backup", file)[0] == 0
    (name, manifest), *rest = members(file.read_bytes())
    later = saving.postgres.server().major + 3
    file.write_bytes(
        packed([(name, json.dumps({**json.loads(manifest), "postgres": later}).encode()), *rest])
    )
    code, output = encours("restore", file, "--replace")
    assert (code, f"made on PostgreSQL {later}" in output) == (2, True), output
    assert f"Restore it on PostgreSQL {later} or later" in output
    assert figures(ours.pk)["items"] == 538


def test_a_missing_backup_gets_one_sentence(encours: Commands, tmp_path: Path) -> None:
    for place in (tmp_path / "none.tar", tmp_path):
        code, output = encours("restore", place)
        assert (code, "There is no backup at" in output) == (2, True)


def test_without_programs_there_is_a_sentence(
    ours: Organization, encours: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving.postgres, "_places", lambda _name: iter([tmp_path / "none"]))
    code, output = encours("backup", tmp_path / "copy.tar")
    assert (code, "There is no pg_dump" in output) == (2, True)
    assert not (tmp_path / "copy.tar").exists()
