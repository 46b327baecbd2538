"""What runs by itself, and when."""

from procrastinate import App


def bind(app: App) -> None:
    """Give the queue its tasks, by name."""
    from encours.jobs import tasks  # noqa: PLC0415 - models must be ready first

    tasks.bind(app)
