"""What a person is told when the database does not answer as it should."""

import errno
from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from psycopg import Error as PostgresError

NO_PLACE = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS}
UNDEFINED = {"42P01", "42703"}
NOT_PREPARED = "The database is not prepared for this version of Encours yet. Run: encours setup"


def sentence_of(error: BaseException) -> str | None:
    """Return what to say of an error, and what to do; nothing where only its trace helps."""
    chain = list(_chain(error))
    if any(isinstance(one, ImproperlyConfigured) for one in chain):
        return str(error)
    if isinstance(error, ValueError) and str(error).startswith("DATABASE_URL"):
        return str(error)
    if isinstance(error, OSError) and error.errno in NO_PLACE and error.filename:
        return f"{error.filename} cannot be written or read: {error.strerror}."
    failures = [one for one in chain if isinstance(one, PostgresError)]
    if not failures or not isinstance(error, DatabaseError | PostgresError):
        return None
    if any(one.sqlstate in UNDEFINED for one in failures):
        return NOT_PREPARED
    text = str(failures[0]).strip()
    if "connection" not in text:
        return None
    if "does not exist" in text:
        return NOT_PREPARED
    first = text.splitlines()[0].strip()
    return (
        f"The database cannot be reached: {first}\nCheck DATABASE_URL, and that PostgreSQL is running there."
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Return an error and those that caused it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
