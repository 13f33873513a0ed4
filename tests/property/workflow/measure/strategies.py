"""Traffic histories of every kind, small enough to check by counting."""

from typing import Literal

import numpy as np
from hypothesis import strategies as st

from service.workflow.traffic import BUCKET_SECONDS, SECOND, WEEK, BucketSeries, RequestLog
from tests.histories import MONDAY, ints

ABSENT: tuple[Literal["missing", "idle"], ...] = ("missing", "idle")


@st.composite
def logs(draw: st.DrawFn, most: int = 60, span_seconds: int = 3 * 3600) -> RequestLog:
    """Draw a log of one request or more with a declared or undeclared span, in whole µs, ties included."""
    count = draw(st.integers(1, most))
    seconds = draw(st.sampled_from([span_seconds, 200]))
    ticks = draw(st.sampled_from([1, SECOND, 60 * SECOND]))
    moments = st.integers(0, seconds * SECOND // ticks)
    arrivals = sorted(tick * ticks for tick in draw(st.lists(moments, min_size=count, max_size=count)))
    rows = [draw(st.tuples(st.integers(0, 9), st.integers(0, 5000), st.integers(0, 900))) for _ in range(count)]
    origin = MONDAY + draw(st.integers(0, 7 * 86_400 * SECOND))
    cached, uncached, output = (ints(column) for column in zip(*rows, strict=True))
    start = origin - draw(st.integers(0, 3600 * SECOND)) if draw(st.booleans()) else None
    end = origin + arrivals[-1] + draw(st.integers(0, 3600 * SECOND)) if draw(st.booleans()) else None
    if start is None and (end or origin + arrivals[-1]) <= origin + arrivals[0]:
        end = origin + arrivals[-1] + draw(st.integers(1, 3600 * SECOND))
    return RequestLog(origin + ints(arrivals), cached + uncached, cached, output, None, start, end)


@st.composite
def serieses(draw: st.DrawFn, *, counted: bool | None = None, most: int = 50) -> BucketSeries:
    """Draw a series of a week at most, with traffic in it: any buckets, absent ones of either meaning."""
    bucket = draw(st.sampled_from(BUCKET_SECONDS))
    furthest = min(most * 2, WEEK // (bucket * SECOND) - 1)
    places = sorted(draw(st.sets(st.integers(0, furthest), min_size=1, max_size=most)))
    counts = draw(st.lists(st.integers(0, 12), min_size=len(places), max_size=len(places)))
    counts[draw(st.integers(0, len(places) - 1))] += 1
    tokens = [draw(st.integers(0, 4000)) if count else 0 for count in counts]
    requests, inputs = ints(counts), ints(tokens)
    with_counts = draw(st.booleans()) if counted is None else counted
    return BucketSeries(
        bucket,
        MONDAY + bucket * SECOND * ints(places),
        requests if with_counts else None,
        inputs + requests,
        inputs // 3,
        inputs // 7,
        draw(st.sampled_from(ABSENT)),
    )


def shuffled_ties(log: RequestLog, seed: int) -> RequestLog:
    """Return the log with requests of the same moment in another order."""
    order = np.lexsort((np.random.default_rng(seed).random(len(log.arrival_us)), log.arrival_us))
    return RequestLog(
        log.arrival_us[order],
        log.input_tokens[order],
        log.cached_input_tokens[order],
        log.output_tokens[order],
        None,
        log.start_us,
        log.end_us,
    )
