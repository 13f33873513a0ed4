"""Jobs kept in the database: the queue and the worker that takes from it."""
