"""One plan: its steps through time, each changed in place while it is a draft, and what it would do today."""

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from encours.accounts import people, permissions
from encours.backoffice import plan_line, plan_today, plan_words
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.plan_forms import (
    NameForm,
    PlanForm,
    StepForm,
    plan_form,
    step_form,
)
from encours.backoffice.refresh import bring_up_to_date
from encours.backoffice.template_names import template_names
from encours.dunning import plans, queries, sentences
from encours.dunning.actions import plans as actions
from encours.dunning.errors import PlanNameError
from encours.dunning.models import DunningPlan
from encours.rules.cases import Step
from encours.rules.plan_steps import PARTS, Part, ages, differences, faults, part_of, steps_of


def plan_or_404(request: DeskRequest, plan_id: int) -> DunningPlan:
    """Return a version of a plan of the reader's organization, or the page that says there is none."""
    return get_object_or_404(DunningPlan.objects.filter(organization=request.desk.organization), pk=plan_id)


def step_or_404(plan: DunningPlan, rank: str) -> Step:
    """Return a step of a version by its rank, as it is written in an address."""
    steps = {str(step.rank): step for step in queries.stated_plan(plan).steps}
    if rank not in steps:
        raise Http404
    return steps[rank]


def state_of(plan: DunningPlan) -> str:
    """Return whether a version is a draft, in force or retired."""
    return "retired" if plan.retired_at else "in_force" if plan.in_force_at else "draft"


def shown(
    request: DeskRequest,
    plan: DunningPlan,
    *,
    step: Step | None = None,
    form: StepForm | None = None,
    about: PlanForm | None = None,
    part: Part | None = None,
) -> dict[str, Any]:
    """Return everything that the page of a plan says."""
    desk = request.desk
    organization = desk.organization
    rule = queries.stated_plan(plan)
    found = faults(rule, plans.words_of(organization), plans.languages_of(organization))
    lineage = plan.lineage or plan.pk
    versions = list(plans.versions(organization, lineage))
    people_by = {one.user_id: str(one.user) for one in people.members(organization.pk)}
    templates = template_names(organization)
    words = {code: name for named in templates.values() for code, name in named.items()}
    part = part_of(step) if step else part
    mine = steps_of(rule.steps, part) if part and step else []
    return {
        "plan": plan,
        "state": state_of(plan),
        "editable": state_of(plan) == "draft" and desk.may(permissions.CONFIGURE),
        "faults": [(plan_words.fault(one), one) for one in found],
        "blocked": any(one.blocking for one in found),
        "groups": plan_line.groups(
            rule, words, found, currency=organization.currency, chosen=step.rank if step else None
        ),
        "axis": plan_line.axis(rule) if rule.steps else None,
        "step": step,
        "part": part,
        "part_name": plan_words.PARTS[part] if part else "",
        "form": form,
        "first": bool(mine) and mine[0] == step,
        "last": bool(mine) and mine[-1] == step,
        "words": words.get(step.template, "") if step else "",
        "name": sentences.step(plan.name),
        "about": about or plan_form(plan),
        "scope": plan_words.SCOPES[plan.scope],
        "versions": [
            Version(one, state_of(one), people_by.get(one.changed_by or 0, ""), _changes(one, before))
            for one, before in zip_longest(versions, versions[1:])
        ],
        "rival": next((one for one in versions if state_of(one) == "in_force" and one.pk != plan.pk), None),
        "draft": next((one for one in versions if state_of(one) == "draft" and one.pk != plan.pk), None),
        "copy": NameForm(
            initial={"name": _("%(name)s (copy)") % {"name": sentences.step(plan.name)}}, auto_id="copy_%s"
        ),
        "currency": organization.currency,
    }


@dataclass(frozen=True)
class Version:
    """One version in the history of a plan: its state, who wrote it, and what it changed."""

    plan: DunningPlan
    state: str
    who: str
    changes: list[str]


def _changes(version: DunningPlan, before: DunningPlan | None) -> list[str]:
    if before is None:
        return []
    return plan_words.differences(differences(queries.stated_plan(before), queries.stated_plan(version)))


