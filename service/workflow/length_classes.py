"""Length classes of a series: what of each bucket came in requests of more than so many input tokens.

They are columns among the series' parts, named `above_<tokens>_<column>`: requests, input (cached included), cached and
output of the bucket's requests of more than `<tokens>` input tokens, and each part by its meter. What is longer than a
threshold is in the columns of every lower one too.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from service.workflow.traffic import ABOVE, BucketSeries, Int64s, Parts, TrafficHistory

COUNTED = ("requests", "input", "cached", "output")
"""Columns of each class, besides those of the parts."""


@dataclass(frozen=True, slots=True)
class LengthClass:
    """The requests of a series of more than `above` input tokens, up to the next threshold: a series of its own."""

    above: int
    series: BucketSeries


def column_name(above: int, column: str) -> str:
    """Return the name of a column of the requests of more than `above` input tokens."""
    return f"{ABOVE}{above}_{column}"


def thresholds(history: TrafficHistory) -> tuple[int, ...]:
    """Return the lengths that a series tells apart, rising: none of a log, which knows each."""
    names = [name.removeprefix(ABOVE) for name, _ in history.parts if name.startswith(ABOVE)]
    return tuple(sorted({int(name.partition("_")[0]) for name in names}))


def without_classes(parts: Parts) -> Parts:
    """Return the parts that are no columns of classes."""
    return tuple((name, column) for name, column in parts if not name.startswith(ABOVE))


def by_length(series: BucketSeries) -> list[LengthClass]:
    """Return the classes of a series, the shortest first: the series alone where it tells none apart.

    The columns of the classes add up to those of the series.
    """
    edges = thresholds(series)
    reached = [replace(series, parts=without_classes(series.parts)), *(_longer(series, above) for above in edges)]
    cut = [_less(low, high) for low, high in pairwise(reached)]
    return [LengthClass(above, one) for above, one in zip((0, *edges), (*cut, reached[-1]), strict=True)]


def _longer(series: BucketSeries, above: int) -> BucketSeries:
    """Return what of each bucket came in requests of more than `above` input tokens."""
    known = dict(series.parts)

    def column(name: str) -> Int64s:
        """Return a column of the class, zeros where it has none of it."""
        found = known.get(column_name(above, name))
        return np.zeros_like(series.input_tokens) if found is None else found

    parts = without_classes(series.parts)
    return replace(
        series,
        requests=None if series.requests is None else column("requests"),
        input_tokens=column("input"),
        cached_input_tokens=column("cached"),
        output_tokens=column("output"),
        parts=tuple((name, column(name)) for name, _ in parts),
    )


def _less(whole: BucketSeries, part: BucketSeries) -> BucketSeries:
    taken = dict(part.parts)
    requests = None if whole.requests is None or part.requests is None else whole.requests - part.requests
    return replace(
        whole,
        requests=requests,
        input_tokens=whole.input_tokens - part.input_tokens,
        cached_input_tokens=whole.cached_input_tokens - part.cached_input_tokens,
        output_tokens=whole.output_tokens - part.output_tokens,
        parts=tuple((name, column - taken[name]) for name, column in whole.parts),
    )


def faults(series: BucketSeries) -> int:
    """Return how many buckets have classes that cannot be: below nothing, more cached than input, or of other lengths.

    A class of n requests of more than `above` input tokens, and at most the next threshold, holds more than n × above
    of them and at most n × that threshold.
    """
    classes = by_length(series)
    if len(classes) == 1:
        return 0
    bad = np.zeros(len(series.start_us), np.bool_)
    most = [*(each.above for each in classes[1:]), None]
    for each, longest in zip(classes, most, strict=True):
        one = each.series
        counts = (one.input_tokens, one.cached_input_tokens, one.output_tokens, *(column for _, column in one.parts))
        bad |= np.any([column < 0 for column in counts], axis=0)
        bad |= one.cached_input_tokens > one.input_tokens
        if one.requests is not None:
            least = 0 if each.above == 0 else each.above + 1
            bad |= (one.requests < 0) | (one.input_tokens < one.requests * least)
            if longest is not None:
                bad |= one.input_tokens > one.requests * longest
    return int(np.count_nonzero(bad))
