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

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from service.workflow.bill import blend, serverless_lines, total
from service.workflow.compute.blocks import Blocks, blocks_of
from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.kinds.serverless import request_violations
from service.workflow.compute.requirements import hard_violations, isolation_value
from service.workflow.metered_prices import Meter, Price
from service.workflow.offers import Capacity, ConcurrencyCapacity, Dedicated, Limits, Offer, Serverless
from service.workflow.traffic import SECOND, Float64s

COLUMNS: tuple[Meter, ...] = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
"""Meters in the order of replayed counts."""

SLACK = 1e-9
"""Relative room left for rounding in the floats of a bound, so that it never exceeds the exact cost."""


@dataclass(frozen=True)
class Bounds:
    """Lower limits for the candidates of one case, computed once per capacity and serverless offer.

    brief: whether hybrids are listed no further than a guess where nothing says how dear an overflow gets at most; what
    that leaves out is looked at once totals are known, see further_hybrids.
    """

    case: Case
    serverless: Sequence[Serverless]
    brief: bool = False
    _overflow_of: dict[SpillProbe, tuple[Decimal, float]] = field(default_factory=dict)
    _blocks_of: dict[Capacity, list[Blocks]] = field(default_factory=dict)
    _sums_of: dict[Capacity, list[list[tuple[Float64s, Float64s]]]] = field(default_factory=dict)
    _busy_of: dict[Capacity, Decimal] = field(default_factory=dict)

    @cached_property
    def cheapest_serverless(self) -> Decimal:
        """The lowest bill of all traffic to be expected on any one serverless offer, 0 where there is none."""
        usage = self.case.expected_everything
        return min((total(serverless_lines(offer, usage)) for offer in self.serverless), default=Decimal(0))

    def most_spilled(self, offer: Dedicated) -> Decimal:
        """Return up to which cost of an overflow hybrids of an offer are listed."""
        most = self.everything_spilled(offer)
        return self.cheapest_serverless if self.brief and not most.is_finite() else most

    def everything_spilled(self, offer: Dedicated) -> Decimal:
        """Return what an overflow costs at most where the best is chosen: all traffic, all of it slow.

        That speaks of serverless offers that nothing about the traffic can rule out, and infinite without one.
        """
        case = self.case
        if case.policy.latency.strict or (case.latency_is_priced and not self._states_latency(offer)):
            return Decimal("Infinity")
        own = isolation_value(case.policy, offer)
        bills = (bill + isolation_value(case.policy, offer, s) - own for s, bill in self._takers)
        return min(bills, default=Decimal("Infinity")) + case.expected_latency_value(case.hourly[:, 0])

    @cached_property
    def _takers(self) -> list[tuple[Serverless, Decimal]]:
        """Serverless offers that take any traffic, each with its bill of all of it."""
        case = self.case
        return [
            (offer, total(serverless_lines(offer, case.expected_everything)))
            for offer in self.serverless
            if offer.limits == Limits() and not offer.bills_compute
            if not hard_violations(case.policy, offer) and not request_violations(case, offer)
            if not case.latency_is_priced or self._states_latency(offer)
        ]

    def _states_latency(self, offer: Offer) -> bool:
        """Whether replays on the offer know how long requests take."""
        if isinstance(offer, Dedicated) and offer.capacity.states_speed:
            return True
        return offer.speed is not None and self.case.has_requests

    def busy_units(self, capacity: ConcurrencyCapacity) -> Decimal:
        """Return the units that the traffic's work keeps busy on average: fewer cannot keep up with it.

        A millionth of a unit less, since bills round hours to thousandths.
        """
        if capacity not in self._busy_of:
            self._busy_of[capacity] = self._busy(float(self._blocks(capacity)[0].work.sum()))
        return self._busy_of[capacity]

    def expected_busy_units(self, capacity: ConcurrencyCapacity) -> Decimal:
        """Return the same of the work to be expected: no fleet that stops when idle is billed for fewer.

        Work that is done after the hour it came in is done when it counts as much or more.
        """
        blocks = self._blocks(capacity)[0]
        return self._busy(float((blocks.loads * blocks.weights).sum()) * self._kept)

    def _busy(self, work: float) -> Decimal:
        busy = work / (self.case.replayed_us / SECOND)
        return Decimal(max(int(busy * (1 - SLACK) * 1_000_000) - 1, 0)) / 1_000_000

    def overflow(self, probe: SpillProbe) -> tuple[Decimal, float]:
        """Return the least that a probe's overflow can cost a month, and what a fluid model expects."""
        if probe not in self._overflow_of:
            self._overflow_of[probe] = self._overflow(probe)
        return self._overflow_of[probe]

    def _overflow(self, probe: SpillProbe) -> tuple[Decimal, float]:
        least = min((self._with_missed(probe, index) for index in range(len(self._costs))), default=0.0)
        pairs = zip(self._blocks(probe.capacity), probe.capacity.units_by_axis(probe.units), strict=True)
        share = max(blocks.spilled_share(units) for blocks, units in pairs)
        floor = Decimal(int(least * 1_000_000)) / 1_000_000
        return max(floor - self._rounding, Decimal(0)), share * float(self.cheapest_serverless)

    def _with_missed(self, probe: SpillProbe, index: int) -> float:
        """Return the least that the overflow costs on one offer's prices: of a sample, with what it leaves out."""
        least = self._least(probe, index)
        if not self.case.arrivals.sampled:
            return least
        replayed, prices = np.array(self.case.replayed), np.array(self._vectors[index]) * self._lately
        # Whole units are counted, so a sum may be lower by one of each.
        missed = fluid_of(self.case, probe.capacity).missed(probe.units, probe.streams, lately=True) * replayed - 1
        return max(0.0, min(least + float((prices * missed).sum()), float((prices * replayed).sum())) * (1 - SLACK))

    @cached_property
    def _lately(self) -> Float64s:
        """Money to be expected of what a sample holds of each column, for money of the measured month, shape (4,)."""
        case = self.case
        pairs = zip(case.level, case.replayed, case.scale, strict=True)
        ratios = [float(level / (count * scale)) if count else 1.0 for level, count, scale in pairs]
        return np.array(ratios) * float(case.forecast.kept)

    @cached_property
    def _kept(self) -> float:
        """The least that is to be expected of a measured money: of a sample, on the column that falls the most."""
        if not self.case.arrivals.sampled:
            return float(self.case.forecast.kept)
        used = np.array(self.case.replayed) > 0
        return float(self._lately[used].min())

    def _least(self, probe: SpillProbe, index: int) -> float:
        best = 0.0
        units = probe.capacity.units_by_axis(probe.units)
        axes = zip(self._blocks(probe.capacity), self._sums(probe.capacity), units, strict=True)
        for blocks, by_offer, count in axes:
            sums, prices = by_offer[index]
            ceiling = (count * blocks.rate + probe.streams * blocks.in_flight) * (1 + SLACK)
            least = np.maximum(sums * (1 - SLACK) - prices[:, None] * ceiling, 0.0)
            best = max(best, float((least * blocks.weights).sum(axis=1).max()))
        return best * self._kept * (1 - SLACK)

    @cached_property
    def _vectors(self) -> list[tuple[float, ...]]:
        """Prices of each offer that no other undercuts on every meter, at its lowest tier: money a month by column."""
        return _undominated([self._unit_prices(offer) for offer in self.serverless])

    @cached_property
    def _costs(self) -> list[Float64s]:
        """Cost of each request at each of these prices."""
        arrivals = self.case.arrivals
        uncached, cached, output = arrivals.uncached, arrivals.cached, arrivals.output
        return [
            request + input_ * uncached + cached_ * cached + output_ * output
            for request, input_, cached_, output_ in self._vectors
        ]

    @cached_property
    def _rounding(self) -> Decimal:
        """What a bill may be lower for billing whole units: half of one of each meter."""
        return max((sum(lowest_prices(offer), Decimal(0)) / 2 for offer in self.serverless), default=Decimal(0))

    def _unit_prices(self, offer: Serverless) -> tuple[float, ...]:
        pairs = zip(lowest_prices(offer), self.case.scale, strict=True)
        return tuple(float(price) * float(scale) for price, scale in pairs)

    def _blocks(self, capacity: Capacity) -> list[Blocks]:
        capacity = capacity.with_second(0)  # blocks are the same however many units are bought apart
        if capacity not in self._blocks_of:
            self._blocks_of[capacity] = blocks_of(self.case, capacity)
        return self._blocks_of[capacity]

    def _sums(self, capacity: Capacity) -> list[list[tuple[Float64s, Float64s]]]:
        capacity = capacity.with_second(0)  # blocks are the same however many units are bought apart
        if capacity not in self._sums_of:
            self._sums_of[capacity] = [
                [blocks.sums(costs) for costs in self._costs] for blocks in self._blocks(capacity)
            ]
        return self._sums_of[capacity]


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
