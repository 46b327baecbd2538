"""The aging page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def aging(request: DeskRequest) -> HttpResponse:
    return HttpResponse("aging")


urlpatterns = [path("aging/", aging, name="aging")]
