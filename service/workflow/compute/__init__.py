"""Compute: what every way of serving the measured traffic costs and how it feels."""
