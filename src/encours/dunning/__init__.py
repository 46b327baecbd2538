"""Step 4a: plans, steps, reminders and the work of the day."""
