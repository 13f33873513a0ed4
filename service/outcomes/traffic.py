"""The traffic that came in a period, out of a stored history."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from service.outcomes.periods import Period
from service.outcomes.plan import Traffic
from service.workflow.traffic import SECOND, BucketSeries, Int64s, RequestLog, TrafficHistory


@dataclass(frozen=True)
class Came:
    """Traffic of a period. covered: which share of it the history observed; the rest is taken to be like it."""

    traffic: Traffic
    covered: Fraction


def came(history: TrafficHistory, period: Period) -> Came | None:
    """Return what came in a period, scaled to all of it; None where the history observed nothing of it."""
    start, end = (round(at.timestamp()) * SECOND for at in (period.starts_at, period.ends_at))
    times = history.arrival_us if isinstance(history, RequestLog) else history.start_us
    inside = (times >= start) & (times < end)
    covered = Fraction(_observed(history, inside, start, end), end - start)
    if not covered:
        return None

    def total(column: Int64s) -> Fraction:
        """Return the sum of a column inside the period, over the share of it that was observed."""
        return Fraction(int(column[inside].sum())) / covered

    if isinstance(history, RequestLog):
        requests: Fraction | None = Fraction(int(np.count_nonzero(inside))) / covered
    else:
        requests = None if history.requests is None else total(history.requests)
    columns = (history.input_tokens, history.cached_input_tokens, history.output_tokens)
    return Came(Traffic(requests, *map(total, columns)), covered)


def _observed(history: TrafficHistory, inside: np.typing.NDArray[np.bool_], start: int, end: int) -> int:
    """Return the microseconds of [start, end) that were observed."""
    if isinstance(history, BucketSeries):
        width = history.bucket_seconds * SECOND
        if history.absent == "missing":
            return min(end - start, int(np.count_nonzero(inside)) * width)
        first, last = int(history.start_us[0]), int(history.start_us[-1]) + width
    else:
        first = int(history.arrival_us[0]) if history.start_us is None else history.start_us
        last = int(history.arrival_us[-1]) if history.end_us is None else history.end_us
    return max(0, min(end, last) - max(start, first))
