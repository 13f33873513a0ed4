"""Evaluations: one run of the workflow over pinned inputs, kept as evidence that can be run again to the same bytes."""
