"""Questions about plans: which are in force, their versions, and who is chased by which."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from encours.accounts.models import Organization
from encours.customers.models import Customer
from encours.dunning.figures import LANGUAGES
from encours.dunning.models import DunningPlan, PlanAssignment, PlanRule, Template
from encours.rules import assignment
from encours.rules.plan_steps import Words

ZERO = Decimal(0)

# Three plain questions: a join of tables that have just grown is planned astray.
CUSTOMERS = """
SELECT c.id, c.segment, c.public_buyer, c.sole_trader, c.country, c.language
FROM customers_customer c
WHERE c.organization_id = %(organization)s AND (%(customers)s::bigint[] IS NULL OR c.id = ANY(%(customers)s))
ORDER BY c.id
"""
GRADES = """
SELECT s.customer_id, s.grade
FROM scoring_score s
WHERE s.organization_id = %(organization)s AND s.replaced_on IS NULL
  AND (%(customers)s::bigint[] IS NULL OR s.customer_id = ANY(%(customers)s))
"""
OWED = """
SELECT i.customer_id,
       sum(CASE i.side WHEN 'debit' THEN i.open_amount ELSE -i.open_amount END),
       coalesce(sum(i.open_amount) FILTER (WHERE i.side = 'debit' AND i.due_on < %(today)s), 0)
FROM receivables_item i
WHERE i.organization_id = %(organization)s AND i.open_amount > 0 AND i.missing_since IS NULL
  AND i.currency = %(currency)s AND (%(customers)s::bigint[] IS NULL OR i.customer_id = ANY(%(customers)s))
