"""Writing history: one row per fact, in the transaction of the fact, and pages that seal it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.db import connection, transaction

from encours.events.catalog import CATALOG
from encours.events.models import Event, EventPage

PAGE_SIZE = 10_000
LOCK_CLASS = 4_201

# Everything the seal covers, as one line of text a row; jsonb prints the same on every version.
CANONICAL = (
    "concat_ws('|', id, organization_id, extract(epoch from at), kind, actor, coalesce(customer_id::text, '-'),"
    " subject_type, coalesce(subject_id::text, '-'), payload::text)"
)


def hold_page_open(organization_id: int) -> None:
    """Share the organization's history lock: no page is sealed over an event that is still uncommitted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [LOCK_CLASS, organization_id % 2**31])


def record(
    organization_id: int,
    kind: str,
    *,
    by: str,
    at: datetime,
    customer_id: int | None = None,
    subject: tuple[str, int] | None = None,
    **payload: object,
) -> Event:
    """Write that something happened; call it in the transaction that makes it true."""
    if kind not in CATALOG:
        message = f"{kind} is not in the catalog of events"
        raise ValueError(message)
    if not connection.in_atomic_block:
        message = "An event is written in the transaction of its fact."
        raise RuntimeError(message)
    hold_page_open(organization_id)
    return Event.objects.create(
        organization_id=organization_id,
        at=at,
        kind=kind,
        actor=by,
        customer_id=customer_id,
        subject_type=subject[0] if subject else "",
        subject_id=subject[1] if subject else None,
        payload=json.loads(json.dumps(payload, default=str)),
    )


def seal(organization_id: int, now: datetime) -> int:
    """Close pages over the events that are not yet sealed, and return how many; busy history waits for next time."""
    sealed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, organization_id % 2**31])
        row = cursor.fetchone()
        if row is None or not row[0]:
            return 0
        last = EventPage.objects.filter(organization_id=organization_id).order_by("-number").first()
        while True:
            page = _next_page(organization_id, last, now)
            if page is None:
                return sealed
            page.save(force_insert=True)
            last = page
            sealed += 1


def _next_page(organization_id: int, last: EventPage | None, now: datetime) -> EventPage | None:
    after = last.last_event_id if last else 0
    previous = last.hash if last else "0" * 64
    summary = page_summary(organization_id, after, None, previous)
    if summary is None:
        return None
    first_id, last_id, count, digest = summary
    return EventPage(
        organization_id=organization_id,
        number=last.number + 1 if last else 1,
        first_event_id=first_id,
        last_event_id=last_id,
        event_count=count,
        previous_hash=previous,
        hash=digest,
        sealed_at=now,
    )


def page_summary(
    organization_id: int, after: int, until: int | None, previous_hash: str
) -> tuple[int, int, int, str] | None:
    """Return first and last event, count and hash of the next page, or of the page that ends at `until`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(id), max(id), count(*), encode(sha256(convert_to("
            f"%s || E'\\n' || string_agg({CANONICAL}, E'\\n' ORDER BY id), 'UTF8')), 'hex')"
            " FROM (SELECT * FROM events_event WHERE organization_id = %s AND id > %s"
            " AND (%s::bigint IS NULL OR id <= %s) ORDER BY id LIMIT %s) page",
            [previous_hash, organization_id, after, until, until, PAGE_SIZE],
        )
        first_id, last_id, count, digest = cursor.fetchone()
    return (first_id, last_id, count, digest) if count else None


def record_from_select(organization_id: int, kind: str, select: str, parameters: Mapping[str, object]) -> int:
    """Write one event per row of a SELECT of (at, actor, customer_id, subject_type, subject_id, payload)."""
    if kind not in CATALOG:
        message = f"{kind} is not in the catalog of events"
        raise ValueError(message)
    hold_page_open(organization_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event"
            " (organization_id, kind, at, actor, customer_id, subject_type, subject_id, payload)"
            f" SELECT %(organization_id)s, %(kind)s, happened.* FROM ({select}) happened",
            {**cast("dict[str, Any]", parameters), "organization_id": organization_id, "kind": kind},
        )
        return int(cursor.rowcount)
