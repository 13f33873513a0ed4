"""Measurements run by hand with `make bench`; never timed tests.

Each module here has a one-line docstring and a `main() -> None` that prints its own figures.
"""
