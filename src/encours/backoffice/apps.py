"""Registers the backoffice room."""

from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "encours.backoffice"
    label = "backoffice"
