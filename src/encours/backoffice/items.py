"""The items page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def items(request: DeskRequest) -> HttpResponse:
    return HttpResponse("items")


urlpatterns = [path("items/", items, name="items")]
