"""Registers the jobs room."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "encours.jobs"
    label = "jobs"
