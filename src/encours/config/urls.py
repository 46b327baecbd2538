"""Every address of this installation."""

from django.urls import include, path

from encours.config.health import live, ready

urlpatterns = [
    path("health/live", live, name="health-live"),
    path("health/ready", ready, name="health-ready"),
    path("ui/", include("encours.ui.urls")),
    path("", include("encours.backoffice.urls")),
    path("account/", include("allauth.urls")),
]
