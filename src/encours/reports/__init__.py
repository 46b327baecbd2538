"""Step 5, measure: figures, aged balance, trend. Reads only."""
