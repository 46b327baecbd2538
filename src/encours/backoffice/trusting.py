"""Which meanings of a reply become true by themselves, and above which confidence."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts import permissions
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.reply import FOLLOWS, meaning_name
from encours.dunning.actions.readings import trust
from encours.dunning.guardrails import guardrails_of
from encours.rules.replies.linear import MEANINGS

NEVER = "never"
LEVELS = (
    (NEVER, gettext_lazy("A person accepts it")),
    ("0.9", gettext_lazy("By itself above 90 %")),
    ("0.95", gettext_lazy("By itself above 95 %")),
    ("0.99", gettext_lazy("By itself above 99 %")),
)


class TrustForm(forms.Form):
    """For each meaning, whether it waits for a person."""

    def __init__(self, kept: dict[str, float], data: Any = None) -> None:  # noqa: ANN401 - Django's form data
        super().__init__(data, initial={name: f"{least:g}" for name, least in kept.items()})
        for meaning in MEANINGS:
            self.fields[meaning] = forms.ChoiceField(
                label=meaning_name(meaning),
                choices=LEVELS,
                initial=NEVER,
                help_text=str(FOLLOWS[meaning]),
            )

    def chosen(self) -> dict[str, Decimal]:
        """Return the meanings that no longer wait, with the confidence each needs."""
        return {name: Decimal(least) for name, least in self.cleaned_data.items() if least != NEVER}


@page(permissions.CONFIGURE)
def settings_replies(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    kept = guardrails_of(desk.organization).accepted_classes
    form = TrustForm(kept, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        trust(desk.organization, form.chosen(), by=desk.user, now=desk.now)
        messages.success(request, _("Saved."))
        return redirect("settings-replies")
    shown = {"form": form, "section": "replies"}
    return render(request, "backoffice/settings_replies.html", shown, status=422 if form.errors else 200)


urlpatterns = [path("settings/replies/", settings_replies, name="settings-replies")]
