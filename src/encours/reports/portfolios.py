"""What each person follows: what is overdue, the work to do, what came in this month against the target."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from encours.accounts.models import Organization

PORTFOLIOS = """
WITH person AS (
    SELECT m.user_id FROM accounts_membership m WHERE m.organization_id = %(organization)s
), owed AS (
    SELECT c.collector_id AS user_id, count(DISTINCT i.customer_id) AS owing,
           sum(i.open_amount) FILTER (WHERE i.side = 'debit' AND i.due_on < %(today)s) AS overdue,
           sum(CASE i.side WHEN 'debit' THEN i.open_amount ELSE -i.open_amount END) AS outstanding
    FROM receivables_item i
    JOIN customers_customer c ON c.organization_id = i.organization_id AND c.id = i.customer_id
    WHERE i.organization_id = %(organization)s AND i.open_amount > 0 AND i.missing_since IS NULL
      AND i.currency = %(currency)s
    GROUP BY c.collector_id
), came AS (
    SELECT c.collector_id AS user_id, sum(i.amount) AS collected
    FROM receivables_item i
    JOIN customers_customer c ON c.organization_id = i.organization_id AND c.id = i.customer_id
    WHERE i.organization_id = %(organization)s AND i.side = 'credit' AND i.kind IN ('payment', 'prepayment')
      AND i.missing_since IS NULL AND i.currency = %(currency)s AND i.issued_on BETWEEN %(month)s AND %(today)s
    GROUP BY c.collector_id
), portfolio AS (
    SELECT c.collector_id AS user_id, count(*) AS customers
    FROM customers_customer c WHERE c.organization_id = %(organization)s GROUP BY c.collector_id
), waiting AS (
    SELECT c.collector_id AS user_id, count(*) AS reminders
    FROM dunning_reminder r
    JOIN customers_customer c ON c.organization_id = r.organization_id AND c.id = r.customer_id
    WHERE r.organization_id = %(organization)s AND r.state IN ('drafted', 'failed', 'in_doubt', 'printed')
    GROUP BY c.collector_id
), due AS (
    SELECT t.assignee_id AS user_id, count(*) AS tasks
    FROM dunning_task t
    WHERE t.organization_id = %(organization)s AND t.done_at IS NULL AND t.canceled_at IS NULL
      AND t.due_on <= %(today)s
    GROUP BY t.assignee_id
), undone AS (
    -- Everything that one act writes bears its instant.
    SELECT done.customer_id, done.actor, done.at
    FROM events_event u
    JOIN events_event done ON done.organization_id = u.organization_id AND done.id = (u.payload->>'event')::bigint
    WHERE u.organization_id = %(organization)s AND u.kind = 'act.undone'
      AND (u.at AT TIME ZONE %(timezone)s)::date BETWEEN %(month)s AND %(today)s
), act AS (
    SELECT split_part(e.actor, ':', 2)::bigint AS user_id, count(*) AS actions
    FROM events_event e
    WHERE e.organization_id = %(organization)s AND e.actor ~ '^user:[0-9]+$'
      AND e.kind IN ('reminder.confirmed', 'call.recorded', 'task.done', 'promise.made', 'message.answered')
      AND (e.at AT TIME ZONE %(timezone)s)::date BETWEEN %(month)s AND %(today)s
      AND NOT EXISTS (SELECT FROM undone
                      WHERE undone.customer_id = e.customer_id AND undone.actor = e.actor AND undone.at = e.at)
    GROUP BY 1
), aim AS (
    SELECT g.user_id, max(g.goal) FILTER (WHERE g.measure = 'collected') AS collected,
           max(g.goal) FILTER (WHERE g.measure = 'actions') AS actions
    FROM dunning_target g WHERE g.organization_id = %(organization)s AND g.month = %(month)s GROUP BY g.user_id
)
SELECT who.user_id, coalesce(portfolio.customers, 0), coalesce(owed.owing, 0), coalesce(owed.outstanding, 0),
       coalesce(owed.overdue, 0), coalesce(waiting.reminders, 0), coalesce(due.tasks, 0),
       coalesce(came.collected, 0), coalesce(act.actions, 0), aim.collected, aim.actions
FROM (SELECT user_id FROM person UNION ALL SELECT NULL) who
LEFT JOIN portfolio ON portfolio.user_id IS NOT DISTINCT FROM who.user_id
LEFT JOIN owed ON owed.user_id IS NOT DISTINCT FROM who.user_id
LEFT JOIN came ON came.user_id IS NOT DISTINCT FROM who.user_id
LEFT JOIN waiting ON waiting.user_id IS NOT DISTINCT FROM who.user_id
LEFT JOIN due ON due.user_id IS NOT DISTINCT FROM who.user_id
LEFT JOIN act ON act.user_id = who.user_id
LEFT JOIN aim ON aim.user_id = who.user_id
ORDER BY owed.overdue DESC NULLS LAST, who.user_id
"""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """One person's customers and work; without a person, what belongs to nobody."""

    user_id: int | None
    customers: int
    owing: int
    outstanding: Decimal
    overdue: Decimal
    reminders: int
    tasks: int
    collected: Decimal
    actions: int
    collected_goal: Decimal | None
    actions_goal: Decimal | None

    @property
    def collected_share(self) -> Decimal | None:
        """Return how much of the target has come in."""
        return self.collected / self.collected_goal if self.collected_goal else None

    @property
    def actions_share(self) -> Decimal | None:
        """Return how many of the actions aimed at were done."""
        return Decimal(self.actions) / self.actions_goal if self.actions_goal else None

    @property
    def work(self) -> int:
        """Return how much waits for a person today."""
        return self.reminders + self.tasks


def portfolios(organization: Organization, today: date) -> list[Portfolio]:
    """Return what every member is in charge of, the most overdue first, and what nobody is in charge of."""
    with connection.cursor() as cursor:
        cursor.execute(
            PORTFOLIOS,
            {
                "organization": organization.pk,
                "currency": organization.currency,
                "timezone": organization.timezone,
                "today": today,
                "month": today.replace(day=1),
            },
        )
        found = [Portfolio(*row) for row in cursor.fetchall()]
    return [one for one in found if one.user_id is not None or one.customers]
