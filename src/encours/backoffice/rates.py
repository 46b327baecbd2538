"""Late interest: the organization's policy, the rates of law by half-year, and those still to be entered."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.accounts.actions import change_organization, enter_rate
from encours.accounts.models import Organization
from encours.accounts.queries import LEGAL, REFINANCING, later_rates, rate_table
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.fields import PercentField
from encours.backoffice.refresh import bring_up_to_date
from encours.rules.rates import SHIPPED, HalfYear, RateTable, half_year_of

HIGHEST_PERCENT = Decimal(30)


class PolicyForm(forms.Form):
    """How late interest is counted, and what letters state of it."""

    interest_kind = forms.ChoiceField(
        label=gettext_lazy("Rate of late interest"),
        choices=[
            ("default", gettext_lazy("The rate of law: ECB refinancing rate plus 10 points")),
            ("legal_multiple", gettext_lazy("Three times the legal rate, the lowest that is allowed")),
            ("contract", gettext_lazy("The rate of our terms of sale")),
        ],
        widget=forms.RadioSelect,
    )
    interest_rate_percent = PercentField(
        label=gettext_lazy("Rate of our terms of sale"), required=False, decimal_places=3
    )
    interest_claimed = forms.BooleanField(
        label=gettext_lazy("State late interest in letters"), required=False
    )
    recovery_fee_claimed = forms.BooleanField(
        label=gettext_lazy("State the recovery fee of 40 € per invoice in letters"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the rate of a contract, and forget it otherwise."""
        found = super().clean() or self.cleaned_data
        if found.get("interest_kind") != "contract":
            found["interest_rate_percent"] = None
        elif found.get("interest_rate_percent") is None and "interest_rate_percent" not in self.errors:
            self.add_error("interest_rate_percent", _("Enter the rate that your terms of sale state."))
        return found


