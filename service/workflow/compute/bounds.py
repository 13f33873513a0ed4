"""Bounds: what a hybrid's overflow must cost at least, without replaying it.

Let c_i be what request i costs on serverless, w_i its work on the reserved side, and A the requests accepted
in a block of time. Work accepted in a block is done in it or still in flight at its end, so
sum over A of w_i <= C = units * R * T + streams * max(w), with R the fastest a unit can work: work of GPUs is in
seconds of a full unit (replay.speed), so that R is 1. By Lagrangian
relaxation, for every price of work l >= 0 the block's overflow costs at least
    sum over the block of min(c_i, l * w_i) - l * C.
The bound of an offer is the best l of a few, summed over blocks; the bound of a candidate is the cheapest offer's.
Blocks count as the forecast weights their days, since that is what decisions compare (see compute/forecast).
Provisioned throughput has no flight: its block is the enforcement window and C its budget; of leaky buckets it is a
longer block, and C what flows in and a full bucket.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property, partial

import numpy as np

from service.workflow.bill import Usage, blend, serverless_lines, total
from service.workflow.compute.blocks import Blocks, blocks_of
from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.kinds.serverless import request_violations
from service.workflow.compute.metrics import is_unknown_where_it_counts
from service.workflow.compute.requirements import hard_violations, isolation_value
from service.workflow.metered_prices import Meter, Price
from service.workflow.offers import Capacity, ConcurrencyCapacity, Dedicated, Limits, Serverless, Speed
from service.workflow.traffic import SECOND, Float64s

COLUMNS: tuple[Meter, ...] = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
"""Meters in the order of replayed counts."""

SLACK = 1e-9
"""Relative room left for rounding in the floats of a bound, so that it never exceeds the exact cost."""

Spilling = Callable[[int, int, Speed | None], tuple[SpillProbe, Decimal, float]]
"""Of units, streams in service at which they spill and a speed: the probe, and what Bounds.overflow says of it."""

PricedBlocks = tuple[Float64s, Float64s]
"""What Blocks.sums returns for the costs of each request, less what rounding may add."""


@dataclass(frozen=True)
class Bounds:
    """Lower limits for the candidates of one case, computed once per capacity and serverless offer.

    brief: whether hybrids are listed no further than where their units cost as much as serverless alone; what that
    leaves out is looked at once totals are known, see further_hybrids.
    """

    case: Case
    serverless: Sequence[Serverless]
    brief: bool = False
    _of_capacity: dict[Capacity, "CapacityBounds"] = field(default_factory=dict)
    _blocks_of: dict[Capacity, list[Blocks]] = field(default_factory=dict)
    _priced_of: dict[Capacity, list[list[PricedBlocks]]] = field(default_factory=dict)

    @cached_property
    def cheapest_serverless(self) -> Decimal:
        """The lowest bill of all traffic to be expected on any one serverless offer, 0 where there is none."""
        usage = self.case.expected_everything
        return min((total(serverless_lines(offer, usage)) for offer in self.serverless), default=Decimal(0))

    def most_spilled(self, offer: Dedicated) -> Decimal:
        """Return up to which cost of an overflow hybrids of an offer are listed."""
        most = self.everything_spilled(offer)
        return min(most, self.cheapest_serverless) if self.brief else most

    def leaves_out(self, offer: Dedicated) -> bool:
        """Whether a larger hybrid of an offer than is listed may still be the best."""
        return self.most_spilled(offer) < self.everything_spilled(offer)

    def everything_spilled(self, offer: Dedicated) -> Decimal:
        """Return what an overflow costs at most where the best is chosen: all traffic, all of it slow.

        That speaks of serverless offers that nothing about the traffic can rule out, and infinite without one.
        """
        case = self.case
        if case.policy.latency.strict or is_unknown_where_it_counts(case, offer):
            return Decimal("Infinity")
        own = isolation_value(case.policy, offer)
        bills = (bill + isolation_value(case.policy, offer, s) - own for s, bill in self._takers)
        return min(bills, default=Decimal("Infinity")) + self._all_slow

    @cached_property
    def _all_slow(self) -> Decimal:
        """What it costs where every request is slow."""
        return self.case.expected_latency_value(self.case.hourly[:, 0])

    @cached_property
    def _takers(self) -> list[tuple[Serverless, Decimal]]:
        """Serverless offers that take any traffic, each with its bill of all of it."""
        case = self.case
        return [
            (offer, total(serverless_lines(offer, case.expected_everything)))
            for offer in self.serverless
            if offer.limits == Limits() and not offer.bills_compute
            if not hard_violations(case.policy, offer) and not request_violations(case, offer)
            if not is_unknown_where_it_counts(case, offer)
        ]

    @cached_property
    def may_spill(self) -> bool:
        """Whether a hybrid may be eligible: not where nobody knows the latency of any overflow, and it counts."""
        return any(not is_unknown_where_it_counts(self.case, offer) for offer in self.serverless)

    def busy_units(self, capacity: ConcurrencyCapacity) -> Decimal:
        """Return the units that the traffic's work keeps busy on average: fewer cannot keep up with it.

        A millionth of a unit less, since bills round hours to thousandths.
        """
        return self.busy(self._of(capacity).work)

    def expected_busy_units(self, capacity: ConcurrencyCapacity) -> Decimal:
        """Return the same of the work to be expected: no fleet that stops when idle is billed for fewer.

        Work that is done after the hour it came in is done when it counts as much or more.
        """
        (blocks,) = self.blocks(capacity)
        return self.busy(float((blocks.loads * blocks.weights).sum()) * self.kept)

    def busy(self, work: float) -> Decimal:
        """Return the units that some work, in seconds of a unit, keeps busy on average."""
        busy = work / (self.case.replayed_us / SECOND)
        return Decimal(max(int(busy * (1 - SLACK) * 1_000_000) - 1, 0)) / 1_000_000

    def overflow(self, probe: SpillProbe) -> tuple[Decimal, float]:
        """Return the least that a probe's overflow can cost a month, and what a fluid model expects."""
        return self._of(probe.capacity).overflow(self, probe.units, probe.streams)

    def spilling(self, capacity: Capacity) -> Spilling:
        """Return what makes the probes of a capacity, the same one each time, and says what `overflow` does of each."""
        return partial(self._of(capacity).spilling, self)

    def _of(self, capacity: Capacity) -> "CapacityBounds":
        known = self._of_capacity.get(capacity)
        if known is None:
            known = self._of_capacity[capacity] = CapacityBounds(capacity, self.blocks(capacity))
        return known

    @cached_property
    def _lately(self) -> Float64s:
        """Money to be expected of what a sample holds of each column, for money of the measured month, shape (4,)."""
        case = self.case
        pairs = zip(case.level, case.replayed, case.scale, strict=True)
        ratios = [float(level / (count * scale)) if count else 1.0 for level, count, scale in pairs]
        return np.array(ratios) * float(case.forecast.kept)

    @cached_property
    def lately_prices(self) -> list[Float64s]:
        """The prices of `vectors` for what is to be expected of a sample, each of shape (4,)."""
        return [np.array(vector) * self._lately for vector in self.vectors]

    @cached_property
    def kept(self) -> float:
        """The least that is to be expected of a measured money: of a sample, on the column that falls the most."""
        if not self.case.arrivals.sampled:
            return float(self.case.forecast.kept)
        used = np.array(self.case.replayed) > 0
        return float(self._lately[used].min())

    @cached_property
    def vectors(self) -> list[tuple[float, ...]]:
        """Prices of each offer that no other undercuts on every meter, at its lowest tier: money a month by column."""
        return _undominated([self._unit_prices(offer) for offer in self.serverless])

    @cached_property
    def _costs(self) -> list[Float64s]:
        """Cost of each request at each of these prices."""
        arrivals = self.case.arrivals
        uncached, cached, output = arrivals.uncached, arrivals.cached, arrivals.output
        return [
            request + input_ * uncached + cached_ * cached + output_ * output
            for request, input_, cached_, output_ in self.vectors
        ]

    @cached_property
    def rounding(self) -> Decimal:
        """What a bill may be lower for billing whole units: half of one of each meter."""
        return max((sum(lowest_prices(offer), Decimal(0)) / 2 for offer in self.serverless), default=Decimal(0))

    def _unit_prices(self, offer: Serverless) -> tuple[float, ...]:
        pairs = zip(lowest_prices(offer), self.case.scale, strict=True)
        return tuple(float(price) * float(scale) for price, scale in pairs)

    def blocks(self, capacity: Capacity) -> list[Blocks]:
        """Return the blocks of every axis of a capacity."""
        capacity = capacity.with_second(0)  # blocks are the same however many units are bought apart
        if capacity not in self._blocks_of:
            self._blocks_of[capacity] = blocks_of(self.case, capacity)
        return self._blocks_of[capacity]

    def priced(self, capacity: Capacity) -> list[list[PricedBlocks]]:
        """Return what the blocks of every axis cost at each of `vectors`."""
        capacity = capacity.with_second(0)  # as above
        if capacity not in self._priced_of:
            found = [[blocks.sums(costs) for costs in self._costs] for blocks in self.blocks(capacity)]
            self._priced_of[capacity] = [[(sums * (1 - SLACK), prices) for sums, prices in each] for each in found]
        return self._priced_of[capacity]


