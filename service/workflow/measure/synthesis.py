"""Requests drawn inside the buckets of a series: the moments at random, the tokens at the mean of bucket and class."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from service.workflow.traffic import SECOND, BucketSeries, Float64s, Int64s


def refined(series: BucketSeries, bucket_seconds: int, generator: np.random.Generator) -> BucketSeries:
    """Return a series with request counts in shorter buckets, whose sums are its own.

    Each request falls into any part of its bucket alike, as those of a Poisson process do that is known by its count;
    tokens go with the requests, at the bucket's mean.
    """
    assert series.requests is not None
    parts = series.bucket_seconds // bucket_seconds
    counts = generator.multinomial(series.requests, np.full(parts, 1 / parts))
    steps = bucket_seconds * SECOND * np.arange(parts, dtype=np.int64)
    cached = _along(series.cached_input_tokens, counts)
    return replace(
        series,
        bucket_seconds=bucket_seconds,
        start_us=(series.start_us[:, None] + steps).ravel(),
        requests=counts.ravel(),
        input_tokens=_along(series.input_tokens - series.cached_input_tokens, counts) + cached,
        cached_input_tokens=cached,
        output_tokens=_along(series.output_tokens, counts),
    )


def _along(totals: Int64s, counts: Int64s) -> Int64s:
    """Split each total by its row of counts, shape (n, parts): ⌊T C ÷ n⌋ up to each part, for C requests up to it."""
    reached = np.cumsum(counts, axis=1)
    requests = np.maximum(reached[:, -1:], 1)
    whole, rest = np.divmod(totals[:, None], requests)
    return np.diff(whole * reached + rest * reached // requests, axis=1, prepend=0).ravel()


def draw_times(counts: Int64s, starts: Int64s, bucket_us: int, cv: float, generator: np.random.Generator) -> Int64s:
    """Return the arrivals (µs, rising) of buckets that start at `starts` and hold `counts` requests.

    n arrivals cut a bucket into n + 1 gaps, drawn as Gamma(1 ÷ cv²) and scaled to fill the bucket. With cv 1 the gaps
    are exponential, and the arrivals exactly those of a Poisson process that is known to have n of them (n sorted
    uniform moments); a larger cv makes bursts, cv 0 even steps.
    """
    gaps = counts + 1
    ends = np.cumsum(gaps)
    run = np.cumsum(_gaps(int(gaps.sum()), cv, generator))
    until = run[ends - 1]
    before = np.concatenate(([0.0], until[:-1]))
    length = until - before
    inside = np.delete(run, ends - 1) - np.repeat(before, counts)
    # With a cv of 30 or more all gaps of a bucket may underflow to nothing; its arrivals then meet at its start.
    share = inside / np.repeat(np.where(length > 0, length, 1.0), counts)
    place = np.minimum((share * bucket_us).astype(np.int64), bucket_us - 1)
    moments: Int64s = np.repeat(starts, counts) + place
    return moments


def _gaps(count: int, cv: float, generator: np.random.Generator) -> Float64s:
    return generator.standard_gamma(1 / cv**2, count) if cv > 0 else np.ones(count)


def spread(totals: Int64s, counts: Int64s) -> Int64s:
    """Return each request's share of its bucket's total: whole, within 1 of the mean, summing to the total exactly.

    Request i of n gets ⌊(i + 1) T ÷ n⌋ − ⌊i T ÷ n⌋; whole parts apart, so that no product leaves 64 bits.
    """
    some = counts > 0
    totals, counts = totals[some], counts[some]
    whole, rest = np.divmod(totals, counts)
    each = np.repeat(counts, counts)
    firsts = np.cumsum(counts) - counts
    rank = np.arange(len(each), dtype=np.int64) - np.repeat(firsts, counts)
    reached = (rank + 1) * np.repeat(rest, counts) // each
    shares: Int64s = np.diff(reached, prepend=0)
    shares[firsts] = reached[firsts]
    shares += np.repeat(whole, counts)
    return shares


def added(classes: Sequence[BucketSeries]) -> BucketSeries:
    """Return the series that classes of requests make together, which have the same buckets; no parts."""
    columns = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
    return replace(classes[0], parts=(), **{name: sum(getattr(each, name) for each in classes) for name in columns})


def spread_by_class(
    classes: Sequence[BucketSeries], rows: Int64s, generator: np.random.Generator
) -> tuple[Int64s, Int64s, Int64s]:
    """Return uncached, cached and output tokens of the requests of some buckets, each at the mean of its class.

    classes: the requests of each length, over the same buckets; their order inside a bucket is drawn. The sums of each
    class in each bucket are exact, and so is on which side of the thresholds a request is: the input of n requests is
    spread as whole numbers within 1 of its mean, of which what is cached is a part.
    """
    whole = np.stack([each.input_tokens[rows] for each in classes], axis=1).ravel()
    held = np.stack([each.cached_input_tokens[rows] for each in classes], axis=1).ravel()
    output = np.stack([each.output_tokens[rows] for each in classes], axis=1).ravel()
    counts = np.stack([_requests(each)[rows] for each in classes], axis=1).ravel()
    inputs = spread(whole, counts)
    cached = _within(inputs, spread(whole - held, counts), counts)
    of_bucket = np.repeat(np.arange(len(rows)), counts.reshape(len(rows), -1).sum(axis=1))
    order = np.lexsort((generator.random(len(inputs)), of_bucket))
    return (inputs - cached)[order], cached[order], spread(output, counts)[order]


def _requests(series: BucketSeries) -> Int64s:
    assert series.requests is not None
    return series.requests


def _within(inputs: Int64s, uncached: Int64s, counts: Int64s) -> Int64s:
    """Return cached tokens that are at least 0: what rounding took below in a group comes off the group's first."""
    cached = inputs - uncached
    if not len(cached) or cached.min() >= 0:
        return cached
    some = counts[counts > 0]
    firsts = np.cumsum(some) - some
    lacking = np.repeat(np.add.reduceat(np.maximum(-cached, 0), firsts), some)
    there = np.maximum(cached, 0)
    running = np.cumsum(there)
    before = np.repeat(running[firsts] - there[firsts], some)
    left = np.maximum(running - before - lacking, 0)
    shares: Int64s = np.diff(left, prepend=0)
    shares[firsts] = left[firsts]
    return shares
