"""How well the list of the day would have been ordered on past days: what its head held of the money not paid since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from encours.accounts.models import Organization
from encours.rules.cases import Channel, Plan
from encours.rules.priority import HORIZON_DAYS, MINUTES, PAID_WITHIN_HORIZON, PSEUDO_INVOICES, REACH

HISTORY_DAYS = 365
EVERY_DAYS = 14
HEAD = Decimal("0.2")
ENDLESS = 10**6

# The ledger as it was on each of these days: open, disputed and insolvent left out, grouped by customer, each item
# with the chance that was known then; and what of it was still open fourteen days later.
REPLAY = """
WITH day AS (
    SELECT unnest(%(days)s::date[]) AS on_day
), rate AS (
    SELECT * FROM unnest(%(ages)s::int[], %(below)s::int[], %(rates)s::numeric[]) AS known (age, below, share)
), pace AS (
    SELECT * FROM unnest(%(from_days)s::int[], %(to_days)s::int[], %(paces)s::numeric[]) AS step (age, below, pace)
), settled AS (
    SELECT i.customer_id, i.settled_on, i.settled_on - i.due_on AS delay
    FROM receivables_item i
    WHERE i.organization_id = %(organization)s AND i.side = 'debit' AND i.settled_on > i.due_on
), own AS (
    SELECT day.on_day, s.customer_id, rate.age, count(*) FILTER (WHERE s.delay >= rate.age) AS reached,
           count(*) FILTER (WHERE s.delay BETWEEN rate.age AND rate.age + %(reach)s) AS paid
    FROM day
    JOIN settled s ON s.settled_on <= day.on_day AND s.settled_on >= day.on_day - %(history)s
    CROSS JOIN rate
    GROUP BY day.on_day, s.customer_id, rate.age
), line AS (
    SELECT day.on_day, i.customer_id, day.on_day - i.due_on AS age,
           i.amount - coalesce(a.before, 0) AS asked, i.amount - coalesce(a.since, 0) AS remaining
    FROM day
    JOIN receivables_item i ON i.organization_id = %(organization)s AND i.side = 'debit'
      AND i.currency = %(currency)s AND i.due_on < day.on_day AND i.issued_on <= day.on_day
      AND (i.settled_on IS NULL OR i.settled_on > day.on_day) AND i.missing_since IS NULL AND i.disputed_on IS NULL
    JOIN customers_customer c ON c.organization_id = i.organization_id AND c.id = i.customer_id
      AND (c.insolvent_on IS NULL OR c.insolvent_on > day.on_day)
    LEFT JOIN LATERAL (
        SELECT sum(amount) FILTER (WHERE allocated_on <= day.on_day) AS before, sum(amount) AS since
        FROM receivables_allocation
        WHERE organization_id = i.organization_id AND debit_id = i.id AND allocated_on <= day.on_day + %(reach)s
    ) a ON true
), kept AS (
    SELECT line.on_day, line.customer_id, max(line.age) AS oldest, sum(line.asked) AS asked,
           sum(line.remaining) AS remaining,
           sum(line.asked * (1 - (coalesce(own.paid, 0) + %(pseudo)s * rate.share)
                                 / (coalesce(own.reached, 0) + %(pseudo)s))) AS unpaid
    FROM line
    JOIN rate ON line.age >= rate.age AND line.age < rate.below
    LEFT JOIN own ON own.on_day = line.on_day AND own.customer_id = line.customer_id AND own.age = rate.age
    WHERE line.asked > 0
    GROUP BY line.on_day, line.customer_id
), ranked AS (
    SELECT kept.remaining, ceil(%(head)s * count(*) OVER (PARTITION BY on_day)) AS head,
           count(*) OVER (PARTITION BY on_day) AS lines,
           row_number() OVER (PARTITION BY on_day ORDER BY asked DESC, customer_id) AS by_amount,
           row_number() OVER (PARTITION BY on_day ORDER BY unpaid / asked DESC, customer_id) AS by_chance,
           row_number() OVER (PARTITION BY on_day ORDER BY unpaid DESC, customer_id) AS by_value,
           row_number() OVER (PARTITION BY on_day ORDER BY unpaid * pace.pace DESC, customer_id) AS by_minute,
           row_number() OVER (PARTITION BY on_day ORDER BY remaining DESC, customer_id) AS by_foresight
    FROM kept JOIN pace ON kept.oldest >= pace.age AND kept.oldest < pace.below
)
SELECT count(*), coalesce(sum(remaining), 0), coalesce(sum(remaining * head / lines), 0),
       coalesce(sum(remaining) FILTER (WHERE by_amount <= head), 0),
       coalesce(sum(remaining) FILTER (WHERE by_chance <= head), 0),
       coalesce(sum(remaining) FILTER (WHERE by_value <= head), 0),
       coalesce(sum(remaining) FILTER (WHERE by_minute <= head), 0),
       coalesce(sum(remaining) FILTER (WHERE by_foresight <= head), 0)
FROM ranked
"""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What share of the money still unpaid 14 days later the first fifth of the list held, for each order."""

    days: int
    lines: int
    remaining: Decimal
    random: Decimal
    by_amount: Decimal
    by_chance: Decimal
    by_value: Decimal
    by_minute: Decimal
    perfect: Decimal


def foresight(organization: Organization, today: date, plan: Plan | None = None) -> Foresight:
    """Replay the list of past days, every other week over a year, and say how much its first fifth held."""
    days = [
        today - timedelta(days=back)
        for back in range(HORIZON_DAYS, HISTORY_DAYS + HORIZON_DAYS + 1, EVERY_DAYS)
    ]
    with connection.cursor() as cursor:
        cursor.execute(REPLAY, {**_measures(plan), **_place(organization, days)})
        lines, remaining, *held = cursor.fetchone()
    shares = [held_by / remaining if remaining else Decimal(0) for held_by in held]
    return Foresight(len(days), lines, remaining, *shares)


def _place(organization: Organization, days: Sequence[date]) -> dict[str, Any]:
    return {
        "organization": organization.pk,
        "currency": organization.currency,
        "days": list(days),
        "history": HISTORY_DAYS,
        "reach": HORIZON_DAYS,
        "pseudo": PSEUDO_INVOICES,
        "head": HEAD,
    }


def _measures(plan: Plan | None) -> dict[str, Any]:
    """Return the table of chances by age, and what a minute of the step that each age calls for is worth."""
    ages = [age for age, _ in PAID_WITHIN_HORIZON]
    steps = [step for step in plan.after_due() if step.counts_from == "due"] if plan else []
    begins = sorted({0: _pace("email"), **{step.days: _pace(step.channel) for step in steps}}.items())
    days = [begin for begin, _ in begins]
    return {
        "ages": ages,
        "below": [*ages[1:], ENDLESS],
        "rates": [rate for _, rate in PAID_WITHIN_HORIZON],
        "from_days": days,
        "to_days": [*days[1:], ENDLESS],
        "paces": [pace for _, pace in begins],
    }


def _pace(channel: Channel) -> Decimal:
    return REACH[channel] / MINUTES[channel]
