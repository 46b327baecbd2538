"""`encours check`, `backup` and `restore`: whether all still holds, a copy of it, and the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from encours.cli.screen import examples, refuse
from encours.cli.start import console, errors, join_database, prepare_database

if TYPE_CHECKING:
    from encours.cli.archive import Manifest, Tell
    from encours.cli.saving import Say

CHECK_EXAMPLES = examples("encours check", "encours check --rebuild")
BACKUP_EXAMPLES = examples("encours backup encours-2026-11-22.tar")
RESTORE_EXAMPLES = examples("encours restore encours-2026-11-22.tar", "encours restore encours.tar --replace")
BackupFile = Annotated[Path, typer.Argument(help="The file of the backup, a .tar.", show_default=False)]


def check(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Count open amounts again from the allocations first.")
    ] = False,
) -> None:
    """Verify what is stored: history seals, open amounts, allocations, isolation, documents, sendings.

    Ends with code 1 when anything is broken.
    """
    join_database()
    from encours.cli import checking  # noqa: PLC0415 - Django must be ready

    if rebuild:
        _rebuild()
    broken = checking.show(checking.look())
    if broken:
        errors.print(f"{broken} of these checks found something broken.", highlight=False)
        raise typer.Exit(1)
    console.print("Everything holds.")


def _rebuild() -> None:
    from django.utils import timezone  # noqa: PLC0415 - Django must be ready

    from encours.accounts import tenancy  # noqa: PLC0415
    from encours.receivables.rebuilding import rebuild_open_amounts  # noqa: PLC0415

    now = timezone.now()
    for number in tenancy.organization_ids():
        with tenancy.inside(number):
            changed = rebuild_open_amounts(number, by="cli", now=now)
        console.print(f"Organization {number}: {changed} open amounts corrected.", highlight=False)


def backup(file: BackupFile) -> None:
    """Write the database and the documents into one file, with the hash of every part.

    The secret key is not in it: keep it apart, or mail passwords will have to be entered again.
    """
    if file.exists():
        refuse(f"{file} exists already; nothing was overwritten. Give another name.")
    if not file.absolute().parent.is_dir():
        refuse(f"There is no folder {file.absolute().parent}. Make it first.")
    join_database()
    from django.utils import timezone  # noqa: PLC0415 - Django must be ready

    from encours.cli import saving  # noqa: PLC0415
    from encours.cli.archive import ArchiveBrokenError  # noqa: PLC0415
    from encours.cli.postgres import ProgramFailedError  # noqa: PLC0415

    try:
        with _progress() as (say, tell):
            manifest = saving.make(file.absolute(), now=timezone.now(), say=say, tell=tell)
    except (ArchiveBrokenError, ProgramFailedError, OSError) as error:
        errors.print(f"No backup was made: {error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    console.print(f"{file}: {_described(manifest)}.", highlight=False, soft_wrap=True)
    console.print("Keep the secret key apart: it is not in this file.")


def restore(
    file: BackupFile,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the backup in the place of the data that is there.")
    ] = False,
) -> None:
    """Bring a backup back into an empty database, verified first; sending is switched off, then all is checked.

    Messages that left after the backup was made are not in it: switch sending on again once you have looked.
    """
    if not file.is_file():
        refuse(f"There is no backup at {file}. Check the path and try again.")
    from encours.cli.archive import ArchiveBrokenError, read_manifest, verify  # noqa: PLC0415 - help comes first

    try:
        manifest = read_manifest(file)
        with _progress() as (say, tell):
            say("Verifying the backup")
            verify(file, manifest, tell)
    except ArchiveBrokenError as error:
        refuse(str(error))
    _put_back(file, manifest, replace=replace)
    join_database()
    from encours.cli import checking  # noqa: PLC0415 - Django must be ready

    if checking.show(checking.look()):
        errors.print("The backup is back, but something in it is broken: see above.")
        raise typer.Exit(1)
    console.print(f"Restored: {_described(manifest)}.", highlight=False)


def _put_back(file: Path, manifest: "Manifest", *, replace: bool) -> None:
    prepare_database()
    from django.utils import timezone  # noqa: PLC0415 - Django must be ready

    from encours.cli import saving  # noqa: PLC0415
    from encours.cli.postgres import ProgramFailedError  # noqa: PLC0415

    if saving.has_content() and not replace:
        refuse(
            "The database already holds data. With --replace, the backup takes its place and that data is gone."
        )
    try:
        with _progress() as (say, tell):
            saving.bring_back(file, manifest, say=say, tell=tell)
    except saving.RestoreRefusedError as error:
        refuse(str(error))
    except (ProgramFailedError, OSError) as error:
        errors.print(f"Nothing was restored: {error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error
    prepare_database()
    for name in saving.hold_sending(timezone.now()):
        console.print(
            f"{name}: sending is off. Switch it on in the settings once you have looked.", highlight=False
        )


def _described(manifest: "Manifest") -> str:
    rows, documents = sum(manifest.rows.values()), len(manifest.parts) - 1
    return f"{rows} rows and {documents} documents, {manifest.size / 1e6:.1f} MB, made on {manifest.made_at[:16]}"


@contextmanager
def _progress() -> "Iterator[tuple[Say, Tell]]":
    """Show what is being done and how many bytes are done."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24, pulse_style="dim"),
        DownloadColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=None)

        def say(words: str) -> None:
            bar.update(task, description=words)

        def tell(size: int) -> None:
            bar.advance(task, size)

        yield say, tell
