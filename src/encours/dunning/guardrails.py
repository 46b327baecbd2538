"""What an organization never does to a customer: its own choices, or those it is given until it chooses."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max

from encours.accounts.models import Organization
from encours.dunning.models import Guardrails
from encours.receivables.models import Import, ImportState
from encours.rules import cases as rules

WORKING_DAYS = (1, 2, 3, 4, 5)


def guardrails_of(organization: Organization) -> Guardrails:
    """Return the guardrails of an organization, those of the house where it never chose."""
    found = Guardrails.objects.filter(organization=organization).first()
    if found is None:
        found = Guardrails(organization=organization)
    found.window_from, found.window_to = _time(found.window_from), _time(found.window_to)
    return found


def rule_guardrails(guardrails: Guardrails) -> rules.Guardrails:
    """Return guardrails as the rule reads them; without chosen days, a week has its working days."""
    return rules.Guardrails(
        gap_days=guardrails.gap_days,
        budget_contacts=guardrails.budget_contacts,
        week_days=frozenset(map(int, guardrails.week_days or WORKING_DAYS)),
        window_from=guardrails.window_from,
        window_to=guardrails.window_to,
        keep_holidays=guardrails.keep_holidays,
        region=guardrails.holiday_region,
        minimum_case=guardrails.minimum_case,
        replies_stop=guardrails.replies_stop,
    )


def stale_since(organization: Organization, guardrails: Guardrails, now: datetime) -> date | None:
    """Return the day of the last import when it is older than the organization accepts, or nothing."""
    if not guardrails.stale_hours:
        return None
    loaded = Import.objects.filter(organization=organization, state=ImportState.LOADED)
    last: datetime | None = loaded.aggregate(last=Max("loaded_at"))["last"]
    if last is None or now.astimezone(UTC) - last <= timedelta(hours=guardrails.stale_hours):
        return None
    return last.astimezone(ZoneInfo(organization.timezone)).date()


def _time(value: time | str) -> time:
    """Return a time of day; a row that was never kept has the words of its defaults."""
    return time.fromisoformat(value) if isinstance(value, str) else value
