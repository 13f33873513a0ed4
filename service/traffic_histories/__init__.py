"""Traffic histories: what a workload really did, uploaded as a file and stored as exact columns."""
