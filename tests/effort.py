"""How much a run proves: `EFFORT` is quick, test (as in CI) or prove; files of tests state a weight, not a size."""

import os

SHARES = {"quick": 0.05, "test": 0.2, "prove": 3.0}
LEAST = {"quick": 3, "test": 6, "prove": 30}

EFFORT = os.environ.get("EFFORT", "test")


def examples(count: int) -> int:
    """Return how many examples of a property this run tries, where `count` is the full number; never below a floor."""
    return max(min(count, LEAST[EFFORT]), round(count * SHARES[EFFORT]))
