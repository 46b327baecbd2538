"""The door of the terminal: `encours`."""

import os
import sys


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encours.config.settings")
    from encours.cli.commands import app  # noqa: PLC0415 - commands import what they need, not everything

    try:
        app(prog_name="encours", args=sys.argv[1:])
    except Exception as error:
        from encours.cli.refusals import sentence_of  # noqa: PLC0415 - only needed when something failed

        sentence = sentence_of(error)
        if sentence is None:
            raise
        sys.stderr.write(f"{sentence}\n")
        sys.exit(1)
