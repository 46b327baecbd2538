"""Sending on or off: what would leave at once, and who says so."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts import permissions
from encours.accounts.actions import switch_sending
from encours.accounts.models import Organization
from encours.accounts.queries import sender_of
from encours.backoffice.desk import DeskRequest, page
from encours.dunning.models import ReminderState
from encours.dunning.queries import reminders


class SwitchForm(forms.Form):
    """The name of the organization, typed to be sure."""

    name = forms.CharField(label=gettext_lazy("Name of the organization"), max_length=200)

    def __init__(self, organization: Organization, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.organization = organization
        self.fields["name"].help_text = _("Type “%(name)s” to be sure.") % {"name": organization.name}

    def clean_name(self) -> str:
        """Refuse another name."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        if name.casefold() != " ".join(self.organization.name.split()).casefold():
            raise forms.ValidationError(_("This is not the name of the organization."))
        return name


@page(permissions.SWITCH_SENDING)
def settings_sending(request: DeskRequest) -> HttpResponse:
    organization, desk = request.desk.organization, request.desk
    turning_on = organization.simulation
    form = SwitchForm(organization, request.POST if request.method == "POST" and turning_on else None)
    if request.method == "POST" and (not turning_on or form.is_valid()):
        switch_sending(organization, on=turning_on, by=desk.user, now=desk.now)
        if turning_on:
            messages.success(request, _("Sending is on: confirmed reminders leave."))
        else:
            messages.success(request, _("Sending is off: nothing leaves any more."))
        return redirect("settings-sending")
    return render(
        request,
        "backoffice/settings_sending.html",
        {"form": form, "section": "sending", **_what_leaves(organization)},
    )


def _what_leaves(organization: Organization) -> dict[str, object]:
    """Return what would happen at once: automatic messages leave, what a person confirmed is asked again."""
    confirmed = reminders(organization, state=ReminderState.CONFIRMED)
    return {
        "automatic_count": confirmed.filter(confirmed_by=None).count(),
        "confirmed_count": confirmed.exclude(confirmed_by=None).count(),
        "sender": sender_of(organization),
    }


urlpatterns = [path("settings/sending/", settings_sending, name="settings-sending")]
