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
from fractions import Fraction
from functools import cached_property

import numpy as np

from service.workflow.bill import blend, serverless_lines, total
from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.kinds.serverless import request_violations
from service.workflow.compute.kinds.sizing import enforced
from service.workflow.compute.requirements import hard_violations, isolation_value
from service.workflow.offers import (
    Capacity,
    ConcurrencyCapacity,
    Dedicated,
    Limits,
    Meter,
    Offer,
    Price,
    Serverless,
    ThroughputCapacity,
)
from service.workflow.replay.compiled import kernel
from service.workflow.replay.speed import request_work
from service.workflow.traffic import HOUR, MINUTE, SECOND, Float64s, Int64s

COLUMNS: tuple[Meter, ...] = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
"""Meters in the order of replayed counts."""

MULTIPLIERS = (0.25, 0.5, 1.0, 2.0)
"""Prices of work tried, relative to the mean cost of work on serverless."""

BLOCKS_OF_BUCKETS = 8
"""Seconds of a block for each second's worth that a leaky bucket holds."""

SLACK = 1e-9
"""Relative room left for rounding in the floats of a bound, so that it never exceeds the exact cost."""


@kernel
def _block_sums(costs: Float64s, work: Float64s, edges: Int64s, prices: Float64s) -> Float64s:
    """Sum min(cost, price × work) over each block, for every price of work: shape (prices, blocks)."""
    result = np.zeros((len(prices), len(edges) - 1))
    for block in range(len(edges) - 1):
        for i in range(edges[block], edges[block + 1]):
            for p in range(len(prices)):
                result[p, block] += min(costs[i], prices[p] * work[i])
    return result


@dataclass(frozen=True)
class _Blocks:
    """Work of every request in one capacity's own unit, and the blocks its accepted work is limited in.

    rate: work a unit can do in a block. in_flight: most work one stream can carry over a block's end. weights: how much
    each block counts, shape (blocks,), 1 on average over the time.
    """

    work: Float64s
    edges: Int64s
    rate: float
    in_flight: float
    weights: Float64s

    @cached_property
    def loads(self) -> Float64s:
        """Work of each block."""
        return np.diff(np.concatenate(([0.0], np.cumsum(self.work)))[self.edges])


@dataclass(frozen=True)
class Bounds:
    """Lower limits for the candidates of one case, computed once per capacity and serverless offer."""

    case: Case
    serverless: Sequence[Serverless]
    _overflow_of: dict[SpillProbe, tuple[Decimal, float]] = field(default_factory=dict)
    _blocks_of: dict[Capacity, list[_Blocks]] = field(default_factory=dict)
    _sums_of: dict[Capacity, list[list[tuple[Float64s, Float64s]]]] = field(default_factory=dict)
    _busy_of: dict[Capacity, Decimal] = field(default_factory=dict)

    @cached_property
    def cheapest_serverless(self) -> Decimal:
        """The lowest bill of all traffic to be expected on any one serverless offer, 0 where there is none."""
        usage = self.case.expected_everything
        return min((total(serverless_lines(offer, usage)) for offer in self.serverless), default=Decimal(0))

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
        if isinstance(offer, Dedicated) and isinstance(offer.capacity, ConcurrencyCapacity):
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
        pairs = zip(self._blocks(probe.capacity), _counts(probe), strict=True)
        share = max(self._spill_share(blocks, count) for blocks, count in pairs)
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
        axes = zip(self._blocks(probe.capacity), self._sums(probe.capacity), _counts(probe), strict=True)
        for blocks, by_offer, count in axes:
            sums, prices = by_offer[index]
            ceiling = (count * blocks.rate + probe.streams * blocks.in_flight) * (1 + SLACK)
            least = np.maximum(sums * (1 - SLACK) - prices[:, None] * ceiling, 0.0)
            best = max(best, float((least * blocks.weights).sum(axis=1).max()))
        return best * self._kept * (1 - SLACK)

    @staticmethod
    def _spill_share(blocks: _Blocks, units: int) -> float:
        whole = float((blocks.loads * blocks.weights).sum())
        over = np.maximum(blocks.loads - units * blocks.rate, 0.0) * blocks.weights
        return float(over.sum()) / whole if whole else 0.0

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

    def _blocks(self, capacity: Capacity) -> list[_Blocks]:
        capacity = _of_any_number(capacity)
        if capacity not in self._blocks_of:
            self._blocks_of[capacity] = list(_blocks(self.case, capacity))
        return self._blocks_of[capacity]

    def _sums(self, capacity: Capacity) -> list[list[tuple[Float64s, Float64s]]]:
        capacity = _of_any_number(capacity)
        if capacity not in self._sums_of:
            self._sums_of[capacity] = [
                [_sums(costs, blocks) for costs in self._costs] for blocks in self._blocks(capacity)
            ]
        return self._sums_of[capacity]


