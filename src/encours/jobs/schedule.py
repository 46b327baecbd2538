"""What runs by itself, and when."""

from procrastinate import App, JobContext

SILENT_SECONDS = 60

JOBS = {
    "imports.read": "imports_read",
    "imports.load": "imports_load",
    "daily.run": "daily_run",
    "daily.help": "daily_help",
    "dunning.send": "dunning_send",
    "dunning.follow": "dunning_follow",
    "mail.read": "mail_read",
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
    take_up = app.task(name="clock.take_up", queueing_lock="clock.take_up", pass_context=True)
    app.periodic(cron="* * * * *")(take_up(take_up_left_jobs))


async def take_up_left_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the planned time
    """Give the jobs of a worker that died back to the queue: every job may be run again without harm."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        await manager.retry_job(job)
