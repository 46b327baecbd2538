"""What is owed: items, allocations, imports, documents."""
