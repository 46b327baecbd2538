"""The only place that knows which job queue we use: a job is deferred by name, in the same transaction."""

from datetime import datetime

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


def defer(name: str, *, lock: str | None = None, at: datetime | None = None, **arguments: int | str) -> None:
    """Leave a job for a worker; if the transaction is rolled back, there is no job."""
    app.configure_task(name, lock=lock, schedule_at=at).defer(**arguments)


def defer_once(name: str, *, lock: str, **arguments: int | str) -> None:
    """Leave a job for a worker unless the same still waits: a slow one is not piled upon."""
    try:
        with transaction.atomic():
            app.configure_task(name, lock=lock, queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return
