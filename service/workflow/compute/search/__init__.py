"""The search for the best number of units: candidates, lower bounds, dominance."""
