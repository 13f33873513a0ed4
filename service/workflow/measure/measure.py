"""Measure: from a traffic history to its profile."""

from datetime import UTC
from fractions import Fraction

from service.workflow.measure.idle import idle_gaps_of, idle_share_of
from service.workflow.measure.load import Load, load_of, tally
from service.workflow.measure.pattern import pattern_of
from service.workflow.measure.profile import Quantities, TokensPerRequest, TrafficProfile
from service.workflow.measure.quality import quality_of
from service.workflow.measure.rates import cv_of, load_duration_of, rates_of, rising_of
from service.workflow.measure.sufficiency import Evidence, findings_of, representative
from service.workflow.measure.week import (
    grid_of,
    hours_of,
    hours_seen_of,
    week_edges,
    week_over_week_of,
    weekly_means_of,
    zone_of,
)
from service.workflow.measure.window import FIELD, InsufficientTraffic, clip, span_of, window_of
from service.workflow.policy import Policy
from service.workflow.rates import HOURS_PER_MONTH
from service.workflow.traffic import DAY, HOUR, RequestLog, TrafficHistory


def measure(history: TrafficHistory, policy: Policy) -> TrafficProfile:
    """Return the profile of a history's window: its latest whole weeks, or all of it when shorter than one.

    Raises InsufficientTraffic where nothing was observed or nothing happened, WorkflowError where times contradict
    the declared span, run over ten years, or the policy's zone is unknown.
    """
    span = span_of(history)
    start, end = window_of(*span)
    window = clip(history, start, end)
    load = load_of(window, start, end)
    totals = _totals(load)
    observed = int(load.observed_us.sum())
    rising = rising_of(load, load.values)
    rates = rates_of(load, load.values, rising)
    if not rates.mean:
        raise InsufficientTraffic("no_traffic", FIELD, "The window holds no traffic: upload a time that does.")
    idle_share = idle_share_of(load, observed)
    weekly_means = weekly_means_of(*tally(window, load, week_edges(start, end)))
    evidence = _evidence(window, load, totals, span)
    quality, counted = evidence.quality, evidence.has_requests
    return TrafficProfile(
        kind="request_log" if isinstance(history, RequestLog) else "series",
        load_unit="requests" if counted else "tokens",
        zone=policy.zone,
        start_us=start,
        end_us=end,
        days=evidence.days,
        observed_us=observed,
        hours_observed=observed / HOUR,
        monthly_factor=Fraction(HOURS_PER_MONTH * HOUR, observed),
        coverage=quality.coverage,
        missing_buckets=quality.missing_buckets,
        missing_runs=quality.missing_runs,
        longest_missing_seconds=quality.longest_missing_seconds,
        duplicates=quality.duplicates,
        clock_jumps=quality.clock_jumps,
        totals=totals,
        requests_per_minute=rates if counted else None,
        tokens_per_minute=rates_of(load, load.tokens, rising_of(load, load.tokens)) if counted else rates,
        peak_to_mean=rates.max / rates.mean,
        cv=cv_of(load),
        idle_share=idle_share,
        idle_gaps=idle_gaps_of(load),
        load_duration=load_duration_of(rising),
        hour_of_week=_grid(window, load, (start, end), policy.zone),
        hours_of_week_seen=evidence.hours_of_week_seen,
        weekly_means=weekly_means,
        week_over_week=week_over_week_of(weekly_means),
        tokens_per_request=_tokens_per_request(totals),
        pattern=pattern_of(load, policy.pattern),
        thresholds=policy.pattern,
        representative=representative(evidence, policy.sufficiency),
        sufficiency=policy.sufficiency,
        findings=findings_of(evidence, policy.sufficiency),
        minutes=load.series,
        minutes_observed_us=load.observed_us,
    )


def _totals(load: Load) -> Quantities:
    series = load.series
    cached = int(series.cached_input_tokens.sum())
    requests = 0 if series.requests is None else int(series.requests.sum())
    return Quantities(requests, int(series.input_tokens.sum()) - cached, cached, int(series.output_tokens.sum()))


def _tokens_per_request(totals: Quantities) -> TokensPerRequest | None:
    if not totals.requests:
        return None
    return TokensPerRequest(*(tokens / totals.requests for tokens in (totals.uncached, totals.cached, totals.output)))


def _grid(window: TrafficHistory, load: Load, span: tuple[int, int], zone: str) -> tuple[float | None, ...]:
    edges, slots = hours_of(*span, zone_of(zone))
    return grid_of(slots, *tally(window, load, edges))


def _evidence(window: TrafficHistory, load: Load, totals: Quantities, span: tuple[int, int]) -> Evidence:
    start, end = window_of(*span)
    edges, slots = hours_of(start, end, UTC)
    return Evidence(
        days=(span[1] - span[0]) / DAY,
        hours_of_week_seen=hours_seen_of(slots, tally(window, load, edges)[1]),
        quality=quality_of(window, start, end),
        bucket_seconds=0 if isinstance(window, RequestLog) else window.bucket_seconds,
        has_requests=load.series.requests is not None,
        totals=totals,
    )
