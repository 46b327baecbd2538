"""A sender of reminders in a process of its own, as a second worker would be."""

import sys
from datetime import date

import django


def main(organization_id: int, database: str, host: str) -> None:
    """Send what the organization confirmed."""
    from django.conf import settings

    settings.DATABASES["default"].update(NAME=database, HOST=host)
    django.setup()
    from tests.dunning import desk

    from encours.dunning import sending

    sending.send_confirmed(organization_id, desk.at(date(2026, 11, 22)))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
