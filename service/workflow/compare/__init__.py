"""Compare: crossovers, marginal units, the Pareto frontier, flip points, uncertainty, commitments."""
