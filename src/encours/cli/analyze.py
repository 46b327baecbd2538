"""`encours analyze`: what a ledger says, without server, sign-in or database."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from encours.cli.screen import day_of, examples, patiently, refuse, speaking
from encours.cli.start import console, errors

if TYPE_CHECKING:
    from encours.cli.screen import Tell
    from encours.connectors.columns import Mapping
    from encours.receivables.rows import Batch

STAGES = {
    "read": ("Reading the file", 0.0, 0.45),
    "account": ("Settling the accounts", 0.45, 0.55),
    "claims": ("Counting late interest", 0.55, 0.75),
    "customers": ("Grading the customers", 0.75, 0.95),
    "work": ("Deciding what to do today", 0.95, 1.0),
}
EXAMPLES = examples(
    'encours analyze 900000001FEC20261231.txt --terms "45 days end of month"',
    'encours analyze open-items.csv --map "number=Our reference" --out reports',
    "encours analyze ledger.xlsx --today 2026-09-30 --language en",
)

Columns = Annotated[
    list[str] | None,
    typer.Option("--map", help='For a CSV or XLSX: "our field=column of the file"; repeat as needed.'),
]
Decimal = Annotated[
    str,
    typer.Option(help="For a CSV or XLSX: the mark of decimals, a comma or a point; detected if left out."),
]
Dates = Annotated[str, typer.Option(help="For a CSV or XLSX: what comes first in dates, day, month or year.")]


def silent(_stage: str, _share: float) -> None:
    """Show no progress."""


def analyze(  # noqa: PLR0917 - each is an option of the command line
    file: Annotated[Path, typer.Argument(help="A FEC, a CSV or an XLSX.", show_default=False)],
    terms: Annotated[
        str, typer.Option(help="Payment terms where the file gives no due date, in French or English.")
    ] = "30 days",
    today: Annotated[
        str, typer.Option(help="The day of the analysis, 2026-11-22 or 22/11/2026; today if left out.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Folder where the PDF, the XLSX and the JSON are written.")
    ] = None,
    columns: Columns = None,
    decimal: Decimal = "",
    dates: Dates = "",
    top: Annotated[int, typer.Option(help="Rows of each list on the screen.", min=1)] = 10,
    language: Annotated[str, typer.Option(help="fr or en.")] = "fr",
) -> None:
    """Say who owes what, who is drifting, what may be claimed and what to do today.

    Nothing is kept and nothing leaves: no server, no sign-in, no database.
    """
    with speaking(language):
        from django.utils.translation import gettext as _  # noqa: PLC0415 - as below

        from encours.cli import analysis_screen  # noqa: PLC0415 - help must show before polars is loaded
        from encours.reports.analysis import analyze as analysis_of  # noqa: PLC0415

        day = day_of(today, option="--today", default=date.today())  # noqa: DTZ011 - the day of this machine
        check_terms(terms)
        written = writing(decimal, dates)
        check_target(file, out)
        with patiently(STAGES) as tell:
            batch = read(file, columns or [], written, tell)
            analysis = analysis_of(batch, day, default_terms=terms, tell=tell)
        analysis_screen.show(analysis, console, rows=top)
        if out is None:
            console.print(f"\n{_('With --out FOLDER, the same as PDF, XLSX and JSON.')}", highlight=False)
            return
        from encours.cli import analysis_files  # noqa: PLC0415 - typst is only needed here

        try:
            with errors.status("Writing…"):
                paths = analysis_files.write(analysis, out, file.stem)
        except OSError as error:
            refuse(
                f"The report cannot be written into {out}: {error.strerror}. Give another folder with --out."
            )
        console.print()
        for path in paths:
            console.print(str(path), highlight=False, soft_wrap=True)


def check_terms(terms: str) -> None:
    """Refuse payment terms that nobody understands."""
    from encours.rules.terms import TermsNotUnderstoodError, parse_terms  # noqa: PLC0415

    try:
        parse_terms(terms)
    except TermsNotUnderstoodError as error:
        refuse(str(error))


def check_target(file: Path, out: Path | None) -> None:
    """Refuse early what could not be read or written."""
    if not file.exists():
        refuse(f"There is no file at {file}. Check the path and try again.")
    if file.is_dir():
        refuse(f"{file} is a folder. Give the ledger file itself: a FEC, a CSV or an XLSX.")
    if out is not None and out.exists() and not out.is_dir():
        refuse(f"--out is {out}, which is a file. Give a folder.")


def writing(decimal: str, dates: str) -> dict[str, str]:
    """Return how amounts and dates are written, as a person said it."""
    if decimal not in {"", ",", "."}:
        refuse(f"--decimal is , or . and not {decimal!r}.")
    if dates not in {"", "day", "month", "year"}:
        refuse(f"--dates is day, month or year, whichever comes first, and not {dates!r}.")
    return {"decimal": decimal, "dates": f"{dates} first"}


def read(file: Path, columns: list[str], written: dict[str, str], tell: "Tell" = silent) -> "Batch":
    """Read the file, by the columns that the person chose over those that were guessed."""
    from django.utils.translation import gettext as _  # noqa: PLC0415

    from encours.connectors import fec, reading, tabular  # noqa: PLC0415
    from encours.connectors.columns import Mapping  # noqa: PLC0415
    from encours.connectors.errors import FileRefusedError  # noqa: PLC0415

    tell("read", 0)
    try:
        if fec.looks_like_fec(file):
            if columns:
                refuse("--map is for CSV and XLSX lists; this file is a FEC, whose columns the law names.")
            return reading.read_any(file, progress=lambda share: tell("read", share))
        table = tabular.sample(file, tabular.GUESS_ROWS)
        mapping = mapped(tabular.guess(table), table.headers, columns)
        mapping = Mapping.of_json({**mapping.columns, **written})
        batch = tabular.read(file, mapping)
        show_mapping(mapping)
    except FileRefusedError as refusal:
        refuse(f"{file.name}: {_(refusal.message) % refusal.params}")
    except (OSError, UnicodeError) as error:
        refuse(f"{file.name} cannot be read: {getattr(error, 'strerror', None) or error}.")
    return batch


def mapped(guessed: "Mapping", headers: tuple[str, ...], columns: list[str]) -> "Mapping":
    """Return the guessed columns, corrected by those that the person gave."""
    from encours.connectors.columns import SPELLINGS, Mapping  # noqa: PLC0415

    chosen: dict[str, str] = {}
    for text in columns:
        field, sign, header = (part.strip() for part in text.partition("="))
        if not sign or field not in SPELLINGS:
            refuse(
                f"--map {text!r} is not understood. Write field=column, with a field among: {', '.join(SPELLINGS)}."
            )
        if header and header not in headers:
            refuse(f"The file has no column {header!r}. It has: {', '.join(headers)}.")
        chosen[field] = header
    kept = {field: header for field, header in guessed.columns.items() if header not in chosen.values()}
    return Mapping({field: header for field, header in {**kept, **chosen}.items() if header})


def show_mapping(mapping: "Mapping") -> None:
    """Say how the columns were understood."""
    pairs = ", ".join(f"{field}={header}" for field, header in mapping.columns.items())
    errors.print(f"Columns: {pairs}. Correct with --map.", style="dim", markup=False, highlight=False)
