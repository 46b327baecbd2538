"""The plan of a customer: which, decided by what; a person's choice for one customer or for many."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from encours.accounts.permissions import EDIT_CUSTOMERS
from encours.backoffice.case import customer_or_404, decide_again
from encours.backoffice.customer_forms import ask, done
from encours.backoffice.customers_many import chosen
from encours.backoffice.desk import Desk, DeskRequest, back, page
from encours.customers.models import Customer
from encours.dunning import plans, sentences
from encours.dunning.actions.assignments import BY_RULES, NEVER, choose_plan
from encours.dunning.models import DunningPlan
from encours.ui.formats import integer


@dataclass(frozen=True)
class Followed:
    """The plan that chases a customer, if any, and why it is this one."""

    plan: DunningPlan | None
    name: str
    because: str


def choices(desk: Desk) -> list[tuple[str, str]]:
    """Return what a person may choose: the rules, any plan in force, or never to chase."""
    named = plans.in_force(desk.organization)
    return [
        (BY_RULES, _("As the rules say")),
        *((str(lineage), sentences.step(plan.name)) for lineage, plan in named.items()),
        (NEVER, _("No plan: never chase")),
    ]


def plan_of(desk: Desk, customer: Customer) -> Followed:
    """Return the plan of a customer, and whether a person, a rule or the default decided it."""
    found = plans.assignments(desk.organization, desk.today, [customer.pk])[customer.pk]
    plan = plans.in_force(desk.organization).get(found.lineage) if found.lineage else None
    rules = {str(rule.pk): rule.name for rule in plans.rules_of(desk.organization)}
    because = {"chosen": _("chosen by a person"), "default": _("the plan of whoever has no other")}.get(
        found.decided_by
    ) or _("by the rule “%(name)s”") % {"name": rules.get(found.decided_by, "")}
    return Followed(plan, sentences.step(plan.name) if plan else _("Never chased"), because)


class ChoiceForm(forms.Form):
    """Which plan, or none."""

    plan = forms.ChoiceField(label=gettext_lazy("Plan"), widget=forms.RadioSelect)

    def __init__(self, offered: list[tuple[str, str]], *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.fields["plan"].choices = offered  # type: ignore[attr-defined]  # it is a ChoiceField

    def choice(self) -> int | str:
        """Return the lineage that was chosen, or `rules`, or `never`."""
        wanted: str = self.cleaned_data["plan"]
        return int(wanted) if wanted.isdecimal() else wanted


@page(EDIT_CUSTOMERS)
def customer_plan(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Choose the plan of one customer, whatever the rules say."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    by_hand = plans.chosen(desk.organization, [customer.pk])
    now = (str(by_hand[customer.pk]) if by_hand[customer.pk] else NEVER) if by_hand else BY_RULES
    form = ChoiceForm(choices(desk), request.POST or None, initial={"plan": now})
    if request.method == "POST" and form.is_valid():
        choose_plan(desk.organization, [customer], form.choice(), by=desk.user, now=desk.now)
        decide_again(desk, [customer.pk])
        return done(request, customer, _("The plan is chosen."), "identity")
    return ask(
        request,
        customer,
        form,
        title=_("Choose the plan"),
        verb=_("Choose"),
        shown={"intro": _("A choice made here goes before every rule, until the rules are chosen again.")},
    )


@require_POST
@page(EDIT_CUSTOMERS)
def customers_plan(request: DeskRequest) -> HttpResponse:
    """Choose the plan of the customers that were ticked."""
    desk = request.desk
    form = ChoiceForm(choices(desk), request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a plan among those in force."))
        return back(request, "customers")
    customers = chosen(request)
    count = choose_plan(desk.organization, customers, form.choice(), by=desk.user, now=desk.now)
    decide_again(desk, [customer.pk for customer in customers])
    if count:
        said = ngettext(
            "The plan of %(count)s customer is chosen.", "The plan of %(count)s customers is chosen.", count
        )
        messages.success(request, said % {"count": integer(count)})
    else:
        messages.info(request, _("Nothing to change."))
    return back(request, "customers")


urlpatterns = [
    path("customers/<int:customer_id>/plan/", customer_plan, name="customer-plan"),
    path("customers/plan/", customers_plan, name="customers-plan"),
]
