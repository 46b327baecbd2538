"""`encours rates`: the rates of late interest, read from their public sources or entered with their source."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table

from encours.cli.screen import examples, refuse
from encours.cli.start import console, errors, join_database

if TYPE_CHECKING:
    from encours.connectors.rates import PublishedRate
    from encours.rules.rates import HalfYear

rates = typer.Typer(
    help="The rates of late interest: ECB main refinancing rate and legal rate, half-year by half-year.",
    no_args_is_help=True,
    epilog=examples(
        "encours rates update",
        'encours rates enter 2026H2 --refinancing 2.15 --legal 3.00 --source "the order, the day"',
    ),
)
HALF_YEAR = re.compile(r"\s*(20\d\d)\s*[- ]?\s*[HS]?\s*([12])\s*", re.IGNORECASE)
MOST_PERCENT = 25
LAST_SHOWN = 8


@rates.command("show")
def show(
    everything: Annotated[bool, typer.Option("--all", help="From the first half-year known.")] = False,
) -> None:
    """Show the rates that are known, with their source, and the half-years that are not."""
    join_database()
    from encours.accounts.queries import rate_table  # noqa: PLC0415 - Django must be ready
    from encours.rules.rates import half_year_of  # noqa: PLC0415

    # No organization bears this number: what remains is what holds for all of them.
    known = rate_table(0)
    now = half_year_of(date.today())  # noqa: DTZ011 - a door reads the day of this machine
    half_year = known.rows[0].half_year
    lines = []
    while half_year <= max(now, known.rows[-1].half_year):
        if known.knows(half_year):
            row = known.rates_of(half_year)
            figures = (
                f"{row.refinancing_percent:.2f}",
                f"{known.default_rate(half_year):.2f}",
                f"{row.legal_percent:.2f}",
                f"{known.floor(half_year):.2f}",
            )
            lines.append((str(half_year), *figures, row.source))
        else:
            lines.append((str(half_year), "?", "?", "?", "?", "not known: encours rates update"))
        half_year = half_year.following()
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for name in ("Half-year", "ECB", "+ 10", "Legal", "× 3"):
        table.add_column(name, justify="left" if name == "Half-year" else "right", no_wrap=True)
    table.add_column("Source", overflow="fold", style="dim")
    for line in lines if everything else lines[-LAST_SHOWN:]:
        table.add_row(*line)
    console.print(table)
    if not known.knows(now):
        console.print(
            f"The rates of {now} are not known: interest is counted to {known.known_until():%Y-%m-%d} and marked "
            "partial. Run encours rates update, or encours rates enter.",
            highlight=False,
        )


@rates.command("update")
def update(
    ecb_url: Annotated[str, typer.Option(help="Another address of the ECB series, as CSV.")] = "",
    legal_url: Annotated[str, typer.Option(help="Another address of the legal rates, as records.")] = "",
) -> None:
    """Read the rates from the ECB data portal and from the open data set of legal rates.

    What a source does not state stays unknown; a source that contradicts rates already known is not believed.
    """
    join_database()
    from encours.connectors import rates as sources  # noqa: PLC0415 - Django must be ready
    from encours.connectors.courier import FetchError  # noqa: PLC0415

    today = date.today()  # noqa: DTZ011 - a door reads the day of this machine
    readers: list[tuple[str, Callable[[], list[sources.PublishedRate]]]] = [
        ("ECB main refinancing rate", lambda: sources.refinancing_rates(today, ecb_url or sources.ECB_URL)),
        ("Legal rate", lambda: sources.legal_rates(today, legal_url or sources.LEGAL_URL)),
    ]
    failed = False
    for name, reader in readers:
        try:
            with console.status(f"{name}…"):
                found = reader()
        except FetchError as error:
            failed = True
            errors.print(f"{name}: {error}", markup=False, highlight=False, soft_wrap=True)
            continue
        failed = not keep(name, found, today) or failed
    if failed:
        raise typer.Exit(1)


def keep(name: str, found: "list[PublishedRate]", today: date) -> bool:
    """Keep the rates that a source states and that nobody had, and say what is still missing."""
    from encours.connectors.rates import contradictions  # noqa: PLC0415 - Django must be ready
    from encours.rules.rates import SHIPPED, half_year_of  # noqa: PLC0415

    wrong = contradictions(found)
    if wrong:
        said = ", ".join(f"{one.half_year}: {one.percent}" for one in wrong[:3])
        errors.print(
            f"{name}: the source says otherwise than the rates known for certain ({said}); nothing of it is kept. "
            "Check it, then use encours rates enter.",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
        return False
    new = [
        one
        for one in found
        if not SHIPPED.knows(one.half_year) and kept(one.kind, one.half_year, one.percent, one.source)
    ]
    for one in new:
        console.print(f"{name}: {one.half_year} is {one.percent.normalize():f} %.", highlight=False)
    if not new:
        console.print(f"{name}: nothing new.", highlight=False)
    now = half_year_of(today)
    if not any(one.half_year == now for one in found):
        errors.print(
            f"{name}: the source does not state {now}; it stays unknown.", markup=False, highlight=False
        )
        return False
    return True


@rates.command("enter")
def enter(
    half_year: Annotated[str, typer.Argument(help="As 2026H2.", show_default=False)],
    source: Annotated[
        str, typer.Option(help="Where you read it: the order, the page, the day.", show_default=False)
    ],
    refinancing: Annotated[
        str, typer.Option(help="ECB main refinancing rate on its first day, in percent.")
    ] = "",
    legal: Annotated[str, typer.Option(help="Legal rate for professionals, in percent.")] = "",
) -> None:
    """Enter a rate that a person read, for every organization of this installation."""
    found = HALF_YEAR.fullmatch(half_year)
    if not found:
        refuse(f"{half_year!r} is no half-year; write it as 2026H2.")
    if not source.strip():
        refuse("Say with --source where you read the rate: the order, the page, the day.")
    percents = {"refinancing": refinancing, "legal": legal}
    given = {kind: percent_of(text, kind) for kind, text in percents.items() if text}
    if not given:
        refuse("Give --refinancing, --legal, or both.")
    join_database()
    from encours.rules.rates import HalfYear  # noqa: PLC0415 - Django must be ready

    period = HalfYear(int(found[1]), int(found[2]))
    for kind, percent in given.items():
        new = kept(kind, period, percent, source.strip()[:300])
        console.print(f"{period} {kind}: {percent} %{'' if new else ', as already known'}.", highlight=False)


def percent_of(text: str, kind: str) -> Decimal:
    """Read a percentage written with a comma or a point, or refuse it."""
    try:
        percent = Decimal(text.replace("%", "").replace(",", ".").strip())
    except InvalidOperation:
        refuse(f"--{kind} is {text!r}; write a percentage such as 2.15.")
    if not percent.is_finite() or not 0 <= percent <= MOST_PERCENT:
        refuse(f"--{kind} is {text!r}; a rate lies between 0 and {MOST_PERCENT} percent.")
    return percent


def kept(kind: str, half_year: "HalfYear", percent: Decimal, source: str) -> bool:
    """Keep a rate for the whole installation, tell every organization, and say whether it is new."""
    from django.utils import timezone  # noqa: PLC0415 - Django must be ready

    from encours.accounts import tenancy  # noqa: PLC0415
    from encours.accounts.actions import keep_public_rate  # noqa: PLC0415
    from encours.events.actions import record  # noqa: PLC0415

    if not keep_public_rate(kind=kind, starts_on=half_year.from_on, percent=percent, source=source):
        return False
    now = timezone.now()
    for number in tenancy.organization_ids():
        with tenancy.inside(number):
            record(
                number,
                "rate.updated",
                by="system",
                at=now,
                kind_of_rate=kind,
                starts_on=half_year.from_on,
                percent=percent,
                source=source,
            )
    return True
