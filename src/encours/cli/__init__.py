"""The door of the terminal: `encours`."""

import os
import sys


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encours.config.settings")
    from encours.cli.commands import app  # noqa: PLC0415 - commands import what they need, not everything

    app(prog_name="encours", args=sys.argv[1:])
