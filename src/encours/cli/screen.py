"""How commands speak: one sentence when they refuse, a bar when they take their time, one language at a time."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import typer
from rich.progress import BarColumn, Progress, TextColumn

from encours.cli.start import errors

REFUSED = 2
PATIENCE_SECONDS = 1.0
LANGUAGES = ("fr", "en")
CATALOGS = Path(__file__).parent.parent / "locale"
DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y")

Tell = Callable[[str, float], None]


def examples(*lines: str) -> str:
    """Return the foot of a help page: one example a line."""
    return "\n\n".join(["[bold]Examples[/]", *(f"  {line}" for line in lines)])


def refuse(sentence: str) -> NoReturn:
    """Say in one sentence why the command stops, and end with the code of a wrong request."""
    errors.print(sentence, markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(REFUSED)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak one language, with as little of Django as sentences need: no application, no database."""
    if language not in LANGUAGES:
        refuse(f"The language is {' or '.join(LANGUAGES)}, not {language!r}.")
    import django  # noqa: PLC0415 - help must show before Django is loaded
    from django.conf import settings  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    if not settings.configured:
        settings.configure(
            LANGUAGE_CODE="fr",
            LANGUAGES=[("fr", "French"), ("en", "English")],
            LOCALE_PATHS=[CATALOGS],
            USE_TZ=True,
            TIME_ZONE="Europe/Paris",
        )
        django.setup()
    if not all(source.with_suffix(".mo").exists() for source in CATALOGS.glob("*/LC_MESSAGES/*.po")):
        from encours.config.provision import compile_translations  # noqa: PLC0415 - a fresh copy of the code alone

        # In a folder that we may not write, English will do.
        with contextlib.suppress(OSError):
            compile_translations()
    with translation.override(language):
        yield


def day_of(text: str, *, option: str, default: date) -> date:
    """Read a day as 2026-11-22 or 22/11/2026, or refuse it."""
    if not text:
        return default
    for pattern in DAY_FORMATS:
        try:
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    refuse(f"{option} is {text!r}; write a day as 2026-11-22 or 22/11/2026.")


@contextmanager
def patiently(stages: dict[str, tuple[str, float, float]]) -> Iterator[Tell]:
    """Show how far the work is, once it has taken more than a second.

    `stages` gives for each name its words and the shares of the whole between which it lies.
    """
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
    task = bar.add_task("", total=1.0)
    timer = threading.Timer(PATIENCE_SECONDS, bar.start)
    timer.daemon = True
    timer.start()

    def tell(stage: str, share: float) -> None:
        words, first, last = stages[stage]
        bar.update(task, description=words, completed=first + (last - first) * share)

    try:
        yield tell
    finally:
        timer.cancel()
        bar.stop()
