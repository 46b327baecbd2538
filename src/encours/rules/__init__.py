"""The rule book: what Encours decides, in plain Python, without a framework, a clock or I/O."""
