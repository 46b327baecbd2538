"""The plan of an organization and the words of its messages."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.resources import files

from django.db import transaction

from encours.accounts.actions import actor
from encours.accounts.models import Organization, User
from encours.dunning.errors import PlanInvalidError
from encours.dunning.models import DunningPlan, Step, Template
from encours.events.actions import record
from encours.rules import dunning as rules
from encours.rules import wording

LANGUAGES = ("fr", "en")
DEFAULT_NAME = "Standard"


@transaction.atomic
def ensure_default_plan(organization: Organization, *, now: datetime, by: User | None = None) -> DunningPlan:
    """Give the organization the default plan and the words of its steps, unless it has its own."""
    _ensure_templates(organization)
    plan = DunningPlan.objects.filter(organization=organization, default=True).first()
    if plan is not None:
        return plan
    plan = DunningPlan.objects.create(
        organization=organization, name=DEFAULT_NAME, default=True, in_force_at=now
    )
    _begin_lineage(plan)
    _add_steps(plan, rules.DEFAULT_PLAN_STEPS)
    _tell(plan, by, now)
    return plan


@transaction.atomic
def change_plan(
    organization: Organization,
    *,
    steps: Sequence[rules.Step],
    minimum_gap_days: int,
    by: User | None,
    now: datetime,
) -> DunningPlan:
    """Replace the plan by a new version; reminders already written keep the version they were written under."""
    _check(steps)
    old = DunningPlan.objects.select_for_update().filter(organization=organization, default=True).first()
    if old is not None:
        old.default, old.retired_at = False, now
        old.save(update_fields=["default", "retired_at"])
    plan = DunningPlan.objects.create(
        organization=organization,
        name=old.name if old else DEFAULT_NAME,
        lineage=old.lineage if old else None,
        version=old.version + 1 if old else 1,
        default=True,
        in_force_at=now,
        minimum_gap_days=minimum_gap_days,
    )
    _begin_lineage(plan)
    _add_steps(plan, steps)
    _tell(plan, by, now)
    return plan


@transaction.atomic
def change_template(
    template: Template, *, subject: str, body: str, by: User | None, now: datetime
) -> Template:
    """Change the words of a message, refused if a letter could not be written from them."""
    wording.check(subject)
    wording.check(body)
    template.subject, template.body = subject.strip(), body.strip()
    template.save(update_fields=["subject", "body", "updated_at"])
    record(
        template.organization_id,
        "template.changed",
        by=actor(by),
        at=now,
        subject=("template", template.pk),
        code=template.code,
        language=template.language,
    )
    return template


def default_words(code: str, language: str) -> tuple[str, str]:
    """Return the subject and the body that a message is shipped with: the first line, then the rest."""
    text = files("encours.dunning").joinpath("wording", language, f"{code}.txt").read_text(encoding="utf-8")
    subject, _, body = text.partition("\n")
    return subject.strip(), body.strip()


def _ensure_templates(organization: Organization) -> None:
    known = set(Template.objects.filter(organization=organization).values_list("code", "language"))
    Template.objects.bulk_create(
        Template(organization=organization, code=step.template, language=language, subject=subject, body=body)
        for step in rules.DEFAULT_PLAN_STEPS
        for language in LANGUAGES
        if (step.template, language) not in known
        for subject, body in [default_words(step.template, language)]
    )


def _begin_lineage(plan: DunningPlan) -> None:
    """Let a plan that continues no other begin a lineage of its own."""
    if plan.lineage is None:
        plan.lineage = plan.pk
        plan.save(update_fields=["lineage"])


def _add_steps(plan: DunningPlan, steps: Iterable[rules.Step]) -> None:
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


def _check(steps: Sequence[rules.Step]) -> None:
    ranks = [step.rank for step in steps]
    after = sorted((step for step in steps if step.trigger == "after_due"), key=lambda step: step.rank)
    days = [step.days for step in after]
    formal_early = any(step.formal for step in after[:-1])
    if not steps or len(set(ranks)) < len(ranks) or days != sorted(days) or formal_early:
        raise PlanInvalidError
    if any(step.rank < 1 for step in after):
        raise PlanInvalidError


def _tell(plan: DunningPlan, by: User | None, now: datetime) -> None:
    record(
        plan.organization_id,
        "plan.changed",
        by=actor(by),
        at=now,
        subject=("plan", plan.pk),
        version=plan.version,
    )
