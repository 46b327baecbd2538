"""The overview page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def overview(request: DeskRequest) -> HttpResponse:
    return HttpResponse("overview")


urlpatterns = [path("overview/", overview, name="overview")]
