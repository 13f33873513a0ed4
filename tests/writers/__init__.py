"""One conversation, written as every writer of traffic files writes it."""
