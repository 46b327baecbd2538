"""Default payment terms, and the columns of the aged balance."""

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encours.accounts import permissions
from encours.accounts.actions import change_organization
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.fields import TermsField
from encours.backoffice.refresh import bring_up_to_date
from encours.receivables.terms import derive_due_dates
from encours.rules.aging import Columns
from encours.ui import terms
from encours.ui.formats import integer

MOST_LIMITS = 6
LONGEST_DAYS = 3650


class LimitsField(forms.CharField):
    """The last day of each age but the oldest: 30, 60, 90."""

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Show the limits with commas."""
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: str | None) -> list[int]:
        """Return the limits, or say which rule they break."""
        numbers = re.findall(r"\d+", super().clean(value))
        limits = [int(number) for number in numbers[: MOST_LIMITS + 1]]
        if len(limits) > MOST_LIMITS or any(limit > LONGEST_DAYS for limit in limits):
            raise forms.ValidationError(_("At most six limits, of at most ten years."))
        try:
            Columns(tuple(limits))
        except ValueError as error:
            raise forms.ValidationError(
                _("Write days that rise, separated by commas, as in 30, 60, 90.")
            ) from error
        return limits


class DefaultsForm(forms.Form):
    """What holds for customers who have nothing of their own."""

    default_terms = TermsField(
        help_text=gettext_lazy(
            "For every customer without terms of their own. Open items without a due date follow."
        )
    )
    aging_columns = LimitsField(
        label=gettext_lazy("Limits of the columns, in days overdue"),
        max_length=60,
        help_text=gettext_lazy("30, 60, 90 gives: not due, 1 to 30, 31 to 60, 61 to 90, over 90 days."),
    )


@page(permissions.CONFIGURE)
def settings_terms(request: DeskRequest) -> HttpResponse:
    organization = request.desk.organization
    form = DefaultsForm(
        request.POST or None,
        initial={
            "default_terms": terms.said(organization.default_terms),
            "aging_columns": organization.aging_columns,
        },
    )
    if request.method == "POST" and form.is_valid():
        changed = form.cleaned_data["default_terms"] != organization.default_terms
        change_organization(organization, by=request.desk.user, now=request.desk.now, **form.cleaned_data)
        messages.success(request, _("Terms and columns are saved."))
        if changed:
            messages.info(request, moved_in_words(derive_again(request.desk)))
        return redirect("settings-terms")
    text = request.POST.get("default_terms") or organization.default_terms
    return render(
        request,
        "backoffice/settings_terms.html",
        {
            "form": form,
            "section": "terms",
            "example": terms.example(text, request.desk.today),
            "columns": columns_in_words(organization.aging_columns),
        },
    )


def derive_again(desk: Desk) -> int:
    """Give the open items without a due date of their own the one of the new terms; return how many moved."""
    moved = derive_due_dates(desk.organization, by=desk.by, now=desk.now)
    bring_up_to_date(desk.organization.pk)
    return moved


def moved_in_words(count: int) -> str:
    """Say how many items fall due on another day."""
    text = ngettext(
        "%(count)s item now falls due on another day.", "%(count)s items now fall due on another day.", count
    )
    return text % {"count": integer(count)}


def columns_in_words(limits: list[int]) -> list[str]:
    """Name each column of the aged balance, from not due to the oldest."""
    named = [_("Not due")]
    earlier = 0
    for limit in limits:
        named.append(_("%(first)s to %(last)s days") % {"first": earlier + 1, "last": limit})
        earlier = limit
    return [*named, _("Over %(days)s days") % {"days": earlier}]


@page(permissions.CONFIGURE, welcome=True)
def terms_example(request: DeskRequest) -> HttpResponse:
    text = request.GET.get("default_terms", "")[:100]
    return render(
        request,
        "backoffice/terms_example.html",
        {"example": terms.example(text, request.desk.today), "text": text.strip()},
    )


urlpatterns = [
    path("settings/terms/", settings_terms, name="settings-terms"),
    path("settings/terms/example/", terms_example, name="terms-example"),
]
