"""Portfolio: every workload of an organization evaluated again, and which recommendations flipped."""
