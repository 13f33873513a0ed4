"""What options cost when the level of traffic changes and its shape stays.

With g times the traffic and k units, what spills is g × what spills of the present traffic on k ÷ g units. The load of
every bucket of the window is known, so that share is a piecewise linear function of units:

    share(x) = Σ over buckets above x of weight × counts × (1 − x ÷ load) ÷ Σ weight × counts,

loads in full units. Replays spill more than this fluid does, for bursts inside buckets: k units that replayed keep what
the fluid keeps with x(k) ≤ k, and g times the traffic is priced at x(k) ÷ g. So at g = 1 costs are the replayed ones.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from service.workflow.bill import prices_cached_apart
from service.workflow.compute.case import Case
from service.workflow.compute.fluid import loads_of_all
from service.workflow.measure.classes import within
from service.workflow.metered_prices import Price
from service.workflow.offers import Capacity, ConcurrencyCapacity, Serverless, ThroughputCapacity
from service.workflow.rates import HOURS_PER_MONTH
from service.workflow.replay.compiled import kernel
from service.workflow.replay.length_tiers import averaged
from service.workflow.traffic import MINUTE, SECOND, Float64s, Int64s

BEYOND = 1e200
"""A load that no number of units carries."""


@dataclass(frozen=True)
class Spill:
    """What spills of the recent level on any number of full units of one capacity.

    loads: of each bucket in full units, rising, shape (n,). whole, by_load: sums of weighted counts, and of the same ÷
    load, of the buckets from each on, shape (n + 1, 4).
    """

    loads: Float64s
    whole: Float64s
    by_load: Float64s

    @classmethod
    def of(cls, case: Case, capacity: Capacity) -> "Spill":
        """Return the spill of a case's recent level, in counts of a month."""
        counts, loads = case.profile.counts, _units_of(case, capacity)
        weights = case.forecast.bucket_weights.astype(np.float64)
        level = np.array([float(count) for count in case.level])
        sums = weights @ counts
        month = np.divide(level, sums, out=np.zeros(4), where=sums > 0)
        order = np.argsort(loads, kind="stable")
        whole, by_load = np.zeros((2, len(loads) + 1, 4))
        _add_up(loads, order, counts, weights, month, whole, by_load)
        return cls(loads[order], whole, by_load)

    def month(self, units: Float64s) -> Float64s:
        """Return a month's spilled requests and tokens on some numbers of full units: (m,) to (m, 4)."""
        first = np.searchsorted(self.loads, units, side="right")
        spilled: Float64s = np.maximum(self.whole[first] - units[:, None] * self.by_load[first], 0.0)
        return spilled

    def effective_units(self, money: float, prices: Float64s, units: float) -> float:
        """Return the full units on which the fluid spills `money` a month at flat prices (of each column, (4,)).

        units: how many there are; where nothing spills, as many as the busiest bucket needs at most.
        """
        if money <= 0:
            return min(units, float(self.loads[-1]))
        # The more units, the less money spills: the first bucket at whose load less than `money` does.
        first = bisect_left(range(len(self.loads)), True, key=lambda bucket: self._at_load(bucket, prices) < money)
        by_load = float(self.by_load[first] @ prices)
        return 0.0 if by_load <= 0 else max(0.0, (float(self.whole[first] @ prices) - money) / by_load)

    def _at_load(self, bucket: int, prices: Float64s) -> float:
        """Return the money a month that spills on as many units as a bucket's load."""
        return float((self.whole[bucket] - self.loads[bucket] * self.by_load[bucket]) @ prices)

    def best_units(self, cost: float, prices: Float64s) -> float:
        """Return the full units up to which one more keeps off serverless what it costs, money a month."""
        pays = bisect_left(range(len(self.loads)), True, key=lambda bucket: self.by_load[bucket] @ prices <= cost)
        return float(self.loads[pays - 1]) if pays else 0.0


