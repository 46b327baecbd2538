"""Who is chased by which plan: an ordered list of rules, changed on a desk of one's own and tried before it applies."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from encours.accounts import permissions
from encours.backoffice import plan_words
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.backoffice.plan_forms import RuleForm
from encours.backoffice.refresh import bring_up_to_date
from encours.customers.models import Customer
from encours.customers.queries import customers_of, segments_of
from encours.dunning import plans, sentences
from encours.dunning.actions.assignments import NewRule, set_rules
from encours.dunning.plans import Move, Share, Trial
from encours.rules.assignment import AssignmentRule, conditions_of
from encours.ui.formats import integer

DESK = "plan_rules"
NEVER = "0"
NEW = "new"
SHOWN_MOVES = 40
Written = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One rule of the list: what it asks, where it leads, and what it takes."""

    key: str
    name: str
    plan: str
    asks: list[str]
    active: bool
    share: Share
    first: bool
    last: bool


@dataclass(frozen=True)
class Moved:
    """A customer who would change plan."""

    customer: Customer
    before: str
    after: str
    move: Move


def applied(desk: Desk) -> list[Written]:
    """Return the rules in force as they are written on the desk.

    Each has a key of its own: a place would name another rule once the list has moved, as on a second click.
    """
    return [
        {
            "key": str(rule.pk),
            "name": rule.name,
            "lineage": rule.lineage,
            "conditions": rule.conditions,
            "active": rule.active,
        }
        for rule in plans.rules_of(desk.organization)
    ]


def _differ(rules: list[Written], others: list[Written]) -> bool:
    """Tell whether two lists decide otherwise or are called otherwise, whatever their keys."""

    def said(found: list[Written]) -> list[Written]:
        return [{name: value for name, value in one.items() if name != "key"} for one in found]

    return said(rules) != said(others)


def written(request: DeskRequest) -> list[Written]:
    """Return the rules as the reader is changing them, or those in force."""
    kept = request.session.get(DESK, {})
    found: list[Written] | None = (
        kept.get(str(request.desk.organization.pk)) if isinstance(kept, dict) else None
    )
    if found is None:
        return applied(request.desk)
    return [{"key": f"p{place}", **one} for place, one in enumerate(found)]


def write(request: DeskRequest, rules: list[Written] | None) -> None:
    """Keep the rules that are being changed; none of them when they are those in force."""
    kept = dict(request.session.get(DESK, {}))
    kept.pop(str(request.desk.organization.pk), None)
    if rules is not None and _differ(rules, applied(request.desk)):
        kept[str(request.desk.organization.pk)] = rules
    request.session[DESK] = kept


def names_of(desk: Desk) -> dict[int | None, str]:
    """Return the plans in force by lineage, and what it is called to have none."""
    in_force = plans.in_force(desk.organization)
    named: dict[int | None, str] = {number: sentences.step(plan.name) for number, plan in in_force.items()}
    named[None] = _("Never chased")
    return named


