"""The shape of the week."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.workflow.errors import WorkflowError
from service.workflow.measure.week import (
    grid_of,
    hours_of,
    hours_seen_of,
    week_edges,
    week_over_week_of,
    weekly_means_of,
    zone_of,
)
from service.workflow.traffic import DAY, HOUR, MINUTE, WEEK
from tests.histories import MONDAY, at, ints


def _slots_by_minute(start_us: int, minutes: int, zone: str) -> list[int]:
    """The hour of the week of each minute, by the calendar alone."""
    moments = (datetime.fromtimestamp(start_us // 1_000_000, UTC) + timedelta(minutes=each) for each in range(minutes))
    local = (moment.astimezone(ZoneInfo(zone)) for moment in moments)
    return [moment.weekday() * 24 + moment.hour for moment in local]


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("UTC", "2026-10-05T00:00:00+00:00"),
        ("Europe/Berlin", "2026-03-28T00:00:00+00:00"),
        ("Europe/Berlin", "2026-10-24T00:00:00+00:00"),
        ("America/New_York", "2026-03-07T12:17:00+00:00"),
        ("Australia/Lord_Howe", "2026-04-04T00:00:00+00:00"),
        ("Australia/Lord_Howe", "2026-10-03T00:00:00+00:00"),
        ("America/St_Johns", "2010-03-13T00:00:00+00:00"),
        ("America/St_Johns", "2010-11-06T00:00:00+00:00"),
        ("Asia/Kathmandu", "2026-10-05T00:07:00+00:00"),
        ("Pacific/Apia", "2011-12-29T00:00:00+00:00"),
    ],
)
def test_every_minute_falls_into_its_local_hour_through_gaps_and_folds(zone: str, start: str) -> None:
    minutes = 3 * 24 * 60
    begin = at(start)
    edges, slots = hours_of(begin, begin + minutes * MINUTE, zone_of(zone))
    of_minute = np.repeat(slots, np.diff(edges) // MINUTE)
    assert of_minute.tolist() == _slots_by_minute(begin, minutes, zone)
    assert (edges[0], edges[-1]) == (begin, begin + minutes * MINUTE)


def test_an_hour_that_the_clock_skips_stays_unseen_and_one_that_it_repeats_is_seen_twice() -> None:
    berlin = zone_of("Europe/Berlin")
    sunday_two = 6 * 24 + 2
    edges, slots = hours_of(at("2026-03-23T00:00:00+01:00"), at("2026-03-30T00:00:00+02:00"), berlin)
    grid = grid_of(slots, np.diff(edges) // MINUTE, np.diff(edges))
    assert (grid[sunday_two], grid.count(1.0)) == (None, 167)
    edges, slots = hours_of(at("2026-10-19T00:00:00+02:00"), at("2026-10-26T00:00:00+01:00"), berlin)
    times = np.bincount(slots, np.diff(edges), 168)
    assert (times[sunday_two], times.sum()) == (2 * HOUR, WEEK + HOUR)


def test_monday_midnight_is_slot_zero() -> None:
    assert hours_of(MONDAY, MONDAY + HOUR, UTC)[1].tolist() == [0]
    assert hours_of(MONDAY - 1, MONDAY + HOUR, UTC)[1].tolist() == [167, 0]


def test_a_window_may_start_and_end_anywhere() -> None:
    edges, slots = hours_of(MONDAY + 1, MONDAY + HOUR + 7, UTC)
    assert ((edges - MONDAY).tolist(), slots.tolist()) == ([1, HOUR, HOUR + 7], [0, 1])


def test_the_grid_is_a_mean_over_observed_time() -> None:
    grid = grid_of(ints([5, 6, 5]), ints([60, 9, 30]), ints([HOUR, 0, HOUR // 2]))
    assert (grid[5], grid[6], grid[7]) == (1.0, None, None)
    assert len(grid) == 168


def test_hours_are_seen_once_however_often() -> None:
    assert hours_seen_of(ints([1, 2, 1, 3]), ints([1, 0, 1, 1])) == 2


def test_an_unknown_zone_is_refused() -> None:
    for name in ("Europe/Atlantis", "", "../etc/passwd"):
        with pytest.raises(WorkflowError, match="IANA name") as refused:
            zone_of(name)
        assert refused.value.field == "/policy/zone"


def test_weeks_are_compared_where_both_were_observed() -> None:
    assert (week_edges(MONDAY, MONDAY + 2 * WEEK) - MONDAY).tolist() == [0, WEEK, 2 * WEEK]
    assert weekly_means_of(ints([7 * 24 * 60, 0]), ints([WEEK, 0])) == (1.0, None)
    assert week_over_week_of((9.0, 4.0, 5.0)) == 0.25
    assert week_over_week_of((4.0, 0.0)) == -1.0


@pytest.mark.parametrize("means", [(), (1.0,), (None, 1.0), (1.0, None), (0.0, 1.0)])
def test_no_week_before_no_change(means: tuple[float | None, ...]) -> None:
    assert week_over_week_of(means) is None


def test_a_window_shorter_than_a_week_has_no_weeks() -> None:
    assert len(week_edges(MONDAY, MONDAY + 6 * DAY)) == 1


@given(st.integers(-(10**6), 10**6), st.integers(0, 400), st.integers(0, HOUR - 1), st.integers(0, HOUR - 1))
def test_the_hours_of_a_clock_that_never_changes_are_those_of_any(
    start: int, hours: int, after: int, more: int
) -> None:
    begun = start * HOUR + after
    end = begun + hours * HOUR + more
    edges, slots = hours_of(begun, end, UTC)
    as_any = hours_of(begun, end, ZoneInfo("Etc/UTC"))
    assert (edges.tolist(), slots.tolist()) == (as_any[0].tolist(), as_any[1].tolist())
