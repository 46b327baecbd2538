"""The only place that knows which job queue we use: a job is deferred by name, in the same transaction."""

from datetime import datetime

from procrastinate.contrib.django import app


def defer(name: str, *, lock: str | None = None, at: datetime | None = None, **arguments: int | str) -> None:
    """Leave a job for a worker; if the transaction is rolled back, there is no job."""
    app.configure_task(name, lock=lock, schedule_at=at).defer(**arguments)
