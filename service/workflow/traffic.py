"""Traffic: a history as uploaded, and the requests that the replays take. Columns, never rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Int32s = NDArray[np.int32]
Float64s = NDArray[np.float64]
UInt8s = NDArray[np.uint8]
UInt16s = NDArray[np.uint16]
Bools = NDArray[np.bool_]

SECOND = 1_000_000
"""Microseconds in a second; every time inside the workflow is a whole number of microseconds."""

MINUTE = 60 * SECOND
HOUR = 3600 * SECOND
DAY = 24 * HOUR
WEEK = 7 * DAY

BUCKET_SECONDS = (1, 5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 86400)
"""Legal bucket lengths of a series. Days, as usage pages count them, give volumes but show no hour of the week."""


def _digest(kind: str, *parts: object) -> str:
    digest = hashlib.sha256(kind.encode())
    for part in parts:
        digest.update(np.ascontiguousarray(part).tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
    return f"sha256:{digest.hexdigest()}"


Parts = tuple[tuple[str, Int64s], ...]
"""Columns by name."""

ABOVE = "above_"
"""How columns begin of what came in requests of more than so many input tokens, see length_classes."""


def _flat(parts: Parts) -> list[object]:
    return [value for part in parts for value in part]


@dataclass(frozen=True)
class RequestLog:
    """A request log, sorted by arrival, one entry a request in every column (int64, shape (n,)).

    arrival_us: µs since 1970 UTC. input_tokens includes cached_input_tokens. service_us: measured time in
    service, None where not logged. start_us/end_us: declared observation span [start, end), None: first to last.
    parts: columns of what is told apart of input and output, by meter (see quantities.PARTS).
    """

    arrival_us: Int64s
    input_tokens: Int64s
    cached_input_tokens: Int64s
    output_tokens: Int64s
    service_us: Int64s | None = None
    start_us: int | None = None
    end_us: int | None = None
    parts: Parts = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the columns and the declared span, as `sha256:<hex>`."""
        columns = (self.arrival_us, self.input_tokens, self.cached_input_tokens, self.output_tokens)
        return _digest("log", *columns, self.service_us, self.start_us, self.end_us, *_flat(self.parts))


@dataclass(frozen=True)
class BucketSeries:
    """A series of buckets, sorted, unique, aligned to `bucket_seconds` (columns int64, shape (n,)).

    start_us: µs since 1970 UTC of each present bucket. requests: None where only tokens were recorded.
    absent: whether a bucket that is not here is `missing` (not observed) or `idle` (observed, no traffic).
    parts: as of a RequestLog; where the series has length classes their columns too (see length_classes).
    """

    bucket_seconds: int
    start_us: Int64s
    requests: Int64s | None
    input_tokens: Int64s
    cached_input_tokens: Int64s
    output_tokens: Int64s
    absent: Literal["missing", "idle"] = "missing"
    parts: Parts = ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the columns, bucket length and meaning of absence, as `sha256:<hex>`."""
        columns = (self.start_us, self.requests, self.input_tokens, self.cached_input_tokens, self.output_tokens)
        return _digest("series", self.bucket_seconds, self.absent, *columns, *_flat(self.parts))

    @cached_property
    def counts(self) -> Int64s:
        """Requests (0 where not recorded), uncached, cached and output tokens of each bucket, shape (n, 4)."""
        requests = np.zeros_like(self.input_tokens) if self.requests is None else self.requests
        uncached = self.input_tokens - self.cached_input_tokens
        return np.stack([requests, uncached, self.cached_input_tokens, self.output_tokens], axis=1)


TrafficHistory = RequestLog | BucketSeries


def stacked_parts(histories: Sequence[TrafficHistory]) -> Parts:
    """Return the parts of histories one after the other, zeros where a history does not tell one.

    Length classes that some history does not tell are left out: nothing is known of what it holds of them.
    """
    names = dict.fromkeys(name for history in histories for name, _ in history.parts)
    told = [frozenset(name for name, _ in history.parts) for history in histories]
    names = dict.fromkeys(name for name in names if not name.startswith(ABOVE) or all(name in one for one in told))
    return tuple(
        (name, np.concatenate([dict(h.parts).get(name, np.zeros(len(h.input_tokens), np.int64)) for h in histories]))
        for name in sorted(names)
    )


@dataclass(frozen=True)
class Arrivals:
    """The requests a replay takes, sorted by time; every column has shape (n,).

    time_us: µs since the window's start (int64), a sampled history's hours laid end to end.
    stretch_us: how much of each hour is replayed: all of it, or less where a sample would hold too few whole hours.
    uncached, cached, output: tokens (int64). service_us: logged service time, or None.
    hour_index: int64, shape (hours + 1,): arrivals of replayed hour h are [hour_index[h], hour_index[h + 1]).
    hour_of_window: int64, shape (hours,), never falling: which hour of the window each replayed hour is or lies in.
    hours_in_window: observed hours (stretches) that the replayed ones stand for. sampled: whether they are fewer.
    synthesized: whether arrival times were drawn rather than logged.
    observed_us: microseconds of window observed, shape (hours,), per replayed hour.
    buckets: set where an entry is a whole bucket of this series instead of a request.
    stretches: int64, shape (hours,), which stretch of the window each replayed one is.
    lengths: thresholds of input tokens on whose right side each drawn request is; a log knows every length.
    """

    time_us: Int64s
    uncached: Int64s
    cached: Int64s
    output: Int64s
    service_us: Int64s | None
    hour_index: Int64s
    hour_of_window: Int64s
    observed_us: Int64s
    hours_in_window: int
    sampled: bool
    synthesized: bool
    buckets: BucketSeries | None = None
    stretch_us: int = HOUR
    stretches: Int64s | None = None
    lengths: tuple[int, ...] = ()

    def __len__(self) -> int:
        """Return the number of entries: requests, or buckets."""
        return len(self.time_us)
