"""The customers page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def customers(request: DeskRequest) -> HttpResponse:
    return HttpResponse("customers")


urlpatterns = [path("customers/", customers, name="customers")]
