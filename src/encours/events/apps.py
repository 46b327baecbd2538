"""Registers the events room."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "encours.events"
    label = "events"
