"""What happened: one event for every write, in the same transaction, chained by hashes."""
