"""Today's work after a setting changed: the day's run again, at once, by a worker."""

from encours.queue import defer


def bring_up_to_date(organization_id: int) -> None:
    """Leave the day's run for a worker; it writes only what the new settings change."""
    defer("daily.run", organization_id=organization_id, lock=f"daily-{organization_id}")
