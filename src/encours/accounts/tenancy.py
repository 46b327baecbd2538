"""Whose data the transaction may see: a transaction-local setting that PostgreSQL's policies read."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def see(*organization_ids: int, user_id: int | None = None) -> None:
    """Open the running transaction to these organizations, and to nothing else."""
    if not connection.in_atomic_block:
        message = "The organization is a setting of the transaction: open one first."
        raise RuntimeError(message)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('encours.organizations', %s, true), set_config('encours.user', %s, true)",
            [",".join(map(str, organization_ids)), "" if user_id is None else str(user_id)],
        )


def cover(user_ids: Iterable[int]) -> None:
    """Let the running transaction count the customers of these absent colleagues as the reader's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('encours.covered', %s, true)", [",".join(map(str, user_ids))])


@contextmanager
def inside(organization_id: int) -> Iterator[None]:
    """Run a block in a transaction that sees one organization, and give back the view it found."""
    with _given_back():
        see(organization_id)
        yield


@contextmanager
def speaking_as(user_id: int) -> Iterator[None]:
    """Run a block that sees where one person works and nothing else, and give back the view it found."""
    with _given_back():
        see(user_id=user_id)
        yield


@contextmanager
def _given_back() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('encours.organizations', true), current_setting('encours.user', true)"
            )
            before = cursor.fetchone()
        yield
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('encours.organizations', %s, true), set_config('encours.user', %s, true)",
                [before[0] or "", before[1] or ""],
            )


def organization_ids() -> list[int]:
    """Return every organization of this installation, for the clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM encours_organization_ids()")
        return [row[0] for row in cursor.fetchall()]
