"""The identity of the organization: what letters show of it, and where customers pay."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts import permissions
from encours.accounts.actions import change_organization
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.fields import IbanField, SirenField, VatNumberField, bic_of

NAMES = (
    "name", "siren", "vat_number", "address", "postal_code", "city", "country", "phone", "email", "iban", "bic",
    "language", "timezone",
)  # fmt: skip
FRENCH_ZONES = (
    "Europe/Paris", "America/Guadeloupe", "America/Martinique", "America/Cayenne", "Indian/Reunion",
    "Indian/Mayotte", "Pacific/Noumea", "Pacific/Tahiti", "America/Miquelon",
)  # fmt: skip


class IdentityForm(forms.Form):
    """Who the creditor is."""

    name = forms.CharField(label=gettext_lazy("Company name"), max_length=200)
    siren = SirenField()
    vat_number = VatNumberField()
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300, required=False)
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=12, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=100, required=False)
    country = forms.CharField(
        label=gettext_lazy("Country"),
        min_length=2,
        max_length=2,
        help_text=gettext_lazy("Two letters: FR, BE, LU…"),
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=30, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    iban = IbanField(
        help_text=gettext_lazy("Letters carry it, with a square to scan that fills in the transfer.")
    )
    bic = forms.CharField(
        label="BIC",
        max_length=11,
        required=False,
        help_text=gettext_lazy("Found from the IBAN when left empty."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("fr", gettext_lazy("French")), ("en", gettext_lazy("English"))],
    )
    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Says when a new day begins, and with it the work of the day."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        others = sorted(zone for zone in available_timezones() if "/" in zone and zone not in FRENCH_ZONES)
        self.fields["timezone"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            (_("France"), [(zone, zone.split("/")[1]) for zone in FRENCH_ZONES]),
            (_("Elsewhere"), [(zone, zone.replace("_", " ")) for zone in others]),
        ]

    def clean(self) -> dict[str, Any]:
        """Find the BIC of the IBAN, and refuse one that belongs to another bank."""
        found = super().clean() or self.cleaned_data
        found["country"] = found.get("country", "").upper()
        known = bic_of(found.get("iban", ""))
        given = "".join(found.get("bic", "").split()).upper()
        if given and known and given[:8] != known[:8]:
            self.add_error("bic", _("This IBAN is held with %(bic)s.") % {"bic": known})
        found["bic"] = given or known
        if found.get("siren") and found.get("vat_number", "").startswith("FR"):
            self._same_company(found)
        return found

    def _same_company(self, found: dict[str, Any]) -> None:
        if not found["vat_number"].endswith(found["siren"]):
            self.add_error(
                "vat_number",
                _("A French VAT number ends with the SIREN %(siren)s.") % {"siren": found["siren"]},
            )


@page(permissions.CONFIGURE)
def settings_organization(request: DeskRequest) -> HttpResponse:
    organization = request.desk.organization
    form = IdentityForm(request.POST or None, initial={name: getattr(organization, name) for name in NAMES})
    if request.method == "POST" and form.is_valid():
        change_organization(organization, by=request.desk.user, now=request.desk.now, **form.cleaned_data)
        messages.success(request, _("The company is saved."))
        return redirect("settings-organization")
    return render(request, "backoffice/settings_organization.html", {"form": form, "section": "organization"})


urlpatterns = [path("settings/organization/", settings_organization, name="settings-organization")]
