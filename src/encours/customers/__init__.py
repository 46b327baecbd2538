"""By whom: the companies that owe us and their contacts."""
