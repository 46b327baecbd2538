"""The imports page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def imports(request: DeskRequest) -> HttpResponse:
    return HttpResponse("imports")


urlpatterns = [path("imports/", imports, name="imports")]
