"""One item: what it is, where it comes from, what settles it, what was said of it, what it gives a right to."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts.permissions import ALLOCATE
from encours.backoffice import history
from encours.backoffice.allocating import AllocationForm, AmountField, named, oldest_first, pair
from encours.backoffice.desk import Desk, DeskRequest, page
from encours.dunning import actions as dunning
from encours.dunning.queries import default_plan, lines_about
from encours.events.queries import timeline
from encours.receivables import actions, marks
from encours.receivables.due import DERIVED, DESK
from encours.receivables.items import (
    allocations_of,
    counterparts_of,
    import_of,
    installment_ids,
    proposals_for,
    visible_items,
)
from encours.receivables.models import Allocation, Item, ItemKind, Match, Side
from encours.reports.claims import Claim, claims
from encours.rules.interest import Segment
from encours.ui.formats import money, percent

SHOWN = 50
DECIMALS = 4
BY_HAND = {"manual", "match"}
ORIGINS = {
    "lettering": gettext_lazy("lettered in the ledger"),
    "given": gettext_lazy("given by the file"),
    "manual": gettext_lazy("allocated by hand"),
    "match": gettext_lazy("proposal accepted"),
}
RULES = {
    "reference": gettext_lazy("the payment names the invoice"),
    "amount": gettext_lazy("the same amount"),
    "sum": gettext_lazy("several invoices make the amount"),
    "oldest_first": gettext_lazy("the oldest first"),
}
BASES = {
    "refinancing_plus_10": gettext_lazy("ECB rate + 10 points"),
    "refinancing_plus_8": gettext_lazy("ECB rate + 8 points"),
    "contract": gettext_lazy("contract"),
    "three_times_legal": gettext_lazy("3 × legal rate"),
}


class DisputeForm(forms.Form):
    """Why the customer contests an item, and how much of it."""

    reason = forms.CharField(label=gettext_lazy("Why the customer contests it"), max_length=300)
    amount = AmountField(
        label=gettext_lazy("Contested amount"),
        required=False,
        help_text=gettext_lazy("Only if it is a part: the rest goes on being asked for."),
    )

    def __init__(self, shown: Item, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        self.shown = shown

    def clean_amount(self) -> Decimal | None:
        """Refuse a part that is the whole, or more."""
        amount: Decimal | None = self.cleaned_data["amount"]
        if amount is not None and amount >= self.shown.open_amount:
            raise ValidationError(_("Leave this empty if all of it is contested."))
        return amount


@dataclass(frozen=True)
class Settling:
    """One allocation or proposal as the page of one of its two items tells it."""

    id: int
    other: Item
    title: str
    amount: Decimal
    on: date
    words: str
    removable: bool = False


@dataclass(frozen=True)
class Stretch:
    """One segment of late interest in words."""

    segment: Segment
    rate: str
    basis: str
    interest: str


def found(request: DeskRequest, item_id: int) -> Item:
    """Return the item if the reader may see it."""
    desk = request.desk
    return get_object_or_404(visible_items(desk.organization.pk, desk.portfolio_user), pk=item_id)


@page()
def item(request: DeskRequest, item_id: int) -> HttpResponse:
    shown = found(request, item_id)
    others = _others(request.desk, shown)
    filled = oldest_first(shown, others) if request.GET.get("fill") else None
    form = AllocationForm(shown, others, initial=filled)
    return _page(request, shown, others, form=form, dispute=DisputeForm(shown))


def _others(desk: Desk, shown: Item) -> list[Item]:
    """Return the open items to allocate against; nobody allocates without the right, or what is settled."""
    if not desk.may(ALLOCATE) or not shown.open_amount or shown.missing_since:
        return []
    return list(counterparts_of(shown)[:SHOWN])


def _page(
    request: DeskRequest,
    shown: Item,
    others: list[Item],
    *,
    form: AllocationForm,
    dispute: DisputeForm,
    status: int = 200,
) -> HttpResponse:
    desk = request.desk
    settled = list(allocations_of(shown)[: SHOWN + 1])
    claim = _claim(desk, shown)
    events = timeline(desk.organization.pk, shown.customer_id).filter(
        subject_type="item", subject_id=shown.pk
    )
    return render(
        request,
        "backoffice/item.html",
        {
            "item": shown,
            "title": named(shown),
            "days": (desk.today - shown.due_on).days,
            "owed": shown.side == Side.DEBIT,
            "derived": shown.side == Side.DEBIT and shown.due_basis == DERIVED,
            "by_desk": shown.due_basis == DESK,
            "settled": [_settling(shown, one) for one in settled[:SHOWN]],
            "more_settled": len(settled) > SHOWN,
            "settled_amount": shown.amount - shown.open_amount,
            "proposals": [_proposal(shown, one) for one in proposals_for(shown)[:SHOWN]],
            "others": others,
            "more_others": len(others) == SHOWN,
            "form": form,
            "dispute": dispute,
            "lines": lines_about(desk.organization.pk, shown.pk)[:SHOWN],
            "claim": claim,
            "claimed": claimed(claim),
            "stretches": [_stretch(one) for one in claim.interest.segments] if claim else [],
            "source": import_of(shown),
            "events": history.lines(
                desk.organization.pk, list(events[:20]), shown.currency, desk.portfolio_user
            ),
        },
        status=status,
    )


def _settling(shown: Item, allocation: Allocation) -> Settling:
    other = allocation.credit if shown.side == Side.DEBIT else allocation.debit
    words = str(ORIGINS.get(allocation.origin, allocation.origin))
    return Settling(
        allocation.pk,
        other,
        named(other),
        allocation.amount,
        allocation.allocated_on,
        words,
        allocation.origin in BY_HAND,
    )


def _proposal(shown: Item, match: Match) -> Settling:
    other = match.credit if shown.side == Side.DEBIT else match.debit
    words = str(RULES.get(match.rule, match.rule))
    return Settling(match.pk, other, named(other), match.amount, match.proposed_on, words)


def _claim(desk: Desk, shown: Item) -> Claim | None:
    """Return what the item gives a right to; the other parts of the invoice decide which one bears the fee."""
    if shown.kind != ItemKind.INVOICE or shown.due_on >= desk.today:
        return None
    all_parts = claims(desk.organization, shown.customer, desk.today, item_ids=installment_ids(shown))
    return next((claim for claim in all_parts.claims if claim.item_id == shown.pk), None)


def claimed(claim: Claim | None) -> Decimal:
    """Return interest and fee together: they add up, one does not replace the other."""
    if claim is None:
        return Decimal(0)
    return claim.interest.total + (claim.fee.amount.amount if claim.fee else Decimal(0))


def _stretch(segment: Segment) -> Stretch:
    """Tell one segment; its interest keeps four decimals, which the total alone rounds."""
    return Stretch(
        segment,
        percent(segment.rate_percent / 100, 2),
        str(BASES.get(segment.basis, segment.basis)),
        number_format(segment.interest, DECIMALS, force_grouping=True),
    )


def decide_again(desk: Desk, shown: Item) -> None:
    """Let the day's work follow what has just changed on the customer's account."""
    if default_plan(desk.organization) is not None:
        dunning.run(desk.organization, desk.today, desk.now, customer_ids=[shown.customer_id])


def _done(request: DeskRequest, shown: Item, words: str) -> HttpResponseRedirect:
    decide_again(request.desk, shown)
    messages.success(request, words)
    return redirect("item", shown.pk)


@require_POST
@page(ALLOCATE)
def item_dispute(request: DeskRequest, item_id: int) -> HttpResponse:
    """Mark an item as contested; nobody asks for it until the dispute is closed."""
    desk, shown = request.desk, found(request, item_id)
    if shown.side != Side.DEBIT:
        raise Http404
    form = DisputeForm(shown, request.POST)
    if not form.is_valid():
        others = _others(desk, shown)
        empty = AllocationForm(shown, others)
        return _page(request, shown, others, form=empty, dispute=form, status=422)
    part = form.cleaned_data["amount"]
    marks.dispute_item(
        shown, today=desk.today, reason=form.cleaned_data["reason"], by=desk.by, now=desk.now, amount=part
    )
    if part is None:
        return _done(request, shown, _("Marked as disputed: it is left out of every reminder."))
    said = _("%(amount)s is disputed: the rest may still be asked for.")
    return _done(request, shown, said % {"amount": money(part, shown.currency)})


@require_POST
@page(ALLOCATE)
def item_undispute(request: DeskRequest, item_id: int) -> HttpResponse:
    """Close the dispute of an item."""
    desk, shown = request.desk, found(request, item_id)
    marks.undispute_item(shown, by=desk.by, now=desk.now)
    return _done(request, shown, _("The dispute is closed: what is open may be asked for again."))


@require_POST
@page(ALLOCATE)
def item_allocate(request: DeskRequest, item_id: int) -> HttpResponse:
    """Settle an item by others, or others by it, for the amounts that were typed."""
    desk, shown = request.desk, found(request, item_id)
    others = _others(desk, shown)
    form = AllocationForm(shown, others, request.POST)
    if not form.is_valid():
        return _page(request, shown, others, form=form, dispute=DisputeForm(shown), status=422)
    for other, amount in form.chosen():
        both = pair(shown, other)
        actions.allocate(both.debit, both.credit, amount=amount, on=both.on, by=desk.by, now=desk.now)
    return _done(request, shown, _("Allocated."))


@require_POST
@page(ALLOCATE)
def item_deallocate(request: DeskRequest, item_id: int, allocation_id: int) -> HttpResponse:
    """Take back an allocation that a person made."""
    desk, shown = request.desk, found(request, item_id)
    allocation = get_object_or_404(allocations_of(shown), pk=allocation_id)
    actions.deallocate(allocation, by=desk.by, now=desk.now)
    return _done(request, shown, _("The allocation is taken back: both items are open again."))


@require_POST
@page(ALLOCATE)
def item_accept(request: DeskRequest, item_id: int, match_id: int) -> HttpResponse:
    """Agree with a proposed allocation."""
    desk, shown = request.desk, found(request, item_id)
    match = get_object_or_404(proposals_for(shown), pk=match_id)
    both = pair(match.debit, match.credit)
    actions.accept_match(match, on=both.on, by=desk.by, now=desk.now)
    return _done(request, shown, _("Allocated as proposed."))


@require_POST
@page(ALLOCATE)
def item_refuse(request: DeskRequest, item_id: int, match_id: int) -> HttpResponse:
    """Disagree with a proposed allocation; it is not made again."""
    desk, shown = request.desk, found(request, item_id)
    match = get_object_or_404(proposals_for(shown), pk=match_id)
    actions.refuse_match(match, by=desk.by, now=desk.now)
    return _done(request, shown, _("Refused: it will not be proposed again."))


urlpatterns = [
    path("items/<int:item_id>/", item, name="item"),
    path("items/<int:item_id>/dispute/", item_dispute, name="item-dispute"),
    path("items/<int:item_id>/undispute/", item_undispute, name="item-undispute"),
    path("items/<int:item_id>/allocate/", item_allocate, name="item-allocate"),
    path("items/<int:item_id>/deallocate/<int:allocation_id>/", item_deallocate, name="item-deallocate"),
    path("items/<int:item_id>/accept/<int:match_id>/", item_accept, name="item-accept"),
    path("items/<int:item_id>/refuse/<int:match_id>/", item_refuse, name="item-refuse"),
]