GROUP BY i.customer_id
"""


def in_force(organization: Organization) -> dict[int, DunningPlan]:
    """Return the plans in force by lineage, their steps read with them."""
    found = (
        DunningPlan.objects.filter(organization=organization, in_force_at__isnull=False, retired_at=None)
        .order_by("-default", "name", "pk")
        .prefetch_related("steps")
    )
    return {plan.lineage or plan.pk: plan for plan in found}


def drafts(organization: Organization) -> dict[int, DunningPlan]:
    """Return the versions being written, by lineage."""
    found = (
        DunningPlan.objects.filter(organization=organization, in_force_at=None, retired_at=None)
        .order_by("name", "pk")
        .prefetch_related("steps")
    )
    return {plan.lineage or plan.pk: plan for plan in found}


def retired(organization: Organization) -> dict[int, DunningPlan]:
    """Return the last version of each plan that is neither in force nor being written."""
    known = {*in_force(organization), *drafts(organization)}
    found = DunningPlan.objects.filter(organization=organization, retired_at__isnull=False)
    latest = _by_lineage(found.exclude(lineage__in=known).order_by("version"))
    return dict(sorted(latest.items(), key=lambda pair: pair[1].name))


def versions(organization: Organization, lineage: int) -> "QuerySet[DunningPlan]":
    """Return every version of a plan, the latest first."""
    return (
        DunningPlan.objects.filter(organization=organization, lineage=lineage)
        .order_by("-version")
        .prefetch_related("steps")
    )


def rules_of(organization: Organization) -> list[PlanRule]:
    """Return the rules that say which plan a customer is for, in their order."""
    return list(PlanRule.objects.filter(organization=organization).order_by("position", "pk"))


def as_rules(rows: Iterable[PlanRule]) -> list[assignment.AssignmentRule]:
    """Return the active rules as the rule book reads them."""
    return [
        assignment.AssignmentRule(str(row.pk), row.lineage, assignment.conditions_of(row.conditions))
        for row in rows
        if row.active
    ]


def chosen(organization: Organization, customer_ids: Sequence[int] | None = None) -> dict[int, int | None]:
    """Return the plans that a person chose, by customer; nothing in place of a plan means never to chase."""
    found = PlanAssignment.objects.filter(organization=organization)
    if customer_ids is not None:
        found = found.filter(customer_id__in=customer_ids)
    return dict(found.values_list("customer_id", "lineage"))


def default_lineage(organization: Organization) -> int | None:
    """Return the lineage of the plan for customers that no rule and no person gave another."""
    return (
        DunningPlan.objects.filter(organization=organization, default=True)
        .values_list("lineage", flat=True)
        .first()
    )


def facts(
    organization: Organization, today: date, customer_ids: Sequence[int] | None = None
) -> list[assignment.Facts]:
    """Return what the conditions of rules look at, for these customers or for all."""
    parameters: dict[str, Any] = {
        "organization": organization.pk,
        "currency": organization.currency,
        "today": today,
        "customers": None if customer_ids is None else list(customer_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(GRADES, parameters)
        grades = dict(cursor.fetchall())
        cursor.execute(OWED, parameters)
        owed = {
            customer_id: (outstanding, overdue) for customer_id, outstanding, overdue in cursor.fetchall()
        }
        cursor.execute(CUSTOMERS, parameters)
        return [
            assignment.Facts(
                number,
                grades.get(number, ""),
                segment,
                *owed.get(number, (ZERO, ZERO)),
                public,
                sole,
                country,
                language,
            )
            for number, segment, public, sole, country, language in cursor.fetchall()
        ]


def assignments(
    organization: Organization,
    today: date,
    customer_ids: Sequence[int] | None = None,
    *,
    rules: Sequence[assignment.AssignmentRule] | None = None,
    known: Iterable[assignment.Facts] | None = None,
) -> dict[int, assignment.Assignment]:
    """Return the plan of each customer and what decided it, by the rules in force or by others that are tried.

    A plan that is no longer in force is nobody's: the default takes its place. Facts that are known are not asked
    for again.
    """
    asked = as_rules(rules_of(organization)) if rules is None else rules
    standing = {*in_force_lineages(organization), None}
    by_rule = [rule for rule in asked if rule.lineage in standing]
    by_hand = {
        customer_id: lineage
        for customer_id, lineage in chosen(organization, customer_ids).items()
        if lineage in standing
    }
    default = default_lineage(organization)
    if known is None:
        known = (facts if by_rule else _numbers)(organization, today, customer_ids)
    return {one.customer_id: assignment.assign(one, by_rule, by_hand, default) for one in known}


def lineages(
    organization: Organization, today: date, *, known: Iterable[assignment.Facts] | None = None
) -> dict[int, int | None]:
    """Return the plan that each customer is chased by, by lineage; nothing in place of a plan means never."""
    return {number: found.lineage for number, found in assignments(organization, today, known=known).items()}


def in_force_lineages(organization: Organization) -> set[int | None]:
    """Return the lineages that have a version in force."""
    found = DunningPlan.objects.filter(organization=organization, in_force_at__isnull=False, retired_at=None)
    return set(found.values_list("lineage", flat=True))


@dataclass(frozen=True, slots=True)
class Share:
    """How many customers something takes, and how much of what they owe is overdue."""

    customers: int = 0
    overdue: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Move:
    """A customer who would be chased by another plan than now."""

    customer_id: int
    before: int | None
    after: int | None
    overdue: Decimal


@dataclass(frozen=True, slots=True)
class Trial:
    """What a list of rules would do to the customers there are: the share of each, and who changes plan."""

    shares: Mapping[str, Share]
    moves: tuple[Move, ...]

    def share(self, decided_by: str) -> Share:
        """Return what a rule takes, or `chosen`, or `default`; nothing if no customer came there."""
        return self.shares.get(decided_by, Share())


def try_rules(organization: Organization, today: date, rules: Sequence[assignment.AssignmentRule]) -> Trial:
    """Return what these rules would take and whom they would move, the largest overdue amounts first."""
    known = facts(organization, today)
    before = lineages(organization, today, known=known)
    after = assignments(organization, today, rules=rules, known=known)
    counts: Counter[str] = Counter()
    amounts: dict[str, Decimal] = {}
    moves = []
    for one in known:
        found, standing = after[one.customer_id], before[one.customer_id]
        counts[found.decided_by] += 1
        amounts[found.decided_by] = amounts.get(found.decided_by, ZERO) + one.overdue
        if found.lineage != standing:
            moves.append(Move(one.customer_id, standing, found.lineage, one.overdue))
    shares = {key: Share(count, amounts[key]) for key, count in counts.items()}
    return Trial(shares, tuple(sorted(moves, key=lambda move: (-move.overdue, move.customer_id))))


def words_of(organization: Organization) -> dict[str, Words]:
    """Return what is known of each template: its kind and the languages it is written in."""
    found: dict[str, Words] = {}
    rows = Template.objects.filter(organization=organization).values_list("code", "kind", "language")
    for code, kind, language in rows:
        known = found.get(code, Words(kind, frozenset()))
        found[code] = Words(kind, known.languages | {language})
    return found


def languages_of(organization: Organization) -> list[str]:
    """Return the languages in which customers are written to, the organization's own among them."""
    spoken = Customer.objects.filter(organization=organization).values_list("language", flat=True).distinct()
    return sorted({organization.language, *spoken} & set(LANGUAGES)) or [organization.language]


def shares_of_plans(organization: Organization, today: date) -> dict[int | None, Share]:
    """Return how many customers each plan is for, and how much of theirs is overdue."""
    known = facts(organization, today)
    found = lineages(organization, today, known=known)
    counts: Counter[int | None] = Counter()
    amounts: dict[int | None, Decimal] = {}
    for one in known:
        lineage = found[one.customer_id]
        counts[lineage] += 1
        amounts[lineage] = amounts.get(lineage, ZERO) + one.overdue
    return {lineage: Share(count, amounts[lineage]) for lineage, count in counts.items()}


def _by_lineage(plans: "QuerySet[DunningPlan]") -> dict[int, DunningPlan]:
    return {plan.lineage or plan.pk: plan for plan in plans.prefetch_related("steps")}


def _numbers(
    organization: Organization, _today: date, customer_ids: Sequence[int] | None
) -> list[assignment.Facts]:
    """Return the customers by their numbers alone: without a rule nothing more is looked at."""
    found = Customer.objects.filter(organization=organization)
    if customer_ids is not None:
        found = found.filter(pk__in=customer_ids)
    return [assignment.Facts(number) for number in found.order_by("pk").values_list("pk", flat=True)]
