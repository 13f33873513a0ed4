"""Policies: named knobs with versions, presets to start from, and the organization's default."""