def answer(request: DeskRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer with the whole page; with the editor when the plan changed, with one step when it is only looked at."""
    name = "backoffice/plan.html"
    if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        name += "#editor" if request.method == "POST" else "#left"
    return render(request, name, context, status=status)


@page()
def plan(request: DeskRequest, plan_id: int) -> HttpResponse:
    return answer(request, shown(request, plan_or_404(request, plan_id)))


@page()
def plan_forecast(request: DeskRequest, plan_id: int) -> HttpResponse:
    everyone = request.GET.get("who") == "all"
    found = plan_or_404(request, plan_id)
    # A plan that is for nobody yet is tried on everyone.
    return plan_today.today(request, found, everyone=everyone or found.lineage not in _standing(request))


def _standing(request: DeskRequest) -> set[int | None]:
    return plans.in_force_lineages(request.desk.organization)


@page()
def plan_step(request: DeskRequest, plan_id: int, rank: str) -> HttpResponse:
    desk, found = request.desk, plan_or_404(request, plan_id)
    step = step_or_404(found, rank)
    if state_of(found) != "draft" or not desk.may(permissions.CONFIGURE):
        return answer(request, shown(request, found, step=step))
    templates = template_names(desk.organization, shipped=True)
    form = step_form(part_of(step), step, templates, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not form.is_valid():
            return answer(request, shown(request, found, step=step, form=form), status=422)
        kept = actions.change_step(found, step.rank, form.written(), by=desk.user)
        return _goes_on(request, found, kept, _("The step is saved in the draft."))
    return answer(request, shown(request, found, step=step, form=form))


@page(permissions.CONFIGURE)
def plan_step_new(request: DeskRequest, plan_id: int, part: str) -> HttpResponse:
    desk, found = request.desk, plan_or_404(request, plan_id)
    where = next((one for one in PARTS if one == part), None)
    if where is None:
        raise Http404
    templates = template_names(desk.organization, shipped=True)
    data = request.POST if request.method == "POST" else None
    form = step_form(where, None, templates, data, **_usual(queries.stated_plan(found).steps, where))
    if request.method == "POST":
        if not form.is_valid():
            return answer(request, shown(request, found, form=form, part=where), status=422)
        rank = actions.add_step(found, form.written(), by=desk.user)
        return _goes_on(request, found, rank, _("The step is added to the draft."))
    return answer(request, shown(request, found, form=form, part=where))


def _usual(steps: tuple[Step, ...], part: Part) -> dict[str, Any]:
    """Return what a new step probably is: two weeks after the last demand, before the first notice."""
    if part == "after_due":
        last = max((age for age in ages(steps).values() if age is not None), default=None)
        return {} if last is None else {"days": last + 14}
    if part == "before_due":
        first = max((step.days for step in steps_of(steps, part)), default=None)
        return {} if first is None else {"days": first + 7}
    return {}


@require_POST
@page(permissions.CONFIGURE)
def plan_step_move(request: DeskRequest, plan_id: int, rank: str) -> HttpResponse:
    found = plan_or_404(request, plan_id)
    step = step_or_404(found, rank)
    kept = actions.move_step(found, step.rank, later="later" in request.POST, by=request.desk.user)
    return _goes_on(request, found, kept, "")


@require_POST
@page(permissions.CONFIGURE)
def plan_step_remove(request: DeskRequest, plan_id: int, rank: str) -> HttpResponse:
    found = plan_or_404(request, plan_id)
    actions.remove_step(found, step_or_404(found, rank).rank, by=request.desk.user)
    return _goes_on(request, found, None, _("The step is taken out of the draft."))


def _goes_on(request: DeskRequest, found: DunningPlan, rank: int | None, said: str) -> HttpResponse:
    """Show the draft as it is now, with the step that was just written."""
    if said:
        messages.success(request, said)
    if not request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        if rank is None:
            return redirect("plan", plan_id=found.pk)
        return redirect("plan-step", plan_id=found.pk, rank=str(rank))
    found = plan_or_404(request, found.pk)
    if rank is None:
        return answer(request, shown(request, found))
    step = step_or_404(found, str(rank))
    form = step_form(part_of(step), step, template_names(request.desk.organization, shipped=True), kept=True)
    return answer(request, shown(request, found, step=step, form=form))


@require_POST
@page(permissions.CONFIGURE)
def plan_describe(request: DeskRequest, plan_id: int) -> HttpResponse:
    desk, found = request.desk, plan_or_404(request, plan_id)
    form = plan_form(found, request.POST)
    if form.is_valid():
        try:
            actions.describe_plan(found, by=desk.user, **form.cleaned_data)
        except PlanNameError:
            form.add_error("name", forms.ValidationError(_("Another plan already has this name.")))
        else:
            return _goes_on(request, found, None, _("The draft is saved."))
    return answer(request, shown(request, found, about=form), status=422)


@require_POST
@page(permissions.CONFIGURE)
def plan_draft(request: DeskRequest, plan_id: int) -> HttpResponse:
    draft = actions.start_draft(plan_or_404(request, plan_id), by=request.desk.user, now=request.desk.now)
    return redirect("plan", plan_id=draft.pk)


@require_POST
@page(permissions.CONFIGURE)
def plan_force(request: DeskRequest, plan_id: int) -> HttpResponse:
    desk = request.desk
    kept = actions.put_in_force(plan_or_404(request, plan_id), by=desk.user, now=desk.now)
    bring_up_to_date(desk.organization.pk)
    messages.success(
        request, _("%(name)s is in force, version %(version)s; today's work follows it.") % _named(kept)
    )
    return redirect("plan", plan_id=kept.pk)


@require_POST
@page(permissions.CONFIGURE)
def plan_discard(request: DeskRequest, plan_id: int) -> HttpResponse:
    desk, found = request.desk, plan_or_404(request, plan_id)
    rival = plans.in_force(desk.organization).get(found.lineage or found.pk)
    actions.discard_draft(found, by=desk.user, now=desk.now)
    messages.success(request, _("The draft is gone; nothing else has changed."))
    return redirect("plan", plan_id=rival.pk) if rival else redirect("plans")


@require_POST
@page(permissions.CONFIGURE)
def plan_duplicate(request: DeskRequest, plan_id: int) -> HttpResponse:
    desk, form = request.desk, NameForm(request.POST)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    copy = actions.duplicate_plan(plan_or_404(request, plan_id), name=name, by=desk.user, now=desk.now)
    return redirect("plan", plan_id=copy.pk)


@require_POST
@page(permissions.CONFIGURE)
def plan_retire(request: DeskRequest, plan_id: int) -> HttpResponse:
    desk, found = request.desk, plan_or_404(request, plan_id)
    actions.retire_plan(found, by=desk.user, now=desk.now)
    messages.success(request, _("%(name)s is retired; what it wrote stays.") % _named(found))
    return redirect("plans")


@require_POST
@page(permissions.CONFIGURE)
def plan_default(request: DeskRequest, plan_id: int) -> HttpResponse:
    desk, found = request.desk, plan_or_404(request, plan_id)
    actions.make_default(found, by=desk.user, now=desk.now)
    bring_up_to_date(desk.organization.pk)
    messages.success(request, _("%(name)s now chases every customer that has no other plan.") % _named(found))
    return redirect(reverse("plan", args=[found.pk]))


def _named(plan: DunningPlan) -> dict[str, object]:
    return {"name": plan.name, "version": plan.version}


urlpatterns = [
    path("plans/<int:plan_id>/", plan, name="plan"),
    path("plans/<int:plan_id>/today/", plan_forecast, name="plan-today"),
    path("plans/<int:plan_id>/describe/", plan_describe, name="plan-describe"),
    path("plans/<int:plan_id>/draft/", plan_draft, name="plan-draft"),
    path("plans/<int:plan_id>/force/", plan_force, name="plan-force"),
    path("plans/<int:plan_id>/discard/", plan_discard, name="plan-discard"),
    path("plans/<int:plan_id>/duplicate/", plan_duplicate, name="plan-duplicate"),
    path("plans/<int:plan_id>/retire/", plan_retire, name="plan-retire"),
    path("plans/<int:plan_id>/default/", plan_default, name="plan-default"),
    path("plans/<int:plan_id>/steps/new/<slug:part>/", plan_step_new, name="plan-step-new"),
    path("plans/<int:plan_id>/steps/<slug:rank>/", plan_step, name="plan-step"),
    path("plans/<int:plan_id>/steps/<slug:rank>/move/", plan_step_move, name="plan-step-move"),
    path("plans/<int:plan_id>/steps/<slug:rank>/remove/", plan_step_remove, name="plan-step-remove"),
]
