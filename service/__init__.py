"""Crossover: a decision service for LLM inference capacity."""

ENGINE_VERSION = "2.7.0"
"""Version of the workflow's arithmetic; part of every evaluation and of its digest."""
