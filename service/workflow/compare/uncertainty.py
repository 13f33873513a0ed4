"""Uncertainty: what options cost at the levels that next week's traffic may have.

The level is L × exp(s × z): L the recent level, s = √(noise² + volatility²), z from a table of how far forecasts were
off (see residuals). Scenarios are spaced evenly in probability; in each the shape of the week stays, and every option,
with every number of its units, is priced (see compute/levels). Days that are drawn again and again as they were would
say nothing of this: the level moves from week to week more than days differ inside one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from service.workflow.compare.levels import Spills, flat_prices, metered, scaled
from service.workflow.compare.residuals import residuals_of, spread_of
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.replacement import own_share, replacements
from service.workflow.options import Option, Reservation
from service.workflow.policy import RESIDUAL_SHARES
from service.workflow.rule import choose, margins_of
from service.workflow.traffic import Bools, Float64s

LOW, HIGH = 0.10, 0.90
"""Quantiles that bound an interval: four times in five the cost lies inside."""


EQUAL = 1e-9
"""Relative difference up to which two costs are the same."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An option at the coming level: 10 % and 90 % quantile of the adjusted total, money a month.

    probability_cheapest: share of scenarios in which nothing eligible costs less, other numbers of units included; of
    equals, the one that is recommended, else the one listed first; and an equal part of one scenario more, for what
    none of them shows (see _share). probability_within_margin: the same of nothing costing less by more than the
    policy's margin. expected_regret: mean money a month beyond the cheapest of each scenario. None of what is not
    eligible.
    """

    key: str
    low: float
    high: float
    probability_cheapest: float | None
    probability_within_margin: float | None
    expected_regret: float | None


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Scenarios of the coming level of traffic, and what they make of every exact option.

    volatility: how much days differ. spread: s. level: the recent level ÷ the measured one. low, high: the coming level
    ÷ the recent one at 10 % and 90 %. own_weeks: weeks of the history's own residuals in it.
    """

    scenarios: int
    volatility: float
    spread: float
    level: float
    low: float
    high: float
    own_weeks: int
    intervals: tuple[Interval, ...]

    def of(self, key: str) -> Interval | None:
        """Return an option's interval."""
        return next((interval for interval in self.intervals if interval.key == key), None)


def uncertainty(case: Case, options: Sequence[Option]) -> Uncertainty:
    """Return what the coming level may make of the options that are exact."""
    policy, forecast = case.policy, case.forecast
    residuals, weeks = residuals_of(forecast, policy)
    spread = spread_of(forecast.volatility, policy)
    count = policy.uncertainty.scenarios
    shares = np.concatenate(([LOW, HIGH], np.arange(1, count + 1) / (count + 1)))
    levels = np.exp(spread * np.interp(shares, RESIDUAL_SHARES, residuals))
    exact = [option for option in options if not option.ruled_out]
    pricing = _Pricing(case, levels, Spills(case))
    costs = [pricing.cost(option) for option in exact]
    others = [pricing.best_units(option, cost) for option, cost in zip(exact, costs, strict=True) if option.eligible]
    return Uncertainty(
        scenarios=count,
        volatility=forecast.volatility,
        spread=spread,
        level=1 + forecast.drift,
        low=float(levels[0]),
        high=float(levels[1]),
        own_weeks=weeks,
        intervals=tuple(_intervals(case, exact, costs, others)),
    )