def _units_of(case: Case, capacity: Capacity) -> Float64s:
    """Return the load of each bucket in full units, of its fullest axis, at the case's traffic factor.

    Of what comes outside the hours in which units run it is beyond any number of them.
    """
    seconds = case.profile.minutes.bucket_seconds
    if isinstance(capacity, ThroughputCapacity):
        capacity = averaged(case.arrivals, capacity)
    loads = loads_of_all(case.profile, capacity).by_axis * float(case.traffic_factor)
    if capacity.hours is not None:
        outside = ~within(capacity.hours, case.profile.minutes.start_us)
        loads = np.where(outside[:, None] & (loads > 0), BEYOND, loads)
    if isinstance(capacity, ConcurrencyCapacity):
        return loads[:, 0] / seconds
    budgets = np.array([float(axis.per_minute) for axis in capacity.axes]) * seconds * SECOND / MINUTE
    most: Float64s = (loads / budgets).max(axis=1)
    return most


@kernel
def _add_up(
    loads: Float64s,
    order: Int64s,
    counts: Float64s,
    weights: Float64s,
    month: Float64s,
    whole: Float64s,
    by_load: Float64s,
) -> None:
    """Fill in sums, from each bucket on, of weighted counts × month, a month of them, and of that ÷ load."""
    for place in range(len(order) - 1, -1, -1):
        bucket = order[place]
        load = loads[bucket]
        for column in range(4):
            count = counts[bucket, column] * weights[bucket] * month[column]
            whole[place, column] = whole[place + 1, column] + count
            by_load[place, column] = by_load[place + 1, column] + (count / load if load > 0.0 else 0.0)


@dataclass(frozen=True)
class Spills:
    """The spills of one case by capacity, each worked out once for a profile, whatever policy asks."""

    case: Case

    @cached_property
    def _known(self) -> dict[Capacity, Spill]:
        return {}

    def of(self, capacity: Capacity) -> Spill:
        """Return a capacity's spill."""
        if capacity not in self._known:
            self._known[capacity] = self._of_profile(capacity)
        return self._known[capacity]

    def busiest(self, capacity: Capacity) -> float:
        """Return the load of the busiest bucket in full units of a capacity."""
        if capacity not in self._busiest:
            self._busiest[capacity] = float(_units_of(self.case, capacity).max())
        return self._busiest[capacity]

    @cached_property
    def _busiest(self) -> dict[Capacity, float]:
        return {}

    def _of_profile(self, capacity: Capacity) -> Spill:
        case = self.case
        known, key = case.profile.known, (Spill, capacity, case.policy.forecast, case.traffic_factor, case.level)
        if key not in known:
            known[key] = Spill.of(case, capacity)
        spill: Spill = known[key]
        return spill


def flat_prices(offer: Serverless) -> Float64s:
    """Return what one request, uncached, cached and output token costs in the first tier, shape (4,)."""
    prices = {price.meter: float(price.amount) / price.per for price in offer.prices}
    cached = prices.get("cached_input_tokens", prices.get("input_tokens", 0.0))
    return np.array(
        [prices.get("requests", 0.0), prices.get("input_tokens", 0.0), cached, prices.get("output_tokens", 0.0)]
    )


def metered(offer: Serverless, counts: Float64s, seconds: Float64s) -> Float64s:
    """Return serverless bills for many months at once: counts (months, 4), compute seconds (months,)."""
    quantities = dict(zip(("requests", "input_tokens", "cached_input_tokens", "output_tokens"), counts.T, strict=True))
    quantities["compute_seconds"] = seconds
    if not prices_cached_apart(offer):
        quantities["input_tokens"] = quantities["input_tokens"] + quantities["cached_input_tokens"]
    bill = np.zeros(len(counts))
    for price in offer.prices:
        bill += _tiered(price, quantities[price.meter])
    owed: Float64s = np.maximum(bill, float(offer.monthly_minimum)) + float(offer.hourly_fee) * HOURS_PER_MONTH
    return owed


def _tiered(price: Price, quantity: Float64s) -> Float64s:
    money = quantity * float(price.amount / price.per)
    amount = price.amount
    for tier in price.tiers:
        money = money + np.maximum(quantity - tier.above, 0.0) * float((tier.amount - amount) / price.per)
        amount = tier.amount
    return money


def scaled(counts: Sequence[float], levels: Float64s) -> Float64s:
    """Return counts, shape (4,), at some levels of traffic, shape (m, 4)."""
    return levels[:, None] * np.array(counts, np.float64)
