"""Offers: everything that can be bought, as immutable values. A provider is data, never code."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import ClassVar, Literal, get_args

from service.workflow.conditions import WeekHours
from service.workflow.figure_bases import FigureBasis
from service.workflow.metered_prices import Meter, Price
from service.workflow.rates import Rate

ServiceTier = Literal["standard", "batch", "flex", "priority"]
"""How soon a serverless offer answers."""

TIERS: tuple[ServiceTier, ...] = get_args(ServiceTier)


@dataclass(frozen=True, slots=True)
class Limits:
    """Rate limits per aligned clock minute; None means unlimited.

    With `burst_seconds` they are leaky buckets instead: each refills all the time at its rate a minute, and holds what
    so many seconds bring.

    `tokens_per_minute` counts all input and output; `input_tokens_per_minute` the input that is not cached, as its
    price does; `all_input_tokens_per_minute` the cached part too; `output_tokens_per_minute` the output.
    """

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    input_tokens_per_minute: int | None = None
    all_input_tokens_per_minute: int | None = None
    output_tokens_per_minute: int | None = None
    burst_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ColdStart:
    """After `idle_seconds` with nothing in service, the next request waits `start_seconds`."""

    idle_seconds: float
    start_seconds: float


@dataclass(frozen=True, slots=True)
class WarmPool:
    """Instances kept up around the clock: `hourly` money each, serving `concurrency` requests at once."""

    hourly: Decimal
    concurrency: int = 1


@dataclass(frozen=True, slots=True)
class Speed:
    """Token speed of an offer.

    `decode` holds (streams per unit, tokens a second and stream), rising in streams and never rising
    in speed; the time of a step, 1 ÷ speed, is linear between the points and flat outside them.
    `prefill_tokens_per_second` is the speed at which uncached input is read, prompt after prompt.
    """

    prefill_tokens_per_second: float
    decode: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Isolation:
    """What an offer guarantees; compared with the policy's needs. Empty `residency` means no promise."""

    tenancy: Literal["shared", "dedicated"] = "shared"
    version_pinning: bool = False
    residency: tuple[str, ...] = ()
    certifications: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Units:
    """Legal numbers of units: `minimum`, then steps of `increment`, up to `maximum` (None: unbounded)."""

    minimum: int = 1
    increment: int = 1
    maximum: int | None = None

    def at_least(self, needed: int) -> int | None:
        """Return the smallest legal number of units ≥ `needed`, or None where there is none."""
        steps = max(0, -(-(needed - self.minimum) // self.increment))
        legal = self.minimum + steps * self.increment
        return legal if self.maximum is None or legal <= self.maximum else None


@dataclass(frozen=True, slots=True)
class ConcurrencyCapacity:
    """A unit with continuous batching: `slots` requests at once at `speed`.

    Optional figures of a measured unit, 0 or None where they are not known. prefill_seconds_per_prompt: of the unit's
    time, for reading any prompt. first_token_seconds: from a prompt read to its first token at the caller, taking none
    of the unit's time. context_seconds_per_token: how much longer a decode step is for each token held, and
    context_tokens: the tokens that each stream held on average when the decode curve was measured. kv_tokens: tokens
    that the unit's memory holds; requests whose input and half output do not fit wait, or spill. measured_with: input
    and output tokens of the requests that the speeds were measured with, whose reading was taken out of them; None
    where it was not said. hours: of the week, in which alone the unit runs; None: always.
    """

    slots: int
    speed: Speed
    prefill_seconds_per_prompt: float = 0.0
    first_token_seconds: float = 0.0
    context_seconds_per_token: float = 0.0
    context_tokens: float = 0.0
    kv_tokens: int | None = None
    measured_with: tuple[float, float] | None = None
    hours: WeekHours | None = None

    carries_tokens: ClassVar[bool] = True
    states_speed: ClassVar[bool] = True
    windows: ClassVar[tuple[int, ...]] = ()
    apart: ClassVar[None] = None

    def with_second(self, _: int) -> "ConcurrencyCapacity":
        """Return itself: there are no units of another kind."""
        return self

    def units_by_axis(self, units: int) -> list[int]:
        """Return the units that work is held against: there is one axis."""
        return [units]

    def streams(self, units: int) -> int:
        """Return the streams that units serve at once."""
        return units * self.slots


@dataclass(frozen=True, slots=True)
class LongWeights:
    """Weights of requests of more than `input_above` input tokens, cached ones included."""

    input_above: int
    weights: tuple[tuple[Meter, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A budget of `per_minute` weighted meter units a unit and minute; `weights` per meter, 0 where absent.

    longer: weights of long requests, lengths rising; a request is weighed whole by the last that it is longer than.

    apart: the legal numbers of the axis' own units, where they are bought apart from those of the offer, else None;
    bought: how many of them there are.
    """

    per_minute: Decimal
    weights: tuple[tuple[Meter, Decimal], ...]
    apart: Units | None = None
    bought: int = 0
    longer: tuple[LongWeights, ...] = ()

    def units(self, units: int) -> int:
        """Return the units that the axis has where the offer has `units`."""
        return units if self.apart is None else self.bought


@dataclass(frozen=True, slots=True)
class ThroughputCapacity:
    """Provisioned throughput: every axis is a use-it-or-lose-it budget per aligned window of `window_seconds`.

    leaky: it is a bucket instead that refills all the time at the budget's rate, and holds what `window_seconds` bring.
    hours: as of ConcurrencyCapacity.
    """

    window_seconds: int
    axes: tuple[Axis, ...]
    leaky: bool = False
    hours: WeekHours | None = None

    @property
    def carries_tokens(self) -> bool:
        """Whether any budget counts tokens."""
        return any(meter.endswith("_tokens") and weight for axis in self.axes for meter, weight in axis.weights)

    @property
    def states_speed(self) -> bool:
        """Whether a replay on it knows how long requests take: a budget says nothing of it, the offer may."""
        return False

    @property
    def windows(self) -> tuple[int, ...]:
        """Lengths in seconds of the windows in which it is enforced."""
        return (self.window_seconds,)

    @property
    def apart(self) -> Axis | None:
        """The axis whose units are bought apart, None where one kind of unit has every budget."""
        return next((axis for axis in self.axes if axis.apart is not None), None)

    def with_second(self, units: int) -> "ThroughputCapacity":
        """Return the capacity with so many units of the axis bought apart; itself where there is none."""
        if self.apart is None:
            return self
        axes = (axis if axis.apart is None else replace(axis, bought=units) for axis in self.axes)
        return replace(self, axes=tuple(axes))

    def units_by_axis(self, units: int) -> list[int]:
        """Return the units that every axis has where the offer has `units`."""
        return [axis.units(units) for axis in self.axes]

    def streams(self, _: int) -> int:
        """Return 0: a budget does not count who is in service."""
        return 0


Capacity = ConcurrencyCapacity | ThroughputCapacity
"""A form of capacity: replays, limits and levels have a formula for each; mypy names those that a new form lacks."""


@dataclass(frozen=True, slots=True)
class Autoscale:
    """How an offer scales by itself: down to `minimum` units after `idle_seconds` without need of one."""

    minimum: int = 1
    idle_seconds: float = 300.0


@dataclass(frozen=True)
class Serverless:
    """A serverless offer: billed by meters, shared or scaled by the provider.

    monthly_minimum: the least that the meters come to in a month. hourly_fee: money for every hour that the offer is
    kept ready, used or not, beside its meters (hosting of a tuned model, say); both in the offer's currency. tier: how
    soon it answers; batch and flex are for traffic that may wait. deferred_share: of the traffic that another offer's
    prices, which are parts of these, bill (see deferring). Offers differ by none of these: bases, what its figures are,
    and preferred, whether it is taken where others are listed under its provider and sku too.
    """

    sku: str
    model: str
    region: str
    prices: tuple[Price, ...]
    currency: str = "USD"
    provider: str = ""
    monthly_minimum: Decimal = Decimal(0)
    hourly_fee: Decimal = Decimal(0)
    limits: Limits = field(default_factory=Limits)
    cold_start: ColdStart | None = None
    warm_pool: WarmPool | None = None
    speed: Speed | None = None
    instance_concurrency: int = 1
    isolation: Isolation = field(default_factory=Isolation)
    gpu: str | None = None
    quantization: str | None = None
    tier: ServiceTier = "standard"
    deferred_share: Fraction = Fraction(0)
    bases: tuple[FigureBasis, ...] = field(default=(), compare=False, repr=False)
    preferred: bool = field(default=False, compare=False, repr=False)

    @property
    def bills_compute(self) -> bool:
        """Whether the offer bills the seconds its instances are up."""
        return any(price.meter == "compute_seconds" for price in self.prices)


@dataclass(frozen=True)
class Dedicated:
    """A dedicated offer: units of reserved capacity at one or more rates. bases, preferred: as of Serverless."""

    sku: str
    model: str
    region: str
    rates: tuple[Rate, ...]
    capacity: Capacity
    units: Units = field(default_factory=Units)
    unit: str = "replica"
    currency: str = "USD"
    provider: str = ""
    start_seconds: float | None = None
    autoscale: Autoscale | None = None
    speed: Speed | None = None
    isolation: Isolation = field(default_factory=Isolation)
    gpu: str | None = None
    quantization: str | None = None
    bases: tuple[FigureBasis, ...] = field(default=(), compare=False, repr=False)
    preferred: bool = field(default=False, compare=False, repr=False)

    @property
    def apart(self) -> Axis | None:
        """The axis whose units are bought apart, None where there is none."""
        return self.capacity.apart

    def with_second(self, units: int) -> "Dedicated":
        """Return the offer with so many units of the axis bought apart; itself where there is none."""
        return self if self.apart is None else replace(self, capacity=self.capacity.with_second(units))

    @cached_property
    def on_demand(self) -> Rate | None:
        """The cheapest rate without a term, or None where the offer is sold under terms only."""
        free = (rate for rate in self.rates if not rate.is_committed)
        return min(free, key=lambda rate: rate.monthly_per_unit, default=None)


Offer = Serverless | Dedicated
