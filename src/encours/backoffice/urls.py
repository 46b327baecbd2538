"""What people can do at the desk: one file of addresses per noun."""

from importlib import import_module

from django.urls import URLPattern

# In the order of the menu.
NOUNS = (
    "today",
    "calls",
    "tasks",
    "portfolios",
    "replies",
    "overview",
    "customers",
    "items",
    "aging",
    "reminders",
    "plans",
    "imports",
    "activity",
    "settings",
    "members",
    "profile",
    "welcome",
    "hooks",
    "inbound",
)

urlpatterns: list[URLPattern] = [
    pattern for noun in NOUNS for pattern in import_module(f"encours.backoffice.{noun}").urlpatterns
]
