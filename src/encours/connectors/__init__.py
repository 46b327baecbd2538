"""Ways in: each reader turns what a source says into the same batch of customers, items and allocations."""
