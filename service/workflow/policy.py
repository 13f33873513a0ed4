"""The policy: every knob of an evaluation, with its default and its unit. Stored with the evaluation in full."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Mode = Literal["serverless", "dedicated", "autoscaled", "hybrid"]
LatencyMetric = Literal["first_token", "end_to_end"]

MODES: tuple[Mode, ...] = ("serverless", "dedicated", "autoscaled", "hybrid")


@dataclass(frozen=True, slots=True)
class LatencyPolicy:
    """What latency is worth.

    metric: which latency the target speaks of. percentile: share of requests, in percent, that must meet it.
    target_ms: the target in milliseconds, None for no target. strict: missing it makes an option ineligible.
    value_per_slow_request: money lost with each request slower than the target. weight: factor on that value.
    """

    metric: LatencyMetric = "first_token"
    percentile: float = 95.0
    target_ms: float | None = None
    strict: bool = False
    value_per_slow_request: Decimal = Decimal(0)
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class IsolationNeeds:
    """Guarantees asked of an offer; None or empty asks nothing.

    `residency`: places of which the offer must promise at least one. `certifications`: all must be held.
    """

    tenancy: Literal["shared", "dedicated"] | None = None
    version_pinning: bool | None = None
    residency: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()
    gpu: str | None = None
    quantization: str | None = None


@dataclass(frozen=True, slots=True)
class IsolationPolicy:
    """Required guarantees rule options out; each unmet preferred one costs `value_per_month` × `weight`."""

    required: IsolationNeeds = field(default_factory=IsolationNeeds)
    preferred: IsolationNeeds = field(default_factory=IsolationNeeds)
    value_per_month: Decimal = Decimal(0)
    weight: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """How long requests may wait in the queue of a dedicated unit before their prompt is read.

    percentile: share of requests, in percent, that may wait `wait_ms` milliseconds at most; None for any wait, as long
    as the units keep up with the work. A latency target comes on top of it, so that it never makes units fewer.
    The default: after ten seconds people turn to something else (Nielsen, Usability Engineering, 1993, ch. 5).
    """

    percentile: float = 95.0
    wait_ms: float | None = 10_000.0


@dataclass(frozen=True, slots=True)
class HybridPolicy:
    """Hybrid routing.

    threshold: share of the units' slots in service at which a request spills (0 < threshold ≤ 1).
    overhead_per_month: money that routing and keeping two paths warm costs the team.
    outage_hours_per_month: hours a month reserved capacity is down; serverless then serves all of a hybrid, and nobody
        what has no fallback (see compute/kinds/replacement).
    """

    threshold: float = 1.0
    overhead_per_month: Decimal = Decimal(0)
    outage_hours_per_month: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class HorizonPolicy:
    """What lies ahead of a commitment.

    months: how long commitments are judged over. growth_per_month: how traffic grows each month (0.05 is +5 %).
    persistence_per_month: the chance that the need of this month is still there the next. What a term makes payable is
    weighed by the months it is expected to be needed (see compute/terms). 0.97 is a mean life of 33 months, the upper
    end of what providers keep a model on offer; a team that knows its plans states its own.
    """

    months: int = 12
    growth_per_month: Decimal = Decimal(0)
    persistence_per_month: Decimal = Decimal("0.97")


@dataclass(frozen=True, slots=True)
class ForecastPolicy:
    """The traffic that a decision reckons with, out of the days that were measured (see compute/forecast).

    half_life_days: age at which a day counts half as much as the latest one, None to count all alike.
    volatility_half_life_days: the same for how much days differ. Where weeks repeat, both are in weeks. weekly_share:
    weeks repeat where days differ from those a week before less than this share of how much they differ from the day
    before, in mean squares; 0 for never. base_discount, discount_per_volatility, largest_discount: share by which what
    traffic costs is taken off, base + per volatility × coefficient of variation of daily work, since traffic goes away
    more often than it comes and a reserved unit stays. Chosen by rolling decisions on tenants of a public LLM cloud
    (ServeGen), on a flat optimum (docs/model.md says how they do on tenants they were not chosen on).
    """

    half_life_days: float | None = 1.0
    volatility_half_life_days: float = 2.0
    weekly_share: float = 0.5
    base_discount: float = 0.05
    discount_per_volatility: float = 0.2
    largest_discount: float = 0.4


RESIDUAL_SHARES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
"""Shares at which the residuals of a forecast are stated."""


@dataclass(frozen=True, slots=True)
class UncertaintyPolicy:
    """How far the coming level of traffic may be off the recent one: level × exp(s × z), s = √(noise² + volatility²).

    scenarios: how many levels are looked at, evenly spaced in probability. noise: the least spread, for days that do
    not differ at all. residuals: z at the shares RESIDUAL_SHARES, as rolling decisions on ServeGen tenants found them:
    traffic falls further than it rises.
    """

    scenarios: int = 19
    noise: float = 0.2
    residuals: tuple[float, ...] = (-5.2, -3.8, -1.3, -0.3, 0.2, 1.0, 1.2)


@dataclass(frozen=True, slots=True)
class RunningCommitment:
    """Units that are bought already and payable until their term ends, whatever is decided now.

    reservation: `sku@term`, as in the keys of options. units: how many. months_left: until nothing is payable any more.
    monthly_per_unit: money a month as agreed, None where it is the offer's. second_units: how many of an axis that is
    bought apart; what was agreed is then for a unit and its share of them.
    """

    reservation: str
    units: int
    months_left: int
    monthly_per_unit: Decimal | None = None
    second_units: int = 0


@dataclass(frozen=True, slots=True)
class SufficiencyPolicy:
    """When traffic counts as representative: observed `days`, share `coverage` of buckets present and of hours seen.

    coverage: also the least share of the 168 hours of the week that must have been observed.
    allow_provisional: recommend even where it is not, labelled provisional.
    """

    days: int = 7
    coverage: float = 0.95
    allow_provisional: bool = False


@dataclass(frozen=True, slots=True)
class PatternPolicy:
    """Thresholds of the traffic patterns, all shares (see measure/pattern)."""

    steady_mean_to_p99: float = 0.6
    steady_idle_share: float = 0.01
    base_floor_to_mean: float = 0.2


@dataclass(frozen=True, slots=True)
class SynthesisPolicy:
    """Arrivals drawn inside a series' buckets: `cv`, the coefficient of variation of gaps (1 is Poisson)."""

    cv: float = 1.0


