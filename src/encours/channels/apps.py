"""Registers the channels room."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """The channels room."""

    name = "encours.channels"
    label = "channels"
