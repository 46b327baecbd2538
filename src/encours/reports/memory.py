"""Figures kept until something happens: exact, because what would change them is part of their name."""

from collections.abc import Callable
from hashlib import blake2b
from typing import TypeVar

from django.core.cache import caches
from django.db import connection

Figure = TypeVar("Figure")

KEPT_SECONDS = 24 * 3600
# Two transactions may commit in another order than their numbers: the count of the newest says so.
RECENT = 10_000

# What happens at the desk without touching the ledger, the customers or the settings.
QUIET = (
    "import.received",
    "import.refused",
    "contact.added",
    "contact.changed",
    "contact.removed",
    "match.proposed",
    "match.refused",
    "score.changed",
    "reminder.drafted",
    "reminder.edited",
    "reminder.confirmed",
    "reminder.skipped",
    "reminder.canceled",
    "reminder.simulated",
    "reminder.sent",
    "reminder.printed",
    "reminder.failed",
    "reminder.in_doubt",
    "reminder.resolved",
    "reminder.bounced",
    "reminder.unposted",
    "reminder.delivered",
    "reminder.undelivered",
    "call.recorded",
    "act.undone",
    "message.received",
    "message.assigned",
    "message.read",
    "message.set_aside",
    "message.taken_up",
    "message.answered",
    "message.forwarded",
    "message.unsent",
    "reading.accepted",
    "reading.refused",
    "readings.trusted",
    "promise.made",
    "promise.kept",
    "promise.broken",
    "promise.canceled",
    "payment_plan.agreed",
    "payment_plan.canceled",
    "task.added",
    "task.done",
    "task.canceled",
    "task.reassigned",
    "task.postponed",
    "target.set",
    "contact.bounced",
    "contact.complained",
    "contact.opted_out",
    "pause.placed",
    "pause.lifted",
    "document.added",
    "note.written",
    "sending.switched_on",
    "sending.switched_off",
    "template.changed",
    "template.created",
    "guardrails.changed",
    "plan.changed",
    "plan.created",
    "plan.drafted",
    "plan.discarded",
    "plan.retired",
    "plan.made_default",
    "plan.rules_changed",
    "customer.plan_chosen",
    "provider.changed",
    "mailbox.changed",
    "mailbox.removed",
    "sender.changed",
    "sender.removed",
    "sender.alarmed",
    "member.added",
    "member.changed",
    "member.removed",
    "daily.ran",
    "backup.made",
)

LATEST = """
    SELECT id, (SELECT count(*) FROM events_event e
                WHERE e.organization_id = %(organization)s AND e.id > latest.id - %(recent)s
                  AND e.kind <> ALL(%(quiet)s))
    FROM events_event latest
    WHERE organization_id = %(organization)s AND kind <> ALL(%(quiet)s)
    ORDER BY id DESC LIMIT 1
"""


def ledger_version(organization_id: int) -> str:
    """Return a word that changes whenever the ledger, its customers or the settings do."""
    return _latest(organization_id, QUIET)


def version(organization_id: int) -> str:
    """Return a word that changes whenever anything happens."""
    return _latest(organization_id, ())


def remembered(version: str, about: tuple[object, ...], compute: Callable[[], Figure]) -> Figure:
    """Return a figure, computed only the first time that it is asked for in this state of things.

    What it is about is spelled out: a hash of its words would be another one in every process.
    """
    kept = caches["figures"]
    key = name_of(version, about)
    found: Figure | None = kept.get(key)
    if found is None:
        found = compute()
        kept.set(key, found, KEPT_SECONDS)
    return found


def name_of(version: str, about: tuple[object, ...]) -> str:
    """Return the name of a figure, the same in every process."""
    return blake2b(repr((version, about)).encode(), digest_size=16).hexdigest()


def _latest(organization_id: int, quiet: tuple[str, ...]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(LATEST, {"organization": organization_id, "quiet": list(quiet), "recent": RECENT})
        row = cursor.fetchone()
    return f"{row[0]}.{row[1]}" if row else "0"