class RatesForm(forms.Form):
    """The two rates of one half-year, each with where it was read."""

    half_year = forms.ChoiceField(label=gettext_lazy("Half-year"))
    refinancing = PercentField(
        label=gettext_lazy("ECB main refinancing rate"),
        required=False,
        max_value=HIGHEST_PERCENT,
        help_text=gettext_lazy("In force on the first day of the half-year."),
    )
    refinancing_source = forms.CharField(
        label=gettext_lazy("Where it was read"), required=False, max_length=300
    )
    legal = PercentField(
        label=gettext_lazy("Legal rate between professionals"),
        required=False,
        max_value=HIGHEST_PERCENT,
        help_text=gettext_lazy("Set by order of the minister for the economy (L313-2 CMF), “other cases”."),
    )
    legal_source = forms.CharField(label=gettext_lazy("Where it was read"), required=False, max_length=300)

    def __init__(self, half_years: list[HalfYear], *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.fields["half_year"].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
            (each.from_on.isoformat(), half_year_in_words(each)) for each in half_years
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for a source with each rate, and for one rate at least."""
        found = super().clean() or self.cleaned_data
        for kind in (REFINANCING, LEGAL):
            if found.get(kind) is not None and not found.get(f"{kind}_source"):
                self.add_error(
                    f"{kind}_source", _("Say where this rate was read: it is printed in statements.")
                )
        if not self.errors and found.get(REFINANCING) is None and found.get(LEGAL) is None:
            self.add_error(REFINANCING, _("Enter one of the two rates at least."))
        return found


@dataclass(frozen=True)
class Row:
    """One half-year of the table, its rates as shares of one; a rate that is missing is nothing."""

    words: str
    refinancing: Decimal | None
    legal: Decimal | None
    default: Decimal | None
    floor: Decimal | None
    source: str
    missing: bool


def half_year_in_words(half_year: HalfYear) -> str:
    """Name a half-year as people do."""
    if half_year.half == 1:
        return _("First half of %(year)s") % {"year": half_year.year}
    return _("Second half of %(year)s") % {"year": half_year.year}


def missing_half_years(table: RateTable, today: date) -> list[HalfYear]:
    """Return the half-years begun whose rates are not known, the oldest first."""
    first, current = table.rows[0].half_year, half_year_of(today)
    found = []
    while first <= current:
        if not table.knows(first):
            found.append(first)
        first = first.following()
    return found


def rows_of(desk: Desk, table: RateTable) -> list[Row]:
    """Return the table, newest half-year first, the missing ones in their place."""
    partial = later_rates(desk.organization.pk)
    missing = missing_half_years(table, desk.today)
    rows = []
    for half_year in sorted([*missing, *(row.half_year for row in table.rows)], reverse=True):
        if half_year in missing:
            known = partial.get(half_year, {})
            percents = {kind: percent for kind, (percent, _source) in known.items()}
            sources = "; ".join(source for _percent, source in known.values())
            rows.append(
                Row(
                    half_year_in_words(half_year), _share(percents.get(REFINANCING)),
                    _share(percents.get(LEGAL)), None, None, sources, missing=True,
                )
            )  # fmt: skip
        else:
            known_row = table.rates_of(half_year)
            rows.append(
                Row(
                    half_year_in_words(half_year), _share(known_row.refinancing_percent),
                    _share(known_row.legal_percent), _share(table.default_rate(half_year)),
                    _share(table.floor(half_year)), known_row.source, missing=False,
                )
            )  # fmt: skip
    return rows


@page(permissions.CONFIGURE)
def settings_rates(request: DeskRequest) -> HttpResponse:
    organization = request.desk.organization
    policy = _policy_form(organization, request.POST or None)
    if request.method == "POST" and policy.is_valid():
        change_organization(organization, by=request.desk.user, now=request.desk.now, **policy.cleaned_data)
        bring_up_to_date(organization.pk)
        messages.success(request, _("The policy is saved."))
        return redirect("settings-rates")
    return render(request, "backoffice/settings_rates.html", _shown(request.desk, policy=policy))


@require_POST
@page(permissions.CONFIGURE)
def rates_enter(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    form = RatesForm(_open_half_years(desk, rate_table(desk.organization.pk)), request.POST)
    if not form.is_valid():
        return render(request, "backoffice/settings_rates.html", _shown(desk, form=form))
    found = form.cleaned_data
    for kind in (REFINANCING, LEGAL):
        if found[kind] is not None:
            enter_rate(
                desk.organization,
                kind=kind,
                starts_on=date.fromisoformat(found["half_year"]),
                percent=found[kind],
                source=found[f"{kind}_source"],
                by=desk.user,
                now=desk.now,
            )
    bring_up_to_date(desk.organization.pk)
    messages.success(request, _("The rates are kept with their source."))
    return redirect("settings-rates")


def _policy_form(organization: Organization, data: QueryDict | None) -> PolicyForm:
    return PolicyForm(
        data,
        initial={
            "interest_kind": organization.interest_kind,
            "interest_rate_percent": organization.interest_rate_percent,
            "interest_claimed": organization.interest_claimed,
            "recovery_fee_claimed": organization.recovery_fee_claimed,
        },
    )


def _open_half_years(desk: Desk, table: RateTable) -> list[HalfYear]:
    """Return the half-years whose rates a person may enter: the missing ones, then the later ones to correct."""
    shipped = {row.half_year for row in SHIPPED.rows}
    entered = [row.half_year for row in table.rows if row.half_year not in shipped]
    return [*missing_half_years(table, desk.today), *reversed(entered)]


def _shown(
    desk: Desk, *, policy: PolicyForm | None = None, form: RatesForm | None = None
) -> dict[str, object]:
    organization = desk.organization
    table = rate_table(organization.pk)
    half_years = _open_half_years(desk, table)
    return {
        "section": "rates",
        "policy": policy or _policy_form(organization, None),
        "form": form or (RatesForm(half_years) if half_years else None),
        "rows": rows_of(desk, table),
        "missing": [half_year_in_words(each) for each in missing_half_years(table, desk.today)],
        "known_until": table.known_until(),
        **_below_floor(organization, table, desk.today),
    }


def _below_floor(organization: Organization, table: RateTable, today: date) -> dict[str, object]:
    """Return the floor that holds now, when the contract's rate lies under it."""
    known = [row.half_year for row in table.rows if row.half_year <= half_year_of(today)]
    rate = organization.interest_rate_percent
    floor = table.floor(known[-1])
    if organization.interest_kind != "contract" or rate is None or rate >= floor:
        return {}
    return {
        "floor": _share(floor),
        "floor_half_year": half_year_in_words(known[-1]),
        "contract_rate": _share(rate),
    }


def _share(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent / 100


urlpatterns = [
    path("settings/rates/", settings_rates, name="settings-rates"),
    path("settings/rates/enter/", rates_enter, name="rates-enter"),
]
