"""The two databases: engines, types, the schema's state, append-only tables, the transaction."""
