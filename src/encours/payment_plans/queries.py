"""Whether payment plans are kept: installments due against what was paid of their items."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from encours.payment_plans.models import Installment, PaymentPlan

ZERO = Decimal(0)

# Of each plan: what was paid of its items by a day, spread over the installments in their order.
PAID = """
    SELECT p.id, p.customer_id, sum(l.open_amount) AS total,
           sum(CASE WHEN i.missing_since IS NOT NULL THEN l.open_amount
               ELSE greatest(l.open_amount - (i.amount - coalesce(a.allocated, 0)), 0) END) AS paid,
           array_agg(i.id ORDER BY i.id) AS items
    FROM payment_plans_paymentplan p
    JOIN payment_plans_paymentplanitem l ON l.organization_id = p.organization_id AND l.plan_id = p.id
    JOIN receivables_item i ON i.organization_id = p.organization_id AND i.id = l.item_id
    LEFT JOIN LATERAL (
        SELECT sum(a.amount) AS allocated FROM receivables_allocation a
        WHERE a.organization_id = p.organization_id AND a.debit_id = i.id AND a.allocated_on <= %(today)s
    ) a ON true
    WHERE p.organization_id = %(organization)s AND p.customer_id = ANY(%(customers)s) AND p.canceled_at IS NULL
      AND p.agreed_on <= %(today)s
    GROUP BY p.id, p.customer_id
"""
STANDING = f"""
WITH plan AS ({PAID}), part AS (
    SELECT s.plan_id, s.due_on,
           sum(s.amount) OVER (PARTITION BY s.plan_id ORDER BY s.number) AS by_then
    FROM payment_plans_installment s
    WHERE s.organization_id = %(organization)s AND s.plan_id IN (SELECT id FROM plan)
)
SELECT plan.customer_id, min(part.due_on) FILTER (WHERE part.by_then > plan.paid) AS next_on, plan.items
FROM plan JOIN part ON part.plan_id = plan.id
WHERE plan.paid < plan.total
GROUP BY plan.id, plan.customer_id, plan.items
ORDER BY plan.id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a customer keeps what was agreed: until when nothing is asked, or since when an installment is missing."""

    kept_until: date | None
    missed_on: date | None
    item_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Share:
    """One installment and what was paid of it."""

    installment: Installment
    paid: Decimal
    missed: bool

    @property
    def complete(self) -> bool:
        """Tell whether nothing is missing of it."""
        return self.paid >= self.installment.amount


@dataclass(frozen=True, slots=True)
class Agreement:
    """A plan with its installments as they are paid, in their order."""

    plan: PaymentPlan
    shares: tuple[Share, ...]
    item_ids: frozenset[int]

    @property
    def total(self) -> Decimal:
        """Return what was agreed on."""
        return sum((share.installment.amount for share in self.shares), ZERO)

    @property
    def paid(self) -> Decimal:
        """Return what has been paid of it."""
        return sum((share.paid for share in self.shares), ZERO)

    @property
    def complete(self) -> bool:
        """Tell whether everything is paid."""
        return self.paid >= self.total

    @property
    def missed(self) -> bool:
        """Tell whether an installment did not come in time."""
        return any(share.missed for share in self.shares)


def standing(
    organization_id: int, customer_ids: Sequence[int], today: date, *, grace_days: int
) -> dict[int, Standing]:
    """Return how each of these customers keeps the plans agreed with it; those without an unfinished plan are left out.

    With several plans the worst speaks for the customer: the earliest day that is missed, or comes next. A plan is
    kept through the grace of its next installment.
    """
    parameters = _parameters(organization_id, customer_ids, today)
    with connection.cursor() as cursor:
        cursor.execute(STANDING, parameters)
        rows: list[tuple[int, date, list[int]]] = cursor.fetchall()
    found: dict[int, tuple[date, frozenset[int]]] = {}
    for customer_id, next_on, items in rows:
        known_on, known = found.get(customer_id, (next_on, frozenset()))
        found[customer_id] = min(known_on, next_on), known | set(items)
    return {
        customer_id: Standing(None, next_on, items)
        if (today - next_on).days > grace_days
        else Standing(next_on + timedelta(days=grace_days), None, items)
        for customer_id, (next_on, items) in found.items()
    }


def agreements(organization_id: int, customer_id: int, today: date, *, grace_days: int) -> list[Agreement]:
    """Return the plans of a customer that were not canceled, the newest first, with what was paid of each part."""
    with connection.cursor() as cursor:
        cursor.execute(PAID, _parameters(organization_id, [customer_id], today))
        paid = {row[0]: (row[3], frozenset(row[4])) for row in cursor.fetchall()}
    plans: QuerySet[PaymentPlan] = (
        PaymentPlan.objects.filter(organization_id=organization_id, pk__in=paid)
        .select_related("customer")
        .prefetch_related("installments")
        .order_by("-pk")
    )
    return [
        Agreement(plan, tuple(_shares(plan.installments.all(), paid[plan.pk][0], today, grace_days)), items)
        for plan in plans
        for items in (paid[plan.pk][1],)
    ]


def items_in_plans(organization_id: int, customer_id: int, today: date) -> set[int]:
    """Return the items of a customer that an unfinished plan speaks of."""
    found = standing(organization_id, [customer_id], today, grace_days=0).get(customer_id)
    return set(found.item_ids) if found else set()


def _shares(
    installments: Iterable[Installment], paid: Decimal, today: date, grace_days: int
) -> Iterable[Share]:
    left = paid
    for one in sorted(installments, key=lambda part: part.number):
        part = min(left, one.amount)
        left -= part
        yield Share(one, part, part < one.amount and (today - one.due_on).days > grace_days)


def _parameters(organization_id: int, customer_ids: Sequence[int], today: date) -> dict[str, Any]:
    return {"organization": organization_id, "customers": list(customer_ids), "today": today}
