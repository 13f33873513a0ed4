"""The measurement part of an answer: what the traffic is, what is missing of it, and its shape as data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Annotated, Literal

from service.workflow.document.values import time_text
from service.workflow.measure.profile import Finding, IdleGaps, Kind, LoadUnit, Pattern, Rates, TrafficProfile

Arrivals = Literal["logged", "synthesized", "buckets"]


@dataclass(frozen=True)
class Window:
    """The measured part of a history, as RFC 3339 UTC."""

    start: str
    end: Annotated[str, "Not included."]
    zone: Annotated[str, "Of the hours of the week (IANA)."]


@dataclass(frozen=True)
class Missing:
    """What a series lacks."""

    buckets: int
    runs: int
    longest_seconds: float


@dataclass(frozen=True)
class Tokens:
    """Tokens, of all requests or a mean of one; nine significant digits."""

    input_tokens: Annotated[float, "Cached ones included."]
    cached_input_tokens: float
    output_tokens: float


@dataclass(frozen=True)
class Totals(Tokens):
    """Volumes in the window."""

    requests: float


@dataclass(frozen=True)
class PatternThresholds:
    """What the pattern was judged by, all shares."""

    steady_mean_to_p99: float
    steady_idle_share: float
    base_floor_to_mean: float


@dataclass(frozen=True)
class Explanation:
    """Something found: a stable code, its numbers by name, and a sentence."""

    code: str
    numbers: Annotated[Mapping[str, Decimal | float | str | None], "By name; money and prices are decimal strings."]
    sentence: str


@dataclass(frozen=True)
class Measurement:
    """What the traffic is. Loads are per minute, gaps in seconds, shares 0 to 1."""

    kind: Kind
    load_unit: Annotated[LoadUnit, "What rates, idle time and grid count: tokens where no requests were recorded."]
    window: Annotated[Window, "The latest whole weeks, or everything."]
    days: Annotated[float, "Length of the whole history."]
    hours_observed: Annotated[float, "In the window."]
    monthly_factor: Annotated[float, "730 ÷ the hours observed."]
    coverage: Annotated[float, "Observed ÷ window."]
    missing: Missing
    duplicates: Annotated[int, "Rows of a log equal to another in time and tokens."]
    clock_jumps: Annotated[int, "Silences of a day or more in a log."]
    totals: Totals
    requests_per_minute: Annotated[Rates | None, "`p05` is the floor. Null where no requests were recorded."]
    tokens_per_minute: Annotated[Rates, "Input and output together."]
    tokens_per_request: Annotated[Tokens | None, "Means. Null where no requests were recorded."]
    pattern: Pattern
    pattern_thresholds: Annotated[PatternThresholds, "What the pattern was judged by."]
    representative: Annotated[bool, "Whether it is enough to recommend on."]
    findings: Annotated[tuple[Explanation, ...], "What is missing, and what the replays leave open."]
    peak_to_mean: Annotated[float, "Largest ÷ mean load."]
    coefficient_of_variation: Annotated[float, "Standard deviation ÷ mean of the load."]
    idle_share: Annotated[float, "Idle ÷ observed time."]
    idle_gaps: Annotated[IdleGaps, "`classes`: of the gaps of so many seconds or longer, their number and length."]
    load_duration: Annotated[tuple[float, ...], "101 loads; entry d is reached in at least d % of the time."]
    hour_of_week: Annotated[
        tuple[float | None, ...],
        "168 mean loads, from Monday 00:00 in the window's zone; null where the hour was not observed.",
    ]
    weekly_means: Annotated[tuple[float | None, ...], "Mean load of each whole week."]
    week_over_week: Annotated[float | None, "The last week ÷ the one before, less 1."]

    @property
    def counts_requests(self) -> bool:
        """Whether requests were recorded; of tokens alone their number is not known, and 0 in `totals`."""
        return self.requests_per_minute is not None


@dataclass(frozen=True)
class ReplayedMeasurement(Measurement):
    """What the traffic is, and what of it was replayed."""

    arrivals: Annotated[Arrivals, "Synthesized inside buckets; buckets where no single requests were known."]
    replayed_requests: float
    replayed_hours: float
    sampled: Annotated[bool, "Whether what was replayed is a sample."]


def measurement(profile: TrafficProfile, replay: Sequence[Finding] = ()) -> Measurement:
    """Return the profile and findings about its `replay`."""
    totals, mean = profile.totals, profile.tokens_per_request
    return Measurement(
        kind=profile.kind,
        load_unit=profile.load_unit,
        window=Window(time_text(profile.start_us), time_text(profile.end_us), profile.zone),
        days=profile.days,
        hours_observed=profile.hours_observed,
        monthly_factor=float(profile.monthly_factor),
        coverage=profile.coverage,
        missing=Missing(profile.missing_buckets, profile.missing_runs, profile.longest_missing_seconds),
        duplicates=profile.duplicates,
        clock_jumps=profile.clock_jumps,
        totals=Totals(totals.uncached + totals.cached, totals.cached, totals.output, totals.requests),
        requests_per_minute=profile.requests_per_minute,
        tokens_per_minute=profile.tokens_per_minute,
        tokens_per_request=None if mean is None else Tokens(mean.uncached + mean.cached, mean.cached, mean.output),
        pattern=profile.pattern,
        pattern_thresholds=PatternThresholds(**asdict(profile.thresholds)),
        representative=profile.representative,
        findings=tuple(Explanation(f.code, dict(f.numbers), f.sentence) for f in (*profile.findings, *replay)),
        peak_to_mean=profile.peak_to_mean,
        coefficient_of_variation=profile.cv,
        idle_share=profile.idle_share,
        idle_gaps=profile.idle_gaps,
        load_duration=profile.load_duration,
        hour_of_week=profile.hour_of_week,
        weekly_means=profile.weekly_means,
        week_over_week=profile.week_over_week,
    )


def replayed(
    found: Measurement, arrivals: Arrivals, *, requests: float, hours: float, sampled: bool
) -> ReplayedMeasurement:
    """Return a measurement with what was replayed of it."""
    own = {field.name: getattr(found, field.name) for field in fields(found)}
    return ReplayedMeasurement(
        **own, arrivals=arrivals, replayed_requests=requests, replayed_hours=hours, sampled=sampled
    )
