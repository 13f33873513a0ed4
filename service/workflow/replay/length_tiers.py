"""Budgets that weigh the tokens of long requests by weights of their own, as those of a request of that length.

A request of more than `input_above` input tokens, cached ones included, is weighed whole by the last tier that it is
longer than. What each request takes of each budget is summed up before the replay, in whole numbers: to the budgets
it is then a request of as many tokens, one column an axis.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from service.workflow.errors import WorkflowError
from service.workflow.metered_prices import Meter
from service.workflow.offers import Axis, Capacity, ThroughputCapacity
from service.workflow.replay.token_budgets import FIELD, METER_COLUMNS, MOST
from service.workflow.traffic import Arrivals, Int64s

TOKEN_METERS: tuple[Meter, ...] = ("input_tokens", "cached_input_tokens", "output_tokens")
"""The meters whose columns hold what requests take of an axis, axis by axis."""

Columns = tuple[Int64s, Int64s, Int64s]


def weighs_by_length(capacity: Capacity) -> bool:
    """Tell whether a budget weighs long requests by weights of their own."""
    return isinstance(capacity, ThroughputCapacity) and any(axis.longer for axis in capacity.axes)


def lengths_of(capacity: Capacity) -> set[int]:
    """Return the numbers of input tokens above which a request is weighed by other weights."""
    axes = capacity.axes if isinstance(capacity, ThroughputCapacity) else ()
    return {tier.input_above for axis in axes for tier in axis.longer}


def weighed(arrivals: Arrivals, capacity: ThroughputCapacity) -> tuple[Columns, ThroughputCapacity, list[int]]:
    """Return the columns of requests and a capacity that weighs them alike whatever their length.

    The third part is what each axis' budget is times the capacity's own. Without tiers all are as they came. Raises
    WorkflowError for more axes than TOKEN_METERS, and where a sum could exceed 63 bits.
    """
    columns: Columns = (arrivals.uncached, arrivals.cached, arrivals.output)
    if not weighs_by_length(capacity):
        return columns, capacity, [1] * len(capacity.axes)
    if len(capacity.axes) > len(TOKEN_METERS):
        detail = f"where a budget weighs long requests apart there are at most {len(TOKEN_METERS)} of them"
        raise WorkflowError("unusable_axis", FIELD, detail)
    taken = list(columns)
    axes, scales = [], []
    for number, axis in enumerate(capacity.axes):
        scale = math.lcm(*(weight.denominator for weights in _tiers(axis) for weight in weights))
        taken[number] = _taken(arrivals, axis, scale)
        axes.append(
            replace(axis, per_minute=axis.per_minute * scale, weights=((TOKEN_METERS[number], Decimal(1)),), longer=())
        )
        scales.append(scale)
    return (taken[0], taken[1], taken[2]), replace(capacity, axes=tuple(axes)), scales


def averaged(arrivals: Arrivals, capacity: ThroughputCapacity) -> ThroughputCapacity:
    """Return the capacity with each meter weighed as the requests' tokens are on average, whatever their length."""
    if not weighs_by_length(capacity):
        return capacity
    return replace(capacity, axes=tuple(_averaged(arrivals, axis) for axis in capacity.axes))


def _tiers(axis: Axis) -> list[list[Fraction]]:
    """Return the weights of each of METER_COLUMNS, of requests of any length first, then of each tier."""
    found = [dict(axis.weights), *(dict(tier.weights) for tier in axis.longer)]
    return [[Fraction(weights.get(meter, Decimal(0))) for meter in METER_COLUMNS] for weights in found]  # type: ignore[call-overload]


def _tier_of(arrivals: Arrivals, axis: Axis) -> Int64s:
    """Return by which weights each request is weighed, 0 for those of any length, shape (n,)."""
    tier = np.zeros(len(arrivals), np.int64)
    for number, entry in enumerate(axis.longer, start=1):
        tier[arrivals.uncached + arrivals.cached > entry.input_above] = number
    return tier


def _taken(arrivals: Arrivals, axis: Axis, scale: int) -> Int64s:
    """Return what each request takes of an axis, × scale, shape (n,)."""
    weights = [[int(weight * scale) for weight in tier] for tier in _tiers(axis)]
    columns = (arrivals.uncached, arrivals.cached, arrivals.output)
    largest = [1, *(int(column.max(initial=0)) for column in columns)]
    most = max(sum(w * count for w, count in zip(tier, largest, strict=True)) for tier in weights)
    if most * max(1, len(arrivals)) > MOST:
        detail = "an axis has weights too fine for exact whole numbers: round them"
        raise WorkflowError("axis_too_fine", FIELD, detail)
    of_request = np.array(weights, np.int64)[_tier_of(arrivals, axis)]
    taken: Int64s = of_request[:, 0] + sum(of_request[:, 1 + n] * column for n, column in enumerate(columns))
    return taken


def _averaged(arrivals: Arrivals, axis: Axis) -> Axis:
    tier, tiers = _tier_of(arrivals, axis), _tiers(axis)
    columns: Sequence[Int64s] = (np.ones(len(arrivals), np.int64), arrivals.uncached, arrivals.cached, arrivals.output)
    means: list[tuple[Meter, Decimal]] = []
    for number, column in enumerate(columns):
        counts = [int(column[tier == each].sum()) for each in range(len(tiers))]
        taken = sum(count * weights[number] for count, weights in zip(counts, tiers, strict=True))
        mean = taken / sum(counts) if sum(counts) else tiers[0][number]
        means.append((METER_COLUMNS[number], Decimal(str(float(mean)))))  # type: ignore[arg-type]
    return replace(axis, weights=tuple(means), longer=())