@dataclass(frozen=True)
class CapacityBounds:
    """The lower limits of one capacity; the bounds of the case keep them, so they hold none.

    blocks: of every axis.
    """

    capacity: Capacity
    blocks: Sequence[Blocks]
    _overflow_of: dict[tuple[int, int], tuple[Decimal, float]] = field(default_factory=dict)
    _spilling_of: dict[tuple[int, int, Speed | None], tuple[SpillProbe, Decimal, float]] = field(default_factory=dict)

    @cached_property
    def work(self) -> float:
        """Work of all requests, in seconds of a unit, on a capacity with one axis."""
        (blocks,) = self.blocks
        return float(blocks.work.sum())

    def spilling(
        self, bounds: Bounds, units: int, streams: int, speed: Speed | None
    ) -> tuple[SpillProbe, Decimal, float]:
        """Return the probe of `units` that spill at `streams` in service, and as of Bounds, what its overflow costs."""
        known = self._spilling_of.get((units, streams, speed))
        if known is None:
            probe = SpillProbe(self.capacity, units, streams, speed)
            known = self._spilling_of[units, streams, speed] = (probe, *self.overflow(bounds, units, streams))
        return known

    def overflow(self, bounds: Bounds, units: int, streams: int) -> tuple[Decimal, float]:
        """As of Bounds, of `units` that spill at `streams` in service."""
        known = self._overflow_of.get((units, streams))
        if known is None:
            known = self._overflow_of[units, streams] = self._overflow(bounds, units, streams)
        return known

    def _overflow(self, bounds: Bounds, units: int, streams: int) -> tuple[Decimal, float]:
        by_axis = self.capacity.units_by_axis(units)
        least = self._least(bounds, by_axis, streams)
        if bounds.case.arrivals.sampled:
            least = self._with_missed(bounds, least, units, streams)
        share = max(blocks.spilled_share(count) for blocks, count in zip(self.blocks, by_axis, strict=True))
        floor = Decimal(int(min(least, default=0.0) * 1_000_000)) / 1_000_000
        return max(floor - bounds.rounding, Decimal(0)), share * float(bounds.cheapest_serverless)

    def _least(self, bounds: Bounds, by_axis: Sequence[int], streams: int) -> list[float]:
        """Return the least that the overflow of a sample costs at the prices of each offer."""
        found = [0.0] * len(bounds.vectors)
        for blocks, priced, count in zip(self.blocks, bounds.priced(self.capacity), by_axis, strict=True):
            ceiling = (count * blocks.rate + streams * blocks.in_flight) * (1 + SLACK)
            for index, (sums, prices) in enumerate(priced):
                least = np.maximum(sums - prices[:, None] * ceiling, 0.0)
                found[index] = max(found[index], float((least * blocks.weights).sum(axis=1).max()))
        return [best * bounds.kept * (1 - SLACK) for best in found]

    def _with_missed(self, bounds: Bounds, least: Sequence[float], units: int, streams: int) -> list[float]:
        """Return that with what the sample leaves out."""
        replayed = np.array(bounds.case.replayed)
        # Whole units are counted, so a sum may be lower by one of each.
        missed = fluid_of(bounds.case, self.capacity).missed(units, streams, lately=True) * replayed - 1
        return [
            max(0.0, min(known + float((prices * missed).sum()), float((prices * replayed).sum())) * (1 - SLACK))
            for known, prices in zip(least, bounds.lately_prices, strict=True)
        ]


