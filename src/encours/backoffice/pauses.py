"""Leaving a customer alone until a date, and no longer."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from encours.accounts.permissions import REMIND
from encours.backoffice.case import customer_or_404, decide_again
from encours.backoffice.customer_forms import ask, done
from encours.backoffice.customers_many import PostponeForm
from encours.backoffice.desk import DeskRequest, page
from encours.dunning import actions
from encours.dunning.queries import pauses
from encours.ui.formats import day


@page(REMIND)
def customer_postpone(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Ask nothing of a customer until a date; what waits to leave is withdrawn."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    form = PostponeForm(desk.today, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.postpone(customer, by=desk.user, now=desk.now, **form.cleaned_data)
        decide_again(desk, [customer.pk])
        until = day(form.cleaned_data["until"])
        return done(request, customer, _("Left alone until %(day)s.") % {"day": until}, "reminders")
    return ask(
        request,
        customer,
        form,
        title=_("Leave alone until…"),
        verb=_("Leave alone"),
        shown={"intro": _("Nothing is asked before this date; what waits to leave is withdrawn.")},
    )


@require_POST
@page(REMIND)
def customer_pause_lift(request: DeskRequest, customer_id: int, pause_id: int) -> HttpResponse:
    """End a pause before its date."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    pause = get_object_or_404(pauses(desk.organization, customer.pk), pk=pause_id)
    actions.lift(pause, by=desk.user, now=desk.now)
    decide_again(desk, [customer.pk])
    return done(request, customer, _("No longer left alone."), "reminders")


urlpatterns = [
    path("customers/<int:customer_id>/postpone/", customer_postpone, name="customer-postpone"),
    path("customers/<int:customer_id>/pauses/<int:pause_id>/lift/", customer_pause_lift, name="customer-pause-lift"),
]  # fmt: skip
