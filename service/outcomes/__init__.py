"""Outcomes: what was promised held against what came, in traffic and on bills."""
