"""A form about one customer: a dialog over its page, or a page of its own where there is no script."""

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRefresh

from encours.backoffice.desk import DeskRequest
from encours.backoffice.errors import REFUSALS, sentence
from encours.customers.models import Customer

INVALID = 422
Done = TypeVar("Done")


def refused(form: Form, verb: Callable[[], Done]) -> Done | None:
    """Do what a form asks for; a refusal is said in the form, where nothing that was typed is lost."""
    try:
        return verb()
    except REFUSALS as refusal:
        form.add_error(None, sentence(refusal))
        return None


def ask(
    request: DeskRequest,
    customer: Customer,
    form: Form,
    *,
    title: str,
    verb: str,
    body: str = "",
    shown: Mapping[str, object] | None = None,
) -> HttpResponse:
    """Show a form, with what is wrong with it once it was sent."""
    name = "backoffice/customer_form.html"
    if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        name += "#dialog"
    return render(
        request,
        name,
        {
            "customer": customer,
            "form": form,
            "form_title": title,
            "verb": verb,
            "form_body": body or "backoffice/customer_fields.html",
            **(shown or {}),
        },
        status=INVALID if form.is_bound else 200,
    )


def done(request: DeskRequest, customer: Customer, words: str, section: str = "") -> HttpResponse:
    """Go back to the customer with a word on what was done; a dialog leaves the page where the reader was."""
    messages.success(request, words)
    if request.htmx:  # type: ignore[attr-defined]  # set by the htmx middleware
        return cast("HttpResponse", HttpResponseClientRefresh())
    response = redirect("customer", customer.pk)
    if section:
        response["Location"] += f"#{section}"
    return response
