"""The people to write to at a customer: added, changed, forgotten, known to bounce."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from encours.accounts.permissions import EDIT_CUSTOMERS
from encours.backoffice.case import customer_or_404, decide_again
from encours.backoffice.customer_forms import ask, done
from encours.backoffice.desk import DeskRequest, page
from encours.customers import actions
from encours.customers.models import Contact, ContactRole, Customer
from encours.customers.queries import contacts_of

NAMES = ("name", "role", "email", "phone")


class ContactForm(forms.Form):
    """How a person, or a mailbox, is reached."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Empty for a mailbox that several people read."),
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=ContactRole.choices)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput({"type": "tel", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a contact who cannot be reached."""
        found = super().clean() or self.cleaned_data
        if not self.errors and not found.get("email") and not found.get("phone"):
            self.add_error("email", _("A contact needs an e-mail address or a phone number."))
        return found


def contact_or_404(request: DeskRequest, customer: Customer, contact_id: int) -> Contact:
    """Return a contact of this customer."""
    return get_object_or_404(contacts_of(request.desk.organization.pk, customer.pk), pk=contact_id)


@page(EDIT_CUSTOMERS)
def customer_contact_new(request: DeskRequest, customer_id: int) -> HttpResponse:
    desk, customer = request.desk, customer_or_404(request, customer_id)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.add_contact(customer, by=desk.by, now=desk.now, **form.cleaned_data)
        decide_again(desk, [customer.pk])
        return done(request, customer, _("The contact is added."), "contacts")
    return ask(request, customer, form, title=_("Add a contact"), verb=_("Add"))


@page(EDIT_CUSTOMERS)
def customer_contact(request: DeskRequest, customer_id: int, contact_id: int) -> HttpResponse:
    desk, customer = request.desk, customer_or_404(request, customer_id)
    contact = contact_or_404(request, customer, contact_id)
    form = ContactForm(request.POST or None, initial={name: getattr(contact, name) for name in NAMES})
    if request.method == "POST" and form.is_valid():
        actions.change_contact(contact, by=desk.by, now=desk.now, **form.cleaned_data)
        decide_again(desk, [customer.pk])
        return done(request, customer, _("The contact is saved."), "contacts")
    return ask(
        request,
        customer,
        form,
        title=_("Change a contact"),
        verb=_("Save"),
        body="backoffice/customer_contact.html",
        shown={"contact": contact},
    )


@require_POST
@page(EDIT_CUSTOMERS)
def customer_contact_remove(request: DeskRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """Forget a contact: nothing is sent there any more."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    actions.remove_contact(contact_or_404(request, customer, contact_id), by=desk.by, now=desk.now)
    decide_again(desk, [customer.pk])
    return done(request, customer, _("The contact is forgotten."), "contacts")


@require_POST
@page(EDIT_CUSTOMERS)
def customer_contact_bounced(request: DeskRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """Say that mail to a contact comes back, or that it arrives again."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    contact = contact_or_404(request, customer, contact_id)
    bounced = contact.bounced_at is None
    actions.mark_bounced(contact, bounced=bounced, by=desk.by, now=desk.now)
    decide_again(desk, [customer.pk])
    said = _("Nothing is sent to this address any more.") if bounced else _("This address is used again.")
    return done(request, customer, said, "contacts")


urlpatterns = [
    path("customers/<int:customer_id>/contacts/new/", customer_contact_new, name="customer-contact-new"),
    path("customers/<int:customer_id>/contacts/<int:contact_id>/", customer_contact, name="customer-contact"),
    path(
        "customers/<int:customer_id>/contacts/<int:contact_id>/remove/",
        customer_contact_remove,
        name="customer-contact-remove",
    ),
    path(
        "customers/<int:customer_id>/contacts/<int:contact_id>/bounced/",
        customer_contact_bounced,
        name="customer-contact-bounced",
    ),
]
