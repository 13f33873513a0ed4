"""Decide: which option, why, how sure, and what would change it."""
