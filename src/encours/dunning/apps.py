"""Registers the dunning room."""

from django.apps import AppConfig


class DunningConfig(AppConfig):
    name = "encours.dunning"
    label = "dunning"
