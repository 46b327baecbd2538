"""Registers the scoring room."""

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "encours.scoring"
    label = "scoring"
