"""Workloads: what is being decided on."""
