"""Provisioned throughput on a series without requests: the bucket is the window, and the split is fractional."""

from dataclasses import replace

import numpy as np

from service.workflow.offers import ThroughputCapacity
from service.workflow.replay.compiled import kernel
from service.workflow.replay.result import BucketSplit
from service.workflow.replay.throughput import split_shares
from service.workflow.replay.token_budgets import Budget, demand_of, whole_budget
from service.workflow.traffic import BucketSeries, Float64s, Int64s


@kernel
def _demand(weights: Int64s, counts: Int64s, bucket: int) -> int:
    return demand_of(weights, counts[bucket, 0], counts[bucket, 1], counts[bucket, 2], counts[bucket, 3])


@kernel
def _split(counts: Int64s, budget: Budget, used: Float64s, overflow: Int64s) -> None:
    """Split each bucket at the share that its most exceeded axis cannot serve; add to `used` by axis."""
    axes = len(budget.budget)
    for bucket in range(len(counts)):
        share = 0.0
        for axis in range(axes):  # the most exceeded axis decides which share overflows
            demand = _demand(budget.weights[axis], counts, bucket)
            if demand > budget.budget[axis]:
                share = max(share, (demand - budget.budget[axis]) / demand)
        for axis in range(axes):  # of every axis the rest of the bucket is used
            used[axis] += _demand(budget.weights[axis], counts, bucket) * (1.0 - share)
        for column in range(4):
            overflow[bucket, column] = int(np.rint(counts[bucket, column] * share))


def split_buckets(series: BucketSeries, capacity: ThroughputCapacity, units: int) -> BucketSplit:
    """Split every bucket of a series by the budget of `units` over the bucket's length.

    The share of a bucket that overflows is (demand − budget) ÷ demand of its most exceeded axis, in float64.
    A bucket longer than the capacity's window understates overflow. Raises WorkflowError as whole_budget does.
    """
    counts = series.counts
    by_bucket = replace(capacity, window_seconds=series.bucket_seconds, leaky=False)
    budget = whole_budget(by_bucket, units, [int(most) for most in counts.max(axis=0, initial=0)])
    used, overflow = np.zeros(len(capacity.axes)), np.empty_like(counts)
    _split(counts, budget, used, overflow)
    whole = budget.budget.astype(np.float64) * len(counts)
    shares = used / whole if units and len(counts) else np.zeros_like(used)
    return BucketSplit(overflow, *split_shares(capacity, shares))
