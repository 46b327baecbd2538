"""What is done to many customers at once: give them to a collector, leave them alone until a date."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from encours.accounts import people, permissions
from encours.backoffice.case import decide_again
from encours.backoffice.desk import DeskRequest, back, page
from encours.backoffice.listing import row_numbers
from encours.customers.actions import assign_collector
from encours.customers.models import Customer
from encours.customers.queries import customers_of
from encours.dunning.actions import postpone
from encours.ui.formats import day, integer

USUAL_DAYS = 7
MOST = 1_000


class PostponeForm(forms.Form):
    """Until when nothing is asked, and why."""

    until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Whoever reads the history will want to know."),
    )

    def __init__(self, today: date, *args: Any, element: str = "", **options: Any) -> None:  # noqa: ANN401 - Django's form options
        options.setdefault("initial", {"until": today + timedelta(days=USUAL_DAYS)})
        super().__init__(*args, **options)
        self.today = today
        for field in self.fields.values():
            field.widget.attrs |= {"form": element} if element else {}
        self.fields["until"].widget.attrs["min"] = (today + timedelta(days=1)).isoformat()

    def clean_until(self) -> date:
        """Refuse a date that does not lie in the future."""
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise forms.ValidationError(_("The date until which to wait must lie in the future."))
        return until


def chosen(request: DeskRequest) -> list[Customer]:
    """Return the customers that were ticked and that the reader may see."""
    numbers = row_numbers(request.POST.getlist("customer")[:MOST])
    mine = customers_of(request.desk.organization.pk, request.desk.portfolio_user)
    return list(mine.filter(pk__in=numbers).order_by("pk"))


@require_POST
@page(permissions.EDIT_CUSTOMERS)
def customers_assign(request: DeskRequest) -> HttpResponse:
    """Give the chosen customers to a collector, or to nobody."""
    desk = request.desk
    members = {str(one.user_id): one.user for one in people.members(desk.organization.pk)}
    wanted = request.POST.get("collector", "")
    customers = chosen(request)
    if wanted and wanted not in members:
        messages.error(request, _("Choose a collector among the members."))
        return back(request, "customers")
    collector = members.get(wanted)
    count = assign_collector(
        desk.organization.pk, [one.pk for one in customers], collector, by=desk.by, now=desk.now
    )
    if collector is None:
        said = ngettext(
            "%(count)s customer has no collector any more.",
            "%(count)s customers have no collector any more.",
            count,
        )
    else:
        said = ngettext(
            "%(count)s customer now belongs to %(name)s.",
            "%(count)s customers now belong to %(name)s.",
            count,
        )
    if count:
        messages.success(request, said % {"count": integer(count), "name": collector})
    else:
        messages.info(request, _("Nothing to change."))
    return back(request, "customers")


@require_POST
@page(permissions.REMIND)
def customers_postpone(request: DeskRequest) -> HttpResponse:
    """Leave the chosen customers alone until a date."""
    desk = request.desk
    form = PostponeForm(desk.today, request.POST)
    if not form.is_valid():
        messages.error(request, "; ".join(str(error) for errors in form.errors.values() for error in errors))
        return back(request, "customers")
    customers = chosen(request)
    for customer in customers:
        postpone(customer, by=desk.user, now=desk.now, **form.cleaned_data)
    decide_again(desk, [customer.pk for customer in customers])
    if customers:
        said = ngettext(
            "%(count)s customer is left alone until %(day)s.",
            "%(count)s customers are left alone until %(day)s.",
            len(customers),
        )
        until = day(form.cleaned_data["until"])
        messages.success(request, said % {"count": integer(len(customers)), "day": until})
    else:
        messages.info(request, _("Nothing to change."))
    return back(request, "customers")


urlpatterns = [
    path("customers/assign/", customers_assign, name="customers-assign"),
    path("customers/postpone/", customers_postpone, name="customers-postpone"),
]
