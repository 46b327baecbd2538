"""The settings page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def settings(request: DeskRequest) -> HttpResponse:
    return HttpResponse("settings")


urlpatterns = [path("settings/", settings, name="settings")]
