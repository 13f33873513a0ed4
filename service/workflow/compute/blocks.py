"""Blocks: the time in which the work that reserved capacity accepts is limited, see bounds."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.compute.kinds.sizing import enforced
from service.workflow.offers import Capacity, ThroughputCapacity
from service.workflow.replay.compiled import kernel
from service.workflow.replay.length_tiers import TOKEN_METERS, weighed
from service.workflow.replay.speed import request_work
from service.workflow.traffic import HOUR, MINUTE, SECOND, Float64s, Int64s

MULTIPLIERS = (0.25, 0.5, 1.0, 2.0)
"""Prices of work tried, relative to the mean cost of work on serverless."""

BLOCKS_OF_BUCKETS = 8
"""Seconds of a block for each second's worth that a leaky bucket holds."""


@kernel
def _block_sums(costs: Float64s, work: Float64s, edges: Int64s, prices: Float64s) -> Float64s:
    """Sum min(cost, price × work) over each block, for every one of the MULTIPLIERS: shape (prices, blocks)."""
    result = np.zeros((len(prices), len(edges) - 1))
    lowest, low, high, highest = prices
    for block in range(len(edges) - 1):
        at_lowest = at_low = at_high = at_highest = 0.0
        for i in range(edges[block], edges[block + 1]):
            at_lowest += min(costs[i], lowest * work[i])
            at_low += min(costs[i], low * work[i])
            at_high += min(costs[i], high * work[i])
            at_highest += min(costs[i], highest * work[i])
        result[:, block] = (at_lowest, at_low, at_high, at_highest)
    return result


@kernel
def _loads(work: Float64s, edges: Int64s) -> Float64s:
    """Return the work of each block, as the difference of what was cumulated at its edges."""
    loads = np.empty(len(edges) - 1)
    cumulated = 0.0
    for block in range(len(loads)):
        before = cumulated
        for i in range(edges[block], edges[block + 1]):
            cumulated += work[i]
        loads[block] = cumulated - before
    return loads


@dataclass(frozen=True)
class Blocks:
    """Work of every request in one capacity's own unit, and the blocks its accepted work is limited in.

    rate: work a unit can do in a block. in_flight: most work one stream can carry over a block's end. weights: how much
    each block counts, shape (blocks,), 1 on average over the time.
    """

    work: Float64s
    edges: Int64s
    rate: float
    in_flight: float
    weights: Float64s

    @cached_property
    def loads(self) -> Float64s:
        """Work of each block."""
        return _loads(self.work, self.edges)

    def spilled_share(self, units: int) -> float:
        """Return the share of the weighted work that is more than `units` do in its block: a fluid's overflow."""
        whole = float((self.loads * self.weights).sum())
        over = np.maximum(self.loads - units * self.rate, 0.0) * self.weights
        return float(over.sum()) / whole if whole else 0.0

    def sums(self, costs: Float64s) -> tuple[Float64s, Float64s]:
        """Return for a few prices of work the sum of min(cost, price × work), shape (prices, blocks), and the prices.

        costs: of each request on serverless.
        """
        work = float(self.work.sum())
        mean = float(costs.sum()) / work if work else 0.0
        prices = np.array(MULTIPLIERS) * mean
        return _block_sums(costs, self.work, self.edges, prices), prices


def blocks_of(case: Case, capacity: Capacity) -> list[Blocks]:
    """Return the blocks of every axis that work on a capacity is held against."""
    arrivals = case.arrivals
    if isinstance(capacity, ThroughputCapacity):
        capacity = enforced(case, capacity)
        return [_window_blocks(case, capacity, axis) for axis in range(len(capacity.axes))]
    work = request_work(arrivals, capacity)
    weights = _weights_of(case, np.arange(len(arrivals.hour_of_window)))
    return [Blocks(work, arrivals.hour_index, HOUR / SECOND, float(work.max(initial=0.0)), weights)]


def _weights_of(case: Case, hours: Int64s) -> Float64s:
    """Return how much blocks count that lie in replayed hours; of a sample all alike, as its replays do."""
    if case.arrivals.sampled:
        return np.ones(len(hours))
    weights: Float64s = case.weights[hours].astype(np.float64) * float(case.recency)
    return weights


def _window_blocks(case: Case, capacity: ThroughputCapacity, axis: int) -> Blocks:
    arrivals = case.arrivals
    columns, alike, scales = weighed(arrivals, capacity)
    weights = {meter: float(weight) / scales[axis] for meter, weight in alike.axes[axis].weights}
    work = np.full(len(arrivals), weights.get("requests", 0.0))
    for meter, column in zip(TOKEN_METERS, columns, strict=True):
        work += weights.get(meter, 0.0) * column
    # What a leaky bucket takes in a block is what flows in and what it holds at its start.
    held = capacity.window_seconds if capacity.leaky else 0
    seconds = BLOCKS_OF_BUCKETS * held or capacity.window_seconds
    window = arrivals.time_us // (seconds * SECOND)
    starts = np.flatnonzero(np.diff(window, prepend=-1))
    edges = np.append(starts, len(arrivals)).astype(np.int64)
    rate = float(Fraction(capacity.axes[axis].per_minute) * (seconds + held) * SECOND / MINUTE)
    hours = np.searchsorted(arrivals.hour_index, starts, side="right") - 1
    return Blocks(work, edges, rate, 0.0, _weights_of(case, hours))
