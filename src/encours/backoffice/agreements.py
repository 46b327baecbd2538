"""What a customer agreed to: promises, and payments in several parts; made, shown as they are kept, and ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import floatformat
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from encours.accounts.permissions import REMIND
from encours.backoffice.allocating import AmountField
from encours.backoffice.case import customer_or_404, decide_again
from encours.backoffice.customer_forms import ask, done, refused
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.customers.models import Customer
from encours.dunning.actions import agreements as actions
from encours.dunning.actions import promises as promise_verbs
from encours.dunning.calls import last_promises
from encours.dunning.guardrails import guardrails_of
from encours.dunning.models import Promise
from encours.payment_plans import queries
from encours.payment_plans.models import PaymentPlan
from encours.payment_plans.queries import Agreement
from encours.receivables.models import Item
from encours.receivables.queries import open_debits
from encours.rules.installments import MOST, Part, Rhythm, installments
from encours.ui.formats import day, integer, money

ITEMS_SHOWN = 60
USUAL_COUNT = 3
FIRST_DAYS = 15
DAY = forms.DateInput({"type": "date"}, format="%Y-%m-%d")


@dataclass(frozen=True)
class Agreed:
    """What a customer promised or agreed to, that still counts or counted lately."""

    promises: list[Promise]
    plans: list[Agreement]


class ItemsForm(forms.Form):
    """Some of the open items of a customer; those that are overdue are ticked first."""

    def __init__(self, items: Sequence[Item], today: date, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.items = {str(item.pk): item for item in items}
        self.today = today

    @property
    def ticked(self) -> list[Item]:
        """Return the items that are ticked; before anything is sent, those that are overdue and not disputed."""
        if not self.is_bound:
            overdue = [
                item for item in self.items.values() if item.due_on < self.today and item.disputed_on is None
            ]
            return overdue or list(self.items.values())
        return [self.items[pk] for pk in self.data.getlist("item") if pk in self.items]  # type: ignore[attr-defined]  # a QueryDict

    @property
    def total(self) -> Decimal:
        """Return what is open on the ticked items."""
        return sum((item.open_amount for item in self.ticked), Decimal(0))


class PlanForm(ItemsForm):
    """In how many parts, from which day, how often."""

    count = forms.IntegerField(label=gettext_lazy("Installments"), min_value=2, max_value=MOST)
    first_on = forms.DateField(label=gettext_lazy("First one on"), widget=DAY)
    every = forms.ChoiceField(
        label=gettext_lazy("Then every"),
        choices=[("month", gettext_lazy("month")), ("week", gettext_lazy("week"))],
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)

    def parts(self, currency: str) -> tuple[Part, ...]:
        """Return the installments as they would be, nothing while the form makes no sense."""
        if self.is_bound and not self.is_valid():
            return ()
        wanted = self.cleaned_data if self.is_bound else self.initial
        try:
            return installments(
                self.total,
                int(wanted["count"]),
                wanted["first_on"],
                every=cast("Rhythm", wanted["every"]),
                currency=currency,
            )
        except (ValueError, OverflowError):
            return ()


class PromiseForm(ItemsForm):
    """How much was promised, and for which day."""

    amount = AmountField(label=gettext_lazy("Amount"))
    promised_on = forms.DateField(label=gettext_lazy("Promised for"), widget=DAY)
    sentence = forms.CharField(label=gettext_lazy("What was said"), required=False, max_length=500)


def agreed(desk: Desk, customer: Customer) -> Agreed:
    """Return what a customer promised and agreed to."""
    grace_days = guardrails_of(desk.organization).promise_grace_days
    plans = queries.agreements(desk.organization.pk, customer.pk, desk.today, grace_days=grace_days)
    return Agreed(promises=list(last_promises(customer)), plans=plans)


def open_items(desk: Desk, customer: Customer) -> list[Item]:
    """Return the open items that something may be agreed on."""
    taken = queries.items_in_plans(desk.organization.pk, customer.pk, desk.today)
    debits = open_debits(desk.organization.pk, customer.pk, desk.organization.currency)
    return list(debits.exclude(pk__in=taken)[:ITEMS_SHOWN])


@page(REMIND)
def customer_plan_agree(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Agree on installments; what they would be is shown while they are chosen."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    usual = {"count": USUAL_COUNT, "first_on": desk.today + timedelta(days=FIRST_DAYS), "every": "month"}
    data = request.POST if request.method == "POST" else None
    form = PlanForm(open_items(desk, customer), desk.today, data, initial=usual)
    parts = form.parts(desk.organization.currency) if form.ticked else ()
    shown = {
        "items": list(form.items.values()),
        "ticked": {item.pk for item in form.ticked},
        "parts": parts,
        "total": form.total,
        "currency": desk.organization.currency,
    }
    if "preview" in request.GET:
        return render(request, "backoffice/agreement_parts.html", shown)

    def agree() -> PaymentPlan:
        return actions.agree(
            customer,
            items=form.ticked,
            installments=parts,
            today=desk.today,
            by=desk.user,
            now=desk.now,
            note=form.cleaned_data["note"],
        )

    made = refused(form, agree) if request.method == "POST" and form.is_valid() else None
    if made is not None:
        decide_again(desk, [customer.pk])
        said = ngettext(
            "%(count)s installment agreed, until %(day)s.",
            "%(count)s installments agreed, until %(day)s.",
            len(parts),
        ) % {"count": integer(len(parts)), "day": day(parts[-1].due_on)}
        return done(request, customer, said, "agreements")
    return ask(
        request,
        customer,
        form,
        title=_("Agree on installments"),
        verb=_("Agree"),
        body="backoffice/agreement_plan.html",
        shown=shown,
    )


@page(REMIND)
@require_POST
def customer_plan_cancel(request: DeskRequest, customer_id: int, plan_id: int) -> HttpResponse:
    desk, customer = request.desk, customer_or_404(request, customer_id)
    plan = get_object_or_404(PaymentPlan, pk=plan_id, organization_id=desk.organization.pk, customer=customer)
    actions.cancel(plan, by=desk.user, now=desk.now)
    decide_again(desk, [customer.pk])
    return done(request, customer, _("The payment plan is canceled."), "agreements")


@page(REMIND)
def customer_promise(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Note a promise that did not come by telephone or in a reply."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    items = open_items(desk, customer)
    data = request.POST if request.method == "POST" else None
    form = PromiseForm(items, desk.today, data, initial={"promised_on": desk.today + timedelta(days=7)})
    if not form.is_bound:
        form.initial["amount"] = floatformat(form.total, 2)

    def promise() -> Promise:
        return promise_verbs.promise(
            desk.organization,
            customer,
            items=form.ticked,
            source="desk",
            by=desk.user,
            now=desk.now,
            **form.cleaned_data,
        )

    if request.method == "POST" and form.is_valid() and (made := refused(form, promise)):
        decide_again(desk, [customer.pk])
        said = _("%(amount)s promised for %(day)s.") % {
            "amount": money(made.amount, desk.organization.currency),
            "day": day(made.promised_on),
        }
        return done(request, customer, said, "agreements")
    return ask(
        request,
        customer,
        form,
        title=_("Note a promise"),
        verb=_("Record"),
        body="backoffice/agreement_promise.html",
        shown={"items": items, "ticked": {item.pk for item in form.ticked}},
    )


@page(REMIND)
@require_POST
def customer_promise_cancel(request: DeskRequest, customer_id: int, promise_id: int) -> HttpResponse:
    desk, customer = request.desk, customer_or_404(request, customer_id)
    made = get_object_or_404(Promise, pk=promise_id, organization_id=desk.organization.pk, customer=customer)
    promise_verbs.cancel_promise(made, by=desk.user, now=desk.now)
    decide_again(desk, [customer.pk])
    return done(request, customer, _("The promise is withdrawn."), "agreements")


urlpatterns = [
    path("customers/<int:customer_id>/installments/", customer_plan_agree, name="customer-installments"),
    path(
        "customers/<int:customer_id>/installments/<int:plan_id>/cancel/",
        customer_plan_cancel,
        name="customer-installments-cancel",
    ),
    path("customers/<int:customer_id>/promise/", customer_promise, name="customer-promise"),
    path(
        "customers/<int:customer_id>/promise/<int:promise_id>/cancel/",
        customer_promise_cancel,
        name="customer-promise-cancel",
    ),
]
