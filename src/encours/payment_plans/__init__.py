"""Payments agreed in several parts, and whether they are kept."""
