"""Step 1: what we think of a payer, and why."""
