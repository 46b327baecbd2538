"""Registers the room of payment plans."""

from django.apps import AppConfig


class PaymentPlansConfig(AppConfig):
    name = "encours.payment_plans"
    label = "payment_plans"
