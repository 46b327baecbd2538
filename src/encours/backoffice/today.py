"""The today page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def today(request: DeskRequest) -> HttpResponse:
    return HttpResponse("today")


urlpatterns = [path("", today, name="today")]
