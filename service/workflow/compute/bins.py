"""Buckets of traffic by their load: what of all of them lies beyond any limit, in one look at a few.

Buckets stand in bins of loads that share their exponent and first bits, so that a bin's loads differ by 0.4 % at most.
Sums from each bin on, and the buckets of the bin that a limit lies in, give exactly

    beyond(x) = Σ over buckets with load l > x of weight × counts × (1 − x ÷ l).
"""

from dataclasses import dataclass

import numpy as np

from service.workflow.replay.compiled import kernel
from service.workflow.traffic import Float64s, Int32s, Int64s, UInt16s

BITS = 44
"""Bits of a load (IEEE 754, of 52 after the exponent) that its bin does not tell."""


@dataclass(frozen=True)
class Bins:
    """The bins of some loads. Bin 0 holds those of nothing.

    loads: shape (n,). least: the bits of the least load above 0. of_bucket: the bin of each bucket, shape (n,). count:
    how many bins there are.
    """

    loads: Float64s
    least: int
    of_bucket: UInt16s | Int32s
    count: int

    @classmethod
    def of(cls, loads: Float64s) -> "Bins":
        """Return the bins of loads ≥ 0."""
        loads = np.ascontiguousarray(loads)
        bits = loads.view(np.int64)
        least, most = (bound >> BITS for bound in _extremes(loads, bits))
        count = max(most - least + 2, 1)
        narrow = count <= np.iinfo(np.uint16).max + 1
        of_bucket: UInt16s | Int32s = np.zeros(len(loads), np.uint16) if narrow else np.zeros(len(loads), np.int32)
        _fill(loads, bits, least, of_bucket)
        return cls(loads, least, of_bucket, count)

    def sums(self, counts: Float64s, weights: Float64s) -> Float64s:
        """Return sums of weighted counts, and of the same ÷ load, from each bin on, shape (bins + 1, 2, 4)."""
        sums = np.zeros((self.count + 1, 2, 4))
        _add_up(self.loads, self.of_bucket, counts, weights, sums)
        from_each_on: Float64s = np.ascontiguousarray(np.cumsum(sums[::-1], axis=0)[::-1])
        return from_each_on

    def beyond(self, limit: float, counts: Float64s, weights: Float64s, sums: Float64s) -> Float64s:
        """Return the weighted counts beyond a limit ≥ 0, shape (4,); `sums` are those of the counts and weights."""
        own = int(np.float64(limit).view(np.int64) >> BITS) - self.least + 1 if limit > 0 else 0
        own = min(max(own, 0), self.count - 1)
        beyond = np.zeros(4)
        _add_beyond(self.loads, np.flatnonzero(self.of_bucket == own), limit, counts, weights, beyond)
        whole: Float64s = beyond + sums[own + 1, 0] - limit * sums[own + 1, 1]
        return whole


@kernel
def _extremes(loads: Float64s, bits: Int64s) -> tuple[int, int]:
    """Return the bits of the least and of the largest load above 0; the most there are and 0 where there is none."""
    least, most = np.iinfo(np.int64).max, 0
    for bucket in range(len(loads)):
        if loads[bucket] > 0.0:
            least, most = min(least, bits[bucket]), max(most, bits[bucket])
    return least, most


@kernel
def _fill(loads: Float64s, bits: Int64s, least: int, of_bucket: UInt16s | Int32s) -> None:
    """Fill in the bin of each bucket that has a load; the others keep 0."""
    for bucket in range(len(loads)):
        if loads[bucket] > 0.0:
            of_bucket[bucket] = (bits[bucket] >> BITS) - least + 1


@kernel
def _add_up(loads: Float64s, of_bucket: UInt16s | Int32s, counts: Float64s, weights: Float64s, sums: Float64s) -> None:
    """Add up weighted counts, and the same ÷ load, by bin."""
    for bucket in range(len(loads)):
        bin_, load = of_bucket[bucket], loads[bucket]
        for column in range(4):
            count = weights[bucket] * counts[bucket, column]
            sums[bin_, 0, column] += count
            if load > 0.0:
                sums[bin_, 1, column] += count / load


@kernel
def _add_beyond(
    loads: Float64s, buckets: Int64s, limit: float, counts: Float64s, weights: Float64s, beyond: Float64s
) -> None:
    """Add what some buckets hold beyond the limit."""
    for bucket in buckets:
        if loads[bucket] > limit:
            for column in range(4):
                beyond[column] += weights[bucket] * counts[bucket, column] * (1.0 - limit / loads[bucket])
