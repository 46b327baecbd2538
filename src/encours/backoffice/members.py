"""The members page."""

from django.http import HttpResponse
from django.urls import path

from encours.backoffice.desk import DeskRequest, page


@page()
def members(request: DeskRequest) -> HttpResponse:
    return HttpResponse("members")


urlpatterns = [path("members/", members, name="members")]
