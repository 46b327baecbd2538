"""Every address of this installation."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("", include("encours.backoffice.urls")),
]
