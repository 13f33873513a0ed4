"""Pooling: several workloads of one model on one shared reservation, against each on its own."""
