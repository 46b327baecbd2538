"""Run the command line with `python -m encours`."""

from encours.cli import main

main()
