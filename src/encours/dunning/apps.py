"""Registers the dunning room."""

from django.apps import AppConfig


class DunningConfig(AppConfig):
    """The dunning room."""

    name = "encours.dunning"
    label = "dunning"
