"""The shape of the week: the hour-of-week grid in the workload's zone, and how weeks compare."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import numpy as np

from service.workflow.errors import WorkflowError
from service.workflow.measure.profile import HOURS_PER_WEEK
from service.workflow.traffic import HOUR, MINUTE, SECOND, WEEK, Int64s

HOUR_SECONDS = 3600

MONDAY = 3 * 24
"""Hours from a Monday to 1970-01-01, which was a Thursday."""


def zone_of(name: str) -> tzinfo:
    """Return an IANA zone. Raises WorkflowError where the name is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        detail = f"{name!r} is no time zone: give an IANA name such as Europe/Berlin."
        raise WorkflowError("unknown_zone", "/policy/zone", detail) from error


def hours_of(start_us: int, end_us: int, zone: tzinfo) -> tuple[Int64s, Int64s]:
    """Cut [start_us, end_us) where the local hour changes: edges (m + 1,) in µs and the slot of each part (m,).

    An hour that a clock change skips has no part, and one that it repeats has two with the same slot.
    """
    if zone is UTC:  # no clock ever changes
        whole = np.arange(start_us // HOUR + 1, -(-end_us // HOUR), dtype=np.int64) * HOUR
        starts = np.concatenate(([start_us], whole)) if end_us > start_us else whole
        return np.append(starts, end_us), (starts // HOUR + MONDAY) % HOURS_PER_WEEK
    edges, slots = [start_us], []
    while edges[-1] < end_us:
        slot, until = _hour(edges[-1] // SECOND, zone)
        slots.append(slot)
        edges.append(min(until * SECOND, end_us))
    return np.array(edges, dtype=np.int64), np.array(slots, dtype=np.int64)


def _hour(second: int, zone: tzinfo) -> tuple[int, int]:
    """Return the hour of the week of a second, and the second in which it ends."""
    offset = _offset(second, zone)
    local = second + offset
    until = second + HOUR_SECONDS - local % HOUR_SECONDS
    if _offset(until - 1, zone) != offset:
        until = _change(second, until - 1, zone)
    return (local // HOUR_SECONDS + MONDAY) % HOURS_PER_WEEK, until


def _offset(second: int, zone: tzinfo) -> int:
    difference = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
    assert difference is not None
    return int(difference.total_seconds())


def _change(before: int, after: int, zone: tzinfo) -> int:
    old = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def grid_of(slots: Int64s, load: Int64s, observed_us: Int64s) -> tuple[float | None, ...]:
    """Return the mean load per minute of each hour of the week, None where that hour was not observed."""
    loads, times = np.zeros(HOURS_PER_WEEK, dtype=np.int64), np.zeros(HOURS_PER_WEEK, dtype=np.int64)
    np.add.at(loads, slots, load)
    np.add.at(times, slots, observed_us)
    return _means(loads, times)


def _means(loads: Int64s, times: Int64s) -> tuple[float | None, ...]:
    pairs = zip(loads.tolist(), times.tolist(), strict=True)
    return tuple(load * MINUTE / time if time else None for load, time in pairs)


def hours_seen_of(slots: Int64s, observed_us: Int64s) -> int:
    """Return how many different hours of the week were observed."""
    return len(np.unique(slots[observed_us > 0]))


def week_edges(start_us: int, end_us: int) -> Int64s:
    """Return the edges of a window's whole weeks (m + 1,): one edge alone where it is shorter than a week."""
    return np.arange(start_us, end_us + 1, WEEK, dtype=np.int64)


def weekly_means_of(load: Int64s, observed_us: Int64s) -> tuple[float | None, ...]:
    """Return the mean load per minute of each whole week, None where it was not observed."""
    return _means(load, observed_us)


def week_over_week_of(weekly_means: tuple[float | None, ...]) -> float | None:
    """Return the last week's mean ÷ the one before − 1, None where either is missing or the first is 0."""
    before, last = ([None, None, *weekly_means])[-2:]
    return last / before - 1 if before and last is not None else None
