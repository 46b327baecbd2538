"""The jobs that workers run."""

from procrastinate import App


def bind(app: App) -> None:
    """Declare every job under its name."""
