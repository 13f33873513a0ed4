"""Commitments: capacity that is bought already, whatever is decided next."""
