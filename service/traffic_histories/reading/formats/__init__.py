"""A module a format of an upload: CSV, JSON, Parquet."""
