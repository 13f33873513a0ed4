"""Allocation: the pool's total laid back on its workloads, in proportion to what each would cost alone.

The rule is chosen for what it gives whenever pooling saves: every workload saves the same share, so none pays more
than alone; it needs one evaluation a workload, where Shapley values need one for each of 2^n groups.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

CENT = Decimal("0.01")


def allocated(total: Decimal, alone: Sequence[Decimal]) -> list[Decimal]:
    """Return the parts of `total`, in the proportion of `alone`, that add up to it exactly.

    Parts are whole cents by the largest remainder; what of the total is less than a cent goes to the largest part.
    Equal shares where nothing costs anything alone.
    """
    weights = [Fraction(cost) for cost in alone]
    if not sum(weights):
        weights = [Fraction(1)] * len(alone)
    exact = [Fraction(total) * weight / sum(weights) for weight in weights]
    parts = [_cents(part) for part in exact]
    missing = int((total - sum(parts)) / CENT)
    by_remainder = sorted(range(len(parts)), key=lambda i: (Fraction(parts[i]) - exact[i], i))
    for index in by_remainder[:missing]:
        parts[index] += CENT
    parts[max(range(len(parts)), key=lambda i: (weights[i], -i))] += total - sum(parts)
    return parts


def _cents(part: Fraction) -> Decimal:
    return math.floor(part / Fraction(CENT)) * CENT
