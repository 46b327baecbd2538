"""Everything that happened: audit trail, timeline and outbox."""
