"""Registers the customers room."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "encours.customers"
    label = "customers"
