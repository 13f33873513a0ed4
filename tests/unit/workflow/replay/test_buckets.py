import numpy as np

from service.workflow.replay.buckets import split_buckets
from service.workflow.traffic import MINUTE, BucketSeries
from tests.unit.workflow.replay.build import ints
from tests.unit.workflow.replay.test_throughput import TOKENS, capacity


def series(
    inputs: list[int], cached: list[int], output: list[int], requests: list[int] | None, seconds: int = 60
) -> BucketSeries:
    starts = np.arange(len(inputs), dtype=np.int64) * MINUTE
    counted = None if requests is None else ints(requests)
    return BucketSeries(seconds, starts, counted, ints(inputs), ints(cached), ints(output))


def test_the_part_of_a_bucket_beyond_the_budget_overflows() -> None:
    # Demand 250 of a budget of 100: three fifths overflow. Demand 90: nothing does.
    split = split_buckets(series([50, 90], [10, 0], [35, 0], [5, 1]), TOKENS, 1)
    assert split.overflow.tolist() == [[3, 24, 6, 21], [0, 0, 0, 0]]
    assert split.utilization == 190 / 200


def test_overflow_is_rounded_half_to_even() -> None:
    half = capacity(60, ("1", {"output_tokens": "1"}))
    split = split_buckets(series([5, 7], [0, 0], [2, 2], None), half, 1)
    assert split.overflow[:, 1].tolist() == [2, 4]


def test_the_most_exceeded_axis_decides() -> None:
    both = capacity(60, ("100", {"input_tokens": "1"}), ("10", {"output_tokens": "1"}))
    split = split_buckets(series([200], [0], [40], [4]), both, 1)
    assert split.overflow.tolist() == [[3, 150, 0, 30]]
    assert split.utilization == 1.0


def test_the_bucket_is_the_window() -> None:
    hourly = series([6001], [0], [0], None, 3600)
    assert split_buckets(hourly, TOKENS, 1).overflow.sum() == 1
    assert split_buckets(hourly, TOKENS, 2).overflow.sum() == 0


def test_without_units_everything_overflows() -> None:
    some = series([60, 0], [10, 0], [35, 0], None)
    split = split_buckets(some, TOKENS, 0)
    assert (split.overflow == some.counts).all()
    assert split.utilization == 0.0


def test_an_empty_series_overflows_nothing() -> None:
    assert split_buckets(series([], [], [], None), TOKENS, 1).overflow.shape == (0, 4)