def _intervals(
    case: Case, options: Sequence[Option], costs: Sequence[Float64s], others: Sequence[Float64s]
) -> Iterator[Interval]:
    """Yield the intervals; costs are of each option, others of the best number of its units, each (2 + scenarios,)."""
    margin = float(case.policy.margin)
    policy = case.policy
    chosen = choose([option for option in options if option.eligible], margins_of(policy), policy.incumbent)
    recommended = None if chosen is None else chosen.key
    eligible = [cost for option, cost in zip(options, costs, strict=True) if option.eligible]
    least = np.min([*eligible, *others], axis=0) if eligible else None
    taken = np.zeros(len(costs[0]) if costs else 0, bool)
    for option, cost in zip(options, costs, strict=True):
        if option.key == recommended and least is not None:
            taken = cost <= least * (1 + EQUAL)
    rivals = len(eligible) + any(option.eligible and option.spills for option in options)
    for option, cost in zip(options, costs, strict=True):
        beyond = _payable(case, option)
        low, high = float(cost[:2].min()) + beyond, float(cost[:2].max()) + beyond
        if not option.eligible or least is None:
            yield Interval(option.key, low, high, None, None, None)
            continue
        wins = cost <= least * (1 + EQUAL)
        if option.key != recommended:
            wins &= ~taken
            taken |= wins
        near = cost * (1 - margin) <= least * (1 + EQUAL)
        regret = float(np.mean(np.maximum(cost - least, 0.0)[2:]))
        yield Interval(option.key, low, high, _share(wins[2:], 1 / rivals), _share(near[2:], 1 / rivals), regret)


def _share(scenarios: Bools, unseen: float) -> float:
    """Return the share of scenarios in which something holds, of one more than there are.

    The shape of a week changes too, and no scenario holds that: `unseen` is the part of the one more in which it holds.
    Nobody knows who is the cheapest then, so each rival has an equal part of it (Laplace's rule of succession with a
    weight of one scenario): probabilities add up to one, and what has a rival is neither certain nor impossible.
    """
    return (int(np.count_nonzero(scenarios)) + unseen) / (len(scenarios) + 1)


def _payable(case: Case, option: Option) -> float:
    """Return what a month's bill of a reservation is beyond what the decision weighs it with: 0 without a term."""
    if option.reservation is None or option.follows_load:
        return 0.0
    return float(case.terms.payable(option.reservation) - case.terms.total(option.reservation))


