"""Bucketed arrivals: a series whose requests cannot be replayed one by one stands in as one entry a bucket."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from service.workflow.measure.profile import TrafficProfile
from service.workflow.traffic import HOUR, Arrivals, BucketSeries, Int64s


def bucket_arrivals(profile: TrafficProfile, factor: Fraction) -> Arrivals:
    """Return the profile's buckets as entries, their sums times `factor` rounded half up to whole units.

    Used where no requests were recorded, or too many to draw: only budgets can be replayed on it, by splitting
    buckets. `hour_of_window` counts hours from the window's start, those without a bucket left out.
    """
    series = _scaled(profile.minutes, factor)
    time = series.start_us - profile.start_us
    hours, first = np.unique(time // HOUR, return_index=True)
    index = np.append(first, len(time)).astype(np.int64)
    return Arrivals(
        time_us=time,
        uncached=series.input_tokens - series.cached_input_tokens,
        cached=series.cached_input_tokens,
        output=series.output_tokens,
        service_us=None,
        hour_index=index,
        hour_of_window=hours,
        observed_us=np.add.reduceat(profile.minutes_observed_us, first),
        hours_in_window=len(hours),
        sampled=False,
        synthesized=False,
        buckets=series,
    )


def _scaled(series: BucketSeries, factor: Fraction) -> BucketSeries:
    if factor == 1:
        return series

    top, bottom = 2 * factor.numerator, 2 * factor.denominator

    def times(column: Int64s) -> Int64s:
        """Return the column times the factor, rounded."""
        # Python's own integers where a long factor's products would leave 64 bits.
        fits = int(column.max(initial=0)) * top + bottom < 2**63
        whole = column if fits else column.astype(object)
        return ((whole * top + bottom // 2) // bottom).astype(np.int64)

    return replace(
        series,
        requests=None if series.requests is None else times(series.requests),
        input_tokens=times(series.input_tokens - series.cached_input_tokens) + times(series.cached_input_tokens),
        cached_input_tokens=times(series.cached_input_tokens),
        output_tokens=times(series.output_tokens),
    )
