"""What a person knows of a customer better than the ledger: identity, standing, payment terms."""

from typing import Any, cast

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from encours.accounts import people
from encours.accounts.permissions import EDIT_CUSTOMERS
from encours.backoffice.case import customer_or_404, decide_again, look_again
from encours.backoffice.customer_forms import ask, done
from encours.backoffice.customer_standing import excess_of, relationship_of
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.fields import SirenField, TermsField, VatNumberField
from encours.customers.actions import change_customer, set_terms
from encours.customers.models import Customer
from encours.receivables.terms import derive_due_dates
from encours.ui import terms
from encours.ui.formats import integer

RELATIONSHIPS = {
    "general": gettext_lazy("Between companies, general case"),
    "nothing_agreed": gettext_lazy("Between companies, nothing agreed"),
    "periodic_invoice": gettext_lazy("Periodic (summary) invoice"),
    "perishables": gettext_lazy("Perishable food"),
    "perishables_periodic": gettext_lazy("Perishable food, periodic invoice"),
    "livestock_and_fresh_meat": gettext_lazy("Livestock and fresh meat"),
    "alcoholic_drinks": gettext_lazy("Alcoholic drinks"),
    "wine": gettext_lazy("Wine, grapes and musts"),
    "transport": gettext_lazy("Transport, freight, customs agents"),
    "tax_free_export_purchases": gettext_lazy("Tax-free purchases for export"),
    "public_body": gettext_lazy("Public body"),
    "public_hospital": gettext_lazy("Public hospital"),
    "public_undertaking": gettext_lazy("Public undertaking"),
}
PUBLIC = {"public_body", "public_hospital", "public_undertaking"}
TEXTS = (
    "siren", "vat_number", "address", "postal_code", "city", "country", "language", "segment", "relationship",
    "sole_trader", "insolvent_on",
)  # fmt: skip


