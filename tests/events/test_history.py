"""History is only added to, and its sealed pages show when somebody rewrote it."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, connections, transaction

from encours.accounts import tenancy
from encours.accounts.actions import create_organization
from encours.accounts.models import Organization, User
from encours.events.actions import record, seal
from encours.events.models import Event, EventPage
from encours.events.queries import broken_seals, timeline

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def told() -> Organization:
    user = User.objects.create_user("bob@lumiere.example", "a long password")
    organization = create_organization(user, name="Ateliers Lumière", now=NOW)
    for rank in range(5):
        record(organization.pk, "note.written", by="user:1", at=NOW, customer_id=7, text=f"note {rank}")
    return organization


@pytest.mark.django_db
def test_an_event_is_of_the_catalog_and_of_a_transaction() -> None:
    organization = told()
    with pytest.raises(ValueError, match="not in the catalog"):
        record(organization.pk, "note.sung", by="user:1", at=NOW)
    assert [event.payload["text"] for event in timeline(organization.pk, 7)] == [
        f"note {rank}" for rank in (4, 3, 2, 1, 0)
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE events_event SET kind = 'x'", "DELETE FROM events_event"])
def test_the_serving_role_cannot_rewrite_history(statement: str) -> None:
    told()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db(databases=["default", "owner"])
def test_not_even_the_owner_rewrites_history_unnoticed() -> None:
    told()
    with (
        pytest.raises(DatabaseError, match="events are history"),
        transaction.atomic("owner"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute("DELETE FROM events_event")


@pytest.mark.django_db
def test_pages_follow_each_other_and_cover_every_event() -> None:
    organization = told()
    assert seal(organization.pk, NOW) == 1
    assert seal(organization.pk, NOW) == 0
    record(organization.pk, "note.written", by="user:1", at=NOW, text="later")
    assert seal(organization.pk, NOW) == 1
    first, second = EventPage.objects.order_by("number")
    assert second.previous_hash == first.hash
    assert first.event_count + second.event_count == Event.objects.count()
    assert broken_seals(organization.pk) == []


def test_a_rewritten_event_breaks_its_page(committed_db: None) -> None:
    with transaction.atomic():
        organization = told()
    with tenancy.inside(organization.pk):
        seal(organization.pk, NOW)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE events_event DISABLE TRIGGER history")
        cursor.execute("ALTER TABLE events_event NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            "UPDATE events_event SET payload = '{\"text\": \"forged\"}' WHERE payload->>'text' = 'note 3'"
        )
        assert cursor.rowcount == 1
        cursor.execute("ALTER TABLE events_event FORCE ROW LEVEL SECURITY")
        cursor.execute("ALTER TABLE events_event ENABLE TRIGGER history")
    with tenancy.inside(organization.pk):
        assert [(broken.page_number, broken.reason) for broken in broken_seals(organization.pk)] == [
            (1, "an event was rewritten")
        ]
