"""Setting what the organization never does to a customer."""

from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.dunning.guardrails import guardrails_of
from encours.dunning.models import Guardrails
from encours.events.actions import record

FIELDS = (
    "gap_days",
    "budget_contacts",
    "stale_hours",
    "window_from",
    "window_to",
    "week_days",
    "keep_holidays",
    "holiday_region",
    "minimum_case",
    "promise_grace_days",
    "replies_stop",
)


@transaction.atomic
def change_guardrails(
    organization: Organization, *, by: User | None, now: datetime, **fields: object
) -> Guardrails:
    """Change the guardrails of an organization; every customer is decided for again under them."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise ValueError(f"No such guardrail: {', '.join(sorted(unknown))}.")
    found = guardrails_of(organization)
    changed = {name: value for name, value in fields.items() if getattr(found, name) != value}
    if not changed and found.pk is not None:
        return found
    before = {name: _plain(getattr(found, name)) for name in changed}
    for name, value in changed.items():
        setattr(found, name, value)
    found.save()
    if changed:
        record(
            organization.pk,
            "guardrails.changed",
            by=actor(by),
            at=now,
            subject=("guardrails", found.pk),
            before=before,
            after={name: _plain(value) for name, value in changed.items()},
        )
    return found


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal | date | time) else value