def _of_any_number(capacity: Capacity) -> Capacity:
    """Return a capacity as its blocks know it: however many units of an axis are bought apart."""
    return capacity.with_second(0) if isinstance(capacity, ThroughputCapacity) else capacity


def _counts(probe: SpillProbe) -> list[int]:
    """Return the units that a probe has on every axis."""
    if not isinstance(probe.capacity, ThroughputCapacity):
        return [probe.units]
    return [axis.units(probe.units) for axis in probe.capacity.axes]


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


def _sums(costs: Float64s, blocks: _Blocks) -> tuple[Float64s, Float64s]:
    work = float(blocks.work.sum())
    mean = float(costs.sum()) / work if work else 0.0
    prices = np.array(MULTIPLIERS) * mean
    return _block_sums(costs, blocks.work, blocks.edges, prices), prices


def _undominated(prices: list[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Drop price vectors that another one undercuts, or equals, on every meter."""
    kept: list[tuple[float, ...]] = []
    for vector in sorted(set(prices)):
        if not any(all(a <= b for a, b in zip(other, vector, strict=True)) for other in kept):
            kept.append(vector)
    return kept


def _blocks(case: Case, capacity: Capacity) -> Sequence[_Blocks]:
    arrivals = case.arrivals
    if isinstance(capacity, ThroughputCapacity):
        capacity = enforced(case, capacity)
        return [_window_blocks(case, capacity, axis) for axis in range(len(capacity.axes))]
    work = request_work(arrivals, capacity)
    weights = _weights_of(case, np.arange(len(arrivals.hour_of_window)))
    return [_Blocks(work, arrivals.hour_index, HOUR / SECOND, float(work.max(initial=0.0)), weights)]


def _weights_of(case: Case, hours: Int64s) -> Float64s:
    """Return how much blocks count that lie in replayed hours; of a sample all alike, as its replays do."""
    if case.arrivals.sampled:
        return np.ones(len(hours))
    weights: Float64s = case.weights[hours].astype(np.float64) * float(case.recency)
    return weights


def _window_blocks(case: Case, capacity: ThroughputCapacity, axis: int) -> _Blocks:
    arrivals = case.arrivals
    weights = {meter: float(weight) for meter, weight in capacity.axes[axis].weights}
    work = np.full(len(arrivals), weights.get("requests", 0.0))
    work += weights.get("input_tokens", 0.0) * arrivals.uncached
    work += weights.get("cached_input_tokens", 0.0) * arrivals.cached
    work += weights.get("output_tokens", 0.0) * arrivals.output
    # What a leaky bucket takes in a block is what flows in and what it holds at its start.
    held = capacity.window_seconds if capacity.leaky else 0
    seconds = BLOCKS_OF_BUCKETS * held or capacity.window_seconds
    window = arrivals.time_us // (seconds * SECOND)
    starts = np.flatnonzero(np.diff(window, prepend=-1))
    edges = np.append(starts, len(arrivals)).astype(np.int64)
    rate = float(Fraction(capacity.axes[axis].per_minute) * (seconds + held) * SECOND / MINUTE)
    hours = np.searchsorted(arrivals.hour_index, starts, side="right") - 1
    return _Blocks(work, edges, rate, 0.0, _weights_of(case, hours))
