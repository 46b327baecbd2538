"""Registers the receivables room."""

from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "encours.receivables"
    label = "receivables"
