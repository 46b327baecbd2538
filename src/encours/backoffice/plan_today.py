"""What a plan would do today to the real portfolio: the daily run itself, written nowhere."""

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from encours.accounts.queries import rate_table
from encours.backoffice.desk import Desk, DeskRequest
from encours.backoffice.held import kind_name
from encours.customers.models import Customer
from encours.customers.queries import customers_of
from encours.dunning import plans, queries, sentences
from encours.dunning.actions.decisions import Forecast, Part, Trial, forecast
from encours.dunning.guardrails import guardrails_of, stale_since
from encours.dunning.models import DunningPlan
from encours.reports.memory import remembered, version
from encours.rules.cases import Plan

ZERO = Decimal(0)
SILENT = {"nothing_due"}
SHOWN = 5


@dataclass(frozen=True)
class Row:
    """One step, or one reason to ask nothing: customers and money now, what the plan in force does, and some names."""

    name: str
    customers: int
    amount: Decimal
    before: int | None
    sample: list[tuple[Customer, Decimal]]
    rank: int | None = None

    @property
    def change(self) -> int:
        """Return how many customers more or fewer than by the plan in force."""
        return self.customers - (self.before or 0)


@dataclass(frozen=True)
class Total:
    """Everything asked for, or everything held."""

    customers: int
    amount: Decimal


def today(request: DeskRequest, plan: DunningPlan, *, everyone: bool) -> HttpResponse:
    """Answer with what this version would do today, beside what the version in force does."""
    desk = request.desk
    rival = plans.in_force(desk.organization).get(plan.lineage or plan.pk)
    compared = rival if rival is not None and rival.pk != plan.pk else None
    mine = _forecast(desk, plan, everyone=everyone)
    theirs = _forecast(desk, compared, everyone=everyone) if compared else None
    steps = _steps(desk, queries.stated_plan(plan), mine, theirs)
    holds = _holds(desk, mine, theirs)
    shown = {
        "plan": plan,
        "steps": steps,
        "holds": holds,
        "asked": _total(mine),
        "asked_before": _total(theirs) if theirs else None,
        "quiet": mine.holds.get("nothing_due", Part()).customers,
        "everyone": everyone,
        "assignable": rival is not None,
        "currency": desk.organization.currency,
    }
    return render(request, "backoffice/plan_today.html", shown)


def _forecast(desk: Desk, plan: DunningPlan, *, everyone: bool) -> Forecast:
    """Return what a version would do today, counted again only once something has happened."""
    organization = desk.organization
    rule = queries.rule_plan(plan, organization)
    trial = Trial(plan=rule, lineage=None if everyone else plan.lineage)
    if not rule.steps:
        return Forecast()
    known_until = rate_table(organization.pk).known_until()
    stale = stale_since(organization, guardrails_of(organization), desk.now)
    about = "forecast", organization.pk, trial, desk.portfolio_user, desk.today, known_until, stale
    return remembered(version(organization.pk), about, lambda: _counted(desk, trial))


def _counted(desk: Desk, trial: Trial) -> Forecast:
    own = None
    if desk.portfolio_user is not None:
        customers = customers_of(desk.organization.pk, desk.portfolio_user)
        own = list(customers.values_list("pk", flat=True))
    return forecast(desk.organization, desk.today, own, trial=trial, now=desk.now)


def _steps(desk: Desk, plan: Plan, mine: Forecast, theirs: Forecast | None) -> list[Row]:
    """Return a row for each step of the plan, those that would say nothing today among them."""
    names = _names(desk, [*mine.steps.values(), *mine.holds.values()])
    before = {name: part.customers for (_rank, name), part in theirs.steps.items()} if theirs else {}
    rows = [
        _row(
            names,
            sentences.step(step.name),
            mine.steps.get((step.rank, step.name), Part()),
            before.get(step.name, 0) if theirs else None,
            step.rank,
        )
        for step in plan.steps
    ]
    kept = {step.name for step in plan.steps}
    gone = [
        Row(_("%(step)s (removed)") % {"step": sentences.step(name)}, 0, ZERO, count, [])
        for name, count in before.items()
        if name not in kept
    ]
    return rows + gone


def _holds(desk: Desk, mine: Forecast, theirs: Forecast | None) -> list[Row]:
    names = _names(desk, list(mine.holds.values()))
    codes = {**mine.holds, **(theirs.holds if theirs else {})}
    rows = [
        _row(
            names,
            kind_name(code),
            mine.holds.get(code, Part()),
            theirs.holds.get(code, Part()).customers if theirs else None,
        )
        for code in codes
        if code not in SILENT
    ]
    return sorted(rows, key=lambda row: (-row.amount, -row.customers, row.name))


def _row(
    names: dict[int, Customer], name: str, part: Part, before: int | None, rank: int | None = None
) -> Row:
    sample = [(names[number], amount) for amount, number in part.sample[:SHOWN] if number in names]
    return Row(name, part.customers, part.amount, before, sample, rank)


def _names(desk: Desk, parts: list[Part]) -> dict[int, Customer]:
    wanted = {number for part in parts for _amount, number in part.sample[:SHOWN]}
    return customers_of(desk.organization.pk, desk.portfolio_user).in_bulk(wanted)


def _total(found: Forecast) -> Total:
    return Total(
        sum(part.customers for part in found.steps.values()),
        sum((part.amount for part in found.steps.values()), ZERO),
    )
