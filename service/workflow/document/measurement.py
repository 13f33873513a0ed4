"""The measurement part of the document: what the traffic is, what is missing of it, and its shape as data."""

from collections.abc import Sequence
from dataclasses import asdict

from service.workflow.document.values import JsonValue, number, time_text
from service.workflow.measure.profile import Finding, Rates, TrafficProfile


def measurement(profile: TrafficProfile, replay: Sequence[Finding] = ()) -> dict[str, JsonValue]:
    """Return the profile and findings about its `replay`; loads are per minute, gaps in seconds, shares 0 to 1."""
    return {
        "kind": profile.kind,
        "load_unit": profile.load_unit,
        "window": {"start": time_text(profile.start_us), "end": time_text(profile.end_us), "zone": profile.zone},
        "days": number(profile.days),
        "hours_observed": number(profile.hours_observed),
        "monthly_factor": number(profile.monthly_factor),
        "coverage": number(profile.coverage),
        "missing": {
            "buckets": profile.missing_buckets,
            "runs": profile.missing_runs,
            "longest_seconds": number(profile.longest_missing_seconds),
        },
        "duplicates": profile.duplicates,
        "clock_jumps": profile.clock_jumps,
        "totals": {
            "requests": number(profile.totals.requests),
            "input_tokens": number(profile.totals.uncached + profile.totals.cached),
            "cached_input_tokens": number(profile.totals.cached),
            "output_tokens": number(profile.totals.output),
        },
        "requests_per_minute": None if profile.requests_per_minute is None else _rates(profile.requests_per_minute),
        "tokens_per_minute": _rates(profile.tokens_per_minute),
        "tokens_per_request": _tokens_per_request(profile),
        "pattern": profile.pattern,
        "pattern_thresholds": {name: number(value) for name, value in asdict(profile.thresholds).items()},
        "representative": profile.representative,
        "findings": [finding(entry) for entry in (*profile.findings, *replay)],
        **_shape(profile),
    }


def _shape(profile: TrafficProfile) -> dict[str, JsonValue]:
    gaps = profile.idle_gaps
    return {
        "peak_to_mean": number(profile.peak_to_mean),
        "coefficient_of_variation": number(profile.cv),
        "idle_share": number(profile.idle_share),
        "idle_gaps": {
            "count": gaps.count,
            "longest_seconds": number(gaps.longest_seconds),
            "classes": [
                {"at_least_seconds": c.at_least_seconds, "count": c.count, "seconds": number(c.seconds)}
                for c in gaps.classes
            ],
        },
        "load_duration": [number(load) for load in profile.load_duration],
        "hour_of_week": [number(load) for load in profile.hour_of_week],
        "weekly_means": [number(mean) for mean in profile.weekly_means],
        "week_over_week": number(profile.week_over_week),
    }


def _rates(rates: Rates) -> dict[str, JsonValue]:
    return {name: number(value) for name, value in asdict(rates).items()}


def _tokens_per_request(profile: TrafficProfile) -> JsonValue:
    mean = profile.tokens_per_request
    if mean is None:
        return None
    return {
        "input_tokens": number(mean.uncached + mean.cached),
        "cached_input_tokens": number(mean.cached),
        "output_tokens": number(mean.output),
    }


def finding(entry: Finding) -> dict[str, JsonValue]:
    """Return one finding: code, numbers, sentence."""
    return {
        "code": entry.code,
        "numbers": {name: number(value) for name, value in entry.numbers},
        "sentence": entry.sentence,
    }
