"""The first minutes of an organization: its name, its file, its terms, and what was found."""

from typing import cast

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.accounts.actions import change_organization, create_organization
from encours.accounts.models import User
from encours.backoffice.defaults import derive_again
from encours.backoffice.desk import SESSION_KEY, DeskRequest, clock, enter, page
from encours.backoffice.fields import SirenField, TermsField
from encours.backoffice.refresh import bring_up_to_date
from encours.customers.queries import customers_of
from encours.dunning.actions import ensure_default_plan
from encours.reports.queries import overview
from encours.ui import terms

STEPS = ("company", "file", "terms", "done")
NAMES = {
    "company": gettext_lazy("Company"),
    "file": gettext_lazy("File"),
    "terms": gettext_lazy("Payment terms"),
    "done": gettext_lazy("Done"),
}


class CompanyForm(forms.Form):
    """The creditor: how letters call it."""

    name = forms.CharField(label=gettext_lazy("Company name"), max_length=200)
    siren = SirenField(help_text=gettext_lazy("Nine digits. Letters and statements show it."))


class TermsForm(forms.Form):
    """The terms of customers who have none of their own."""

    default_terms = TermsField(
        help_text=gettext_lazy("For every customer without terms of their own. The file rarely says them.")
    )


def steps(current: str) -> list[dict[str, object]]:
    """Return the stepper: what is done, what is now, what is left."""
    place = STEPS.index(current)
    return [
        {"name": NAMES[step], "done": rank < place, "current": step == current}
        for rank, step in enumerate(STEPS)
    ]


def step_address(step: str) -> str:
    """Return where a step of the welcome is."""
    return f"{reverse('welcome')}?step={step}"


@login_required
def organization_new(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    translation.activate(user.language)
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = clock()
        organization = create_organization(user, now=now, language=user.language, **form.cleaned_data)
        ensure_default_plan(organization, by=user, now=now)
        request.session[SESSION_KEY] = organization.pk
        return redirect(step_address("file"))
    return render(
        request,
        "backoffice/welcome.html",
        {
            "form": form,
            "step": "company",
            "steps": steps("company"),
            "new": True,
            "leave": reverse("today") if enter(request) else "",
        },
    )


@require_POST
@page(welcome=True)
def organization_switch(request: DeskRequest, organization_id: int) -> HttpResponse:
    if organization_id not in {one.organization_id for one in request.desk.memberships}:
        raise Http404
    request.session[SESSION_KEY] = organization_id
    return redirect("today")


@page(permissions.CONFIGURE, welcome=True)
def welcome(request: DeskRequest) -> HttpResponse:
    organization = request.desk.organization
    step = request.GET.get("step", "")
    if step not in STEPS:
        step = "file" if organization.siren else "company"
    form: forms.Form | None = None
    if step == "company":
        form = CompanyForm(
            request.POST or None, initial={"name": organization.name, "siren": organization.siren}
        )
    elif step == "terms":
        form = TermsForm(
            request.POST or None, initial={"default_terms": terms.said(organization.default_terms)}
        )
    if request.method == "POST" and form is not None and form.is_valid():
        change_organization(organization, by=request.desk.user, now=request.desk.now, **form.cleaned_data)
        if step == "terms":
            derive_again(request.desk)
        return redirect(step_address(STEPS[STEPS.index(step) + 1]))
    return render(request, "backoffice/welcome.html", {**_found(request, step), "form": form})


def _found(request: DeskRequest, step: str) -> dict[str, object]:
    """Return what a step shows beside its form."""
    organization = request.desk.organization
    place = STEPS.index(step)
    shown: dict[str, object] = {"step": step, "steps": steps(step)}
    if place:
        shown["before"] = step_address(STEPS[place - 1])
    if place + 1 < len(STEPS):
        shown["after"] = step_address(STEPS[place + 1])
    if step == "terms":
        text = request.POST.get("default_terms") or organization.default_terms
        shown["example"] = terms.example(text, request.desk.today)
    if step in {"file", "done"}:
        shown["customer_count"] = customers_of(organization.pk).count()
    if step == "done" and shown["customer_count"]:
        shown["overview"] = overview(organization, request.desk.today)
    if step == "done":
        shown["terms"] = terms.said(organization.default_terms)
    return shown


@require_POST
@page(permissions.CONFIGURE, welcome=True)
def welcome_finish(request: DeskRequest) -> HttpResponse:
    organization = request.desk.organization
    ensure_default_plan(organization, by=request.desk.user, now=request.desk.now)
    if organization.welcomed_at is None:
        change_organization(
            organization, by=request.desk.user, now=request.desk.now, welcomed_at=request.desk.now
        )
    bring_up_to_date(organization.pk)
    return redirect("today")


urlpatterns = [
    path("organizations/new/", organization_new, name="organization-new"),
    path("organizations/<int:organization_id>/switch/", organization_switch, name="organization-switch"),
    path("welcome/", welcome, name="welcome"),
    path("welcome/finish/", welcome_finish, name="welcome-finish"),
]