@dataclass(frozen=True)
class _Pricing:
    """Prices options at some levels of traffic, shape (m,): in the money that decisions compare."""

    case: Case
    levels: Float64s
    spills: Spills

    def cost(self, option: Option) -> Float64s:
        """Return the option's expected total at each level."""
        cost = option.expected_cost
        kept = float(self.case.forecast.kept)
        moving = float(cost.latency) / kept * self.levels
        still = float(cost.added + cost.isolation)
        if option.follows_load:
            return still + moving + self._running(option)
        if option.reservation is None:
            return still + moving + self._serverless(option)
        if not option.spills:
            return still + moving + self._resized(option)
        return still + moving + float(cost.reserved + cost.upfront) + self._overflow(option, np.ones(len(self.levels)))

    def best_units(self, option: Option, own: Float64s) -> Float64s:
        """Return the least that a hybrid's offers cost at each level with any number of units; else its own cost.

        Of units of two kinds, bought apart, no other numbers are tried.
        """
        reservation, offer = option.reservation, option.serverless
        if not option.spills or reservation is None or offer is None or reservation.second_units:
            return own
        spill, share = self.spills.of(reservation.offer.capacity), self._share(option)
        one = replace(reservation, units=1)
        unit = float(self.case.terms.total(one))
        if not share or not unit:
            return own
        prices = flat_prices(option.expected_cost.billed[0].prices or offer)
        wanted = spill.best_units(unit / share, prices) * self.levels / share
        others = own - self._reserved(reservation, [reservation.units])
        others -= self._overflow(option, np.ones(len(self.levels)))
        best = own
        for around in (np.floor(wanted), np.floor(wanted) + 1):
            units = [self._legal(reservation, int(number)) for number in around]
            times = np.array(units, np.float64) / reservation.units
            cost = others + self._reserved(reservation, units) + self._overflow(option, times)
            best = np.minimum(best, cost)
        return best

    def _legal(self, reservation: Reservation, needed: int) -> int:
        units = reservation.offer.units
        found = units.at_least(max(needed, units.minimum))
        return reservation.units if found is None else found

    def _reserved(self, reservation: Reservation, units: Sequence[int]) -> Float64s:
        """Return what some numbers of a reservation's units cost, shape (m,)."""
        if reservation.second_units:  # more of both kinds, in the same proportion
            return float(self.case.terms.total(reservation)) * np.array(units, np.float64) / reservation.units
        cost = {number: float(self.case.terms.total(replace(reservation, units=number))) for number in set(units)}
        return np.array([cost[number] for number in units])

    def _share(self, option: Option) -> float:
        """Return what part of its units' work a hybrid keeps off serverless as a fluid would: x(k) ÷ k."""
        if option.key not in self._shares:
            self._shares[option.key] = self._share_of(option)
        return self._shares[option.key]

    @cached_property
    def _shares(self) -> dict[str, float]:
        return {}

    def _share_of(self, option: Option) -> float:
        reservation, offer = option.reservation, option.serverless
        assert reservation is not None
        assert offer is not None
        prices = flat_prices(option.expected_cost.billed[0].prices or offer)
        usage = option.expected_cost.billed[0].usage
        spilled = np.array([usage.requests, usage.uncached, usage.cached, usage.output], np.float64)
        money = float(spilled @ prices) / float(self.case.forecast.kept)
        spill = self.spills.of(reservation.per_unit)
        return spill.effective_units(money, prices, float(reservation.units)) / reservation.units

    def _overflow(self, option: Option, times: Float64s) -> Float64s:
        """Return what a hybrid's overflow costs at each level, on `times` as many units as it has, shape (m,)."""
        reservation, offer = option.reservation, option.serverless
        assert reservation is not None
        assert offer is not None
        spill = self.spills.of(reservation.per_unit)
        units = self._share(option) * reservation.units * times / self.levels
        spilled = spill.month(units) * self.levels[:, None]
        usage = option.expected_cost.billed[0].usage
        seconds = usage.compute_us / 1e6 / float(self.case.forecast.kept) * self.levels
        bill = metered(option.expected_cost.billed[0].prices or offer, spilled, seconds)
        outage = float(self.case.outage_share)
        if not outage:
            return bill
        whole = metered(offer, scaled([float(count) for count in self.case.level], self.levels), seconds)
        return (1 - outage) * bill + outage * whole

    def _serverless(self, option: Option) -> Float64s:
        assert option.serverless is not None
        usage, kept = option.expected_cost.billed[0].usage, float(self.case.forecast.kept)
        counts = np.array([usage.requests, usage.uncached, usage.cached, usage.output]) / kept
        return metered(
            option.serverless, scaled(counts.tolist(), self.levels), usage.compute_us / 1e6 / kept * self.levels
        )

    def _running(self, option: Option) -> Float64s:
        """Return what units that follow the load cost; the minimum runs at any level."""
        reservation = option.reservation
        assert reservation is not None
        hours_down = 1 + float(own_share(self.case))
        least = float(reservation.rate.monthly_per_unit) * (option.minimum_units or 0) * hours_down
        beyond = float(option.expected_cost.running) - least
        return least + beyond / float(self.case.forecast.kept) * self.levels + self._replaced()

    def _resized(self, option: Option) -> Float64s:
        """Return what units that serve everything cost: as many as now, more where the busiest bucket needs more."""
        reservation = option.reservation
        assert reservation is not None
        units = reservation.units
        busiest = self.spills.busiest(reservation.per_unit)
        used = min(float(units), max(busiest, units - reservation.offer.units.increment))
        needed = [max(units, self._legal(reservation, int(np.ceil(used * level)))) for level in self.levels]
        return self._reserved(reservation, needed) * (1 + float(own_share(self.case))) + self._replaced()

    def _replaced(self) -> Float64s:
        """Return what requests that nobody serves while units are down cost elsewhere at each level."""
        counts = scaled([float(count) for count in self.case.level], self.levels)
        share, kept = float(self.case.outage_share), float(self.case.forecast.kept)
        bills = [
            share * metered(each.offer, counts, each.billed.usage.compute_us / 1e6 / kept * self.levels)
            for each in replacements(self.case)
        ]
        return np.min(bills, axis=0) if bills else np.zeros(len(self.levels))
