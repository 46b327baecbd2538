"""The page of one customer."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from encours.backoffice.desk import DeskRequest, page
from encours.customers.queries import customers_of


@page()
def customer(request: DeskRequest, customer_id: int) -> HttpResponse:
    found = get_object_or_404(
        customers_of(request.desk.organization.pk, request.desk.portfolio_user), pk=customer_id
    )
    return HttpResponse(found.name)


urlpatterns = [path("customers/<int:customer_id>/", customer, name="customer")]
