"""Questions about the work of the day: what to ask, what is held and why, what was said."""

from dataclasses import replace
from decimal import Decimal
from typing import TypeVar, cast

from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import CombinedExpression, OrderBy
from django.db.models.functions import Coalesce

from encours.accounts.models import Organization
from encours.accounts.people import portfolio_of
from encours.dunning.models import (
    Decision,
    DunningPlan,
    Pause,
    Reminder,
    ReminderItem,
    ReminderState,
    Template,
)
from encours.rules import cases as rules
from encours.rules.cases import Channel
from encours.rules.priority import MINUTES
from encours.scoring.models import Score

Row = TypeVar("Row", bound=Model)
TO_DO = (ReminderState.DRAFTED, ReminderState.FAILED, ReminderState.IN_DOUBT, ReminderState.PRINTED)
STUCK = (ReminderState.FAILED, ReminderState.IN_DOUBT)


def default_plan(organization: Organization) -> DunningPlan | None:
    """Return the plan that applies to every customer, with its steps."""
    return (
        DunningPlan.objects.filter(organization=organization, default=True, retired_at=None)
        .prefetch_related("steps")
        .first()
    )


def rule_plan(plan: DunningPlan, organization: Organization) -> rules.Plan:
    """Return the plan as the rule reads it; an organization that claims no interest states none."""
    stated = stated_plan(plan)
    if organization.interest_claimed:
        return stated
    return replace(stated, steps=tuple(replace(step, states_interest=False) for step in stated.steps))


def stated_plan(plan: DunningPlan) -> rules.Plan:
    """Return a version of a plan as it was written."""
    return rules.Plan(
        name=plan.name,
        steps=tuple(
            rules.Step(
                rank=step.rank,
                name=step.name,
                trigger=cast("rules.Trigger", step.trigger),
                days=step.days,
                channel=cast("rules.Channel", step.channel),
                mode=cast("rules.Mode", step.mode),
                template=step.template_code,
                minimum_amount=step.minimum_amount,
                states_interest=step.states_interest,
                formal=step.formal,
                counts_from=cast("rules.CountsFrom", step.counts_from),
                event=cast("rules.StepEvent", step.event),
                registered=step.registered,
                contact_role=step.contact_role,
                escalate_to=step.escalate_to,
                copy_to=step.copy_to,
                sender=cast("rules.SenderRole", step.sender),
                attach_statement=step.attach_statement,
                attach_invoices=step.attach_invoices,
            )
            for step in sorted(plan.steps.all(), key=lambda step: step.rank)
        ),
        minimum_gap_days=plan.minimum_gap_days,
        tolerance=plan.tolerance,
        scope=cast("rules.Scope", plan.scope),
    )


def work(organization: Organization, *, collector_id: int | None = None, limit: int = 500) -> list[Reminder]:
    """Return what waits for a person, worth most first, after what is stuck and blocks the rest."""
    grade = Score.objects.filter(
        organization_id=organization.pk, customer_id=OuterRef("customer_id"), replaced_on=None
    ).values("grade")[:1]
    stuck_first = Case(When(state__in=STUCK, then=0), default=1, output_field=IntegerField())
    return list(
        _of_portfolio(Reminder.objects.filter(organization=organization, state__in=TO_DO), collector_id)
        .select_related("customer", "step")
        .annotate(grade=Coalesce(Subquery(grade), Value("")))
        .order_by(stuck_first, by_worth(), "pk")[:limit]
    )


def worth() -> CombinedExpression:
    """Return what an hour of work on a reminder brings, for a statement."""
    pace = Case(
        *(When(channel=channel, then=Value(hourly(channel))) for channel in MINUTES),
        default=Value(hourly("email")),
        output_field=DecimalField(),
    )
    return F("expected_value") * pace


def hourly(channel: Channel) -> Decimal:
    """Return how many messages of a channel an hour holds."""
    return 60 / MINUTES[channel]


