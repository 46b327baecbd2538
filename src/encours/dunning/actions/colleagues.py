"""People and their work: who is away and covered by whom, who takes over for good, and what is aimed at."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from encours.accounts.actions import actor
from encours.accounts.models import Membership, Organization, Sender, SenderPurpose, User
from encours.customers.models import Customer
from encours.dunning.actions import tasks
from encours.dunning.errors import AbsenceError, SuccessorError, TargetError
from encours.dunning.models import Target, Task
from encours.events.actions import record, record_from_select

MEASURES = ("collected", "actions")
HANDED = """
SELECT %(now)s::timestamptz, %(by)s, id, 'customer', id, %(payload)s::jsonb FROM customers_customer
WHERE organization_id = %(organization_id)s AND id = ANY(%(ids)s) ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a person is in charge of, and what changes hands when they leave."""

    customers: int
    sold: int
    tasks: int
    senders: int
    covers: int

    @property
    def nothing(self) -> bool:
        """Tell whether nothing would change hands."""
        return not any((self.customers, self.sold, self.tasks, self.senders, self.covers))


@transaction.atomic
def set_absence(
    membership: Membership,
    *,
    absent_from: date | None,
    absent_until: date | None,
    covered_by: User | None,
    by: User,
    now: datetime,
) -> Membership:
    """Note when a member is away and who does their work meanwhile; no dates end the absence."""
    if (absent_from is None) != (absent_until is None):
        raise AbsenceError
    if absent_from is not None and absent_until is not None and absent_until < absent_from:
        raise AbsenceError
    if covered_by is not None:
        _must_succeed(membership.organization_id, membership.user, covered_by)
    membership.absent_from, membership.absent_until = absent_from, absent_until
    membership.covered_by = covered_by if absent_from else None
    membership.save(update_fields=["absent_from", "absent_until", "covered_by"])
    record(
        membership.organization_id,
        "member.absent",
        by=actor(by),
        at=now,
        subject=("user", membership.user_id),
        from_on=absent_from,
        until=absent_until,
    )
    return membership


def charge_of(organization: Organization, user: User) -> Charge:
    """Return what a person is in charge of."""
    return Charge(
        customers=Customer.objects.filter(organization=organization, collector=user).count(),
        sold=Customer.objects.filter(organization=organization, salesperson=user).count(),
        tasks=_tasks(organization, user).count(),
        senders=_senders(organization, user).count(),
        covers=Membership.objects.filter(organization=organization, covered_by=user).count(),
    )


@transaction.atomic
def replace(organization: Organization, leaving: User, successor: User, *, by: User, now: datetime) -> Charge:
    """Hand everything a person is in charge of to another, for good, and return what changed hands."""
    _must_succeed(organization.pk, leaving, successor)
    charge = charge_of(organization, leaving)
    for name in ("collector", "salesperson"):
        _hand_customers(organization, name, leaving, successor, by=by, now=now)
    tasks.reassign(list(_tasks(organization, leaving)), successor, by=by, now=now)
    senders = _senders(organization, leaving)
    if _senders(organization, successor).exists():
        senders.delete()
    else:
        # Debtors go on answering to the address they know.
        senders.update(user=successor)
    covered = Membership.objects.filter(organization=organization, covered_by=leaving)
    covered.filter(user=successor).update(covered_by=None)
    covered.update(covered_by=successor)
    record(
        organization.pk,
        "member.replaced",
        by=actor(by),
        at=now,
        subject=("user", leaving.pk),
        successor=successor.pk,
        customers=charge.customers,
        tasks=charge.tasks,
    )
    return charge


@transaction.atomic
def set_target(
    organization: Organization,
    user: User,
    *,
    month: date,
    measure: str,
    goal: Decimal | None,
    by: User,
    now: datetime,
) -> None:
    """Set what a person aims at in a month, or nothing."""
    if measure not in MEASURES or (goal is not None and goal <= 0):
        raise TargetError
    place: dict[str, Any] = {
        "organization": organization,
        "user": user,
        "month": month.replace(day=1),
        "measure": measure,
    }
    before = Target.objects.filter(**place).first()
    if (before.goal if before else None) == goal:
        return
    if goal is None:
        Target.objects.filter(**place).delete()
    else:
        Target.objects.update_or_create(**place, defaults={"goal": goal})
    record(
        organization.pk,
        "target.set",
        by=actor(by),
        at=now,
        subject=("user", user.pk),
        measure=measure,
        goal=goal,
        month=place["month"],
    )


def _hand_customers(
    organization: Organization, name: str, leaving: User, successor: User, *, by: User, now: datetime
) -> None:
    found = Customer.objects.filter(Q(**{name: leaving}), organization=organization)
    numbers = list(found.select_for_update().order_by("pk").values_list("pk", flat=True))
    if not numbers:
        return
    Customer.objects.filter(pk__in=numbers).update(**{name: successor}, updated_at=now)
    record_from_select(
        organization.pk,
        "customer.changed",
        HANDED,
        {
            "now": now,
            "by": actor(by),
            "ids": numbers,
            "payload": json.dumps({"fields": [f"{name}_id"], name: successor.pk}),
        },
    )


def _tasks(organization: Organization, user: User) -> "QuerySet[Task]":
    return Task.objects.filter(organization=organization, assignee=user, done_at=None, canceled_at=None)


def _senders(organization: Organization, user: User) -> "QuerySet[Sender]":
    return Sender.objects.filter(organization=organization, purpose=SenderPurpose.COLLECTOR, user=user)


def _must_succeed(organization_id: int, leaving: User, successor: User) -> None:
    member = Membership.objects.filter(organization_id=organization_id, user=successor).exists()
    if not member or successor.pk == leaving.pk:
        raise SuccessorError
