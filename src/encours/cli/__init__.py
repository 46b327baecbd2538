"""The door of the terminal: `encours`."""

import os


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encours.config.settings")
