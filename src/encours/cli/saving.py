"""Making a backup of a whole installation, and bringing it back without losing what was there if that fails."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql

from encours.accounts import tenancy
from encours.accounts.actions import switch_sending
from encours.accounts.models import Organization
from encours.cli import archive, postgres
from encours.cli.archive import Manifest
from encours.events.actions import record

SET_ASIDE = "set_aside_by_restore"
TABLES = """
    SELECT c.relname FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
"""
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""

Say = Callable[[str], None]


class RestoreRefusedError(Exception):
    """The backup is not brought back; what was there is as it was."""


def make(file: Path, *, now: datetime, say: Say, tell: archive.Tell) -> Manifest:
    """Write the database, as it is at one instant, and the documents into one file."""
    server = postgres.server()
    organizations = tenancy.organization_ids()
    dump_program = postgres.program("pg_dump", server.major)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".encours-backup-") as work:
        dump = Path(work) / archive.DATABASE
        say("Reading the database")
        with _snapshot(server, organizations) as (snapshot, rows):
            postgres.run(
                [
                    *(dump_program, "--format=custom", "--no-owner", "--no-privileges", "--schema=public"),
                    *(f"--snapshot={snapshot}", f"--file={dump}", f"--dbname={server.conninfo}"),
                    *([] if server.sees_all else ["--enable-row-security"]),
                ],
                server.environment(organizations),
            )
        say("Packing the documents")
        packed = Path(work) / "backup.tar"
        manifest = archive.pack(
            packed,
            dump,
            Path(settings.DOCUMENTS),
            now=now,
            postgres=server.major,
            rows=rows,
            tell=tell,
        )
        if file.exists():
            raise archive.ArchiveBrokenError(f"{file} appeared meanwhile; nothing was overwritten.")
        packed.replace(file)
    for number in organizations:
        with tenancy.inside(number):
            record(number, "backup.made", by="cli", at=now, file=file.name, parts=len(manifest.parts))
    return manifest


@contextmanager
def _snapshot(server: postgres.Server, organizations: Sequence[int]) -> Iterator[tuple[str, dict[str, int]]]:
    """Hold one instant of the database, and count the rows of every table at that instant."""
    with psycopg.connect(server.conninfo, password=server.password) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        _see(connection, organizations)
        exported = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield (str(exported[0]) if exported else "", _rows(connection))


def _see(connection: psycopg.Connection[tuple[object, ...]], organizations: Sequence[int]) -> None:
    """Let a plain owner see every organization; for a superuser this changes nothing."""
    listed = ",".join(map(str, organizations))
    connection.execute("SELECT set_config('encours.organizations', %s, false)", [listed])


def _rows(connection: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    counts = {}
    for (table,) in connection.execute(TABLES).fetchall():
        found = connection.execute(
            sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(str(table)))
        ).fetchone()
        counts[str(table)] = int(str(found[0])) if found else 0
    return counts


def has_content() -> bool:
    """Tell whether the database holds anyone's data: a prepared database that nobody uses is empty."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM accounts_user)")
        return bool(cursor.fetchone()[0]) or bool(tenancy.organization_ids())


def bring_back(file: Path, manifest: Manifest, *, say: Say, tell: archive.Tell) -> None:
    """Put a verified backup in the place of what is there; on any failure, what was there comes back."""
    server = postgres.server()
    if server.major < manifest.postgres:
        raise RestoreRefusedError(
            f"This backup was made on PostgreSQL {manifest.postgres}, and the database here is PostgreSQL "
            f"{server.major}, which cannot read what a later version wrote. Restore it on PostgreSQL "
            f"{manifest.postgres} or later."
        )
    restore_program = postgres.program("pg_restore", server.major)
    connections.close_all()
    with tempfile.TemporaryDirectory(dir=Path(settings.DOCUMENTS).parent, prefix=".encours-restore-") as work:
        dump = Path(work) / archive.DATABASE
        say("Putting the documents back")
        archive.unpack(file, dump, Path(settings.DOCUMENTS), tell)
        chosen = Path(work) / "contents.list"
        chosen.write_text(_contents(postgres.run([restore_program, "--list", dump], server.environment())))
        say("Putting the database back")
        with _set_aside(server) as connection:
            postgres.run(
                [
                    *(
                        restore_program,
                        "--no-owner",
                        "--no-privileges",
                        "--exit-on-error",
                        "--single-transaction",
                    ),
                    *(f"--use-list={chosen}", f"--dbname={server.conninfo}", dump),
                ],
                server.environment(),
            )
            _compare(connection, manifest)


def _contents(listed: str) -> str:
    """Leave out of a table of contents what the start lays down again: policies, whose roles may differ here.

    Until then nobody but the owner has any right on the tables, and the owner can count them.
    """
    left_out = (" SCHEMA - public ", " POLICY ", " ROW SECURITY ", " COMMENT - SCHEMA public ")
    return "".join(
        f"{line}\n" for line in listed.splitlines() if not any(words in f"{line} " for words in left_out)
    )


@contextmanager
def _set_aside(server: postgres.Server) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Open an empty place for the tables, and keep those that were there until the new ones stand."""
    with psycopg.connect(server.conninfo, password=server.password, autocommit=True) as connection:
        others = connection.execute(OTHERS).fetchone()
        if others and others[0]:
            raise RestoreRefusedError(
                "Something else is using this database. Stop encours serve and worker first, then restore."
            )
        connection.execute(f"DROP SCHEMA IF EXISTS {SET_ASIDE} CASCADE")
        connection.execute(f"ALTER SCHEMA public RENAME TO {SET_ASIDE}")
        try:
            connection.execute("CREATE SCHEMA public")
            yield connection
        except BaseException:
            connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
            connection.execute(f"ALTER SCHEMA {SET_ASIDE} RENAME TO public")
            raise
        connection.execute(f"DROP SCHEMA {SET_ASIDE} CASCADE")


def _compare(connection: psycopg.Connection[tuple[object, ...]], manifest: Manifest) -> None:
    """Refuse a database that does not hold, table by table, the rows that were backed up."""
    found = _rows(connection)
    wrong = [
        f"{table}: {found.get(table, 0)} of {count}"
        for table, count in manifest.rows.items()
        if found.get(table, 0) != count
    ]
    if wrong:
        raise RestoreRefusedError(f"The database did not come back whole ({'; '.join(wrong[:3])}).")


def hold_sending(now: datetime) -> list[str]:
    """Switch sending off everywhere: what left after the backup was made would leave a second time."""
    held = []
    for number in tenancy.organization_ids():
        with tenancy.inside(number):
            organization = Organization.objects.get(pk=number)
            if not organization.simulation:
                switch_sending(organization, on=False, by=None, now=now)
                held.append(organization.name)
    return held
