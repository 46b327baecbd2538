"""The timeline of a customer, what happened in one go gathered into one entry."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from encours.events.models import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """The latest event of those that are the same but for the item they speak of, and how many they are."""

    event: Event
    count: int


# One file that brings two hundred items is one thing that happened.
GATHERED = """
    SELECT max(id), count(*)
    FROM events_event
    WHERE organization_id = %(organization)s AND customer_id = %(customer)s
      AND (%(nouns)s::text[] IS NULL OR split_part(kind, '.', 1) = ANY(%(nouns)s))
    GROUP BY kind, at, actor, payload->>'import',
        CASE WHEN kind LIKE 'item.%%' OR kind LIKE 'match.%%' THEN 0 ELSE id END
    HAVING %(before)s::bigint IS NULL OR max(id) < %(before)s
    ORDER BY max(id) DESC LIMIT %(limit)s
"""


def gathered_timeline(
    organization_id: int,
    customer_id: int,
    *,
    nouns: Sequence[str] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Return what happened around one customer, newest first, perhaps only around some nouns."""
    with connection.cursor() as cursor:
        cursor.execute(
            GATHERED,
            {
                "organization": organization_id,
                "customer": customer_id,
                "nouns": list(nouns) or None,
                "before": before,
                "limit": limit,
            },
        )
        found: list[tuple[int, int]] = cursor.fetchall()
    events = Event.objects.filter(organization_id=organization_id).in_bulk([number for number, _ in found])
    return [Entry(events[number], count) for number, count in found]
