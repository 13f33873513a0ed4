"""What looks wrong in a history."""

from dataclasses import replace

import numpy as np
import pytest

from service.workflow.measure.quality import Quality, clock_jumps_of, duplicates_of, quality_of
from service.workflow.traffic import DAY, MINUTE, SECOND
from tests.histories import MONDAY, log_of, series_of


def test_missing_buckets_and_the_runs_they_form() -> None:
    series = series_of([None, 1, None, None, 1, None, 1])
    assert quality_of(series, MONDAY, MONDAY + 8 * MINUTE) == Quality(3 / 8, 5, 4, 120.0)


def test_absent_idle_misses_nothing() -> None:
    assert quality_of(series_of([1, None, 1], absent="idle"), MONDAY, MONDAY + 3 * MINUTE) == Quality()


def test_a_silence_of_a_day_looks_like_a_clock_jump() -> None:
    day = DAY // SECOND
    assert clock_jumps_of(log_of([0, day, 2 * day - 1, 5 * day])) == 2
    assert quality_of(log_of([0, 1]), MONDAY, MONDAY + SECOND) == Quality()


@pytest.mark.parametrize(
    ("rows", "doubled"),
    [
        ([(1, 10), (1, 11)], 0),
        ([(1, 10), (2, 10)], 0),
        ([(1, 10), (1, 11), (1, 10)], 1),
        ([(1, 10), (1, 10), (1, 10), (2, 3), (2, 3)], 3),
        ([(1, 10), (2, 10), (2, 10), (3, 10)], 1),
        ([], 0),
    ],
)
def test_duplicates_repeat_an_arrival_and_its_tokens(rows: list[tuple[int, int]], doubled: int) -> None:
    log = log_of([second for second, _ in rows], [(tokens, 0, 1) for _, tokens in rows])
    assert duplicates_of(log) == doubled


def test_every_column_tells_requests_apart() -> None:
    log = log_of([1, 1], [(10, 2, 3)] * 2)
    assert duplicates_of(log) == 1
    different = np.array([5, 6])
    assert duplicates_of(replace(log, input_tokens=different)) == 0
    assert duplicates_of(replace(log, cached_input_tokens=different)) == 0
    assert duplicates_of(replace(log, output_tokens=different)) == 0
    swapped = log_of([1, 1], [(10, 2, 3), (10, 3, 2)])
    assert duplicates_of(swapped) == 0
