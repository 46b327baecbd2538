"""The life of a plan: begun as a draft, put in force, followed by the next version, retired."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.dunning import plans
from encours.dunning.actions.templates import give_words
from encours.dunning.errors import (
    PlanDefaultError,
    PlanDraftError,
    PlanInvalidError,
    PlanNameError,
    PlanRetiredError,
    PlanUsedError,
)
from encours.dunning.models import DunningPlan, PlanAssignment, PlanRule, Step
from encours.dunning.queries import stated_plan
from encours.events.actions import record
from encours.rules import dunning as rules
from encours.rules import plan_steps

DEFAULT_NAME = "Standard"


@transaction.atomic
def ensure_default_plan(organization: Organization, *, now: datetime, by: User | None = None) -> DunningPlan:
    """Give the organization the default plan and the words of its steps, unless it has its own."""
    give_words(organization, (step.template for step in rules.DEFAULT_PLAN_STEPS))
    plan = DunningPlan.objects.filter(organization=organization, default=True).first()
    if plan is not None:
        return plan
    plan = DunningPlan.objects.create(
        organization=organization, name=DEFAULT_NAME, default=True, in_force_at=now
    )
    _begin_lineage(plan)
    write_steps(plan, rules.DEFAULT_PLAN_STEPS)
    _tell("plan.changed", plan, by, now)
    return plan


@transaction.atomic
def create_plan(
    organization: Organization,
    *,
    name: str,
    description: str = "",
    steps: Sequence[rules.Step] = (),
    minimum_gap_days: int = 7,
    by: User | None,
    now: datetime,
) -> DunningPlan:
    """Begin a plan as a draft, from nothing or from ready steps; the words it needs are given with it."""
    _check_name(organization, name, None)
    give_words(organization, (step.template for step in steps))
    plan = DunningPlan.objects.create(
        organization=organization,
        name=name.strip(),
        description=description.strip(),
        minimum_gap_days=minimum_gap_days,
        changed_by=by.pk if by else None,
    )
    _begin_lineage(plan)
    write_steps(plan, steps)
    _tell("plan.created", plan, by, now)
    return plan


@transaction.atomic
def duplicate_plan(source: DunningPlan, *, name: str, by: User | None, now: datetime) -> DunningPlan:
    """Begin another plan with the steps of this one."""
    organization = Organization.objects.get(pk=source.organization_id)
    plan = create_plan(
        organization,
        name=name,
        description=source.description,
        steps=stated_plan(source).steps,
        minimum_gap_days=source.minimum_gap_days,
        by=by,
        now=now,
    )
    plan.scope, plan.tolerance = source.scope, source.tolerance
    plan.save(update_fields=["scope", "tolerance"])
    return plan


@transaction.atomic
def start_draft(plan: DunningPlan, *, by: User | None, now: datetime) -> DunningPlan:
    """Begin the next version of a plan, alike until it is changed; the one already begun is returned."""
    lineage = _versions(plan).select_for_update()
    begun = next((one for one in lineage if one.in_force_at is None and one.retired_at is None), None)
    if begun is not None:
        return begun
    draft = DunningPlan.objects.create(
        organization_id=plan.organization_id,
        name=plan.name,
        description=plan.description,
        lineage=plan.lineage,
        version=(_versions(plan).aggregate(last=Max("version"))["last"] or 0) + 1,
        scope=plan.scope,
        minimum_gap_days=plan.minimum_gap_days,
        tolerance=plan.tolerance,
        changed_by=by.pk if by else None,
    )
    write_steps(draft, stated_plan(plan).steps)
    _tell("plan.drafted", draft, by, now)
    return draft


@transaction.atomic
def describe_plan(draft: DunningPlan, *, by: User | None, **changes: object) -> DunningPlan:
    """Change what a draft says of itself: name, description, scope, silence, crumbs."""
    draft = _draft(draft)
    if "name" in changes:
        changes["name"] = str(changes["name"]).strip()
        _check_name(draft.organization_id, str(changes["name"]), draft.lineage)
    for name, value in changes.items():
        setattr(draft, name, value)
    draft.changed_by = by.pk if by else None
    draft.save(update_fields=[*changes, "changed_by"])
    return draft


@transaction.atomic
def add_step(draft: DunningPlan, step: rules.Step, *, by: User | None) -> int:
    """Add a step to a draft in its place in time, with shipped words if it uses any, and return its rank."""
    give_words(draft.organization, [step.template])
    steps, rank = plan_steps.added(_steps(draft), step)
    _replace_steps(draft, steps, by)
    return rank


@transaction.atomic
def change_step(draft: DunningPlan, rank: int, step: rules.Step, *, by: User | None) -> int:
    """Replace one step of a draft, and return its rank, which moves with the day of a notice."""
    give_words(draft.organization, [step.template])
    steps, rank = plan_steps.changed(_known(draft, rank), rank, step)
    _replace_steps(draft, steps, by)
    return rank


@transaction.atomic
def move_step(draft: DunningPlan, rank: int, *, later: bool, by: User | None) -> int:
    """Move a step of a draft by one place, and return its new rank."""
    steps, rank = plan_steps.moved(_known(draft, rank), rank, later=later)
    _replace_steps(draft, steps, by)
    return rank


@transaction.atomic
def remove_step(draft: DunningPlan, rank: int, *, by: User | None) -> None:
    """Take a step out of a draft; the others keep their ranks."""
    _replace_steps(draft, plan_steps.removed(_known(draft, rank), rank), by)


@transaction.atomic
def put_in_force(draft: DunningPlan, *, by: User | None, now: datetime) -> DunningPlan:
    """Let a draft decide from now on; the version before retires, and reminders keep the one that wrote them."""
    draft = _draft(draft)
    organization = Organization.objects.get(pk=draft.organization_id)
    _check(stated_plan(draft), plans.words_of(organization), plans.languages_of(organization))
    before = _versions(draft).filter(in_force_at__isnull=False, retired_at=None).first()
    if before is not None:
        draft.default, before.default, before.retired_at = before.default, False, now
        before.save(update_fields=["default", "retired_at"])
    elif not DunningPlan.objects.filter(organization=organization, default=True).exists():
        draft.default = True
    draft.in_force_at, draft.changed_by = now, by.pk if by else None
    draft.save(update_fields=["default", "in_force_at", "changed_by"])
    _tell("plan.changed", draft, by, now)
    return draft


@transaction.atomic
def discard_draft(draft: DunningPlan, *, by: User | None, now: datetime) -> None:
    """Forget a draft: nothing was ever said under it."""
    draft = _draft(draft)
    _tell("plan.discarded", draft, by, now)
    draft.delete()


@transaction.atomic
def retire_plan(plan: DunningPlan, *, by: User | None, now: datetime) -> None:
    """Take a plan out of use, with the draft of its next version; refused while anything still points at it."""
    plan = _in_force(plan)
    if plan.default:
        raise PlanDefaultError
    used = {"organization_id": plan.organization_id, "lineage": plan.lineage}
    if PlanRule.objects.filter(**used).exists() or PlanAssignment.objects.filter(**used).exists():
        raise PlanUsedError
    for draft in _versions(plan).filter(in_force_at=None, retired_at=None):
        discard_draft(draft, by=by, now=now)
    plan.retired_at = now
    plan.save(update_fields=["retired_at"])
    _tell("plan.retired", plan, by, now)


@transaction.atomic
def make_default(plan: DunningPlan, *, by: User | None, now: datetime) -> None:
    """Chase by this plan the customers that no rule and no person gave another."""
    plan = _in_force(plan)
    DunningPlan.objects.filter(organization_id=plan.organization_id, default=True).update(default=False)
    plan.default = True
    plan.save(update_fields=["default"])
    _tell("plan.made_default", plan, by, now)


@transaction.atomic
def change_plan(
    organization: Organization,
    *,
    steps: Sequence[rules.Step],
    minimum_gap_days: int,
    by: User | None,
    now: datetime,
) -> DunningPlan:
    """Replace the default plan by a new version at once; reminders already written keep theirs."""
    old = DunningPlan.objects.select_for_update().filter(organization=organization, default=True).first()
    _check(rules.Plan(old.name if old else DEFAULT_NAME, tuple(steps), minimum_gap_days))
    if old is None:
        old = ensure_default_plan(organization, now=now, by=by)
    draft = start_draft(old, by=by, now=now)
    _replace_steps(draft, steps, by)
    give_words(organization, (step.template for step in steps))
    describe_plan(draft, by=by, minimum_gap_days=minimum_gap_days)
    return put_in_force(draft, by=by, now=now)


def write_steps(plan: DunningPlan, steps: Iterable[rules.Step]) -> None:
    """Write the steps of a version that has none."""
    Step.objects.bulk_create(
        Step(
            organization_id=plan.organization_id,
            plan=plan,
            rank=step.rank,
            name=step.name,
            trigger=step.trigger,
            days=step.days,
            channel=step.channel,
            mode=step.mode,
            template_code=step.template,
            minimum_amount=step.minimum_amount,
            states_interest=step.states_interest,
            formal=step.formal,
            counts_from=step.counts_from,
            event=step.event,
            registered=step.registered,
            contact_role=step.contact_role,
            escalate_to=step.escalate_to,
            copy_to=step.copy_to,
            sender=step.sender,
            attach_statement=step.attach_statement,
            attach_invoices=step.attach_invoices,
        )
        for step in steps
    )


def _replace_steps(draft: DunningPlan, steps: Sequence[rules.Step], by: User | None) -> None:
    """Write the steps of a draft anew: nothing points at them while it is one."""
    draft = _draft(draft)
    Step.objects.filter(organization_id=draft.organization_id, plan=draft).delete()
    write_steps(draft, steps)
    DunningPlan.objects.filter(pk=draft.pk).update(changed_by=by.pk if by else None)


def _steps(draft: DunningPlan) -> tuple[rules.Step, ...]:
    return stated_plan(_draft(draft)).steps


def _known(draft: DunningPlan, rank: int) -> tuple[rules.Step, ...]:
    steps = _steps(draft)
    if all(step.rank != rank for step in steps):
        raise PlanDraftError
    return steps


def _versions(plan: DunningPlan) -> "QuerySet[DunningPlan]":
    return DunningPlan.objects.filter(organization_id=plan.organization_id, lineage=plan.lineage)


def _draft(plan: DunningPlan) -> DunningPlan:
    """Lock a version that is still a draft, or say that it is no longer one."""
    found = _versions(plan).select_for_update().filter(pk=plan.pk, in_force_at=None, retired_at=None).first()
    if found is None:
        raise PlanDraftError
    return found


def _in_force(plan: DunningPlan) -> DunningPlan:
    found = _versions(plan).select_for_update().filter(in_force_at__isnull=False, retired_at=None).first()
    if found is None:
        raise PlanRetiredError
    return found


def _begin_lineage(plan: DunningPlan) -> None:
    """Let a plan that continues no other begin a lineage of its own."""
    if plan.lineage is None:
        plan.lineage = plan.pk
        plan.save(update_fields=["lineage"])


def _check_name(organization: Organization | int, name: str, lineage: int | None) -> None:
    """Refuse a name that is empty or that another plan already has."""
    others = DunningPlan.objects.filter(organization=organization, retired_at=None).exclude(lineage=lineage)
    if not name.strip() or others.filter(name__iexact=name.strip()).exists():
        raise PlanNameError


def _check(
    plan: rules.Plan,
    words: Mapping[str, plan_steps.Words] | None = None,
    languages: Sequence[str] = (),
) -> None:
    if any(fault.blocking for fault in plan_steps.faults(plan, words, languages)):
        raise PlanInvalidError


def _tell(kind: str, plan: DunningPlan, by: User | None, now: datetime) -> None:
    record(
        plan.organization_id,
        kind,
        by=actor(by),
        at=now,
        subject=("plan", plan.pk),
        plan_name=plan.name,
        version=plan.version,
    )
