"""What runs by itself, and when."""

from procrastinate import App

JOBS = {
    "imports.read": "imports_read",
    "imports.load": "imports_load",
    "daily.run": "daily_run",
    "dunning.send": "dunning_send",
}
PERIODIC = {
    "* * * * *": ("clock.minute", "every_minute"),
    "*/10 * * * *": ("clock.ten_minutes", "every_ten_minutes"),
}


def bind(app: App) -> None:
    """Give the queue its tasks, by name."""
    from encours.jobs import work  # noqa: PLC0415 - models must be ready first

    for name, function in JOBS.items():
        app.task(name=name)(getattr(work, function))
    for cron, (name, function) in PERIODIC.items():
        app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(getattr(work, function)))
