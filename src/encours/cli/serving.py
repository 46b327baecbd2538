"""`encours serve`, `worker` and `setup`: the desk, its clock and the database, on one machine or several."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from typing import Annotated

import typer

from encours.cli.start import console, errors, join_database, prepare_database

Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="Address to listen on; 127.0.0.1 keeps the desk on this machine.")]


def setup() -> None:
    """Bring the database to this version: roles, migrations, isolation. Every start does it too."""
    prepare_database()
    console.print("The database is ready.")


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    web: Annotated[int, typer.Option(help="Web processes.", min=1)] = 2,
    worker: Annotated[bool, typer.Option(help="Run a worker beside the desk.")] = True,
) -> None:
    """Serve the desk, with a worker beside it. Ctrl-C stops both."""
    prepare_database()
    serve_prepared(host, port, web=web, worker=worker)


def address(host: str, port: int) -> str:
    """Return where a browser of this machine finds the desk, for whoever has not said what people type."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else f"[{host}]" if ":" in host else host  # noqa: S104 - read, not bound
    return f"http://{shown}:{port}"


def refuse_busy_port(host: str, port: int) -> None:
    """Stop with a sentence where another program already listens: two desks on one port would share it silently."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            errors.print(
                f"{host}:{port} cannot be used ({error.strerror}). Another program may listen there: stop it, or "
                f"choose another port with --port {port + 1}, or `make run PORT={port + 1}`.",
                highlight=False,
            )
            raise typer.Exit(2) from error


def serve_prepared(host: str, port: int, *, web: int = 2, worker: bool = True) -> None:
    """Run the web server and the worker as two processes, until one ends or someone stops us."""
    refuse_busy_port(host, port)
    given = {"ENCOURS_URL": address(host, port), **os.environ}
    environment = {**given, "DJANGO_SETTINGS_MODULE": "encours.config.settings"}
    commands = [
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
            *("--workers", str(web), "--blocking-threads", "4", "--log-level", "warning"),
            *("--no-ws", "encours.config.wsgi:application"),
        ]
    ]
    if worker:
        commands.append([sys.executable, "-m", "encours", "worker"])
    # Each in a session of its own: a Ctrl-C reaches us alone, and we stop them in order.
    running = [subprocess.Popen(command, env=environment, start_new_session=True) for command in commands]  # noqa: S603
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    # A closed terminal ends the desk too, rather than leaving its processes behind.
    signal.signal(signal.SIGHUP, stop)
    while not stopping and all(process.poll() is None for process in running):
        time.sleep(0.2)
    failed = next((process.returncode for process in running if process.poll() not in {None, 0}), 0)
    for process in reversed(running):
        if process.poll() is None:
            process.terminate()
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        if process.poll() is None:
            process.kill()
            process.wait()
    if failed and not stopping:
        raise typer.Exit(1)


def worker(
    concurrency: Annotated[int, typer.Option(help="Jobs at the same time.", min=1)] = 2,
) -> None:
    """Run a worker: as many as you like, on as many machines as you like, on the same PostgreSQL."""
    join_database()
    import asyncio  # noqa: PLC0415 - only workers need it

    from procrastinate.contrib.django import app  # noqa: PLC0415 - Django must be ready

    from encours.config import provision  # noqa: PLC0415

    provision.refuse_unsafe_role()
    connected = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]  # Django's connector has it

    async def run() -> None:
        async with connected.open_async():
            await connected.run_worker_async(concurrency=concurrency, delete_jobs="successful")

    asyncio.run(run())
