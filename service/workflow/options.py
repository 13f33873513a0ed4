"""An option: one concrete way to serve the workload, with its bill, its figures and what rules it out."""

from dataclasses import dataclass
from decimal import Decimal

from service.workflow.bill import Billed, Line, quantize
from service.workflow.offers import Dedicated, Rate, Serverless
from service.workflow.policy import Mode
from service.workflow.traffic import Int64s

SERVERLESS, WARM_POOL, DEDICATED, AUTOSCALED, HYBRID, COMMITTED = range(6)
"""Simplicity order: a later family is more complex, or binds longer, and must beat the earlier by the margin."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A hard need that an option misses: a stable code and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """`units` of a dedicated offer at one of its rates."""

    offer: Dedicated
    rate: Rate
    units: int

    @property
    def family(self) -> int:
        """DEDICATED or COMMITTED, by the rate's term."""
        return COMMITTED if self.rate.is_committed else DEDICATED

    @property
    def monthly(self) -> Decimal:
        """Money a month: units at the rate, and the upfront spread evenly over the term."""
        monthly = self.rate.monthly_per_unit
        if self.rate.upfront:
            term = self.rate.months
            monthly += self.rate.upfront * term.denominator / term.numerator
        return quantize(self.units * monthly)

    @property
    def monthly_upfront(self) -> Decimal:
        """The upfront's part of `monthly`."""
        return self.monthly - quantize(self.units * self.rate.monthly_per_unit)

    @property
    def label(self) -> str:
        """`sku@term` and, where the offer has several rates of that term, the rate's number among them."""
        same = [rate for rate in self.offer.rates if rate.term == self.rate.term]
        number = f".{same.index(self.rate) + 1}" if len(same) > 1 else ""
        return f"{self.offer.sku}@{self.rate.term}{number}"


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Latency percentiles over all requests, in milliseconds."""

    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Figures:
    """How an option serves: shares are by requests (coverage by tokens), 0 to 1; None where it is unknown.

    utilization: work done ÷ work of full units, or budget used ÷ budget. slots_in_use: time-mean of streams in service
    ÷ slots, None where capacity has no slots. coverage: share of tokens
    served by the reserved side. cold_starts_per_month: starts that a request waited for. outage_cost_per_day: money
    that serving the reserved side's share on serverless for a day would cost (hybrids only). standard_error: of the
    monthly cost, money, where only a sample of the hours was replayed.
    """

    utilization: float | None
    coverage: float | None
    overflow_share: float | None
    throttled_share: float
    slow_share: float | None
    cold_starts_per_month: float
    first_token: Percentiles | None
    end_to_end: Percentiles | None
    slots_in_use: float | None = None
    outage_cost_per_day: Decimal | None = None
    standard_error: float | None = None


@dataclass(frozen=True)
class Daily:
    """What an option's bill depends on, per day block of the window: columns int64, shape (days,).

    counts: shape (days, 4), requests, uncached, cached and output tokens billed by the serverless side.
    compute_us: serverless compute billed. unit_us: autoscaled units running. slow: slow requests.
    """

    counts: Int64s
    compute_us: Int64s
    unit_us: Int64s
    slow: Int64s


@dataclass(frozen=True)
class Option:
    """One way to serve the workload. Money is per month, in the evaluation's currency.

    key: stable name. family: place in the simplicity order. threshold: streams in service at which a hybrid spills.
    adjusted: monthly_cost + latency_value + isolation_value. ruled_out: nothing was replayed, and monthly_cost and
    adjusted are the lower limits that ruled the option out; lines, figures and daily are then empty. billed: what the
    serverless offer charges for.
    """

    key: str
    mode: Mode
    family: int
    monthly_cost: Decimal
    latency_value: Decimal
    isolation_value: Decimal
    violations: tuple[Violation, ...]
    reservation: Reservation | None = None
    serverless: Serverless | None = None
    warm_instances: int = 0
    minimum_units: int | None = None
    threshold: int | None = None
    lines: tuple[Line, ...] = ()
    figures: Figures | None = None
    daily: Daily | None = None
    billed: tuple[Billed, ...] = ()
    ruled_out: bool = False

    @property
    def adjusted(self) -> Decimal:
        """Monthly cost plus the money value of slow requests and of unmet isolation preferences."""
        return self.monthly_cost + self.latency_value + self.isolation_value

    @property
    def eligible(self) -> bool:
        """Whether the option meets every hard need."""
        return not self.violations

    @property
    def rank(self) -> tuple[Decimal, int, str]:
        """Sort key: cheapest first, then simplest, then by name, so that ties never depend on input order."""
        return (self.adjusted, self.family, self.key)
