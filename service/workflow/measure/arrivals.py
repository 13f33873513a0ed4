"""Replayable arrivals: the requests of a window as logged, or drawn inside the buckets of a series."""

import numpy as np

from service.workflow.measure.load import dense_observed, sums_between
from service.workflow.measure.profile import TrafficProfile
from service.workflow.measure.sampling import choose_hours, rows_of_hours
from service.workflow.measure.seeds import SYNTHESIS, seed_of, stream
from service.workflow.measure.synthesis import draw_times, spread
from service.workflow.measure.window import clip
from service.workflow.policy import Policy
from service.workflow.traffic import HOUR, SECOND, Arrivals, BucketSeries, Int64s, RequestLog, TrafficHistory

MOST_DRAWN = 20_000_000
"""Requests that are drawn at most: beyond, even the fewest whole hours would not fit in memory."""


def make_arrivals(history: TrafficHistory, profile: TrafficProfile, policy: Policy) -> Arrivals | None:
    """Return the requests of the profile's window that the replays take.

    Hours are counted from the window's start. More requests than `policy.replay.max_requests` are sampled by whole
    hours (see measure/sampling); then, and where hours of a series were not observed, the hours left are laid end to
    end. None for a series without request counts, or too dense for its fewest hours to be drawn (MOST_DRAWN).
    """
    window = clip(history, profile.start_us, profile.end_us)
    seed = seed_of(history, policy) if _needs_seed(window, profile, policy) else 0
    if isinstance(window, RequestLog):
        return _logged(window, profile, policy, seed)
    if window.requests is None:
        return None
    return _drawn(window, window.requests, profile, policy, seed)


def _needs_seed(window: TrafficHistory, profile: TrafficProfile, policy: Policy) -> bool:
    return isinstance(window, BucketSeries) or profile.totals.requests > policy.replay.max_requests


def _logged(log: RequestLog, profile: TrafficProfile, policy: Policy, seed: int) -> Arrivals:
    time = log.arrival_us - profile.start_us
    observed = dense_observed(HOUR, profile.end_us - profile.start_us)
    cuts = np.append(np.searchsorted(time, HOUR * np.arange(len(observed))), len(time))
    loads = np.diff(cuts)
    hours = choose_hours(loads, policy.replay.max_requests, seed)
    rows = rows_of_hours(cuts, hours)
    counts = loads[hours]
    return Arrivals(
        time_us=time[rows] + np.repeat(_shift(hours), counts),
        uncached=(log.input_tokens - log.cached_input_tokens)[rows],
        cached=log.cached_input_tokens[rows],
        output=log.output_tokens[rows],
        service_us=None if log.service_us is None else log.service_us[rows],
        hour_index=_index(counts),
        hour_of_window=hours,
        observed_us=observed[hours],
        hours_in_window=len(observed),
        sampled=len(hours) < len(observed),
        synthesized=False,
    )


def _drawn(
    series: BucketSeries, requests: Int64s, profile: TrafficProfile, policy: Policy, seed: int
) -> Arrivals | None:
    offset = series.start_us - profile.start_us
    span = profile.end_us - profile.start_us
    cuts = np.searchsorted(offset, HOUR * np.arange(-(-span // HOUR) + 1))
    observed = _observed(series, cuts, span)
    seen = np.flatnonzero(observed)
    loads = sums_between(requests, cuts)
    hours = seen[choose_hours(loads[seen], policy.replay.max_requests, seed)]
    if int(loads[hours].sum()) > MOST_DRAWN:
        return None
    rows = rows_of_hours(cuts, hours)
    counts = requests[rows]
    starts = offset[rows] + np.repeat(_shift(hours), np.diff(cuts)[hours])
    generator = stream(seed, SYNTHESIS)
    return Arrivals(
        time_us=draw_times(counts, starts, series.bucket_seconds * SECOND, policy.synthesis.cv, generator),
        uncached=spread((series.input_tokens - series.cached_input_tokens)[rows], counts),
        cached=spread(series.cached_input_tokens[rows], counts),
        output=spread(series.output_tokens[rows], counts),
        service_us=None,
        hour_index=_index(loads[hours]),
        hour_of_window=hours,
        observed_us=observed[hours],
        hours_in_window=len(seen),
        sampled=len(hours) < len(seen),
        synthesized=True,
    )


def _observed(series: BucketSeries, cuts: Int64s, span_us: int) -> Int64s:
    if series.absent == "idle":
        return dense_observed(HOUR, span_us)
    return np.diff(cuts) * (series.bucket_seconds * SECOND)


def _shift(hours: Int64s) -> Int64s:
    """µs by which each kept hour moves so that the kept ones lie end to end."""
    return HOUR * (np.arange(len(hours), dtype=np.int64) - hours)


def _index(counts: Int64s) -> Int64s:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
