"""Who is chased by which plan: the rules of the organization, and the choices of people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.customers.models import Customer
from encours.dunning import plans
from encours.dunning.errors import PlanRetiredError, PlanRuleError
from encours.dunning.models import PlanAssignment, PlanRule
from encours.events.actions import record
from encours.rules import assignment

NEVER = "never"
BY_RULES = "rules"


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule as a person wrote it; its place is its place in the list."""

    name: str
    lineage: int | None
    conditions: Mapping[str, object]
    active: bool = True


@transaction.atomic
def set_rules(
    organization: Organization, rules: Sequence[NewRule], *, by: User | None, now: datetime
) -> None:
    """Replace the list of rules; whom they fit is asked anew each time, so they apply at once to everyone."""
    standing = plans.in_force_lineages(organization) | {None}
    if any(rule.lineage not in standing for rule in rules):
        raise PlanRetiredError
    if any(not rule.name.strip() for rule in rules):
        raise PlanRuleError
    PlanRule.objects.filter(organization=organization).delete()
    PlanRule.objects.bulk_create(
        PlanRule(
            organization=organization,
            position=position,
            name=rule.name.strip(),
            lineage=rule.lineage,
            conditions=assignment.stored(assignment.conditions_of(rule.conditions)),
            active=rule.active,
        )
        for position, rule in enumerate(rules, start=1)
    )
    record(
        organization.pk,
        "plan.rules_changed",
        by=actor(by),
        at=now,
        subject=("organization", organization.pk),
        rules="; ".join(rule.name for rule in rules if rule.active),
    )


@transaction.atomic
def choose_plan(
    organization: Organization,
    customers: Sequence[Customer],
    choice: int | str,
    *,
    by: User | None,
    now: datetime,
) -> int:
    """Give customers a plan by its lineage, `never` to chase, or leave them to the `rules`; return how many change."""
    named = {lineage: plan.name for lineage, plan in plans.in_force(organization).items()}
    if isinstance(choice, int) and choice not in named:
        raise PlanRetiredError
    wanted = choice if isinstance(choice, int) else None
    before = plans.chosen(organization, [customer.pk for customer in customers])
    moved = [
        customer
        for customer in customers
        if (customer.pk in before if choice == BY_RULES else before.get(customer.pk, 0) != wanted)
    ]
    ids = [customer.pk for customer in moved]
    PlanAssignment.objects.filter(organization=organization, customer_id__in=ids).delete()
    if choice != BY_RULES:
        PlanAssignment.objects.bulk_create(
            PlanAssignment(
                organization=organization,
                customer=customer,
                lineage=wanted,
                assigned_by=by.pk if by else None,
                assigned_at=now,
            )
            for customer in moved
        )
    for customer in moved:
        record(
            organization.pk,
            "customer.plan_chosen",
            by=actor(by),
            at=now,
            customer_id=customer.pk,
            plan=named.get(wanted or 0, str(choice)),
        )
    return len(moved)
