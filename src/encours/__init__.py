"""Encours: an open, self-hosted credit-to-cash desk."""

__version__ = "0.1.0"
