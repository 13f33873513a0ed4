"""Idle time."""

import pytest

from service.workflow.measure.idle import idle_gaps_of, idle_share_of
from service.workflow.measure.load import Load, load_of
from service.workflow.traffic import SECOND
from tests.histories import MONDAY, log_of, series_of


def _load(counts: list[int | None], bucket: int = 60) -> Load:
    return load_of(series_of(counts, bucket=bucket), MONDAY, MONDAY + len(counts) * bucket * SECOND)


def test_gaps_are_runs_of_idle_buckets() -> None:
    gaps = idle_gaps_of(_load([0, 1, 0, 0, 0, 0, 0, 1, 0, 0]))
    assert (gaps.count, gaps.longest_seconds) == (3, 300)
    assert [(each.at_least_seconds, each.count, each.seconds) for each in gaps.classes[:3]] == [
        (60, 3, 480),
        (300, 1, 300),
        (900, 0, 0),
    ]


def test_a_missing_bucket_ends_a_gap() -> None:
    gaps = idle_gaps_of(_load([0, 0, None, 0]))
    assert (gaps.count, gaps.longest_seconds) == (2, 120)


def test_no_idle_bucket_is_no_gap() -> None:
    gaps = idle_gaps_of(_load([1, None, 2]))
    assert (gaps.count, gaps.longest_seconds, {each.count for each in gaps.classes}) == (0, 0, {0})


@pytest.mark.parametrize(("counts", "share"), [([0, 1, 0, 1], 0.5), ([0, None, 0, 1], 2 / 3), ([1, 1], 0)])
def test_idle_share_is_of_observed_time(counts: list[int | None], share: float) -> None:
    load = _load(counts)
    assert idle_share_of(load, int(load.observed_us.sum())) == share


def test_a_quiet_tail_counts_as_long_as_it_was_declared() -> None:
    load = load_of(log_of([0], start=0, end=90), MONDAY, MONDAY + 90 * SECOND)
    assert idle_share_of(load, 90 * SECOND) == 1 / 3
    assert idle_gaps_of(load).longest_seconds == 30
