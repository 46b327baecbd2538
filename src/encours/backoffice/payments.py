"""Money that arrived before the ledger says so, and the proposals of what settles what."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts.permissions import ALLOCATE
from encours.backoffice.allocating import AmountField, pair
from encours.backoffice.case import customer_or_404, look_again
from encours.backoffice.customer_forms import ask, done, refused
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.listing import row_numbers
from encours.receivables import actions
from encours.receivables.models import Item
from encours.receivables.queries import matches_of, open_debits
from encours.ui.formats import money

ITEMS_SHOWN = 60


class PaymentForm(forms.Form):
    """A payment, and the items it settles, the oldest first."""

    amount = AmountField(label=gettext_lazy("Amount"))
    paid_on = forms.DateField(
        label=gettext_lazy("Received on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference"),
        max_length=80,
        required=False,
        help_text=gettext_lazy(
            "As on the bank statement: the ledger’s own payment will be recognized by it."
        ),
    )

    def __init__(self, items: Sequence[Item], today: date, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        options.setdefault("initial", {"paid_on": today})
        super().__init__(*args, **options)
        self.today = today
        self.items = {str(item.pk): item for item in items}
        self.fields["amount"].widget.attrs["autofocus"] = True
        self.fields["paid_on"].widget.attrs["max"] = today.isoformat()

    @property
    def ticked(self) -> list[Item]:
        """Return the items that are ticked; before anything is sent, all of them."""
        if not self.is_bound:
            return list(self.items.values())
        return [self.items[pk] for pk in self.data.getlist("item") if pk in self.items]  # type: ignore[attr-defined]  # a QueryDict

    def clean_paid_on(self) -> date:
        """Refuse a payment of tomorrow."""
        paid_on: date = self.cleaned_data["paid_on"]
        if paid_on > self.today:
            raise forms.ValidationError(_("A payment that has arrived is not dated after today."))
        return paid_on


@page(ALLOCATE)
def customer_payment(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Record a payment, settle the ticked items with it, grade the customer and decide again."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    items = list(open_debits(desk.organization.pk, customer.pk, desk.organization.currency)[:ITEMS_SHOWN])
    form = PaymentForm(items, desk.today, request.POST if request.method == "POST" else None)

    def record() -> Item:
        return actions.record_payment(
            desk.organization, customer, items=form.ticked, by=desk.by, now=desk.now, **form.cleaned_data
        )

    if request.method == "POST" and form.is_valid() and (payment := refused(form, record)):
        look_again(desk, customer.pk)
        return done(request, customer, _said(payment), "account")
    return ask(
        request,
        customer,
        form,
        title=_("Record a payment"),
        verb=_("Record"),
        body="backoffice/customer_payment.html",
        shown={
            "ticked": {item.pk for item in form.ticked},
            "items": items,
            "sign": "€" if desk.organization.currency == "EUR" else desk.organization.currency,
        },
    )


def _said(payment: Item) -> str:
    amount = money(payment.amount, payment.currency)
    left = money(payment.open_amount, payment.currency)
    if not payment.open_amount:
        return _("The payment of %(amount)s is recorded and allocated.") % {"amount": amount}
    return _("The payment of %(amount)s is recorded; %(left)s of it is not allocated.") % {
        "amount": amount,
        "left": left,
    }


@require_POST
@page(ALLOCATE)
def customer_match_accept(request: DeskRequest, customer_id: int, match_id: int) -> HttpResponse:
    """Agree with a proposed allocation."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    match = get_object_or_404(matches_of(desk.organization.pk, customer.pk), pk=match_id)
    both = pair(match.debit, match.credit)
    actions.accept_match(match, on=both.on, by=desk.by, now=desk.now)
    look_again(desk, customer.pk)
    return done(request, customer, _("Allocated as proposed."), "proposals")


@require_POST
@page(ALLOCATE)
def customer_match_refuse(request: DeskRequest, customer_id: int, match_id: int) -> HttpResponse:
    """Disagree with a proposed allocation; it is not made again."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    match = get_object_or_404(matches_of(desk.organization.pk, customer.pk), pk=match_id)
    actions.refuse_match(match, by=desk.by, now=desk.now)
    return done(request, customer, _("Refused: it will not be proposed again."), "proposals")


@require_POST
@page(ALLOCATE)
def customer_matches_accept(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Agree with every allocation that was proposed on the page."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    seen = set(row_numbers(request.POST.getlist("match")))
    count = 0
    # Each acceptance proposes anew: only what was seen is accepted, by what it says and not by its number.
    known = {
        (one.debit_id, one.credit_id, one.amount)
        for one in matches_of(desk.organization.pk, customer.pk)
        if one.pk in seen
    }
    for debit_id, credit_id, amount in sorted(known):
        match = (
            matches_of(desk.organization.pk, customer.pk)
            .filter(debit_id=debit_id, credit_id=credit_id, amount=amount)
            .first()
        )
        if match is not None:
            both = pair(match.debit, match.credit)
            actions.accept_match(match, on=both.on, by=desk.by, now=desk.now)
            count += 1
    if not count:
        messages.info(request, _("Nothing to change."))
        return redirect("customer", customer.pk)
    look_again(desk, customer.pk)
    return done(request, customer, _("Allocated as proposed."), "account")


urlpatterns = [
    path("customers/<int:customer_id>/payment/", customer_payment, name="customer-payment"),
    path("customers/<int:customer_id>/matches/", customer_matches_accept, name="customer-matches-accept"),
    path(
        "customers/<int:customer_id>/matches/<int:match_id>/accept/",
        customer_match_accept,
        name="customer-match-accept",
    ),
    path(
        "customers/<int:customer_id>/matches/<int:match_id>/refuse/",
        customer_match_refuse,
        name="customer-match-refuse",
    ),
]
