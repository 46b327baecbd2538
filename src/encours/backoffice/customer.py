"""The page of one customer: who it is, what it owes, why it has its grade, what was said, everything that happened."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from encours.backoffice import (
    agreements,
    contacts,
    customer_account,
    customer_edit,
    customer_plan,
    customer_standing,
    documents,
    pauses,
    payments,
    timeline,
)
from encours.backoffice.case import customer_or_404
from encours.backoffice.customer_edit import RELATIONSHIPS
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.listing import page_number
from encours.customers.queries import contacts_of
from encours.receivables.queries import documents_of


@page()
def customer(request: DeskRequest, customer_id: int) -> HttpResponse:
    desk, found = request.desk, customer_or_404(request, customer_id)
    number = page_number(request)
    account = customer_account.account(desk, found, tab=request.GET.get("tab", ""), number=number)
    if number > 1 and not account.lines:
        return HttpResponseRedirect(request.path)
    shown: dict[str, object] = {
        "customer": found,
        "currency": desk.organization.currency,
        "account": account,
        "page": account.page,
    }
    if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        return render(request, "backoffice/customer_account.html", shown)
    words, holds = customer_standing.siren_in_words(found.siren)
    relationship = customer_standing.relationship_of(found)
    proposals = customer_account.proposals(desk, found)
    shown |= {
        "siren": words,
        "siren_holds": holds,
        "relationship": RELATIONSHIPS[relationship] if relationship != "general" else "",
        "figures": customer_account.figures(desk, found),
        "proposals": proposals[: customer_account.MATCHES_SHOWN],
        "more_proposals": len(proposals) > customer_account.MATCHES_SHOWN,
        "grading": customer_standing.grading(found, desk.organization.currency),
        "dunning": customer_standing.dunning(desk, found),
        "terms": customer_standing.terms_of(desk, found),
        "contacts": list(contacts_of(desk.organization.pk, found.pk)),
        "documents": [
            (document, documents.KINDS.get(document.kind, _("Other")))
            for document in documents_of(desk.organization.pk, found.pk)
        ],
        "agreed": agreements.agreed(desk, found),
        "notes": timeline.notes(desk, found),
        "followed": customer_plan.plan_of(desk, found),
    }
    return render(request, "backoffice/customer.html", shown)


urlpatterns = [
    path("customers/<int:customer_id>/", customer, name="customer"),
    *agreements.urlpatterns,
    *contacts.urlpatterns,
    *customer_edit.urlpatterns,
    *documents.urlpatterns,
    *pauses.urlpatterns,
    *payments.urlpatterns,
    *timeline.urlpatterns,
]
