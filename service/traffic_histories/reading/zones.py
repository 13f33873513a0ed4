"""Wall-clock times to UTC, with daylight-saving gaps and folds told apart and counted."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from service.workflow.traffic import DAY, HOUR, Int64s

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placed:
    """Times placed in UTC (µs, the order kept).

    in_gap: rows whose wall-clock time did not exist; they are read with the offset before the change, which puts
    them after it. in_fold: rows whose wall-clock time occurred twice. second_pass: those of them read as the
    second occurrence, because the file's order starts again within the fold.
    """

    utc_us: Int64s
    in_gap: int
    in_fold: int
    second_pass: int


@dataclass(frozen=True, slots=True)
class _Change:
    """An offset change at `at_us` (UTC), offsets in µs east of UTC."""

    at_us: int
    before: int
    after: int


def place(wall_us: Int64s, zone: ZoneInfo, *, buckets: bool = False) -> Placed:
    """Return the UTC instants of wall-clock times (µs, in the file's order) of `zone`.

    buckets: the times are starts of buckets, so that equal ones in a fold may be the same hour told twice.
    """
    if not len(wall_us):
        return Placed(wall_us, 0, 0, 0)
    first, last = int(wall_us.min()) - DAY, int(wall_us.max()) + DAY
    changes = _changes(first, last, zone)
    if not changes:
        return Placed(wall_us - _offset(first, zone), 0, 0, 0)
    # The later of the two wall clocks at a change ends its gap or fold: until then the offset before it holds.
    until = np.array([change.at_us + max(change.before, change.after) for change in changes], dtype=np.int64)
    offsets = np.array([_offset(first, zone), *(change.after for change in changes)], dtype=np.int64)
    utc = wall_us - offsets[np.searchsorted(until, wall_us, side="right")]
    in_gap = in_fold = second = 0
    for change in changes:
        early, late = sorted((change.at_us + change.before, change.at_us + change.after))
        inside = (wall_us >= early) & (wall_us < late)
        if change.after > change.before:
            in_gap += int(inside.sum())
        elif inside.any():
            again = _again(wall_us, inside, early, late - early)
            if buckets and not again.any():
                again = _told_twice(wall_us, inside)
            utc[again] += late - early
            in_fold += int(inside.sum())
            second += int(again.sum())
    return Placed(utc, in_gap, in_fold, second)


def _again(wall_us: Int64s, inside: NDArray[np.bool_], early_us: int, length: int) -> NDArray[np.bool_]:
    """Return which rows of a fold come after the file's order has stepped back by half the fold or more.

    A file of one source after another passes the fold once for each: where the clock was before the fold in between,
    it enters it anew.
    """
    rows = np.flatnonzero(inside)
    anew = np.diff(np.cumsum(wall_us < early_us)[rows], prepend=-1) > 0
    steps = np.cumsum(np.diff(wall_us[rows], prepend=wall_us[rows[:1]]) <= -(length // 2))
    entered = np.maximum.accumulate(np.where(anew, np.arange(len(rows)), 0))
    again = np.zeros_like(inside)
    again[rows[steps > steps[entered]]] = True
    return again


def _told_twice(wall_us: Int64s, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the second half of each run of equal starts in a fold that is twice as long as the run beside it.

    A fold that is one bucket long shows no step back: its two hours are two times the usual rows of one start.
    """
    rows = np.flatnonzero(inside)
    again = np.zeros_like(inside)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(wall_us)) + 1))
    if len(starts) == 1 or np.ptp(wall_us[rows]) > 0:
        return again
    lengths = np.diff(starts, append=len(wall_us))
    run = np.searchsorted(starts, rows, side="right") - 1
    beside = np.where(run > 0, run - 1, run + 1)
    late = rows - starts[run] >= lengths[run] // 2
    again[rows[late & (lengths[run] == 2 * lengths[beside])]] = True
    return again


def _offset(at_us: int, zone: ZoneInfo) -> int:
    offset = (EPOCH + timedelta(microseconds=at_us)).astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)


def _changes(first_us: int, last_us: int, zone: ZoneInfo) -> list[_Change]:
    changes: list[_Change] = []
    before = _offset(first_us, zone)
    for at_us in range(first_us, last_us + HOUR, HOUR):
        after = _offset(at_us, zone)
        if after != before:
            changes.append(_Change(_bisect(at_us - HOUR, at_us, before, zone), before, after))
            before = after
    return changes


def _bisect(low_us: int, high_us: int, before: int, zone: ZoneInfo) -> int:
    while high_us - low_us > 1:
        middle = (low_us + high_us) // 2
        if _offset(middle, zone) == before:
            low_us = middle
        else:
            high_us = middle
    return high_us
