"""Give a running installation a small portfolio: a company, a dozen customers, some of them late."""

import os
from datetime import timedelta
from decimal import Decimal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "encours.config.settings")

from encours.cli.start import join_database

join_database()

from django.utils import timezone  # noqa: E402
from tests.browser.installation import EMAIL  # noqa: E402

from encours.accounts import tenancy  # noqa: E402
from encours.accounts.actions import create_organization  # noqa: E402
from encours.accounts.models import User  # noqa: E402
from encours.customers.models import Contact, Customer  # noqa: E402
from encours.dunning.day import today_of  # noqa: E402
from encours.dunning.models import Guardrails  # noqa: E402
from encours.receivables.models import Item  # noqa: E402

now = timezone.now()
organization = create_organization(
    User.objects.get(email=EMAIL), name="Ateliers Lumière", now=now, welcomed_at=now, siren="900000001"
)
today = today_of(organization, now)
with tenancy.inside(organization.pk):
    # Whatever the day of the test, it is one on which this company writes.
    Guardrails.objects.create(organization=organization, week_days=[1, 2, 3, 4, 5, 6, 7], keep_holidays=False)
    for number in range(12):
        customer = Customer.objects.create(
            organization=organization,
            code=f"C{number:03}",
            name=f"Verger {number:02}",
            address="ZA des Mûriers",
            postal_code="38200",
            city="Vienne",
            public_buyer=number < 2,
        )
        if number < 10:
            Contact.objects.create(
                organization=organization, customer=customer, email=f"compta{number}@verger.example"
            )
        due_on = today - timedelta(days=5 + 2 * number)
        Item.objects.create(
            organization=organization,
            customer=customer,
            kind="invoice",
            side="debit",
            number=f"F-{number:03}",
            source="test",
            external_id=f"F-{number:03}",
            issued_on=due_on - timedelta(days=30),
            due_on=due_on,
            amount=Decimal(1000 + number),
            open_amount=Decimal(1000 + number),
        )
