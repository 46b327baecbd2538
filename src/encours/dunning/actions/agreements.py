"""Installments agreed with a debtor, and the decision that follows: what they cover is no longer asked for."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from encours.accounts.models import User
from encours.customers.models import Customer
from encours.dunning.models import Decision
from encours.payment_plans import actions
from encours.payment_plans.models import PaymentPlan
from encours.receivables.models import Item
from encours.rules.installments import Part


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
    """Agree on installments and let the next run look at the customer again."""
    plan = actions.agree(
        customer, items=items, installments=installments, today=today, by=by, now=now, note=note
    )
    _look_again(plan)
    return plan


@transaction.atomic
def cancel(plan: PaymentPlan, *, by: User | None, now: datetime) -> PaymentPlan:
    """End an agreement and let the next run look at the customer again."""
    canceled = actions.cancel(plan, by=by, now=now)
    _look_again(canceled)
    return canceled


def _look_again(plan: PaymentPlan) -> None:
    Decision.objects.filter(organization_id=plan.organization_id, customer_id=plan.customer_id).update(
        basis=""
    )
