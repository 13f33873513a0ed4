"""Decisions: what people did about an evaluation, under which rules, and what was bought."""
