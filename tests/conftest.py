"""A real PostgreSQL for every test: the embedded one, or the one of DATABASE_URL, under a database of its own."""

import os
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker


def pytest_configure() -> None:
    """Compile the catalogs as `encours setup` does, and keep figures in memory, for no other run to read.

    Without the first, a fresh clone would speak English until some test happens to set an installation up.
    """
    from django.conf import settings

    from encours.config import provision

    provision.compile_translations()
    settings.CACHES["figures"] = settings.CACHES["default"] | {"LOCATION": "figures"}


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Build the test database as `encours setup` would, and speak to it as the plain role that pages use."""
    import psycopg
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections
    from psycopg import sql

    from encours.config import database, provision

    if database.embedded():
        database.start_embedded()
    name = f"encours_test_{os.getpid()}"
    address = database.owner()
    maintenance = database.Address(
        str(database.socket_folder()) if database.embedded() else address.host,
        address.port,
        "postgres",
        address.user,
        address.password,
        address.options,
    )
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
    with psycopg.connect(maintenance.as_url(), autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(create)
    for alias in ("default", "owner"):
        for place in (settings.DATABASES[alias], connections[alias].settings_dict):
            place["NAME"] = name
            place["HOST"] = maintenance.host
    with django_db_blocker.unblock(), psycopg.connect(maintenance.as_url(), autocommit=True) as turn:
        # Roles belong to the whole server: several processes that test at once take their turn.
        turn.execute("SELECT pg_advisory_lock(4207)")
        provision.create_app_role()
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        provision.isolate()
        provision.refuse_unsafe_role()
        connections["owner"].close()
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    with psycopg.connect(maintenance.as_url(), autocommit=True) as connection:
        connection.execute(drop)


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Leave no test the language of the one before it."""
    from django.utils import translation

    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a test commit for real (other processes, crashes); the owner empties every table afterwards."""
    from django.db import connections

    with django_db_blocker.unblock():
        yield
        connections["default"].close()
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
                " AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
            )
            cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")
        connections["owner"].close()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI nothing is skipped: a test that could not run there has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if (
        os.environ.get("CI") == "true"
        and reporter is not None
        and reporter.stats.get("skipped")
        and not exitstatus
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
