"""Traffic times a factor: the same requests, each more or fewer times."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from service.workflow.measure.seeds import SCALING, stream
from service.workflow.traffic import MINUTE, Arrivals, Int64s


def scale_arrivals(arrivals: Arrivals, factor: Fraction | Decimal, seed: int) -> Arrivals:
    """Return arrivals with `factor` times the requests: the same object for 1. Raises ValueError below or at 0.

    Request i is kept ⌊(i + 1) f⌋ − ⌊i f⌋ times, so that every stretch of time carries f times its requests to within
    one, idle times stay idle, and the mix of sizes stays as it was. A request keeps its own moment; its copies get
    seeded uniform moments of the same minute. More of the same users make a busy minute busier and a quiet one no
    less quiet, whereas copies at the same moment would make bursts that were never seen, and copies spread over
    hours would level the peaks that sizing is about.
    """
    if factor <= 0:
        raise ValueError(f"A traffic factor is above 0, not {factor}.")
    if factor == 1:
        return arrivals
    times = _times(len(arrivals), Fraction(factor))
    rows = np.repeat(np.arange(len(arrivals), dtype=np.int64), times)
    moments = _moments(arrivals, rows, seed)
    order = np.argsort(moments, kind="stable")
    rows = rows[order]
    return replace(
        arrivals,
        time_us=moments[order],
        uncached=arrivals.uncached[rows],
        cached=arrivals.cached[rows],
        output=arrivals.output[rows],
        service_us=None if arrivals.service_us is None else arrivals.service_us[rows],
        hour_index=np.concatenate(([0], np.cumsum(times)))[arrivals.hour_index],
    )


def _times(count: int, factor: Fraction) -> Int64s:
    """How often each request is kept; the factor to 62 bits over the count, so that products stay in int64."""
    whole, rest = divmod(factor, 1)
    part = rest.limit_denominator(2**62 // (count + 1))
    reached = np.arange(count + 1, dtype=np.int64) * part.numerator // part.denominator
    return whole + np.diff(reached)


def _moments(arrivals: Arrivals, rows: Int64s, seed: int) -> Int64s:
    moments = arrivals.time_us[rows]
    copies = np.flatnonzero(np.diff(rows, prepend=-1) == 0)
    start = moments[copies] // MINUTE * MINUTE
    length = np.minimum(start + MINUTE, _ends(arrivals, rows[copies])) - start
    draws = stream(seed, SCALING).random(len(copies))
    moments[copies] = start + (draws * np.maximum(length, 1)).astype(np.int64)
    return moments


def _ends(arrivals: Arrivals, rows: Int64s) -> Int64s:
    """Where the observed time of each request's stretch ends: a log's last one is cut short."""
    stretches = np.searchsorted(arrivals.hour_index, rows, side="right") - 1
    length = arrivals.stretch_us if arrivals.synthesized else arrivals.observed_us[stretches]
    return stretches * arrivals.stretch_us + length
