"""Whose data, which user: organizations, members, roles."""
