"""`encours replies`: how well replies are read, the weights rebuilt, and what people decided, to learn from."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table

from encours.cli.screen import examples as worked_examples
from encours.cli.screen import refuse
from encours.cli.start import console, join_database

if TYPE_CHECKING:
    from encours.dunning.reading.evaluation import Evaluation

replies = typer.Typer(
    help="The reading of replies: its figures on messages it never learned from, its training, its corrections.",
    no_args_is_help=True,
    epilog=worked_examples("encours replies evaluate", "encours replies export 12 decided.jsonl"),
)
NAMES = {
    "promise": "promise to pay",
    "already_paid": "already paid",
    "dispute": "dispute",
    "asks_copy": "asks for a copy",
    "wrong_contact": "wrong contact",
    "insolvency": "insolvency",
    "out_of_office": "out of office",
    "other": "something else",
}
LANGUAGES = {"fr": "French", "en": "English"}


@replies.command("evaluate")
def evaluate(
    mistakes: Annotated[bool, typer.Option("--mistakes", help="Show each message that was misread.")] = False,
) -> None:
    """Read the examples kept aside and print precision and recall of each meaning."""
    from encours.dunning.reading.evaluation import aside  # noqa: PLC0415 - the model is read only when asked for
    from encours.dunning.reading.evaluation import evaluate as measured  # noqa: PLC0415
    from encours.dunning.reading.examples import examples  # noqa: PLC0415
    from encours.dunning.reading.weights import model  # noqa: PLC0415

    every = list(examples())
    kept = aside(every)
    found = measured(model(), kept)
    console.print(
        f"{len(every)} messages were written to learn from; {found.count} of them, whole families, are kept aside "
        "and measured here.",
        highlight=False,
    )
    show(found)
    if mistakes:
        for example, meant in found.mistakes:
            told = f"{', '.join(sorted(example.meanings))} read as {', '.join(sorted(meant))}"
            console.print(f"{told}: {example.text!r}", markup=False, highlight=False)


def show(found: "Evaluation") -> None:
    """Print the figures of each meaning and language, then how honest the confidence is."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for name in ("Meaning", "Language", "Messages", "Precision", "Recall"):
        table.add_column(name, justify="left" if name in {"Meaning", "Language"} else "right", no_wrap=True)
    for meaning, name in NAMES.items():
        for language, said in LANGUAGES.items():
            row = found.figures[language, meaning]
            table.add_row(name, said, str(row.there), share(row.precision), share(row.recall))
    for language, said in LANGUAGES.items():
        total = found.total(language)
        table.add_row("all meanings", said, str(total.there), share(total.precision), share(total.recall))
    console.print(table)
    for band in found.bands:
        if band.count:
            console.print(
                f"{band.count} readings, {share(band.sure / band.count)} sure on average: "
                f"{share(band.right / band.count)} were right.",
                highlight=False,
            )


def share(value: float | None) -> str:
    """Return a share as a percentage, or a dash where there is nothing to divide."""
    return "–" if value is None else f"{value:.0%}"


@replies.command("train")
def train() -> None:
    """Rebuild the weights from the examples: the same examples always give the same file."""
    from encours.dunning.reading import weights  # noqa: PLC0415 - the model is read only when asked for
    from encours.dunning.reading.evaluation import aside  # noqa: PLC0415
    from encours.dunning.reading.evaluation import evaluate as measured  # noqa: PLC0415
    from encours.dunning.reading.examples import examples  # noqa: PLC0415
    from encours.dunning.reading.training import train as taught  # noqa: PLC0415

    every = list(examples())
    with console.status("Learning…"):
        text = weights.packed(taught([one for one in every if not one.aside]))
    before = weights.path().read_text("utf-8") if weights.path().is_file() else ""
    try:
        weights.path().write_text(text, "utf-8")
    except OSError as error:
        refuse(f"{weights.path()} cannot be written: {error.strerror}.")
    console.print("The weights are as they were." if before == text else f"Written to {weights.path()}.")
    show(measured(weights.unpacked(json.loads(text)), aside(every)))


@replies.command("export")
def export(
    organization: Annotated[int, typer.Argument(help="Number of the organization.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="Where to write, one message a line.", show_default=False)],
) -> None:
    """Write what people accepted and refused, as examples to learn from; it holds the words of your customers."""
    join_database()
    from encours.accounts import tenancy  # noqa: PLC0415 - Django must be ready
    from encours.dunning.actions.readings import decided  # noqa: PLC0415

    with tenancy.inside(organization):
        rows: dict[int, dict[str, object]] = {}
        for reading in decided(organization):
            row = rows.setdefault(
                reading.message_id, {"text": reading.message.said, "meanings": [], "refused": []}
            )
            names = row["meanings" if reading.state == "accepted" else "refused"]
            if isinstance(names, list):
                names.append(reading.meaning)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.values())
    file.write_text(lines, encoding="utf-8")
    console.print(f"{len(rows)} messages written to {file}.", highlight=False)
