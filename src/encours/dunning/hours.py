"""The hours at which messages may reach a customer, and what waits for them."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Right

from encours.accounts.models import Organization
from encours.dunning.guardrails import guardrails_of, rule_guardrails, stale_since
from encours.dunning.hour_marks import CLOSED, MINUTE, MINUTE_LENGTH, mark
from encours.dunning.models import Reminder
from encours.rules.guardrails import waits
from encours.rules.holidays import region_of

# What reaches a person at the minute it leaves; a letter is opened on another day.
LIVE = ("email", "sms")
STALE = "ledger_stale"


def waiting_for(
    organization: Organization, reminders: "QuerySet[Reminder]", now: datetime
) -> Mapping[int, str]:
    """Return what these reminders wait for: nothing, a fresh ledger, or the hour and the day with its reason."""
    guardrails = guardrails_of(organization)
    rule = rule_guardrails(guardrails)
    local = now.astimezone(ZoneInfo(organization.timezone))
    stale = STALE if stale_since(organization, guardrails, now) else ""
    by_region: dict[str, str] = {}
    found: dict[int, str] = {}
    rows = reminders.values_list("pk", "channel", "customer__country", "customer__postal_code")
    for number, channel, country, postal_code in rows:
        region = region_of(country, postal_code)
        if region not in by_region:
            closed = waits(rule, region, local)
            by_region[region] = mark(*closed) if closed else ""
        found[number] = stale or (by_region[region] if channel in LIVE else "")
    return found


def wait_of(reminder: Reminder, now: datetime) -> str:
    """Return what one reminder waits for, or nothing."""
    organization = Organization.objects.get(pk=reminder.organization_id)
    return waiting_for(organization, Reminder.objects.filter(pk=reminder.pk), now).get(reminder.pk, "")


def not_closed(
    organization: Organization, reminders: "QuerySet[Reminder]", now: datetime
) -> "QuerySet[Reminder]":
    """Leave out the reminders that are known to wait for an hour that has not come."""
    local = now.astimezone(ZoneInfo(organization.timezone))
    later = Q(held__startswith=CLOSED, opens_at__gt=f"{local:{MINUTE}}")
    return reminders.annotate(opens_at=Right(F("held"), MINUTE_LENGTH)).exclude(later)
