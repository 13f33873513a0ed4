"""Comparing evaluations: replays of one, and the difference of two in money that adds up."""