class CustomerForm(forms.Form):
    """Who a customer is and how it stands."""

    siren = SirenField()
    vat_number = VatNumberField()
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=300, required=False, widget=forms.Textarea({"rows": 2})
    )
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=12, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=100, required=False)
    country = forms.CharField(
        label=gettext_lazy("Country"),
        min_length=2,
        max_length=2,
        help_text=gettext_lazy("Two letters: FR, BE, LU…"),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of letters"),
        choices=[("fr", gettext_lazy("French")), ("en", gettext_lazy("English"))],
    )
    collector = forms.ChoiceField(label=gettext_lazy("Collector"), required=False)
    salesperson = forms.ChoiceField(label=gettext_lazy("Salesperson"), required=False)
    segment = forms.CharField(label=gettext_lazy("Segment"), max_length=60, required=False)
    relationship = forms.ChoiceField(
        label=gettext_lazy("Legal relationship"),
        choices=list(RELATIONSHIPS.items()),
        help_text=gettext_lazy(
            "Sets the longest payment terms that the law allows, and the rate of a public buyer."
        ),
    )
    sole_trader = forms.BooleanField(label=gettext_lazy("Sole trader (a natural person)"), required=False)
    insolvent_on = forms.DateField(
        label=gettext_lazy("Insolvency proceedings opened on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy(
            "From that day nothing may be asked: a claim must be declared to the trustee."
        ),
    )

    def __init__(self, members: dict[int, str], customer: Customer, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        standing = {name: getattr(customer, f"{name}_id") for name in ("collector", "salesperson")}
        # Who left the organization stays where they stand until somebody else is chosen.
        gone = people.names_of({pk for pk in standing.values() if pk} - members.keys())
        for name, pk in standing.items():
            left = {pk: _("%(name)s (left)") % {"name": gone[pk]}} if pk in gone else {}
            self.fields[name].choices = [  # type: ignore[attr-defined]  # it is a ChoiceField
                ("", _("Nobody")), *((str(number), person) for number, person in {**left, **members}.items()),
            ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse a VAT number of another company than the SIREN says."""
        found = super().clean() or self.cleaned_data
        found["country"] = found.get("country", "").upper()
        siren, number = found.get("siren", ""), found.get("vat_number", "")
        if siren and number.startswith("FR") and not number.endswith(siren):
            self.add_error(
                "vat_number", _("A French VAT number ends with the SIREN %(siren)s.") % {"siren": siren}
            )
        return found

    @property
    def facts(self) -> dict[str, object]:
        """Return what was typed as the facts of a customer."""
        data = self.cleaned_data
        return {
            **{name: data[name] for name in TEXTS},
            "public_buyer": data["relationship"] in PUBLIC,
            "collector_id": int(data["collector"]) if data["collector"] else None,
            "salesperson_id": int(data["salesperson"]) if data["salesperson"] else None,
        }


class CustomerTermsField(TermsField):
    """Terms that may be left out, for those of the organization."""

    def clean(self, value: str | None) -> str:
        """Return the canonical words, or nothing."""
        return super().clean(value) if value and value.strip() else ""


class CustomerTermsForm(forms.Form):
    """The payment terms of one customer."""

    terms = CustomerTermsField(label=gettext_lazy("Payment terms"), required=False)

    def __init__(self, example: str, default: str, *args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's form options
        super().__init__(*args, **options)
        field = self.fields["terms"]
        field.widget.attrs |= {"hx-get": example, "placeholder": default}
        field.help_text = _("Empty: those of the organization, %(terms)s.") % {"terms": default}


@page(EDIT_CUSTOMERS)
def customer_edit(request: DeskRequest, customer_id: int) -> HttpResponse:
    desk, customer = request.desk, customer_or_404(request, customer_id)
    members = {one.user_id: str(one.user) for one in people.members(desk.organization.pk)}
    initial: dict[str, object] = {name: getattr(customer, name) for name in TEXTS}
    initial |= {
        "collector": customer.collector_id or "",
        "salesperson": customer.salesperson_id or "",
        "relationship": relationship_of(customer),
    }
    form = CustomerForm(
        members, customer, request.POST if request.method == "POST" else None, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        change_customer(customer, by=desk.by, now=desk.now, **form.facts)
        look_again(desk, customer.pk)
        return done(request, customer, _("The customer is saved."))
    status = 422 if form.is_bound else 200
    return render(
        request, "backoffice/customer_edit.html", {"customer": customer, "form": form}, status=status
    )


@page(EDIT_CUSTOMERS)
def customer_terms(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Set the terms of a customer as a person confirms them; derived due dates of open items follow."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    form = CustomerTermsForm(
        f"{request.path}example/",
        terms.said(desk.organization.default_terms),
        request.POST if request.method == "POST" else None,
        initial={"terms": terms.said(customer.terms) if customer.terms else ""},
    )
    if request.method == "POST" and form.is_valid():
        set_terms(customer, form.cleaned_data["terms"], agreed=True, by=desk.by, now=desk.now)
        moved = derive_due_dates(desk.organization, by=desk.by, now=desk.now, customer_ids=[customer.pk])
        if moved:
            look_again(desk, customer.pk)
        else:
            decide_again(desk, [customer.pk])
        return done(request, customer, _said(moved), "account")
    return ask(
        request,
        customer,
        form,
        title=_("Payment terms"),
        verb=_("Confirm"),
        body="backoffice/customer_terms.html",
        shown=_example(request, customer, str(form["terms"].value() or "")),
    )


def _said(moved: int) -> str:
    if not moved:
        return _("The terms are confirmed.")
    return ngettext(
        "The terms are confirmed; %(count)s due date moved.",
        "The terms are confirmed; %(count)s due dates moved.",
        moved,
    ) % {"count": integer(moved)}


@page(EDIT_CUSTOMERS)
def customer_terms_example(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Show what the terms being typed mean for an invoice, and what the law says of them."""
    customer = customer_or_404(request, customer_id)
    shown = _example(request, customer, request.GET.get("terms", ""))
    return render(request, "backoffice/customer_terms_example.html", shown)


def _example(request: DeskRequest, customer: Customer, typed: str) -> dict[str, object]:
    text = typed or request.desk.organization.default_terms
    relationship = relationship_of(customer)
    return {
        "text": typed,
        "example": terms.example(text, request.desk.today),
        "excess": excess_of(text, request.desk.today, relationship),
        "relationship": cast("object", RELATIONSHIPS[relationship]),
    }


urlpatterns = [
    path("customers/<int:customer_id>/edit/", customer_edit, name="customer-edit"),
    path("customers/<int:customer_id>/terms/", customer_terms, name="customer-terms"),
    path("customers/<int:customer_id>/terms/example/", customer_terms_example, name="customer-terms-example"),
]
