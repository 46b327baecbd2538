"""What people can do at the desk."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
