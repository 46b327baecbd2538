"""Files kept about a customer: added within a size, handed out as they came, and its statement of account."""

import mimetypes
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import path
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from encours.accounts.permissions import EDIT_CUSTOMERS
from encours.backoffice.case import customer_or_404
from encours.backoffice.customer_forms import ask, done
from encours.backoffice.desk import DeskRequest, page
from encours.backoffice.listing import attached
from encours.dunning.letters import statement
from encours.receivables.documents import add_document, path_of
from encours.receivables.queries import documents_of

LARGEST_BYTES = 20 * 1024 * 1024
UNKNOWN = "application/octet-stream"
KINDS = {
    "order": gettext_lazy("Order"),
    "delivery_note": gettext_lazy("Delivery note"),
    "invoice": gettext_lazy("Invoice"),
    "terms_of_sale": gettext_lazy("Terms of sale"),
    "registration": gettext_lazy("Company registration"),
    "proof": gettext_lazy("Proof"),
    "other": gettext_lazy("Other"),
}


class DocumentForm(forms.Form):
    """A file and what it is."""

    file = forms.FileField(label=gettext_lazy("File"))
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=list(KINDS.items()))

    def clean_file(self) -> "UploadedFile[Any]":
        """Refuse a file that is too large; Django has already refused an empty one."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_BYTES:
            raise forms.ValidationError(
                _("This file is %(size)s; %(largest)s is the most that is kept.")
                % {"size": filesizeformat(file.size or 0), "largest": filesizeformat(LARGEST_BYTES)}
            )
        return file


@page(EDIT_CUSTOMERS)
def customer_document_new(request: DeskRequest, customer_id: int) -> HttpResponse:
    desk, customer = request.desk, customer_or_404(request, customer_id)
    sent: tuple[Any, ...] = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DocumentForm(*sent)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        name = file.name or _("file")
        add_document(
            desk.organization.pk,
            file.chunks(),
            kind=form.cleaned_data["kind"],
            name=name,
            media_type=mimetypes.guess_type(name)[0] or UNKNOWN,
            by=desk.by,
            by_user=desk.user.pk,
            now=desk.now,
            customer_id=customer.pk,
        )
        return done(request, customer, _("The file is kept."), "documents")
    return ask(
        request,
        customer,
        form,
        title=_("Add a document"),
        verb=_("Add"),
        body="backoffice/customer_document.html",
        shown={"largest": filesizeformat(LARGEST_BYTES), "multipart": True},
    )


@page()
def customer_document(request: DeskRequest, customer_id: int, document_id: int) -> HttpResponse:
    """Hand out a file as it came, to be kept and never shown by the browser as one of our pages."""
    customer = customer_or_404(request, customer_id)
    document = get_object_or_404(documents_of(request.desk.organization.pk, customer.pk), pk=document_id)
    place = path_of(document.organization_id, document.sha256)
    if not place.is_file():
        raise Http404(_("The content of this document is not in the document store."))
    answer = FileResponse(
        place.open("rb"),
        as_attachment=True,
        filename=document.name,
        content_type=document.media_type or UNKNOWN,
    )
    return cast("HttpResponse", answer)


@page()
def customer_statement(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Set the statement of account as a letter."""
    desk, customer = request.desk, customer_or_404(request, customer_id)
    name = f"{_('statement')}-{slugify(customer.code) or customer.pk}-{desk.today:%Y-%m-%d}"
    return attached(statement(desk.organization, customer, desk.today), name, "pdf")


urlpatterns = [
    path("customers/<int:customer_id>/documents/new/", customer_document_new, name="customer-document-new"),
    path(
        "customers/<int:customer_id>/documents/<int:document_id>/", customer_document, name="customer-document"
    ),
    path("customers/<int:customer_id>/statement.pdf", customer_statement, name="customer-statement"),
]  # fmt: skip
