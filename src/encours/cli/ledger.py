"""`encours import` and `encours daily`: the path of the desk, from the terminal."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from encours.cli.analyze import Columns, Dates, Decimal, check_target, read, writing
from encours.cli.start import console, errors, join_database

FIGURES = {
    "customers": "customers",
    "new_customers": "new customers",
    "new": "new items",
    "changed": "changed items",
    "unchanged": "unchanged items",
    "missing": "no longer in the ledger",
    "settled": "settled",
    "allocations": "allocations",
    "proposed": "proposed allocations",
    "refused": "refused lines",
    "warnings": "warnings",
}


def show_figures(figures: dict[str, int]) -> None:
    """Print what a load changed, zeros left out."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    table.add_column()
    for name, words in FIGURES.items():
        if figures.get(name):
            table.add_row(f"{figures[name]:,}".replace(",", " "), words)
    console.print(table)


def import_file(  # noqa: PLR0917 - each is an option of the command line
    file: Annotated[Path, typer.Argument(help="A FEC, a CSV or an XLSX.")],
    organization: Annotated[str, typer.Option(help="Name or number of the organization.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Say what would change; write nothing.")] = False,
    columns: Columns = None,
    decimal: Decimal = "",
    dates: Dates = "",
) -> None:
    """Load a ledger into an organization, as the desk does."""
    check_target(file, None)
    written = writing(decimal, dates)
    join_database()
    from django.utils import timezone, translation  # noqa: PLC0415 - Django must be ready

    from encours.cli.organizations import chosen  # noqa: PLC0415
    from encours.receivables import actions  # noqa: PLC0415

    now = timezone.now()
    with translation.override("en"), console.status("Reading…"):
        batch = read(file, columns or [], written)
    with chosen(organization) as found:
        if preview:
            show_figures(dict(actions.plan_of(found, batch, now).figures))
            return
        with file.open("rb") as reader, console.status("Loading…"):
            received = actions.receive_file(
                found,
                iter(lambda: reader.read(1 << 20), b""),
                name=file.name,
                by="cli",
                by_user=None,
                now=now,
            )
            figures = actions.load(found, received, batch, by="cli", now=now)
        number = found.pk
    show_figures(figures)
    for issue in batch.issues[:10]:
        words = f"line {issue.line}: {issue}" if issue.line else str(issue)
        errors.print(words, highlight=False, markup=False)
    console.print(f"Loaded into organization {number}. Now: encours daily --organization {number}")


def daily(
    organization: Annotated[str, typer.Option(help="Name or number; all of them if left out.")] = "",
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Only say how well the list would have been ordered over the last year."
        ),
    ] = False,
) -> None:
    """Do the day's work now: grades, then what to remind and what to hold. Running it again changes nothing."""
    join_database()
    from django.utils import timezone  # noqa: PLC0415 - Django must be ready

    from encours.accounts.tenancy import organization_ids  # noqa: PLC0415
    from encours.cli.organizations import chosen  # noqa: PLC0415
    from encours.dunning.day import run_day  # noqa: PLC0415

    now = timezone.now()
    if organization:
        with chosen(organization) as found:
            numbers = [found.pk]
    else:
        numbers = organization_ids()
    for number in numbers:
        if explain:
            explain_order(number, now)
            continue
        with console.status(f"Organization {number}…"):
            done = run_day(number, now)
        console.print(
            f"Organization {number}: {done.grades_changed} grades changed, {done.run.drafted} reminders to confirm, "
            f"{done.run.confirmed} confirmed by rule, {done.run.canceled} withdrawn, "
            f"{sum(done.run.held.values())} held."
        )


def explain_order(number: int, now: datetime) -> None:
    """Print what the first fifth of the list held, on past days, of the money that was still unpaid 14 days later."""
    from encours.accounts import tenancy  # noqa: PLC0415 - Django must be ready
    from encours.accounts.models import Organization  # noqa: PLC0415
    from encours.dunning import queries  # noqa: PLC0415
    from encours.dunning.day import today_of  # noqa: PLC0415
    from encours.reports.foresight import foresight  # noqa: PLC0415

    with tenancy.inside(number), console.status(f"Organization {number}: replaying a year…"):
        found = Organization.objects.get(pk=number)
        plan = queries.default_plan(found)
        seen = foresight(found, today_of(found, now), queries.rule_plan(plan, found) if plan else None)
    console.print(
        f"Organization {number}: {seen.days} past days, {seen.lines:,} lines, {seen.remaining:,.2f} "
        f"{found.currency} still unpaid 14 days later. The first 20 % of the list held:",
        highlight=False,
    )
    table = Table(box=None, padding=(0, 2))
    table.add_column("Ordered by")
    table.add_column("Share", justify="right")
    for name, share in (
        ("nothing: at random", seen.random),
        ("amount", seen.by_amount),
        ("chance to stay unpaid", seen.by_chance),
        ("amount × chance", seen.by_value),
        ("amount × chance × reach, per minute: the list", seen.by_minute),
        ("perfect foresight", seen.perfect),
    ):
        table.add_row(name, f"{share:.0%}")
    console.print(table)
