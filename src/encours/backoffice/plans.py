"""The plans: those in force and for how many customers, those being written, those retired; a new one begun."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from encours.accounts import permissions
from encours.backoffice import customer_plan, plan, plan_rules, plan_words
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.plan_forms import NewPlanForm
from encours.dunning import plans as known
from encours.dunning import queries, sentences
from encours.dunning.actions import ensure_default_plan
from encours.dunning.actions import plans as actions
from encours.dunning.errors import PlanNameError
from encours.dunning.models import DunningPlan
from encours.dunning.plans import Share
from encours.reports.memory import remembered, version
from encours.rules.plan_steps import PARTS, steps_of
from encours.rules.ready_plans import READY_PLANS

NOTHING = "nothing"


@dataclass(frozen=True)
class Line:
    """One plan of the list: its steps in signs, and the customers it is for."""

    plan: DunningPlan
    name: str
    stops: list[tuple[str, str, str]]
    share: Share
    draft: DunningPlan | None = None


@page()
def plans(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    in_force = known.in_force(desk.organization)
    if not in_force and desk.may(permissions.CONFIGURE):
        ensure_default_plan(desk.organization, by=desk.user, now=desk.now)
        in_force = known.in_force(desk.organization)
    drafts = known.drafts(desk.organization)
    shares = remembered(
        version(desk.organization.pk),
        ("shares of plans", desk.organization.pk, desk.today),
        lambda: known.shares_of_plans(desk.organization, desk.today),
    )
    shown = {
        "lines": [
            _line(found, shares.get(lineage, Share()), drafts.get(lineage))
            for lineage, found in in_force.items()
        ],
        "begun": [_line(found, Share()) for lineage, found in drafts.items() if lineage not in in_force],
        "retired": [_line(found, Share()) for found in known.retired(desk.organization).values()],
        "never": shares.get(None, Share()),
        "rules": [rule for rule in known.rules_of(desk.organization) if rule.active],
        "chosen": len(known.chosen(desk.organization)),
        "currency": desk.organization.currency,
    }
    return render(request, "backoffice/plans.html", shown)


def _line(found: DunningPlan, share: Share, draft: DunningPlan | None = None) -> Line:
    rule = queries.stated_plan(found)
    stops = [
        (
            _("once paid")
            if part == "after_payment"
            else _("event")
            if part == "event"
            else plan_words.when(step),
            plan_words.CHANNEL_ICONS[step.channel],
            sentences.step(step.name),
        )
        for part in PARTS
        for step in steps_of(rule.steps, part)
    ]
    return Line(found, sentences.step(found.name), stops, share, draft)


@page(permissions.CONFIGURE)
def plan_new(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    starts = _starts(desk)
    form = NewPlanForm(starts, request.POST or None, initial={"start": NOTHING})
    if request.method == "POST" and form.is_valid():
        try:
            made = _begin(desk, form.cleaned_data["name"], form.cleaned_data["start"])
        except PlanNameError:
            form.add_error("name", _("Another plan already has this name."))
        else:
            messages.success(request, _("The draft is begun: nothing follows it until it is put in force."))
            return redirect("plan", plan_id=made.pk)
    ready = [
        (one.code, sentences.step(one.name), sentences.step(one.says), len(one.steps)) for one in READY_PLANS
    ]
    own = [
        (str(found.pk), sentences.step(found.name)) for found in known.in_force(desk.organization).values()
    ]
    shown = {"form": form, "ready": ready, "own": own, "nothing": NOTHING}
    return render(request, "backoffice/plan_new.html", shown)


def _starts(desk: Desk) -> list[tuple[str, str]]:
    ready = [(one.code, sentences.step(one.name)) for one in READY_PLANS]
    own = [(str(found.pk), found.name) for found in known.in_force(desk.organization).values()]
    return [(NOTHING, _("Nothing")), *ready, *own]


def _begin(desk: Desk, name: str, start: str) -> DunningPlan:
    """Begin a plan from a ready one, from one of our own, or from nothing."""
    ready = next((one for one in READY_PLANS if one.code == start), None)
    if start.isdecimal():
        source = DunningPlan.objects.get(organization=desk.organization, pk=int(start))
        return actions.duplicate_plan(source, name=name, by=desk.user, now=desk.now)
    return actions.create_plan(
        desk.organization,
        name=name,
        description=sentences.step(ready.says) if ready else "",
        steps=ready.steps if ready else (),
        minimum_gap_days=ready.minimum_gap_days if ready else 7,
        by=desk.user,
        now=desk.now,
    )


urlpatterns = [
    path("plans/", plans, name="plans"),
    path("plans/new/", plan_new, name="plan-new"),
    *plan_rules.urlpatterns,
    *plan.urlpatterns,
    *customer_plan.urlpatterns,
]
