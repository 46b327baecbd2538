"""The words of the messages: a template for each step and language, seen on a real case before they are kept."""

from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.plan_forms import KIND_NAMES
from encours.backoffice.plan_words import LANGUAGES
from encours.backoffice.template_names import template_name, template_names
from encours.channels.sms import Segments, plain, segments
from encours.dunning import sentences
from encours.dunning.actions.templates import (
    add_language,
    change_template,
    create_template,
    default_words,
    duplicate_template,
    ships,
)
from encours.dunning.figures import figures_of, values
from encours.dunning.models import Template, TemplateKind
from encours.dunning.plans import in_force
from encours.dunning.queries import reminders, templates
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

    subject = WordingField(label=gettext_lazy("Subject"), max_length=200, required=False)
    body = WordingField(
        label=gettext_lazy("Body"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
    )

    def __init__(self, kind: str, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        if kind == TemplateKind.SMS:
            del self.fields["subject"]
            self.fields["body"].widget.attrs["rows"] = 5
        elif kind == TemplateKind.MESSAGE:
            self.fields["subject"].required = True


class NewTemplateForm(forms.Form):
    """What new words are for, and in which language they begin."""

    # It is the first subject too.
    name = WordingField(
        label=gettext_lazy("Name"), max_length=60, widget=forms.TextInput(attrs={"autofocus": True})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Made for"), choices=TemplateKind.choices, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=list(LANGUAGES.items()))


@dataclass(frozen=True)
class Preview:
    """A message as a customer would read it."""

    subject: str
    html: SafeString
    customer: str
    parts: Segments | None = None


@dataclass(frozen=True)
class Words:
    """One set of words in its languages, the steps that speak them, and the languages it lacks."""

    code: str
    name: str
    templates: list[Template]
    used_by: list[str]
    missing: list[tuple[str, str]]


@dataclass(frozen=True)
class Kind:
    """All the words made for one use."""

    name: str
    groups: list[Words]


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
        parts = segments(plain(written(body, found))) if template.kind == TemplateKind.SMS else None
        return Preview(written(subject, found), html, figures.customer.name, parts)
    except WordingError:
        return None


@page(permissions.CONFIGURE)
def settings_templates(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    by_code: dict[str, list[Template]] = {}
    for template in templates(desk.organization):
        by_code.setdefault(template.code, []).append(template)
    used = _used(desk)
    kinds = [
        Kind(
            str(KIND_NAMES[kind]),
            [
                Words(code, name, by_code[code], used.get(code, []), _missing(by_code[code]))
                for code, name in named.items()
            ],
        )
        for kind, named in template_names(desk.organization).items()
        if named
    ]
    return render(request, "backoffice/settings_templates.html", {"kinds": kinds, "section": "templates"})


def _used(desk: Desk) -> dict[str, list[str]]:
    """Return the steps that speak each set of words, in the plans in force."""
    found: dict[str, list[str]] = {}
    for plan in in_force(desk.organization).values():
        for step in sorted(plan.steps.all(), key=lambda step: step.rank):
            said = f"{sentences.step(plan.name)}: {sentences.step(step.name)}"
            found.setdefault(step.template_code, []).append(said)
    return found


def _missing(there: list[Template]) -> list[tuple[str, str]]:
    spoken = {template.language for template in there}
    return [(code, str(name)) for code, name in LANGUAGES.items() if code not in spoken]


@page(permissions.CONFIGURE)
def settings_template_new(request: DeskRequest) -> HttpResponse:
    """Begin words of one's own; they are written on their own page."""
    desk = request.desk
    initial = {"kind": request.GET.get("kind", TemplateKind.MESSAGE), "language": desk.organization.language}
    form = NewTemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        subject = "" if found["kind"] == TemplateKind.SMS else found["name"]
        made = create_template(
            desk.organization,
            kind=found["kind"],
            name=found["name"],
            words=[(found["language"], subject, "{{ invoice_list }}" if subject else "{{ amount_overdue }}")],
            by=desk.user,
            now=desk.now,
        )
        return redirect("settings-template", template_id=made[0].pk)
    return render(request, "backoffice/settings_template_new.html", {"form": form, "section": "templates"})


@require_POST
@page(permissions.CONFIGURE)
def settings_template_copy(request: DeskRequest, template_id: int) -> HttpResponse:
    """Copy words in all their languages, so that one step may speak otherwise."""
    desk = request.desk
    template = get_object_or_404(templates(desk.organization), pk=template_id)
    name = _("%(name)s (copy)") % {"name": template_name(template.code, template.name)}
    made = duplicate_template(desk.organization, template.code, name=name, by=desk.user, now=desk.now)
    messages.success(request, _("The words are copied; change them here, then choose them in a step."))
    return redirect("settings-template", template_id=made[0].pk)


@require_POST
@page(permissions.CONFIGURE)
def settings_template_language(request: DeskRequest, template_id: int, language: str) -> HttpResponse:
    """Begin the same words in another language."""
    desk = request.desk
    template = get_object_or_404(templates(desk.organization), pk=template_id)
    if language not in LANGUAGES:
        raise Http404
    made = add_language(template, language, by=desk.user, now=desk.now)
    return redirect("settings-template", template_id=made.pk)


@page(permissions.CONFIGURE)
def settings_template(request: DeskRequest, template_id: int) -> HttpResponse:
    desk = request.desk
    template = get_object_or_404(templates(desk.organization), pk=template_id)
    form = TemplateForm(
        template.kind, request.POST or None, initial={"subject": template.subject, "body": template.body}
    )
    # The preview beside follows what is typed.
    form.fields["body"].widget.attrs |= {
        "hx-post": request.path,
        "hx-trigger": "input changed delay:600ms",
        "hx-target": "#preview",
        "hx-swap": "outerHTML",
        "hx-include": "#words",
        "hx-vals": '{"preview": "1"}',
    }
    if request.method == "POST" and "restore" in request.POST and ships(template.code, template.language):
        subject, body = default_words(template.code, template.language)
        change_template(template, subject=subject, body=body, by=desk.user, now=desk.now)
        messages.success(request, _("The words this version was shipped with are back."))
        return redirect("settings-template", template_id=template.pk)
    subject, body = template.subject, template.body
    if request.method == "POST" and form.is_valid():
        subject, body = form.cleaned_data.get("subject", ""), form.cleaned_data["body"]
        if "preview" not in request.POST:
            change_template(template, subject=subject, body=body, by=desk.user, now=desk.now)
            messages.success(request, _("The template is saved; drafts not yet confirmed follow it."))
            return redirect("settings-template", template_id=template.pk)
    shown: dict[str, Any] = {
        "form": form,
        "template": template,
        "name": template_name(template.code, template.name),
        "others": [
            one for one in templates(desk.organization) if one.code == template.code and one != template
        ],
        "shipped": ships(template.code, template.language),
        "kind": KIND_NAMES[template.kind],
        "preview": None if form.errors else preview(desk, template, subject, body),
        "variables": [(f"{{{{ {variable.name} }}}}", _(variable.description)) for variable in VARIABLES],
        "section": "templates",
    }
    part = "#preview" if request.htmx else ""  # type: ignore[attr-defined]  # set by the htmx middleware
    return render(request, f"backoffice/settings_template.html{part}", shown)


urlpatterns = [
    path("settings/templates/", settings_templates, name="settings-templates"),
    path("settings/templates/new/", settings_template_new, name="settings-template-new"),
    path("settings/templates/<int:template_id>/copy/", settings_template_copy, name="settings-template-copy"),
    path(
        "settings/templates/<int:template_id>/language/<slug:language>/",
        settings_template_language,
        name="settings-template-language",
    ),
    path("settings/templates/<int:template_id>/", settings_template, name="settings-template"),
]
