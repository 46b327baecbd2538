"""Channels: what carries a message out of the house, and the record of what left."""
