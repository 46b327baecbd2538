"""What every command that touches the database does first."""

from rich.console import Console

console = Console()
errors = Console(stderr=True)


def start_django() -> None:
    """Load Django without touching the database."""
    import django  # noqa: PLC0415

    django.setup()


def join_database() -> None:
    """Load Django and join the database, which an earlier `encours setup` or `serve` has prepared."""
    from encours.config import database  # noqa: PLC0415

    if database.embedded():
        database.start_embedded()
    start_django()


def prepare_database() -> None:
    """Load Django and bring the database to this version."""
    from encours.config import database  # noqa: PLC0415

    if database.embedded():
        database.start_embedded()
    start_django()
    from encours.config import provision  # noqa: PLC0415

    provision.prepare()
    provision.refuse_unsafe_role()