def by_worth() -> OrderBy:
    """Return the order of the day: what brings most per minute of work first."""
    return worth().desc()


def work_count(organization: Organization, *, collector_id: int | None = None) -> int:
    """Return how many reminders wait for a person."""
    waiting = Reminder.objects.filter(organization=organization, state__in=TO_DO)
    return _of_portfolio(waiting, collector_id).count()


def held(
    organization: Organization, *, reason: str = "", collector_id: int | None = None
) -> "QuerySet[Decision]":
    """Return the customers to whom nothing is said although something is overdue, largest amounts first."""
    found = Decision.objects.filter(organization=organization, outcome="hold")
    if reason:
        found = found.filter(reason=reason)
    return _of_portfolio(found, collector_id).select_related("customer").order_by("-amount", "pk")


def held_reasons(
    organization: Organization, *, collector_id: int | None = None
) -> list[tuple[str, int, Decimal]]:
    """Return each reason to say nothing, with the number of customers and the amount, the largest first."""
    rows = (
        held(organization, collector_id=collector_id)
        .order_by()
        .values("reason")
        .annotate(customers=Count("pk"), total=Sum("amount"))
        .order_by("-total")
    )
    return [(row["reason"], row["customers"], row["total"]) for row in rows]


def reminders(
    organization: Organization,
    *,
    state: str = "",
    customer_id: int | None = None,
    collector_id: int | None = None,
    search: str = "",
) -> "QuerySet[Reminder]":
    """Return reminders, the newest first."""
    found = _of_portfolio(Reminder.objects.filter(organization=organization), collector_id)
    if state:
        found = found.filter(state=state)
    if customer_id is not None:
        found = found.filter(customer_id=customer_id)
    if search:
        found = found.filter(Q(customer__name__icontains=search) | Q(customer__code__icontains=search))
    return found.select_related("customer", "step").order_by("-created_at", "-pk")


def lines(reminder: Reminder) -> "QuerySet[ReminderItem]":
    """Return the items a reminder speaks of, the oldest due date first."""
    return (
        ReminderItem.objects.filter(organization_id=reminder.organization_id, reminder=reminder)
        .select_related("item")
        .order_by("item__due_on", "item_id")
    )


def lines_about(organization_id: int, item_id: int) -> "QuerySet[ReminderItem]":
    """Return where reminders spoke of an item, the latest first."""
    return (
        ReminderItem.objects.filter(organization_id=organization_id, item_id=item_id)
        .select_related("reminder__step")
        .order_by("-reminder_id")
    )


def decision_of(organization: Organization, customer_id: int) -> Decision | None:
    """Return what the rule last said of a customer, if it was asked."""
    return Decision.objects.filter(organization=organization, customer_id=customer_id).first()


def pauses(organization: Organization, customer_id: int) -> "QuerySet[Pause]":
    """Return the times a customer or one of its items was left alone, the latest first."""
    found = Pause.objects.filter(organization=organization, customer_id=customer_id)
    return found.select_related("item").order_by("-placed_at", "-pk")


def templates(organization: Organization) -> "QuerySet[Template]":
    """Return the words of every message, by code and language."""
    return Template.objects.filter(organization=organization).order_by("code", "language")


def letters_to_post(organization: Organization, *, collector_id: int | None = None) -> "QuerySet[Reminder]":
    """Return the letters that are written and wait to be printed and posted."""
    printed = Reminder.objects.filter(organization=organization, state=ReminderState.PRINTED)
    return (
        _of_portfolio(printed, collector_id)
        .select_related("customer", "step")
        .order_by("customer__name", "pk")
    )


def _of_portfolio(found: "QuerySet[Row]", user_id: int | None) -> "QuerySet[Row]":
    """Hold rows to the customers that a person collects from or sells to."""
    if user_id is None:
        return found
    return found.filter(
        Q(customer__collector_id__in=portfolio_of(user_id)) | Q(customer__salesperson_id=user_id)
    )
