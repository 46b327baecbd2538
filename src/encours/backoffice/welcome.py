"""The welcome page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def welcome(request: DeskRequest) -> HttpResponse:
    return HttpResponse("welcome")


urlpatterns = [path("welcome/", welcome, name="welcome")]
