"""Every command of `encours`, in the order that help shows them."""

import typer

from encours.cli.analyze import EXAMPLES, analyze
from encours.cli.demo import demo
from encours.cli.keeping import (
    BACKUP_EXAMPLES,
    CHECK_EXAMPLES,
    RESTORE_EXAMPLES,
    backup,
    check,
    restore,
)
from encours.cli.ledger import daily, import_file
from encours.cli.people import people
from encours.cli.rates import rates
from encours.cli.replies import replies
from encours.cli.serving import serve, setup, worker

app = typer.Typer(
    help="Encours: who owes what, since when, who is drifting, and what to do today.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)
app.command(epilog=EXAMPLES)(analyze)
app.command()(demo)
app.command()(serve)
app.command()(worker)
app.command()(setup)
app.command("import")(import_file)
app.command()(daily)
app.add_typer(rates, name="rates")
app.add_typer(replies, name="replies")
app.add_typer(people, name="user")
app.command(epilog=CHECK_EXAMPLES)(check)
app.command(epilog=BACKUP_EXAMPLES)(backup)
app.command(epilog=RESTORE_EXAMPLES)(restore)
