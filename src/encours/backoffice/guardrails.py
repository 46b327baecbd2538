"""The guardrails: what is never done to a customer, whatever a plan says."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts import permissions
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.fields import SumField
from encours.backoffice.refresh import bring_up_to_date
from encours.dunning import sentences
from encours.dunning.actions.guardrails import FIELDS, change_guardrails
from encours.dunning.guardrails import WORKING_DAYS, guardrails_of, rule_guardrails
from encours.dunning.models import Guardrails
from encours.rules.guardrails import closed
from encours.rules.holidays import REGIONS

MOST_DAYS = 60
MOST_CONTACTS = 60
MOST_HOURS = 24 * 31
CLOSURES_SHOWN = 5
LOOKED_AT_DAYS = 366
DAYS_OF_WEEK = [
    (1, gettext_lazy("Monday")),
    (2, gettext_lazy("Tuesday")),
    (3, gettext_lazy("Wednesday")),
    (4, gettext_lazy("Thursday")),
    (5, gettext_lazy("Friday")),
    (6, gettext_lazy("Saturday")),
    (7, gettext_lazy("Sunday")),
]
PLACES = {
    "": gettext_lazy("Each customer’s own place only"),
    "alsace": gettext_lazy("Alsace-Moselle"),
    "971": gettext_lazy("Guadeloupe"),
    "972": gettext_lazy("Martinique"),
    "973": gettext_lazy("French Guiana"),
    "974": gettext_lazy("Réunion"),
    "976": gettext_lazy("Mayotte"),
    "BL": gettext_lazy("Saint-Barthélemy"),
    "MF": gettext_lazy("Saint-Martin"),
    "NC": gettext_lazy("New Caledonia"),
    "PF": gettext_lazy("French Polynesia"),
    "PM": gettext_lazy("Saint-Pierre and Miquelon"),
    "WF": gettext_lazy("Wallis and Futuna"),
}


class GuardrailsForm(forms.Form):
    """What the organization forbids itself."""

    gap_days = forms.IntegerField(
        label=gettext_lazy("Days between two contacts"),
        min_value=0,
        max_value=MOST_DAYS,
        help_text=gettext_lazy("Over all channels, calls included. A plan may ask for more, never for less."),
    )
    budget_contacts = forms.IntegerField(
        label=gettext_lazy("Contacts in 30 days"),
        min_value=0,
        max_value=MOST_CONTACTS,
        help_text=gettext_lazy("At most, for one customer. Zero sets no limit; thanks do not count."),
    )
    minimum_case = SumField(label=gettext_lazy("Nothing is asked below"))
    window_from = forms.TimeField(
        label=gettext_lazy("From"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    window_to = forms.TimeField(
        label=gettext_lazy("Until"), widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    week_days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days of the week"),
        choices=DAYS_OF_WEEK,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    keep_holidays = forms.BooleanField(
        label=gettext_lazy("Nothing on public holidays"),
        required=False,
        help_text=gettext_lazy("Those of France, and of Alsace-Moselle or overseas by the postal code."),
    )
    holiday_region = forms.ChoiceField(
        label=gettext_lazy("And the holidays of our own place"),
        choices=[(region, PLACES[region]) for region in REGIONS],
        required=False,
    )
    stale_hours = forms.IntegerField(
        label=gettext_lazy("Hours after which the ledger is too old"),
        min_value=1,
        max_value=MOST_HOURS,
        required=False,
        help_text=gettext_lazy("Nothing is asked until a newer file is imported. Empty: never too old."),
    )
    promise_grace_days = forms.IntegerField(
        label=gettext_lazy("Days of grace after a promise"), min_value=0, max_value=MOST_DAYS
    )
    replies_stop = forms.BooleanField(
        label=gettext_lazy("A reply stops the plan until a person has read it"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Refuse hours that never open."""
        found = super().clean() or self.cleaned_data
        opens, closes = found.get("window_from"), found.get("window_to")
        if opens and closes and closes <= opens:
            self.add_error("window_to", _("Choose an hour after the first."))
        return found


@page(permissions.CONFIGURE)
def settings_guardrails(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    found = guardrails_of(desk.organization)
    initial = {name: getattr(found, name) for name in FIELDS}
    initial["week_days"] = found.week_days or WORKING_DAYS
    form = GuardrailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        change_guardrails(desk.organization, by=desk.user, now=desk.now, **form.cleaned_data)
        bring_up_to_date(desk.organization.pk)
        messages.success(request, _("The guardrails are saved; today’s work follows them."))
        return redirect("settings-guardrails")
    shown = {"form": form, "section": "guardrails", "closures": closures(found, desk.today)}
    return render(request, "backoffice/settings_guardrails.html", shown)


def closures(guardrails: Guardrails, today: date) -> list[tuple[date, str]]:
    """Return the next days on which nothing leaves besides the days of rest of a week, with their names."""
    rule = rule_guardrails(guardrails)
    found: list[tuple[date, str]] = []
    for number in range(1, LOOKED_AT_DAYS):
        on = today + timedelta(days=number)
        why = closed(rule, "", on)
        if why not in {"", "day_off"}:
            found.append((on, str(sentences.DAYS.get(why, why))))
    return found[:CLOSURES_SHOWN]


def state(desk: Desk) -> str:
    """Say in a line how the guardrails stand."""
    found = guardrails_of(desk.organization)
    text = _("%(days)s days between two contacts, from %(opens)s to %(closes)s")
    return text % {
        "days": found.gap_days,
        "opens": f"{found.window_from:%H:%M}",
        "closes": f"{found.window_to:%H:%M}",
    }


urlpatterns = [path("settings/guardrails/", settings_guardrails, name="settings-guardrails")]