def bounds_of(case: Case, serverless: Sequence[Serverless]) -> Bounds:
    """Return the lower limits of a case; where its replays are kept, with what is known of them already."""
    if case.cache is None:
        return Bounds(case, serverless)
    known: Bounds = case.cache.bounds.setdefault("bounds", Bounds(case, serverless))
    return replace(known, case=case)


def lowest_prices(offer: Serverless) -> list[Decimal]:
    """Return the price of one of each of COLUMNS in the offer's cheapest tier, and of its cheapest requests."""
    lowest = {price.meter: min(_amounts(price)) / price.per for price in offer.prices}
    lowest.setdefault("cached_input_tokens", lowest.get("input_tokens", Decimal(0)))
    return [lowest.get(meter, Decimal(0)) for meter in COLUMNS]


def lowest_bills(prices: Float64s, usage: Usage) -> Float64s:
    """Return the least that offers can bill a month's usage, shape (n,); prices: the lowest of each, shape (n, 4).

    Bills are of whole units, so one may be lower by half of one of each meter.
    """
    counts = np.array([usage.requests, usage.uncached, usage.cached, usage.output], np.float64)
    least: Float64s = (prices @ counts - prices.sum(axis=1) / 2) * (1 - SLACK)
    return least


def _amounts(price: Price) -> Iterator[Decimal]:
    """Yield the amounts that any part of a price's quantity may cost, its parts by meter at their shares."""
    yield from (price.amount, *(tier.amount for tier in price.tiers))
    if price.conditional and price.plain is not None:
        apart = tuple(part for part in price.parts if part.meter != price.meter or part.condition is None)
        for amount in (price.plain.amount, *(each.amount for each in price.plain.conditional)):
            yield blend(replace(price.plain, amount=amount), apart).amount


def _undominated(prices: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Drop price vectors that another one undercuts, or equals, on every meter."""
    kept: list[tuple[float, ...]] = []
    for vector in sorted(set(prices)):
        if not any(all(a <= b for a, b in zip(other, vector, strict=True)) for other in kept):
            kept.append(vector)
    return kept
