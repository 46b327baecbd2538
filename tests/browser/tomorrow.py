"""Let the next day's clock speak in a running installation: the day's work, then what is confirmed leaves."""

import os
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encours.config.settings")

from encours.cli.start import join_database

join_database()

from django.utils import timezone  # noqa: E402

from encours.accounts import tenancy  # noqa: E402
from encours.dunning import sending  # noqa: E402
from encours.dunning.day import run_day  # noqa: E402

tomorrow = timezone.now() + timedelta(days=1)
for number in tenancy.organization_ids():
    run_day(number, tomorrow)
    sending.send_confirmed(number, tomorrow)
