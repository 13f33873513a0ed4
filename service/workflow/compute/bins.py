"""Buckets of traffic by their load: what of all of them lies beyond any limit, in one look at a few.

Buckets stand in bins of loads that share their exponent and first bits, so that a bin's loads differ by 0.4 % at most.
Sums from each bin on, and the buckets of the bin that a limit lies in, give exactly

    beyond(x) = Σ over buckets with load l > x of weight × counts × (1 − x ÷ l).
"""

from dataclasses import dataclass

import numpy as np

from service.workflow.replay.compiled import kernel
from service.workflow.traffic import Float64s, Int32s, Int64s

BITS = 44
"""Bits of a load (IEEE 754, of 52 after the exponent) that its bin does not tell."""


@dataclass(frozen=True)
class Bins:
    """The bins of some loads. Bin 0 holds those of nothing.

    loads: shape (n,). least: the bits of the least load above 0. order: the buckets by bin, shape (n,). edges: where
    each bin begins in it, shape (bins + 1,).
    """

    loads: Float64s
    least: int
    order: Int32s
    edges: Int64s

    @classmethod
    def of(cls, loads: Float64s) -> "Bins":
        """Return the bins of loads ≥ 0."""
        loads = np.ascontiguousarray(loads)
        bits = loads.view(np.int64) >> BITS
        least = int(bits[loads > 0].min(initial=np.iinfo(np.int64).max))
        bins = np.where(loads > 0, bits - least + 1, 0)
        count = int(bins.max(initial=0)) + 1
        narrow = bins.astype(np.uint16 if count < 1 << 16 else np.int32)
        order = np.argsort(narrow, kind="stable").astype(np.int32)
        edges = np.concatenate(([0], np.cumsum(np.bincount(bins, minlength=count)))).astype(np.int64)
        return cls(loads, least, order, edges)

    def sums(self, counts: Float64s, weights: Float64s) -> Float64s:
        """Return sums of weighted counts, and of the same ÷ load, from each bin on, shape (bins + 1, 2, 4)."""
        sums = np.zeros((len(self.edges), 2, 4))
        _sum(self.loads, self.order, self.edges, counts, weights, sums)
        return sums

    def beyond(self, limit: float, counts: Float64s, weights: Float64s, sums: Float64s) -> Float64s:
        """Return the weighted counts beyond a limit ≥ 0, shape (4,); `sums` are those of the counts and weights."""
        own = int(np.float64(limit).view(np.int64) >> BITS) - self.least + 1 if limit > 0 else 0
        own = min(max(own, 0), len(self.edges) - 2)
        beyond = np.zeros(4)
        _add_beyond(self.loads, self.order[self.edges[own] : self.edges[own + 1]], limit, counts, weights, beyond)
        whole: Float64s = beyond + sums[own + 1, 0] - limit * sums[own + 1, 1]
        return whole


@kernel
def _sum(loads: Float64s, order: Int32s, edges: Int64s, counts: Float64s, weights: Float64s, sums: Float64s) -> None:
    """Fill in the sums from each bin on; the last row, of no bin, stays 0."""
    for bin_ in range(len(edges) - 2, -1, -1):
        sums[bin_] = sums[bin_ + 1]
        for i in range(edges[bin_], edges[bin_ + 1]):
            bucket = order[i]
            for column in range(4):
                count = weights[bucket] * counts[bucket, column]
                sums[bin_, 0, column] += count
                if loads[bucket] > 0.0:
                    sums[bin_, 1, column] += count / loads[bucket]


@kernel
def _add_beyond(
    loads: Float64s, buckets: Int32s, limit: float, counts: Float64s, weights: Float64s, beyond: Float64s
) -> None:
    """Add what some buckets hold beyond the limit."""
    for bucket in buckets:
        if loads[bucket] > limit:
            for column in range(4):
                beyond[column] += weights[bucket] * counts[bucket, column] * (1.0 - limit / loads[bucket])
