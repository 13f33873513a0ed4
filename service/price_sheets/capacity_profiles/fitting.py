"""From results of benchmarks to a capacity: the points, the fit, each point left out, and what each figure is."""

from collections.abc import Mapping, Sequence
from typing import Any

from service.price_sheets.capacity_profiles import mlperf
from service.price_sheets.capacity_profiles.benchmark_files import points_of, records_of
from service.workflow.fit import Fit, Point, fit

Json = dict[str, Any]

MOST_POINTS = 100
"""Points that a decode curve of an offer may have."""


class ResultsError(ValueError):
    """Results that cannot be used. place: the index of the file that is to blame, None where all are."""

    def __init__(self, detail: str, place: int | None = None) -> None:
        """Say what is wrong and what mends it."""
        super().__init__(detail)
        self.place = place


def profile_of(texts: Sequence[str], lengths: Mapping[str, float | None], system: str | None = None) -> Json:
    """Return `capacity`, `request`, `points`, `left_out` and `labels` of files of results of one unit.

    lengths: `input_tokens` and `output_tokens` where the files do not say them; system: of rows of several
    (MLPerf) the name of the one that is meant, or a part of it. Raises ResultsError.
    """
    points: list[Point] = []
    rated: list[mlperf.Row] = []
    for place, text in enumerate(texts):
        try:
            records = records_of(text)
            rows = mlperf.rows_of(records)
            rated += rows
            points += [] if rows else points_of(records, lengths)
        except (ValueError, RecursionError, OverflowError) as error:
            detail = (
                str(error) if isinstance(error, ValueError) else "It is nested too deeply, or its numbers too large."
            )
            raise ResultsError(detail, place) from error
    try:
        return _of_rows(rated, points, system) if rated else _of_points(points)
    except ValueError as error:
        raise ResultsError(str(error)) from error


def _of_rows(rows: Sequence[mlperf.Row], points: Sequence[Point], system: str | None) -> Json:
    if points:
        raise ValueError("Rows of MLPerf and results of a sweep are two capacities: give them one at a time.")
    return mlperf.profile_of(rows, system)


def _of_points(points: Sequence[Point]) -> Json:
    if len(points) > MOST_POINTS:
        raise ValueError(f"{len(points)} points are too many: a curve has {MOST_POINTS} at most.")
    return _document(fit(points), sorted(points, key=lambda point: point.streams))


def _document(found: Fit, points: Sequence[Point]) -> Json:
    one = found.capacity
    return {
        "capacity": {
            "kind": "concurrency",
            "slots": one.slots,
            "prefill_tokens_per_second": round(one.speed.prefill_tokens_per_second, 3),
            "first_token_seconds": round(one.first_token_seconds, 6),
            "context_tokens": points[0].input_tokens + points[0].output_tokens / 2,
            "decode_tokens_per_second": [[streams, round(speed, 4)] for streams, speed in one.speed.decode],
        },
        "request": {"input_tokens": points[0].input_tokens, "output_tokens": points[0].output_tokens},
        "points": [_point(point) for point in points],
        "left_out": [
            {
                "streams": each.streams,
                "measured_seconds": round(each.measured_seconds, 3),
                "predicted_seconds": round(each.predicted_seconds, 3),
                "error": round(each.error, 4),
            }
            for each in found.left_out
        ],
        "labels": {
            "points": "measured: means as the tool wrote them",
            "decode_tokens_per_second": "derived: measured end to end, less what reading the prompts takes",
            "prefill_tokens_per_second": "derived: the most that leaves no step shorter with more in flight",
            "first_token_seconds": "derived: what reading leaves of the lone request's first token",
            "slots": "derived: the most in flight that still brought more requests a second",
            "context_tokens": "derived: a prompt and half an answer",
            "context_seconds_per_token": "assumed 0: requests of one length do not tell it",
            "kv_tokens": "assumed unlimited: a sweep does not tell it",
        },
    }


def _point(point: Point) -> Json:
    return {
        "streams": point.streams,
        "first_token_seconds": round(point.first_token_seconds, 6),
        "token_seconds": round(point.token_seconds, 9),
        "requests_per_second": point.requests_per_second,
    }
