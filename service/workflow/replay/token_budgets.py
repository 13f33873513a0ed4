"""Budgets of provisioned throughput as whole numbers, so that no comparison is ever rounded.

Decimal weights and budgets are brought to common integers: a request's demand on an axis is Σ weight × quantity,
an axis' budget is its units × per_minute × window ÷ 60, and both are scaled by the same factor.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from service.workflow.errors import WorkflowError
from service.workflow.offers import Axis, ThroughputCapacity
from service.workflow.replay.compiled import kernel
from service.workflow.traffic import SECOND, Float64s, Int64s

METER_COLUMNS = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
"""Meters a budget can weigh, in the column order of counts; `input_tokens` is the uncached part."""

MOST = 2**63 - 1

FIELD = "/price_sheets"


class Budget(NamedTuple):
    """Whole-number axes.

    weights: int64, shape (axes, 4), per request, uncached, cached and output token. budget: int64, shape (axes,),
    per window, of all units. window_us: the window. scale: float64, shape (axes,), weights are × this.
    """

    weights: Int64s
    budget: Int64s
    window_us: int
    scale: Float64s


class Bucket(NamedTuple):
    """Leaky buckets in whole numbers, one an axis, so fine that each µs brings a whole number.

    weights: as of Budget, × scale. refill: int64, shape (axes,), each µs. size: int64, shape (axes,), what a bucket
    holds. full_us: µs after which an empty bucket is full. scale: whole number that all axes' budgets are ×.
    """

    weights: Int64s
    refill: Int64s
    size: Int64s
    full_us: int
    scale: int


@kernel
def demand_of(weights: Int64s, requests: int, uncached: int, cached: int, output: int) -> int:
    """Return the demand of quantities on one axis, whose weights have shape (4,)."""
    return int(weights[0] * requests + weights[1] * uncached + weights[2] * cached + weights[3] * output)


def _axis_integers(axis: Axis, window_seconds: int) -> tuple[list[int], int, Fraction]:
    weights = {str(meter): Fraction(weight) for meter, weight in axis.weights}
    if not weights.keys() <= set(METER_COLUMNS):
        raise WorkflowError("unusable_axis", FIELD, f"a throughput axis can only weigh {', '.join(METER_COLUMNS)}")
    if axis.per_minute <= 0 or min(weights.values(), default=0) < 0:
        raise WorkflowError(
            "unusable_axis", FIELD, "a throughput axis needs per_minute above 0 and weights of 0 or more"
        )
    values = [weights.get(meter, Fraction(0)) for meter in METER_COLUMNS]
    values.append(Fraction(axis.per_minute) * window_seconds / 60)
    scale = Fraction(math.lcm(*(value.denominator for value in values)))
    scale /= math.gcd(*(int(value * scale) for value in values)) or 1
    return [int(value * scale) for value in values[:-1]], int(values[-1] * scale), scale


def bucket_of(budget: Budget, largest: Sequence[int], times: int = 1) -> Bucket:
    """Return the buckets that hold a budget's window, of `times` as many units.

    A bucket of size B that is full after W µs refills B ÷ W each µs: all is brought to W ÷ gcd(B, W) of the budget's
    units. largest: of each of METER_COLUMNS, of a request. Raises WorkflowError where a sum could exceed 63 bits.
    """
    whole = [times * int(size) for size in budget.budget]
    scale = budget.window_us // math.gcd(budget.window_us, *whole)
    demands = [sum(int(w) * most for w, most in zip(weights, largest, strict=True)) for weights in budget.weights]
    if (2 * max(whole) + max(demands)) * scale > MOST:
        detail = "a leaky bucket has budgets too fine for exact whole numbers: round them, or shorten `burst_seconds`"
        raise WorkflowError("axis_too_fine", FIELD, detail)
    size = np.array([each * scale for each in whole], np.int64)
    return Bucket(budget.weights * scale, size // budget.window_us, size, budget.window_us, scale)


def whole_budget(capacity: ThroughputCapacity, units: int, largest: Sequence[int]) -> Budget:
    """Return the capacity of `units` in whole numbers.

    `largest` is the largest quantity of each of METER_COLUMNS that will be weighed at once. Raises WorkflowError where
    a sum could exceed 63 bits: the axis mixes numbers too large and too fine.
    """
    if not capacity.axes:
        raise WorkflowError("unusable_axis", FIELD, "provisioned throughput needs at least one axis")
    axes = [_axis_integers(axis, capacity.window_seconds) for axis in capacity.axes]
    counts = [axis.units(units) for axis in capacity.axes]
    for number, (weights, budget, _) in enumerate(axes):
        if sum(weight * most for weight, most in zip(weights, largest, strict=True)) + counts[number] * budget > MOST:
            detail = f"axis {number} has weights and budgets too fine for exact whole numbers: round them"
            raise WorkflowError("axis_too_fine", FIELD, detail)
    return Budget(
        np.array([weights for weights, _, _ in axes], np.int64).reshape(-1, 4),
        np.array([count * budget for count, (_, budget, _) in zip(counts, axes, strict=True)], np.int64),
        capacity.window_seconds * SECOND,
        np.array([float(scale) for _, _, scale in axes]),
    )
