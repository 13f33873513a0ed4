"""The shipped example: real list prices of one open model, and a generated workload to decide on."""
