"""The page that shows every component."""

from django.urls import path

from encours.ui import views

urlpatterns = [path("", views.components, name="ui")]
