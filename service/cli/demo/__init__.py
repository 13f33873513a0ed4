"""Starts the service with the shipped example in it: a person's first look."""
