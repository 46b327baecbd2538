"""A second worker, in a process of its own: it waits for a line, then helps the run of one organization."""

import sys
from datetime import datetime

import django


def main(organization_id: int, begun: datetime) -> None:
    """Say that everything is ready, wait for the line, help."""
    django.setup()
    from django.db import connection

    from encours.dunning.day import help_run

    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    help_run(organization_id, begun, 0, begun)


if __name__ == "__main__":
    main(int(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
