"""What measuring traffic gives: the profile, and the values it is made of."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np

from service.workflow.policy import PatternPolicy, SufficiencyPolicy
from service.workflow.traffic import BucketSeries, Float64s, Int64s

Kind = Literal["request_log", "series"]
LoadUnit = Literal["requests", "tokens"]
Pattern = Literal["steady", "base_with_spikes", "spiky"]

HOURS_PER_WEEK = 168
"""Slots of the hour-of-week grid; slot 0 is Monday 00:00 to 01:00 local time."""


@dataclass(frozen=True, slots=True)
class Quantities:
    """Whole volumes: requests, and the three kinds of tokens that are billed (uncached + cached = input)."""

    requests: int
    uncached: int
    cached: int
    output: int

    @property
    def tokens(self) -> int:
        """All tokens, input and output."""
        return self.uncached + self.cached + self.output


@dataclass(frozen=True, slots=True)
class Rates:
    """A load per minute. `p05` is the floor; percentiles are nearest rank (see measure/rates)."""

    p05: float
    p50: float
    mean: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class GapClass:
    """How many idle gaps last `at_least_seconds` or longer, and the seconds they hold together."""

    at_least_seconds: int
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class IdleGaps:
    """Idle gaps, maximal runs of adjacent idle buckets: their number, the longest, and how long they are."""

    count: int
    longest_seconds: float
    classes: tuple[GapClass, ...]


@dataclass(frozen=True, slots=True)
class TokensPerRequest:
    """Mean tokens of a request, by kind."""

    uncached: float
    cached: float
    output: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the measurement lacks: a stable `code`, its numbers by name, and a sentence that names the mend."""

    code: str
    numbers: tuple[tuple[str, int | float], ...]
    sentence: str


@dataclass(frozen=True)
class TrafficProfile:
    """Measured traffic. Everything speaks of the window [start_us, end_us), µs since 1970 UTC.

    kind: what was uploaded. load_unit: what rates, idle time, grid and pattern count; tokens only where no requests
    were recorded. days: length of the whole history in days, of which the window is the latest whole weeks.
    observed_us: observed µs in the window; hours_observed: the same in hours; monthly_factor: 730 h ÷ observed.
    coverage: observed ÷ window. missing_buckets, missing_runs, longest_missing_seconds: what a series lacks.
    duplicates: rows of a log equal to another in time and tokens. clock_jumps: silences of a day or more in a log.
    totals: volumes in the window.
    requests_per_minute: None where no requests were recorded. tokens_per_minute: input and output together.
    peak_to_mean: max ÷ mean. cv: standard deviation ÷ mean of the buckets' loads.
    idle_share: idle ÷ observed time. load_duration: 101 loads per minute; entry d is reached in at least d % of time.
    hour_of_week: 168 mean loads per minute in `zone`, None where that hour was not observed.
    hours_of_week_seen: hours of the UTC week observed. weekly_means: mean load per minute of each whole week.
    week_over_week: last of them ÷ the one before − 1, None without two observed weeks.
    pattern, thresholds: the shape and what it was judged by. representative, sufficiency: the verdict and its terms.
    findings: what is missing, empty where nothing is.
    minutes: the load used for sizing, one row for each observed bucket: 60 seconds, or the series' own when longer.
    minutes_observed_us: observed µs of each of those rows (int64), less than a bucket only where it was cut short.
    known: what compute has worked out of them once, whatever the sample and the factor (see fluid and forecast).
    """

    kind: Kind
    load_unit: LoadUnit
    zone: str
    start_us: int
    end_us: int
    days: float
    observed_us: int
    hours_observed: float
    monthly_factor: Fraction
    coverage: float
    missing_buckets: int
    missing_runs: int
    longest_missing_seconds: float
    duplicates: int
    clock_jumps: int
    totals: Quantities
    requests_per_minute: Rates | None
    tokens_per_minute: Rates
    peak_to_mean: float
    cv: float
    idle_share: float
    idle_gaps: IdleGaps
    load_duration: tuple[float, ...]
    hour_of_week: tuple[float | None, ...]
    hours_of_week_seen: int
    weekly_means: tuple[float | None, ...]
    week_over_week: float | None
    tokens_per_request: TokensPerRequest | None
    pattern: Pattern
    thresholds: PatternPolicy
    representative: bool
    sufficiency: SufficiencyPolicy
    findings: tuple[Finding, ...]
    minutes: BucketSeries
    minutes_observed_us: Int64s
    known: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def counts(self) -> Float64s:
        """Requests, uncached, cached and output tokens of each row of `minutes`, shape (n, 4)."""
        return self.minutes.counts.astype(np.float64)

    @cached_property
    def evenly(self) -> Float64s:
        """Weights by which each row of `minutes` counts alike, shape (n,)."""
        return np.ones(len(self.minutes.start_us))

    @property
    def load(self) -> Rates:
        """The rates of the load unit: requests per minute, or tokens per minute where only tokens were recorded."""
        return self.requests_per_minute or self.tokens_per_minute
