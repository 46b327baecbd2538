"""How the hour that a reminder waits for is kept on it: the reason and the minute, in one short text."""

from datetime import datetime

CLOSED = "closed:"
MINUTE = "%Y-%m-%dT%H:%M"
MINUTE_LENGTH = 16


def mark(why: str, opens_at: datetime) -> str:
    """Return what is kept on a reminder that waits for an hour.

    >>> mark("holiday", datetime(2026, 5, 4, 8, 0))
    'closed:holiday:2026-05-04T08:00'
    """
    return f"{CLOSED}{why}:{opens_at:{MINUTE}}"


def opens(held: str) -> tuple[str, datetime] | None:
    """Return why a reminder waits for its hour, and that hour, from what is kept on it."""
    if not held.startswith(CLOSED):
        return None
    why, _, minute = held.removeprefix(CLOSED).partition(":")
    return why, datetime.strptime(minute, MINUTE)  # noqa: DTZ007 - the clock of the organization
