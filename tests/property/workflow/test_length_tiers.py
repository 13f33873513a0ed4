"""Budgets that weigh long requests by weights of their own: sizes and hybrids equal a count in Fractions."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.compute.redecide import decide_again
from service.workflow.evaluate import evaluate
from service.workflow.metered_prices import Meter
from service.workflow.offers import Axis, Dedicated, LongWeights, Serverless, ThroughputCapacity
from service.workflow.rates import Rate
from service.workflow.replay.length_tiers import averaged
from service.workflow.replay.throughput import replay_throughput
from service.workflow.traffic import SECOND, BucketSeries, RequestLog
from tests.effort import examples
from tests.histories import ints
from tests.markets import EXECUTOR, PROVISIONAL, computed, token_offer

HOURS = 73
"""A tenth of a month of 730 hours: whole counts stay whole."""

METERS: tuple[Meter, ...] = ("requests", "input_tokens", "cached_input_tokens", "output_tokens")
Weights = tuple[Decimal, Decimal, Decimal, Decimal]

checked = settings(derandomize=True, max_examples=examples(60), deadline=None)


@dataclass(frozen=True)
class Market:
    """Requests as (second, uncached, cached, output); by axis the budget a window, and weights from a length on."""

    requests: tuple[tuple[int, int, int, int], ...]
    axes: tuple[tuple[int, tuple[tuple[int, Weights], ...]], ...]
    price: int
    window: int
    leaky: bool

    @property
    def log(self) -> RequestLog:
        times, uncached, cached, output = (ints(column) for column in zip(*self.requests, strict=True))
        return RequestLog(times * SECOND, uncached + cached, cached, output, start_us=0, end_us=HOURS * 3600 * SECOND)

    @property
    def capacity(self) -> ThroughputCapacity:
        axes = []
        for budget, tiers in self.axes:
            plain, *longer = [tuple(zip(METERS, weights, strict=True)) for _, weights in tiers]
            lengths = [above for above, _ in tiers[1:]]
            own = tuple(LongWeights(above, weights) for above, weights in zip(lengths, longer, strict=True))
            axes.append(Axis(Decimal(budget * 60) / self.window, plain, longer=own))
        return ThroughputCapacity(self.window, tuple(axes), self.leaky)

    @property
    def offers(self) -> list[Serverless | Dedicated]:
        units = Dedicated("units", "m", "us", (Rate(0, monthly=Decimal(self.price)),), self.capacity)
        return [token_offer("tok", "1", "1"), units]

    def taken(self, axis: int, request: Sequence[int]) -> Fraction:
        """Return what a request takes of an axis."""
        tiers = self.axes[axis][1]
        weights = next(weights for above, weights in reversed(tiers) if request[1] + request[2] > above or not above)
        return sum((Fraction(w) * n for w, n in zip(weights, (1, *request[1:]), strict=True)), Fraction(0))

    def spilled(self, units: int) -> list[bool]:
        """Tell of each request whether it does not fit what is left, taken one after the other."""
        full = [Fraction(units * budget) for budget, _ in self.axes]
        left, now, found = list(full), 0, []
        for request in self.requests:
            if self.leaky:
                flow = [each * (request[0] - now) / self.window for each in full]
                left = [min(most, level + more) for most, level, more in zip(full, left, flow, strict=True)]
            elif request[0] // self.window != now // self.window:
                left = list(full)
            now = request[0]
            taken = [self.taken(axis, request) for axis in range(len(full))]
            fits = all(need <= level for need, level in zip(taken, left, strict=True))
            found.append(not fits)
            if fits:
                left = [level - need for level, need in zip(left, taken, strict=True)]
        return found

    def cost(self, units: int) -> Fraction:
        """Return what the units and what spills cost a month, ten times what was observed, at 1 a million tokens."""
        spilled = zip(self.requests, self.spilled(units), strict=True)
        tokens = sum(sum(request[1:]) for request, over in spilled if over)
        return self.price * units + Fraction(10 * tokens, 10**6)

    @property
    def most(self) -> int:
        """Units with which everything fits whatever comes together."""
        sums = [sum(self.taken(axis, request) for request in self.requests) for axis in range(len(self.axes))]
        return max(1, *(-(-need // budget) for need, (budget, _) in zip(sums, self.axes, strict=True)))


@st.composite
def markets(draw: st.DrawFn) -> Market:
    seconds = sorted(draw(st.lists(st.integers(0, 200), min_size=1, max_size=10)))
    sizes = st.sampled_from((0, 10_000, 100_000, 200_000, 200_001, 500_000))
    requests = tuple((second, 1000 + draw(sizes), draw(sizes), draw(sizes) // 10) for second in seconds)
    weight = st.sampled_from([Decimal(text) for text in ("0", "0.1", "1", "1.5", "2", "9")])
    weights = st.tuples(weight, st.just(Decimal(1)), weight, weight)
    lengths = st.sampled_from([(0, 200_000), (0, 110_000, 300_000), (0,)])
    axes = tuple(
        (draw(st.sampled_from((250_000, 1_000_000))), tuple((above, draw(weights)) for above in draw(lengths)))
        for _ in range(draw(st.integers(1, 3)))
    )
    return Market(requests, axes, draw(st.integers(1, 8)), draw(st.sampled_from((30, 60))), draw(st.booleans()))


@checked
@given(market=markets(), units=st.integers(1, 5))
def test_requests_are_refused_as_counted_in_fractions(market: Market, units: int) -> None:
    case, _ = computed(market.log, market.offers)
    replay = replay_throughput(case.arrivals, market.capacity, units, None)
    assert [bool(flag) for flag in replay.spilled_mask] == market.spilled(units)


@checked
@given(market=markets())
def test_sizes_and_hybrids_are_the_cheapest_of_every_number(market: Market) -> None:
    case, found = computed(market.log, market.offers)
    options = {option.mode: option for option in found.options if option.serverless is None or option.mode == "hybrid"}
    enough = next(units for units in range(1, market.most + 1) if not any(market.spilled(units)))
    assert options["dedicated"].key == f"dedicated:units@0x{enough}"
    hybrid, least = options["hybrid"], min(market.cost(units) for units in range(1, market.most + 1))
    if hybrid.ruled_out:  # then it carries a lower limit
        assert Fraction(hybrid.monthly_cost) <= least
    else:
        assert Fraction(hybrid.monthly_cost) == least
    again = decide_again(case, market.offers, EXECUTOR)
    best = min((o for o in found.options if o.eligible and not o.ruled_out), key=lambda option: option.rank)
    assert again is not None
    assert float(again.expected) <= float(best.expected) / (1 - float(PROVISIONAL.simplicity_margin)) + 1e-9


@checked
@given(market=markets())
def test_what_is_taken_on_average_is_what_is_taken(market: Market) -> None:
    case, _ = computed(market.log, market.offers)
    sums = [len(market.requests), *(sum(request[column] for request in market.requests) for column in (1, 2, 3))]
    for number, axis in enumerate(averaged(case.arrivals, market.capacity).axes):
        whole = sum(market.taken(number, request) for request in market.requests)
        mean = sum(float(weight) * count for (_, weight), count in zip(axis.weights, sums, strict=True))
        assert np.isclose(mean, float(whole))


def test_series_leave_such_units_out_and_say_so() -> None:
    starts = np.arange(HOURS, dtype=np.int64) * 3600 * SECOND
    ones = np.ones(HOURS, np.int64)
    series = BucketSeries(3600, starts, ones, ones * 1000, ones * 0, ones)
    axis = Axis(Decimal(1000), (("input_tokens", Decimal(1)),), longer=(LongWeights(200_000, ()),))
    units = Dedicated("units", "m", "us", (Rate(0, monthly=Decimal(1)),), ThroughputCapacity(60, (axis,)))
    found = evaluate(series, [token_offer("tok", "1", "1"), units], PROVISIONAL)
    assert [option.mode for option in found.options] == ["serverless"]
    assert "lengths_not_replayed" in {finding.code for finding in found.findings}
