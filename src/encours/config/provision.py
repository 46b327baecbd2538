"""Brings a database to the shape of this version: roles, migrations, isolation, grants, start-up checks."""

import os
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from encours.config import database

ISOLATION = (Path(__file__).parent / "isolation.sql").read_text(encoding="utf-8")


def prepare() -> None:
    """Create what is missing and bring the rest up to date; safe to run at every start."""
    if database.embedded():
        database.start_embedded()
        create_database()
    create_app_role()
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    isolate()
    # Figures of another version, or of what a backup has replaced, are none of ours.
    caches["figures"].clear()
    compile_translations()
    if not settings.DEBUG:
        call_command("collectstatic", verbosity=0, interactive=False)


def create_database() -> None:
    """Create our database in the embedded server, which begins empty."""
    import psycopg  # noqa: PLC0415 - Django cannot connect to a database that does not exist

    address = database.owner()
    maintenance = database.Address(address.host, "", "postgres", address.user, "", {})
    with psycopg.connect(maintenance.as_url(), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [address.name]).fetchone()
        if not found:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(address.name)
                )
            )


def create_app_role() -> None:
    """Create the role that serves pages, or say what a database administrator must run."""
    serving = database.app()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [serving.user])
        exists = cursor.fetchone() is not None
        if exists and serving.user != database.APP_ROLE:
            return
        # Only a superuser may touch these attributes of a role that exists; the start refuses an unsafe one anyway.
        plain = sql.SQL("" if exists else "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")
        verb = sql.SQL("ALTER" if exists else "CREATE")
        statement = sql.SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(
            verb, sql.Identifier(serving.user), plain, sql.Literal(serving.password)
        )
        cursor.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
        if row is None or not row[0]:
            if exists:
                return
            message = (
                f"The role of DATABASE_URL may not create the role {serving.user} that serves pages. "
                f"Ask a database administrator to run: CREATE ROLE {serving.user} LOGIN NOSUPERUSER NOBYPASSRLS "
                "PASSWORD '…'; and set DATABASE_APP_URL to it."
            )
            raise ImproperlyConfigured(message)
        cursor.execute(statement)


def isolate() -> None:
    """Apply row-level security and give the serving role what it needs, no more."""
    role = sql.Identifier(database.app().user)
    with connections["owner"].cursor() as cursor:
        cursor.execute(ISOLATION)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {role}",
            "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
            "REVOKE UPDATE, DELETE ON events_event, events_eventpage FROM {role}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=role))


def refuse_unsafe_role() -> None:
    """Stop the start if the serving role could see past row-level security."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls,"
            " EXISTS (SELECT FROM pg_class c WHERE c.relname = 'receivables_item'"
            "         AND pg_has_role(current_user, c.relowner, 'MEMBER'))"
            " FROM pg_roles WHERE rolname = current_user"
        )
        name, superuser, bypass, owns = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
            " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
        bare = cursor.fetchone()[0]
    faults = [
        (superuser, "is a superuser"),
        (bypass, "may bypass row-level security"),
        (owns, "owns the tables"),
    ]
    for fault, words in faults:
        if fault:
            message = (
                f"Encours refuses to serve as the PostgreSQL role {name}: it {words}, so one organization could "
                "see another's data. Set DATABASE_APP_URL to a plain role, or unset it and let Encours make one."
            )
            raise ImproperlyConfigured(message)
    if bare:
        message = f"{bare} tables are not held by row-level security. Run: encours setup"
        raise ImproperlyConfigured(message)


def compile_translations() -> None:
    """Compile the message catalogs that are newer than what was compiled, without any system package."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - only set-up needs it
    from babel.messages.pofile import read_po  # noqa: PLC0415

    for source in (Path(__file__).parent.parent / "locale").glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as reader:
            catalog = read_po(reader)
        # Several processes may come here at once; none of them may read a catalog that is half written.
        fresh = source.with_suffix(f".{os.getpid()}.new")
        with fresh.open("wb") as writer:
            write_mo(writer, catalog)
        fresh.replace(target)
