"""The Django application that carries templates, stylesheets and scripts."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The interface, below every room."""

    name = "encours.ui"
    label = "ui"
