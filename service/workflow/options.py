"""An option: one concrete way to serve the workload, with its bill, its figures and what rules it out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from service.workflow.bill import Billed, Line, quantize
from service.workflow.offers import Capacity, Dedicated, Serverless
from service.workflow.policy import Mode
from service.workflow.rates import Rate

SERVERLESS, WARM_POOL, DEDICATED, AUTOSCALED, HYBRID, COMMITTED = range(6)
"""Simplicity order: a later family is more complex, or binds longer, and must beat the earlier by a margin.

Committed options are families by their term: COMMITTED + the hours of the term.
"""


@dataclass(frozen=True, slots=True)
class Violation:
    """A hard need that an option misses: a stable code and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """`units` of a dedicated offer at one of its rates; of an axis bought apart as many as its capacity has."""

    offer: Dedicated
    rate: Rate
    units: int

    @property
    def second_units(self) -> int:
        """Units of the axis that is bought apart, 0 where there is none."""
        apart = self.offer.apart
        return 0 if apart is None else apart.bought

    @property
    def per_unit(self) -> Capacity:
        """What one unit serves, with its share of the units of an axis that is bought apart."""
        capacity = self.offer.capacity
        if capacity.apart is None:
            return capacity
        axes = (
            axis
            if axis.apart is None
            else replace(axis, per_minute=axis.per_minute * axis.bought / self.units, apart=None, bought=0)
            for axis in capacity.axes
        )
        return replace(capacity, axes=tuple(axes))

    @property
    def family(self) -> int:
        """DEDICATED, or COMMITTED and the hours of the rate's term."""
        return COMMITTED + self.rate.hours if self.rate.is_committed else DEDICATED

    @property
    def monthly(self) -> Decimal:
        """Money a month: units at the rate, and the upfront spread evenly over the term."""
        monthly = self.rate.monthly_of(self.units, self.second_units)
        if self.rate.upfront:
            term = self.rate.months
            monthly += self.units * self.rate.upfront * term.denominator / term.numerator
        return quantize(monthly)

    @property
    def monthly_upfront(self) -> Decimal:
        """The upfront's part of `monthly`."""
        return self.monthly - quantize(self.rate.monthly_of(self.units, self.second_units))

    @property
    def label(self) -> str:
        """`sku@term` and, where the offer has several rates of that term, the rate's number among them."""
        term = self.rate.term_months, self.rate.term_days
        same = [rate for rate in self.offer.rates if (rate.term_months, rate.term_days) == term]
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
    ÷ slots, None where capacity has no slots. coverage: share of tokens served by the reserved side, of requests where
    no tokens were recorded. cold_starts_per_month: starts that a request waited for. outage_cost_per_day: money that
    serving the reserved side's share on serverless for a day would cost (hybrids only). standard_error: of the monthly
    cost, money, where only a sample of the hours was replayed.
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


@dataclass(frozen=True, slots=True)
class ExpectedCost:
    """What an option costs a month at the traffic to be expected: what decisions compare (see compute/forecast).

    reserved, upfront: of units by their rate, a term's months weighed by how many are likely to be needed (see
    compute/terms). running: of units that follow the load. billed: what serverless charges for, and serverless: what
    that comes to. added: warm pools, routing, and running commitments that the option does not use. lost: what
    requests that nobody serves cost elsewhere (see compute/kinds/replacement). latency, isolation: the money values of
    slow or lost requests, and of unmet preferences.
    """

    reserved: Decimal = Decimal(0)
    upfront: Decimal = Decimal(0)
    running: Decimal = Decimal(0)
    billed: tuple[Billed, ...] = ()
    serverless: Decimal = Decimal(0)
    added: Decimal = Decimal(0)
    lost: Decimal = Decimal(0)
    latency: Decimal = Decimal(0)
    isolation: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """All of it."""
        paid = self.reserved + self.upfront + self.running + self.serverless + self.added
        return paid + self.lost + self.latency + self.isolation


@dataclass(frozen=True)
class Option:
    """One way to serve the workload. Money is per month, in the evaluation's currency.

    key: stable name. family: place in the simplicity order. threshold: streams in service at which a hybrid spills.
    adjusted: the bill of the measured traffic and the money values. expected: the same at the traffic to be expected,
    which decisions compare. ruled_out: nothing was replayed, and monthly_cost, adjusted and expected are the lower
    limit that ruled the option out; lines and figures are then empty.
    """

    key: str
    mode: Mode
    family: int
    monthly_cost: Decimal
    latency_value: Decimal
    isolation_value: Decimal
    violations: tuple[Violation, ...]
    expected_cost: ExpectedCost
    outage_value: Decimal = Decimal(0)
    reservation: Reservation | None = None
    serverless: Serverless | None = None
    warm_instances: int = 0
    minimum_units: int | None = None
    threshold: int | None = None
    lines: tuple[Line, ...] = ()
    figures: Figures | None = None
    ruled_out: bool = False

    @property
    def adjusted(self) -> Decimal:
        """Monthly cost plus the money value of slow requests, unmet preferences and requests nobody serves."""
        return self.monthly_cost + self.latency_value + self.isolation_value + self.outage_value

    @property
    def expected(self) -> Decimal:
        """What decisions compare: the adjusted total at the traffic to be expected."""
        return self.expected_cost.total

    @property
    def eligible(self) -> bool:
        """Whether the option meets every hard need."""
        return not self.violations

    @property
    def spills(self) -> bool:
        """Whether a serverless offer takes what its units do not; said of exact options alone."""
        return self.reservation is not None and self.serverless is not None

    @property
    def loses(self) -> bool:
        """Whether nobody serves what its units do not, as in an outage; said of exact options alone."""
        return self.reservation is not None and self.serverless is None

    @property
    def follows_load(self) -> bool:
        """Whether its units come and go with the load; said of exact options alone."""
        return self.minimum_units is not None

    @property
    def rank(self) -> tuple[Decimal, int, str]:
        """Sort key: cheapest first, then simplest, then by name, so that ties never depend on input order."""
        return (self.expected, self.family, self.key)


def eligible(options: Sequence[Option]) -> list[Option]:
    """Return the options that a recommendation may name: exact, and meeting every hard need."""
    return [option for option in options if option.eligible and not option.ruled_out]
