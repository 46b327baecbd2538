"""`encours demo`: what `make run` does: everything set up, a ledger loaded by the real importer, the desk served."""

from pathlib import Path
from typing import Annotated

import typer
from rich.panel import Panel

from encours.cli.serving import Host, Port, serve_prepared
from encours.cli.start import console, errors, prepare_database

EMAIL = "demo@encours.example"


def demo(
    file: Annotated[
        Path | None, typer.Argument(help="Your own ledger instead of the demonstration company.")
    ] = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    serve: Annotated[bool, typer.Option(help="Serve the desk after loading.")] = True,
) -> None:
    """Set everything up, load a ledger through the real importer, say what it holds, serve the desk."""
    if file is not None and not file.is_file():
        errors.print(f"There is no file at {file}. Check the path and try again.", highlight=False)
        raise typer.Exit(2)
    with console.status("Preparing the database…"):
        prepare_database()
    from django.utils import timezone  # noqa: PLC0415 - Django must be ready

    from encours.cli import showcase  # noqa: PLC0415

    now = timezone.now()
    user, password = showcase.person(EMAIL)
    number = showcase.company_of(file, user, now) if file else showcase.demonstration(user, now)
    showcase.tell(number, now)
    console.print(
        Panel.fit(
            f"Desk      http://{host}:{port}\nE-mail    {EMAIL}\nPassword  {password}",
            title="Sign in",
            padding=(1, 3),
        )
    )
    if serve:
        console.print("Ctrl-C stops everything; nothing is lost.", highlight=False)
        serve_prepared(host, port)
