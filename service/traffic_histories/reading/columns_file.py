"""A history as what is stored of it: a few facts and its columns."""

from dataclasses import dataclass
from typing import Any, Literal

from service.workflow.traffic import Int64s, RequestLog, TrafficHistory

PART = "part."
"""Before the names of columns that are parts of input or output."""

REQUEST, RESULT, COLUMNS, ERRORS = "request.json", "result.json", "columns.bin", "errors.txt"
"""Files by which a parser process is told what to read, hands over what it has read, and says what it died of."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a history is besides its columns.

    columns: names of the stored columns, in order. bucket_seconds, absent: of a series. start_us, end_us: declared
    span of a log. first_us, last_us: time of the first and last row. requests, input_tokens, cached_input_tokens,
    output_tokens: sums, requests None where they were not recorded.
    """

    kind: Literal["log", "series"]
    rows: int
    columns: tuple[str, ...]
    digest: str
    first_us: int
    last_us: int
    requests: int | None
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int
    bucket_seconds: int | None = None
    absent: Literal["missing", "idle"] | None = None
    start_us: int | None = None
    end_us: int | None = None


def columns_of(history: TrafficHistory) -> dict[str, Int64s]:
    """Return the columns of a history that are there, its times first."""
    if isinstance(history, RequestLog):
        found: dict[str, Int64s | None] = {"arrival": history.arrival_us}
        last = {"service": history.service_us}
    else:
        found = {"start": history.start_us, "requests": history.requests}
        last = {}
    found |= {
        "input": history.input_tokens,
        "cached": history.cached_input_tokens,
        "output": history.output_tokens,
    }
    found |= last | {PART + name: column for name, column in history.parts}
    return {name: column for name, column in found.items() if column is not None}


def facts_of(history: TrafficHistory) -> Facts:
    """Return the facts of a history that has rows."""
    columns = columns_of(history)
    times = next(iter(columns.values()))
    shared: dict[str, Any] = {
        "rows": len(times),
        "columns": tuple(columns),
        "digest": history.digest,
        "first_us": int(times[0]),
        "last_us": int(times[-1]),
        "requests": _requests(history),
        "input_tokens": int(history.input_tokens.sum()),
        "cached_input_tokens": int(history.cached_input_tokens.sum()),
        "output_tokens": int(history.output_tokens.sum()),
    }
    if isinstance(history, RequestLog):
        return Facts("log", **shared, start_us=history.start_us, end_us=history.end_us)
    return Facts("series", **shared, bucket_seconds=history.bucket_seconds, absent=history.absent)


def _requests(history: TrafficHistory) -> int | None:
    if isinstance(history, RequestLog):
        return len(history.arrival_us)
    return None if history.requests is None else int(history.requests.sum())
