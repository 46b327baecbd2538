"""Wiring: settings, URLs and the database; it decides nothing."""
