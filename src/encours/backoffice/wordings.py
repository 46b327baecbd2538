"""The words of the messages: a template for each step and language, seen on a real case before they are kept."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts import permissions
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.dunning import sentences
from encours.dunning.actions.templates import change_template, default_words
from encours.dunning.figures import figures_of, values
from encours.dunning.models import Template
from encours.dunning.queries import default_plan, reminders, templates
from encours.rules.dunning import DEFAULT_PLAN_STEPS
from encours.rules.wording import (
    VARIABLES,
    UnknownVariableError,
    WordingError,
    check,
    render_html,
)
from encours.rules.wording import (
    render as written,
)

FAULTS = {
    "nothing_to_close": gettext_lazy("Line %(line)s: this {{/ if }} closes nothing."),
    "condition_not_closed": gettext_lazy("Line %(line)s: {{# if %(name)s }} is never closed by {{/ if }}."),
    "braces_not_paired": gettext_lazy("Line %(line)s: double braces go in pairs, {{ and }}."),
    "not_a_variable": gettext_lazy("Line %(line)s: “%(name)s” is neither a variable nor a condition."),
    "value_missing": gettext_lazy("Line %(line)s: there is no value for “%(name)s” in this case."),
}


def fault_sentence(error: WordingError) -> str:
    """Say what is wrong with a text, on which line, and what was probably meant."""
    if isinstance(error, UnknownVariableError):
        found = {"line": error.line, "name": error.name, "suggestion": error.suggestion}
        if error.suggestion:
            return _("Line %(line)s: there is no “%(name)s”. Did you mean “%(suggestion)s”?") % found
        return _("Line %(line)s: there is no “%(name)s”; the list beside says what there is.") % found
    return str(FAULTS.get(error.code, error.code)) % {"line": error.line, "name": error.name}


class WordingField(forms.CharField):
    """A text in the variable language of letters."""

    def clean(self, value: str | None) -> str:
        """Refuse a text from which no letter could be written."""
        text = str(super().clean(value))
        try:
            check(text)
        except WordingError as error:
            raise forms.ValidationError(fault_sentence(error)) from error
        return text


class TemplateForm(forms.Form):
    """The words of one message."""

    subject = WordingField(label=gettext_lazy("Subject"), max_length=200)
    body = WordingField(
        label=gettext_lazy("Body"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
    )


@dataclass(frozen=True)
class Preview:
    """A message as a customer would read it."""

    subject: str
    html: SafeString
    customer: str


@dataclass(frozen=True)
class Words:
    """The templates of one step, one for each language."""

    name: str
    templates: list[Template]


def preview(desk: Desk, template: Template, subject: str, body: str) -> Preview | None:
    """Write a message for the newest case of its step, or of any; without any, for nobody."""
    known = reminders(desk.organization)
    case = known.filter(step__template_code=template.code).first() or known.first()
    if case is None:
        return None
    figures = replace(figures_of(case, desk.today), language=template.language)
    found = values(figures)
    try:
        # render_html escapes the text and every value.
        html = mark_safe(render_html(body, found))  # noqa: S308
        return Preview(written(subject, found), html, figures.customer.name)
    except WordingError:
        return None


@page(permissions.CONFIGURE)
def settings_templates(request: DeskRequest) -> HttpResponse:
    by_code: dict[str, list[Template]] = {}
    for template in templates(request.desk.organization):
        by_code.setdefault(template.code, []).append(template)
    names = names_of_codes(request.desk)
    order = [*names, *(code for code in by_code if code not in names)]
    groups = [Words(names.get(code, code), by_code[code]) for code in order if code in by_code]
    return render(request, "backoffice/settings_templates.html", {"groups": groups, "section": "templates"})


def names_of_codes(desk: Desk) -> dict[str, str]:
    """Return the name of the step that each template serves, in the order of the plan."""
    plan = default_plan(desk.organization)
    steps = sorted(plan.steps.all(), key=lambda step: step.rank) if plan else []
    named = {step.template_code: sentences.step(step.name) for step in steps}
    return named or {step.template: sentences.step(step.name) for step in DEFAULT_PLAN_STEPS}


@page(permissions.CONFIGURE)
def settings_template(request: DeskRequest, template_id: int) -> HttpResponse:
    desk = request.desk
    template = get_object_or_404(templates(desk.organization), pk=template_id)
    form = TemplateForm(request.POST or None, initial={"subject": template.subject, "body": template.body})
    # The preview beside follows what is typed.
    form.fields["body"].widget.attrs |= {
        "hx-post": request.path,
        "hx-trigger": "input changed delay:600ms",
        "hx-target": "#preview",
        "hx-swap": "outerHTML",
        "hx-include": "#words",
        "hx-vals": '{"preview": "1"}',
    }
    if request.method == "POST" and "restore" in request.POST:
        subject, body = default_words(template.code, template.language)
        change_template(template, subject=subject, body=body, by=desk.user, now=desk.now)
        messages.success(request, _("The words this version was shipped with are back."))
        return redirect("settings-template", template_id=template.pk)
    subject, body = template.subject, template.body
    if request.method == "POST" and form.is_valid():
        subject, body = form.cleaned_data["subject"], form.cleaned_data["body"]
        if "preview" not in request.POST:
            change_template(template, subject=subject, body=body, by=desk.user, now=desk.now)
            messages.success(request, _("The template is saved; drafts not yet confirmed follow it."))
            return redirect("settings-template", template_id=template.pk)
    shown: dict[str, Any] = {
        "form": form,
        "template": template,
        "name": names_of_codes(desk).get(template.code, template.code),
        "preview": None if form.errors else preview(desk, template, subject, body),
        "variables": [(f"{{{{ {variable.name} }}}}", _(variable.description)) for variable in VARIABLES],
        "section": "templates",
    }
    part = "#preview" if request.htmx else ""  # type: ignore[attr-defined]  # set by the htmx middleware
    return render(request, f"backoffice/settings_template.html{part}", shown)


urlpatterns = [
    path("settings/templates/", settings_templates, name="settings-templates"),
    path("settings/templates/<int:template_id>/", settings_template, name="settings-template"),
]
