"""Replayable arrivals: the requests of a window as logged, or drawn inside the buckets of a series."""

from collections.abc import Sequence

import numpy as np

from service.workflow.length_classes import by_length, thresholds
from service.workflow.measure.load import dense_observed, sums_between
from service.workflow.measure.profile import TrafficProfile
from service.workflow.measure.sampling import choose_stretches, rows_of, stretch_of
from service.workflow.measure.seeds import SYNTHESIS, seed_of, stream
from service.workflow.measure.synthesis import added, draw_times, refined, spread, spread_by_class
from service.workflow.measure.window import clip
from service.workflow.policy import Policy
from service.workflow.traffic import HOUR, SECOND, Arrivals, BucketSeries, Int64s, RequestLog, TrafficHistory

MOST_DRAWN = 20_000_000
"""Requests that are drawn at most: beyond, even the fewest stretches would not fit in memory."""


def make_arrivals(
    history: TrafficHistory, profile: TrafficProfile, policy: Policy, windows: Sequence[int] = ()
) -> Arrivals | None:
    """Return the requests of the profile's window that the replays take.

    Hours are counted from the window's start. More requests than `policy.replay.max_requests` are sampled by whole
    hours, or by shorter stretches where those would be few (see measure/sampling); then, and where hours of a series
    were not observed, the stretches left are laid end to end. windows: seconds of the throughput windows on offer, of
    which a stretch holds whole ones. None for a series without request counts, or too dense
    for its fewest stretches to be drawn (MOST_DRAWN).
    """
    window = clip(history, profile.start_us, profile.end_us)
    seed = seed_of(history, policy) if _needs_seed(window, profile, policy) else 0
    if isinstance(window, RequestLog):
        return _logged(window, profile, policy, seed, windows)
    if window.requests is None:
        return None
    return _drawn(window, profile, policy, seed, windows)


def _needs_seed(window: TrafficHistory, profile: TrafficProfile, policy: Policy) -> bool:
    return isinstance(window, BucketSeries) or profile.totals.requests > policy.replay.max_requests


def _logged(log: RequestLog, profile: TrafficProfile, policy: Policy, seed: int, windows: Sequence[int]) -> Arrivals:
    most, span = policy.replay.max_requests, profile.end_us - profile.start_us
    stretch = stretch_of(profile, most, windows)
    observed = dense_observed(stretch, span)
    starts = profile.start_us + stretch * np.arange(len(observed))
    cuts = np.append(np.searchsorted(log.arrival_us, starts), len(log.arrival_us))
    loads = np.diff(cuts)
    chosen = choose_stretches(loads, most, seed)
    rows = rows_of(cuts, chosen)
    return Arrivals(
        time_us=log.arrival_us[rows] - profile.start_us + np.repeat(_shift(chosen, stretch), loads[chosen]),
        uncached=log.input_tokens[rows] - log.cached_input_tokens[rows],
        cached=log.cached_input_tokens[rows],
        output=log.output_tokens[rows],
        service_us=None if log.service_us is None else log.service_us[rows],
        hour_index=_index(loads[chosen]),
        hour_of_window=chosen * stretch // HOUR,
        observed_us=observed[chosen],
        hours_in_window=len(observed),
        sampled=len(chosen) < len(observed),
        synthesized=False,
        stretch_us=stretch,
        stretches=chosen,
    )


def _drawn(
    series: BucketSeries, profile: TrafficProfile, policy: Policy, seed: int, windows: Sequence[int]
) -> Arrivals | None:
    most, span = policy.replay.max_requests, profile.end_us - profile.start_us
    generator = stream(seed, SYNTHESIS)
    stretch = stretch_of(profile, most, windows)
    classes = [each.series for each in by_length(series)]
    lengths = thresholds(series)
    if series.bucket_seconds * SECOND > stretch:
        classes = [refined(each, stretch // SECOND, generator) for each in classes]
        series = classes[0] if len(classes) == 1 else added(classes)
    assert series.requests is not None
    offset = series.start_us - profile.start_us
    cuts = np.searchsorted(offset, stretch * np.arange(-(-span // stretch) + 1))
    observed = _observed(series, cuts, stretch, span)
    seen = np.flatnonzero(observed)
    loads = sums_between(series.requests, cuts)
    chosen = seen[choose_stretches(loads[seen], most, seed)]
    if int(loads[chosen].sum()) > MOST_DRAWN:
        return None
    rows = rows_of(cuts, chosen)
    counts = series.requests[rows]
    starts = offset[rows] + np.repeat(_shift(chosen, stretch), np.diff(cuts)[chosen])
    moments = draw_times(counts, starts, series.bucket_seconds * SECOND, policy.synthesis.cv, generator)
    if lengths:
        uncached, cached, output = spread_by_class(classes, rows, generator)
    else:
        uncached = spread((series.input_tokens - series.cached_input_tokens)[rows], counts)
        cached, output = (spread(each[rows], counts) for each in (series.cached_input_tokens, series.output_tokens))
    return Arrivals(
        time_us=moments,
        uncached=uncached,
        cached=cached,
        output=output,
        service_us=None,
        hour_index=_index(loads[chosen]),
        hour_of_window=chosen * stretch // HOUR,
        observed_us=observed[chosen],
        hours_in_window=len(seen),
        sampled=len(chosen) < len(seen),
        synthesized=True,
        stretch_us=stretch,
        stretches=chosen,
        lengths=lengths,
    )


def _observed(series: BucketSeries, cuts: Int64s, stretch_us: int, span_us: int) -> Int64s:
    if series.absent == "idle":
        return dense_observed(stretch_us, span_us)
    return np.diff(cuts) * (series.bucket_seconds * SECOND)


def _shift(stretches: Int64s, stretch_us: int) -> Int64s:
    """µs by which each kept stretch moves so that the kept ones lie end to end."""
    return stretch_us * (np.arange(len(stretches), dtype=np.int64) - stretches)


def _index(counts: Int64s) -> Int64s:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
