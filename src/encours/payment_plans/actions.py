"""Agreeing on a payment in several parts, and ending the agreement."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import User
from encours.customers.models import Customer
from encours.events.actions import record
from encours.payment_plans.errors import InstallmentsError, PlanCanceledError, PlanItemsError
from encours.payment_plans.models import Installment, PaymentPlan, PaymentPlanItem
from encours.payment_plans.queries import items_in_plans
from encours.receivables.models import Item
from encours.rules.installments import FARTHEST, Part


@transaction.atomic
def agree(
    customer: Customer,
    *,
    items: Sequence[Item],
    installments: Sequence[Part],
    today: date,
    by: User | None,
    now: datetime,
    note: str = "",
) -> PaymentPlan:
    """Agree that these open items are paid in these parts; together they are what is open today."""
    organization_id = customer.organization_id
    # The customer is locked: two people agreeing at once must not put an item into two plans.
    Customer.objects.select_for_update().get(pk=customer.pk)
    found = list(
        Item.objects.filter(
            organization_id=organization_id,
            customer=customer,
            pk__in=[item.pk for item in items],
            side="debit",
            open_amount__gt=0,
            missing_since=None,
        ).order_by("due_on", "pk")
    )
    if not found or items_in_plans(organization_id, customer.pk, today) & {item.pk for item in found}:
        raise PlanItemsError
    total = sum(item.open_amount for item in found)
    days = [part.due_on for part in installments]
    if (
        not installments
        or not today <= min(days) <= max(days) <= FARTHEST
        or any(later <= earlier for earlier, later in pairwise(days))
        or min(part.amount for part in installments) <= 0
        or sum(part.amount for part in installments) != total
    ):
        raise InstallmentsError
    plan = PaymentPlan.objects.create(
        organization_id=organization_id,
        customer=customer,
        agreed_on=today,
        note=note.strip(),
        agreed_by=by.pk if by else None,
        agreed_at=now,
    )
    PaymentPlanItem.objects.bulk_create(
        PaymentPlanItem(organization_id=organization_id, plan=plan, item=item, open_amount=item.open_amount)
        for item in found
    )
    Installment.objects.bulk_create(
        Installment(
            organization_id=organization_id, plan=plan, number=number, due_on=part.due_on, amount=part.amount
        )
        for number, part in enumerate(installments, start=1)
    )
    _tell(plan, "payment_plan.agreed", by, now, amount=total, installments=len(days), until=days[-1])
    return plan


@transaction.atomic
def cancel(plan: PaymentPlan, *, by: User | None, now: datetime, reason: str = "") -> PaymentPlan:
    """End an agreement: what is open may be asked for again."""
    if not PaymentPlan.objects.filter(pk=plan.pk, canceled_at=None).update(canceled_at=now):
        raise PlanCanceledError
    plan.canceled_at = now
    _tell(plan, "payment_plan.canceled", by, now, reason=reason.strip())
    return plan


def _tell(plan: PaymentPlan, kind: str, by: User | None, now: datetime, **payload: object) -> None:
    record(
        plan.organization_id,
        kind,
        by=actor(by),
        at=now,
        customer_id=plan.customer_id,
        subject=("payment_plan", plan.pk),
        **payload,
    )
