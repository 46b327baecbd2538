"""Reading history: the timeline of a customer, the activity of an organization, and whether the seals hold."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from encours.events.actions import page_summary
from encours.events.models import Event, EventPage


def timeline(organization_id: int, customer_id: int) -> QuerySet[Event]:
    """Return what happened around one customer, newest first."""
    return Event.objects.filter(organization_id=organization_id, customer_id=customer_id).order_by("-id")


def activity(organization_id: int) -> QuerySet[Event]:
    """Return everything that happened, newest first."""
    return Event.objects.filter(organization_id=organization_id).order_by("-id")


def last_page(organization_id: int) -> EventPage | None:
    """Return the newest sealed page, whose hash covers all that came before it."""
    return EventPage.objects.filter(organization_id=organization_id).order_by("-number").first()


def last_event_id(organization_id: int) -> int:
    """Return a number that changes whenever anything happens in the organization."""
    newest = activity(organization_id).values_list("id", flat=True).first()
    return newest or 0


def count_since(organization_id: int, event_id: int, *, by: str, noun: str) -> dict[str, int]:
    """Return how many events of each kind around a noun somebody has caused since an event."""
    found = Event.objects.filter(
        organization_id=organization_id, id__gt=event_id, actor=by, kind__startswith=f"{noun}."
    )
    return dict(found.values_list("kind").annotate(count=Count("id")))


@dataclass(frozen=True)
class BrokenSeal:
    """A page whose events are no longer what was sealed."""

    page_number: int
    reason: str


def broken_seals(organization_id: int) -> list[BrokenSeal]:
    """Recompute every sealed page and return those that do not hold."""
    broken = []
    previous_hash, previous_last = "0" * 64, 0
    for page in EventPage.objects.filter(organization_id=organization_id).order_by("number"):
        summary = page_summary(organization_id, previous_last, page.last_event_id, previous_hash)
        if page.previous_hash != previous_hash:
            broken.append(BrokenSeal(page.number, "does not continue the page before"))
        elif summary is None or summary[2] != page.event_count:
            broken.append(BrokenSeal(page.number, "events are missing or were added"))
        elif summary[3] != page.hash:
            broken.append(BrokenSeal(page.number, "an event was rewritten"))
        previous_hash, previous_last = page.hash, page.last_event_id
    return broken
