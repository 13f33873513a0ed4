"""The tests, a package of its own: an installed library that ships one of the same name must not hide it."""
