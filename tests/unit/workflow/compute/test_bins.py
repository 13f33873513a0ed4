"""Buckets in bins of their load: what lies beyond a limit is what every one of them says."""

import numpy as np
import pytest

from service.workflow.compute.bins import Bins
from service.workflow.traffic import Float64s

SOME = np.random.default_rng(7).gamma(2.0, 1.0, 400)

LOADS = pytest.mark.parametrize(
    "loads",
    [SOME, SOME * (SOME > 1), np.zeros(3), np.zeros(0), np.array([3.0]), np.array([0.0, 1e-150, 1e150])],
    ids=["loads", "some idle", "all idle", "none", "one", "further apart than 16 bits"],
)


@LOADS
def test_a_bin_holds_loads_of_the_same_first_bits(loads: Float64s) -> None:
    bins = Bins.of(loads)
    assert bins.of_bucket[loads <= 0].tolist() == [0] * int((loads <= 0).sum())
    assert bins.count == int(bins.of_bucket.max(initial=0)) + 1
    own = bins.of_bucket[loads > 0].astype(int)
    assert (own - 1 + bins.least).tolist() == (loads[loads > 0].view(np.int64) >> 44).tolist()


@LOADS
def test_what_lies_beyond_a_limit_is_that_of_every_bucket(loads: Float64s) -> None:
    rng = np.random.default_rng(3)
    counts, weights = rng.uniform(0, 9, (len(loads), 4)), rng.uniform(1, 2, len(loads))
    bins = Bins.of(loads)
    sums = bins.sums(counts, weights)
    for limit in (0.0, 1e-9, 0.5, 1.0, 3.0, 7.5, 1e149):
        over = loads > limit
        share = np.zeros(len(loads))
        share[over] = 1 - limit / loads[over]
        assert bins.beyond(limit, counts, weights, sums) == pytest.approx(
            (weights * share) @ counts, rel=1e-9, abs=1e-9
        )
