"""Registers the accounts room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "encours.accounts"
    label = "accounts"
