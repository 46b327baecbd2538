"""The activity page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def activity(request: DeskRequest) -> HttpResponse:
    return HttpResponse("activity")


urlpatterns = [path("activity/", activity, name="activity")]
