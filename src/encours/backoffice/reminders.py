"""The reminders page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def reminders(request: DeskRequest) -> HttpResponse:
    return HttpResponse("reminders")


urlpatterns = [path("reminders/", reminders, name="reminders")]