@page()
def rules(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    may = desk.may(permissions.CONFIGURE)
    found = written(request) if may else applied(desk)
    trial = _try(desk, found)
    names = names_of(desk)
    default = next((plan for plan in plans.in_force(desk.organization).values() if plan.default), None)
    shown = {
        "lines": [
            Line(
                rule["key"],
                rule["name"],
                names.get(rule["lineage"], _("a plan that is no longer in force")),
                plan_words.conditions(rule["conditions"], desk.organization.currency),
                rule["active"],
                trial.share(str(place)),
                place == 0,
                place == len(found) - 1,
            )
            for place, rule in enumerate(found)
        ],
        "by_hand": trial.share("chosen"),
        "rest": trial.share("default"),
        "default": default,
        "changed": may and _differ(found, applied(desk)),
        "moves": _moves(desk, trial, names),
        "move_count": len(trial.moves),
        "currency": desk.organization.currency,
    }
    return render(request, "backoffice/plan_rules.html", shown)


def _try(desk: Desk, found: list[Written]) -> Trial:
    tried = [
        AssignmentRule(str(place), rule["lineage"], conditions_of(rule["conditions"]))
        for place, rule in enumerate(found)
        if rule["active"]
    ]
    return plans.try_rules(desk.organization, desk.today, tried)


def _moves(desk: Desk, trial: Trial, names: dict[int | None, str]) -> list[Moved]:
    first = trial.moves[:SHOWN_MOVES]
    customers = customers_of(desk.organization.pk, desk.portfolio_user).in_bulk(
        [move.customer_id for move in first]
    )
    return [
        Moved(customers[move.customer_id], names.get(move.before, ""), names.get(move.after, ""), move)
        for move in first
        if move.customer_id in customers
    ]


@page(permissions.CONFIGURE)
def rule(request: DeskRequest, key: str) -> HttpResponse:
    desk, found = request.desk, written(request)
    old = next((one for one in found if one["key"] == key), None)
    if key != NEW and old is None:
        raise Http404
    choices = [
        *((str(lineage), name) for lineage, name in names_of(desk).items() if lineage is not None),
        (NEVER, _("Never chase")),
    ]
    segments = segments_of(desk.organization.pk, None)
    form = RuleForm(choices, segments, request.POST or None, initial=_initial(old))
    if request.method == "POST" and form.is_valid():
        lineage = int(form.cleaned_data["lineage"]) or None
        new = {
            "key": old["key"] if old else f"n{secrets.token_hex(4)}",
            "name": form.cleaned_data["name"],
            "lineage": lineage,
            "conditions": form.conditions(),
            "active": old["active"] if old else True,
        }
        write(request, [*found, new] if old is None else [new if one is old else one for one in found])
        messages.info(request, _("Look at what it would take, then apply the rules."))
        return redirect("plan-rules")
    return render(request, "backoffice/plan_rule.html", {"form": form, "rule": old})


def _initial(old: Written | None) -> dict[str, Any]:
    if old is None:
        return {}
    asked = old["conditions"]
    flags = {
        name: "yes" if asked[name] else "no" for name in ("public_buyer", "sole_trader") if name in asked
    }
    return {
        **asked,
        **flags,
        "name": old["name"],
        "lineage": str(old["lineage"] or NEVER),
        "countries": " ".join(asked.get("countries", [])),
    }


@require_POST
@page(permissions.CONFIGURE)
def rules_change(request: DeskRequest) -> HttpResponse:
    """Move, rest, wake or take out one rule of the list that is being changed; one that is gone changes nothing."""
    found = written(request)
    key, verb = request.POST.get("rule", ""), request.POST.get("verb", "")
    place = next((place for place, one in enumerate(found) if one["key"] == key), None)
    if place is None:
        return redirect("plan-rules")
    changed = list(found)
    if verb == "remove":
        del changed[place]
    elif verb == "rest":
        changed[place] = {**found[place], "active": not found[place]["active"]}
    elif verb in {"earlier", "later"}:
        other = place + (1 if verb == "later" else -1)
        if 0 <= other < len(found):
            changed[place], changed[other] = found[other], found[place]
    write(request, changed)
    return redirect("plan-rules")


@require_POST
@page(permissions.CONFIGURE)
def rules_apply(request: DeskRequest) -> HttpResponse:
    """Let the changed list decide from now on, for customers there are and to come."""
    desk, found = request.desk, written(request)
    count = len(_try(desk, found).moves)
    new = [NewRule(one["name"], one["lineage"], one["conditions"], one["active"]) for one in found]
    set_rules(desk.organization, new, by=desk.user, now=desk.now)
    write(request, None)
    bring_up_to_date(desk.organization.pk)
    said = ngettext(
        "The rules apply: %(count)s customer changes plan.",
        "The rules apply: %(count)s customers change plan.",
        count,
    )
    messages.success(request, said % {"count": integer(count)})
    return redirect("plan-rules")


@require_POST
@page(permissions.CONFIGURE)
def rules_forget(request: DeskRequest) -> HttpResponse:
    """Go back to the rules in force."""
    write(request, None)
    return redirect("plan-rules")


urlpatterns = [
    path("plans/rules/", rules, name="plan-rules"),
    path("plans/rules/change/", rules_change, name="plan-rules-change"),
    path("plans/rules/apply/", rules_apply, name="plan-rules-apply"),
    path("plans/rules/forget/", rules_forget, name="plan-rules-forget"),
    path("plans/rules/<slug:key>/", rule, name="plan-rule"),
]
