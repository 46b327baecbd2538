"""The portfolios: what each collector follows, the targets of the month, absences, and who takes over from whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import floatformat
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts import people, permissions
from encours.accounts.actions import remove_member
from encours.accounts.models import Membership, User
from encours.backoffice.allocating import AmountField
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.dunning.actions import colleagues
from encours.reports.portfolios import Portfolio, portfolios
from encours.ui.formats import day, integer

DAY = {"type": "date"}
GOALS = {"collected": gettext_lazy("To collect"), "actions": gettext_lazy("Actions")}


@dataclass(frozen=True)
class Row:
    """One member, their portfolio, whether they are away, and whether the reader may note it."""

    member: Membership | None
    portfolio: Portfolio
    away: bool
    mine: bool
    noted: bool


class AbsenceForm(forms.Form):
    """When somebody is away, and who does their work meanwhile."""

    absent_from = forms.DateField(
        label=gettext_lazy("Absent from"), required=False, widget=forms.DateInput(DAY, format="%Y-%m-%d")
    )
    absent_until = forms.DateField(
        label=gettext_lazy("Absent until"), required=False, widget=forms.DateInput(DAY, format="%Y-%m-%d")
    )
    covered_by = forms.ChoiceField(
        label=gettext_lazy("Covered by"),
        required=False,
        help_text=gettext_lazy("Sees the calls and tasks of the absent colleague meanwhile."),
    )

    def __init__(self, others: dict[int, User], *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.others = others
        choices = [("", _("Nobody")), *((str(number), str(user)) for number, user in others.items())]
        self.fields["covered_by"].choices = choices  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean_covered_by(self) -> User | None:
        """Return the colleague that was chosen."""
        chosen = self.cleaned_data["covered_by"]
        return self.others.get(int(chosen)) if chosen else None


class ReplaceForm(forms.Form):
    """Who takes over, and whether the person also leaves the organization."""

    successor = forms.ChoiceField(label=gettext_lazy("Who takes over"))
    remove = forms.BooleanField(
        label=gettext_lazy("Also close the organization to the person who leaves"), required=False
    )

    def __init__(self, others: dict[int, User], *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.others = others
        self.fields["successor"].choices = [(str(number), str(user)) for number, user in others.items()]  # type: ignore[attr-defined]  # it is a ChoiceField

    def clean_successor(self) -> User:
        """Return the colleague that was chosen."""
        return self.others[int(self.cleaned_data["successor"])]


class TargetsForm(forms.Form):
    """What each person aims at this month; an empty field sets no target."""

    def __init__(
        self, members: Iterable[Membership], portfolios: dict[int, Portfolio], data: QueryDict | None = None
    ) -> None:
        super().__init__(data)
        self.members = list(members)
        for member in self.members:
            known = portfolios.get(member.user_id)
            goals = (known.collected_goal, known.actions_goal) if known else (None, None)
            for measure, goal, decimals in zip(GOALS, goals, (-2, 0), strict=True):
                field = AmountField(label=f"{member.user} · {GOALS[measure]}", required=False)
                field.widget.attrs |= {"class": "input", "aria-label": GOALS[measure]}
                field.initial = "" if goal is None else floatformat(goal, decimals)
                self.fields[f"{measure}-{member.user_id}"] = field

    @property
    def lines(self) -> list[tuple[Membership, list[forms.BoundField]]]:
        """Return the fields of each person."""
        return [(one, [self[f"{measure}-{one.user_id}"] for measure in GOALS]) for one in self.members]


@page()
def portfolio_list(request: DeskRequest) -> HttpResponse:
    return _page(request)


def _page(request: DeskRequest, data: QueryDict | None = None) -> HttpResponse:
    """Show the portfolios; targets that were refused come back open, with what was typed."""
    desk = request.desk
    members = {one.user_id: one for one in people.members(desk.organization.pk).select_related("covered_by")}
    found = portfolios(desk.organization, desk.today)
    rows = [
        Row(
            members.get(one.user_id) if one.user_id else None,
            one,
            away=_away(members.get(one.user_id or 0), desk),
            mine=one.user_id == desk.user.pk,
            noted=one.user_id is not None and _notes_absence(desk, one.user_id),
        )
        for one in found
        if desk.portfolio_user in (None, one.user_id)
    ]
    form = TargetsForm(members.values(), {one.user_id: one for one in found if one.user_id}, data)
    shown = {
        "rows": rows,
        "currency": desk.organization.currency,
        "month": desk.today.replace(day=1),
        "form": form,
    }
    return render(request, "backoffice/portfolios.html", shown, status=422 if form.errors else 200)


@page(permissions.CONFIGURE)
@require_POST
def portfolio_targets(request: DeskRequest) -> HttpResponse:
    """Set the targets of the month for everybody at once; an empty field sets none."""
    desk = request.desk
    form = TargetsForm(people.members(desk.organization.pk), {}, request.POST)
    if not form.is_valid():
        return _page(request, request.POST)
    for member in form.members:
        for measure in colleagues.MEASURES:
            name = f"{measure}-{member.user_id}"
            if name not in request.POST:
                continue
            colleagues.set_target(
                desk.organization,
                member.user,
                month=desk.today,
                measure=measure,
                goal=form.cleaned_data[name],
                by=desk.user,
                now=desk.now,
            )
    messages.success(request, _("The targets of the month are set."))
    return redirect("portfolios")


@page()
def portfolio_absence(request: DeskRequest, member_id: int) -> HttpResponse:
    """Note an absence: one's own, or a colleague's for who may configure."""
    desk = request.desk
    member = get_object_or_404(people.members(desk.organization.pk), pk=member_id)
    if not _notes_absence(desk, member.user_id):
        raise PermissionDenied
    initial = {
        "absent_from": member.absent_from,
        "absent_until": member.absent_until,
        "covered_by": str(member.covered_by_id or ""),
    }
    form = AbsenceForm(_others(desk, member), request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        colleagues.set_absence(member, by=desk.user, now=desk.now, **form.cleaned_data)
        if member.absent_until is None:
            messages.success(request, _("%(name)s is not away any more.") % {"name": member.user})
        else:
            said = _("%(name)s is away until %(day)s.")
            messages.success(request, said % {"name": member.user, "day": day(member.absent_until)})
        return redirect("portfolios")
    return render(request, "backoffice/portfolio_absence.html", {"form": form, "member": member})


@page(permissions.CONFIGURE)
def portfolio_replace(request: DeskRequest, member_id: int) -> HttpResponse:
    """Show what changes hands when a person leaves, then hand it over in one action."""
    desk = request.desk
    member = get_object_or_404(people.members(desk.organization.pk), pk=member_id)
    leaving = member.user
    form = ReplaceForm(_others(desk, member), request.POST or None)
    if request.method == "POST" and form.is_valid():
        successor = form.cleaned_data["successor"]
        charge = colleagues.replace(desk.organization, leaving, successor, by=desk.user, now=desk.now)
        if form.cleaned_data["remove"] and desk.may(permissions.MANAGE_MEMBERS):
            remove_member(member, by=desk.user, now=desk.now)
        said = _("%(successor)s takes over from %(leaving)s: %(customers)s customers, %(tasks)s tasks.")
        messages.success(
            request,
            said
            % {
                "successor": successor,
                "leaving": leaving,
                "customers": integer(charge.customers),
                "tasks": integer(charge.tasks),
            },
        )
        return redirect("portfolios")
    shown = {"form": form, "member": member, "charge": colleagues.charge_of(desk.organization, leaving)}
    return render(request, "backoffice/portfolio_replace.html", shown)


def _notes_absence(desk: Desk, user_id: int) -> bool:
    own = user_id == desk.user.pk and not permissions.only_reads(desk.membership)
    return own or desk.may(permissions.CONFIGURE)


def _others(desk: Desk, member: Membership) -> dict[int, User]:
    return {one.user_id: one.user for one in people.members(desk.organization.pk) if one.pk != member.pk}


def _away(member: Membership | None, desk: Desk) -> bool:
    if member is None or member.absent_from is None or member.absent_until is None:
        return False
    return member.absent_from <= desk.today <= member.absent_until


urlpatterns = [
    path("portfolios/", portfolio_list, name="portfolios"),
    path("portfolios/targets/", portfolio_targets, name="portfolio-targets"),
    path("portfolios/<int:member_id>/absence/", portfolio_absence, name="portfolio-absence"),
    path("portfolios/<int:member_id>/replace/", portfolio_replace, name="portfolio-replace"),
]
