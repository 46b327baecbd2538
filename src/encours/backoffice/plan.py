"""The dunning plan: its steps through time, each with its days, channel, mode and minimum amount."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.refresh import bring_up_to_date
from encours.dunning import sentences
from encours.dunning.actions import change_plan, ensure_default_plan
from encours.dunning.queries import default_plan, rule_plan
from encours.rules.dunning import Plan, Step

CHANNELS = {
    "email": gettext_lazy("E-mail"),
    "letter": gettext_lazy("Letter"),
    "phone": gettext_lazy("Call"),
}
CHANNEL_ICONS = {"email": "mail", "letter": "file", "phone": "phone"}
MODES = {
    "automatic": gettext_lazy("Leaves by itself"),
    "to_confirm": gettext_lazy("Waits for a person to confirm it"),
    "manual": gettext_lazy("Proposed only: a person decides and posts it"),
}
SHORT_MODES = {
    "automatic": gettext_lazy("automatic"),
    "to_confirm": gettext_lazy("to confirm"),
    "manual": gettext_lazy("by hand"),
}
LONGEST_DAYS = 365


class StepForm(forms.Form):
    """What may be changed of a step."""

    days = forms.IntegerField(min_value=0, max_value=LONGEST_DAYS)
    channel = forms.ChoiceField(label=gettext_lazy("Channel"), choices=list(CHANNELS.items()))
    mode = forms.ChoiceField(
        label=gettext_lazy("Mode"), choices=list(MODES.items()), widget=forms.RadioSelect
    )
    minimum_amount = forms.DecimalField(
        label=gettext_lazy("Minimum amount"),
        min_value=Decimal(0),
        max_digits=15,
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=gettext_lazy("Below it, this step waits for more to be overdue."),
    )

    def __init__(self, step: Step, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.step = step
        self.fields["days"].label = {
            "before_due": _("Days before the due date"),
            "after_due": _("Days after the due date"),
            "after_payment": _("Days after the payment"),
        }[step.trigger]

    def clean(self) -> dict[str, Any]:
        """Keep a formal notice a person's act."""
        found = super().clean() or self.cleaned_data
        if self.step.formal and found.get("mode") == "automatic":
            self.add_error("mode", _("A formal notice never leaves by itself."))
        return found


class GapForm(forms.Form):
    """The silence between two contacts with the same customer."""

    minimum_gap_days = forms.IntegerField(
        label=gettext_lazy("Days of silence between two contacts"), min_value=0, max_value=60
    )


@dataclass(frozen=True)
class Stop:
    """One stop on the line through time; the due date has no step."""

    when: str
    name: str
    step: Step | None = None
    icon: str = "calendar"
    mode: str = ""
    channel: str = ""
    kind: str = ""


def when(step: Step) -> str:
    """Say when a step comes, from the due date or the payment."""
    if step.trigger == "before_due":
        return _("D−%(days)s") % {"days": step.days}
    if step.trigger == "after_due":
        return _("D+%(days)s") % {"days": step.days}
    if step.days:
        text = ngettext("%(days)s day after payment", "%(days)s days after payment", step.days)
        return text % {"days": step.days}
    return _("Once paid")


def line(plan: Plan) -> list[Stop]:
    """Return the stops of a plan in the order of time, the due date among them."""
    paid = [step for step in plan.steps if step.trigger == "after_payment"]
    before = sorted(plan.before_due(), key=lambda step: -step.days)
    due = Stop(when=_("D"), name=_("Due date"), kind="due")
    return [*map(_stop, before), due, *map(_stop, plan.after_due()), *map(_stop, paid)]


def _stop(step: Step) -> Stop:
    return Stop(
        when=when(step),
        name=sentences.step(step.name),
        step=step,
        icon=CHANNEL_ICONS[step.channel],
        mode=str(SHORT_MODES[step.mode]),
        channel=str(CHANNELS[step.channel]),
        kind="formal" if step.formal else "",
    )


def plan_of(desk: Desk) -> Plan:
    """Return the organization's plan, given to it if it had none yet; what a step states is as it was set."""
    found = default_plan(desk.organization)
    if found is None:
        ensure_default_plan(desk.organization, by=desk.user, now=desk.now)
        found = default_plan(desk.organization)
    if found is None:
        raise Http404
    stated = {step.rank: step.states_interest for step in found.steps.all()}
    rule = rule_plan(found, desk.organization)
    steps = tuple(replace(step, states_interest=stated[step.rank]) for step in rule.steps)
    return replace(rule, steps=steps)


@page(permissions.CONFIGURE)
def settings_plan(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    plan = plan_of(desk)
    form = GapForm(request.POST or None, initial={"minimum_gap_days": plan.minimum_gap_days})
    if request.method == "POST" and form.is_valid():
        _save(desk, replace(plan, minimum_gap_days=form.cleaned_data["minimum_gap_days"]), list(plan.steps))
        messages.success(request, _("The plan is saved; today's work follows it."))
        return redirect("settings-plan")
    return render(
        request, "backoffice/settings_plan.html", {"form": form, "stops": line(plan), "section": "plan"}
    )


@page(permissions.CONFIGURE)
def plan_step(request: DeskRequest, rank: int) -> HttpResponse:
    desk = request.desk
    plan = plan_of(desk)
    step = next((each for each in plan.steps if each.rank == rank), None)
    if step is None:
        raise Http404
    form = StepForm(
        step,
        request.POST or None,
        initial={name: getattr(step, name) for name in ("days", "channel", "mode", "minimum_amount")},
    )
    if request.method == "POST" and form.is_valid():
        changed = replace(step, **form.cleaned_data)
        _save(desk, plan, [changed if each == step else each for each in plan.steps])
        messages.success(request, _("The step is saved; today's work follows it."))
        return redirect("settings-plan")
    return render(
        request,
        "backoffice/settings_step.html",
        {"form": form, "stop": _stop(step), "section": "plan", "currency": desk.organization.currency},
    )


@require_POST
@page(permissions.CONFIGURE)
def plan_step_remove(request: DeskRequest, rank: int) -> HttpResponse:
    plan = plan_of(request.desk)
    _save(request.desk, plan, [step for step in plan.steps if step.rank != rank])
    messages.success(request, _("The step is removed; reminders already written stay."))
    return redirect("settings-plan")


def _save(desk: Desk, plan: Plan, steps: list[Step]) -> None:
    change_plan(
        desk.organization, steps=steps, minimum_gap_days=plan.minimum_gap_days, by=desk.user, now=desk.now
    )
    bring_up_to_date(desk.organization.pk)


urlpatterns = [
    path("settings/plan/", settings_plan, name="settings-plan"),
    path("settings/plan/<int:rank>/", plan_step, name="plan-step"),
    path("settings/plan/<int:rank>/remove/", plan_step_remove, name="plan-step-remove"),
]
