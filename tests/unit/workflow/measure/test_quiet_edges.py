"""A log of calendar weeks is whole weeks, though its first and last callers came a little inside of them."""

import numpy as np
import pytest

from service.workflow.measure.window import span_of, window_of
from service.workflow.traffic import HOUR, MINUTE, SECOND, WEEK, RequestLog
from tests.histories import MONDAY

WEEKS = 2


def log(first: int, last: int, gap: int, start: int | None = None, end: int | None = None) -> RequestLog:
    """Return a log of arrivals `gap` apart, from and to µs after a Monday."""
    times = MONDAY + np.append(np.arange(first, last, gap), last).astype(np.int64)
    ones = np.ones_like(times)
    return RequestLog(times, ones, ones * 0, ones, start_us=start, end_us=end)


@pytest.mark.parametrize("weeks", [1, 2, 5])
@pytest.mark.parametrize("shift", [0, HOUR, -5 * HOUR])
def test_calendar_weeks_are_whole_weeks_in_any_zone_of_whole_hours(weeks: int, shift: int) -> None:
    some = log(shift + 2 * SECOND, shift + weeks * WEEK - 5 * SECOND, MINUTE)
    assert span_of(some) == (MONDAY + shift, MONDAY + shift + weeks * WEEK)
    assert window_of(*span_of(some)) == span_of(some)


def test_a_rare_caller_makes_a_week_to_its_days() -> None:
    some = log(3 * HOUR, WEEK - 2 * HOUR, 5 * HOUR)
    assert span_of(some) == (MONDAY, MONDAY + WEEK)


def test_a_silence_longer_than_any_inside_is_time_that_nobody_saw() -> None:
    some = log(2 * MINUTE, WEEKS * WEEK - 5 * SECOND, MINUTE)
    assert span_of(some) == (MONDAY + 2 * MINUTE, MONDAY + WEEKS * WEEK - 5 * SECOND)


def test_what_was_declared_and_what_makes_no_further_week_stays() -> None:
    first, last = 2 * SECOND, WEEKS * WEEK - 5 * SECOND
    declared = log(first, last, MINUTE, start=MONDAY + first)
    assert span_of(declared) == (MONDAY + first, MONDAY + last)
    part = log(first, WEEK // 2 - SECOND, MINUTE)
    assert span_of(part) == (MONDAY + first, MONDAY + WEEK // 2 - SECOND)