@dataclass(frozen=True, slots=True)
class ReplayPolicy:
    """The largest number of requests replayed whole; longer histories replay a sample of whole hours."""

    max_requests: int = 1_500_000


@dataclass(frozen=True, slots=True)
class Policy:
    """Every knob of an evaluation.

    margin: share by which an option that binds longer must be cheaper than any that binds less (0.10 is 10 %).
    simplicity_margin: share by which an option that is more complex, and binds no longer, must be cheaper: what a
    second path has to save to be worth having. Of units on demand the forecast's base_discount is taken off it (rule).
    modes: families considered. incumbent: key of the option in use today, which stays unless beaten by margin.
    commitments: what is bought already and still runs; an incumbent with a term is taken to be one of them.
    max_term_months: longest commitment allowed. max_throttled_share: share of requests an option may throttle.
    traffic_factor: factor on the measured traffic. deferrable_share: of every quantity, what may wait
    for offers of the tiers batch and flex. seed: of synthesis and sampling, None: from the history.
    exchange_rates: (currency, money of the evaluation's currency per one of it); currency: the evaluation's own.
    zone: IANA name of the zone of the hour-of-week grid. review_days: days after the history's end to look again, at
    the latest. review_drift: change of the traffic's level, as a share, by which what binds nothing is looked at again.
    """

    margin: Decimal = Decimal("0.10")
    simplicity_margin: Decimal = Decimal("0.01")
    modes: tuple[Mode, ...] = MODES
    incumbent: str | None = None
    commitments: tuple[RunningCommitment, ...] = ()
    max_term_months: int = 12
    max_throttled_share: float = 0.01
    latency: LatencyPolicy = field(default_factory=LatencyPolicy)
    isolation: IsolationPolicy = field(default_factory=IsolationPolicy)
    queue: QueuePolicy = field(default_factory=QueuePolicy)
    hybrid: HybridPolicy = field(default_factory=HybridPolicy)
    horizon: HorizonPolicy = field(default_factory=HorizonPolicy)
    sufficiency: SufficiencyPolicy = field(default_factory=SufficiencyPolicy)
    pattern: PatternPolicy = field(default_factory=PatternPolicy)
    forecast: ForecastPolicy = field(default_factory=ForecastPolicy)
    uncertainty: UncertaintyPolicy = field(default_factory=UncertaintyPolicy)
    synthesis: SynthesisPolicy = field(default_factory=SynthesisPolicy)
    replay: ReplayPolicy = field(default_factory=ReplayPolicy)
    traffic_factor: Decimal = Decimal(1)
    deferrable_share: Decimal = Decimal(0)
    seed: int | None = None
    currency: str | None = None
    exchange_rates: tuple[tuple[str, Decimal], ...] = ()
    zone: str = "UTC"
    review_days: int = 30
    review_drift: float = 0.2
