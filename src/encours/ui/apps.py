"""The Django application that carries templates, stylesheets and scripts."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "encours.ui"
    label = "ui"
