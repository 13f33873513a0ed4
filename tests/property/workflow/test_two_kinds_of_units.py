"""Units of input and of output, bought apart: the search equals a count of every pair of numbers, in Fractions."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.compute.kinds.units_apart import numbers_apart
from service.workflow.compute.redecide import decide_again
from service.workflow.evaluate import evaluate
from service.workflow.offers import Axis, Dedicated, Serverless, ThroughputCapacity, Units
from service.workflow.option_key import OptionKey
from service.workflow.rates import Rate
from service.workflow.traffic import SECOND, RequestLog
from tests.effort import examples
from tests.histories import ints
from tests.markets import EXECUTOR, PROVISIONAL, computed, token_offer

HOURS = 73
"""A tenth of a month of 730 hours: whole counts stay whole."""

MILLION = 1_000_000

checked = settings(derandomize=True, max_examples=examples(60), deadline=None)


@dataclass(frozen=True)
class Market:
    """Requests as (second, input, output); both kinds of units, each with budget a window, price a month and steps."""

    requests: tuple[tuple[int, int, int], ...]
    budgets: tuple[int, int]
    prices: tuple[int, int]
    units: tuple[Units, Units]
    window: int
    token_prices: tuple[int, int]

    @property
    def log(self) -> RequestLog:
        times, reads, writes = (ints(column) for column in zip(*self.requests, strict=True))
        return RequestLog(times * SECOND, reads, reads * 0, writes, start_us=0, end_us=HOURS * 3600 * SECOND)

    @property
    def offers(self) -> list[Serverless | Dedicated]:
        into, out = (str(price) for price in self.token_prices)
        first, second = self.units
        minute = Fraction(60, self.window)
        axes = (
            Axis(_decimal(self.budgets[0] * minute), (("input_tokens", Decimal(1)),)),
            Axis(_decimal(self.budgets[1] * minute), (("output_tokens", Decimal(1)),), second),
        )
        rate = Rate(0, monthly=Decimal(self.prices[0]), second=Decimal(self.prices[1]))
        units = Dedicated("units", "m", "us", (rate,), ThroughputCapacity(self.window, axes), first)
        return [token_offer("tok", into, out), units]

    def spilled(self, first: int, second: int) -> list[tuple[int, int, int]]:
        """Return the requests that do not fit what is left of their window, taken one after the other."""
        left: dict[int, list[int]] = {}
        spilled = []
        for request in self.requests:
            budget = left.setdefault(request[0] // self.window, [first * self.budgets[0], second * self.budgets[1]])
            if request[1] > budget[0] or request[2] > budget[1]:
                spilled.append(request)
            else:
                budget[0] -= request[1]
                budget[1] -= request[2]
        return spilled

    def cost(self, first: int, second: int) -> Fraction:
        """Return what both kinds of units and what spills cost a month, ten times what was observed."""
        tokens = sum(
            Fraction(10 * (reads * self.token_prices[0] + writes * self.token_prices[1]), MILLION)
            for _, reads, writes in self.spilled(first, second)
        )
        return Fraction(first * self.prices[0] + second * self.prices[1]) + tokens

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield every legal pair of numbers, to far more of each than the busiest window needs."""
        yield from product(*(self._numbers(axis) for axis in (0, 1)))

    def _numbers(self, axis: int) -> list[int]:
        units, needed = self.units[axis], sum(request[axis + 1] for request in self.requests) // self.budgets[axis] + 2
        most = units.maximum or units.minimum + (needed // units.increment + 1) * units.increment
        return list(range(units.minimum, most + 1, units.increment))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator


@st.composite
def markets(draw: st.DrawFn) -> Market:
    minutes = st.lists(st.integers(0, 4), min_size=1, max_size=12)
    seconds = sorted(60 * minute + draw(st.integers(0, 59)) for minute in draw(minutes))
    sizes = st.integers(1, 9)
    requests = tuple((second, 100_000 * draw(sizes), 10_000 * draw(sizes)) for second in seconds)
    bounds = st.builds(Units, st.integers(1, 3), st.integers(1, 2), st.none() | st.integers(3, 6))
    return Market(
        requests,
        (draw(st.sampled_from((200_000, 300_000))), draw(st.sampled_from((20_000, 50_000)))),
        (draw(st.integers(1, 5)), draw(st.integers(1, 5))),
        (draw(bounds), draw(bounds)),
        draw(st.sampled_from((10, 60))),
        (draw(st.integers(1, 6)), draw(st.integers(1, 60))),
    )


@checked
@given(market=markets())
def test_the_hybrid_found_is_the_cheapest_of_every_pair_of_numbers(market: Market) -> None:
    _, found = computed(market.log, market.offers)
    (option,) = (option for option in found.options if option.mode == "hybrid")
    assert not option.ruled_out
    key = OptionKey.parse(option.key)
    assert key is not None
    assert key.units is not None
    assert Fraction(option.monthly_cost) == market.cost(key.units, key.second)
    assert Fraction(option.monthly_cost) == min(market.cost(*pair) for pair in market.pairs())


@checked
@given(market=markets(), most=st.integers(1, 9))
def test_numbers_that_are_spaced_cost_at_most_a_space_of_each_kind_more(market: Market, most: int) -> None:
    case, _ = computed(market.log, market.offers)
    units = market.offers[1]
    assert isinstance(units, Dedicated)
    everything, tried = numbers_apart(case, units, 10**9), numbers_apart(case, units, most)
    assert len(tried[0]) * len(tried[1]) <= max(most, 1)
    assert [numbers[-1] for numbers in tried] == [numbers[-1] for numbers in everything]
    spaces = [numbers[0] - whole[0] for numbers, whole in zip(tried, everything, strict=True)]
    spaces = [
        max([space, *(b - a for a, b in pairwise(numbers))]) for space, numbers in zip(spaces, tried, strict=True)
    ]
    for first, second in product(*everything):
        above = [min(n for n in numbers if n >= own) for numbers, own in zip(tried, (first, second), strict=True)]
        assert above[0] - first <= spaces[0]
        assert above[1] - second <= spaces[1]


@checked
@given(market=markets())
def test_what_serves_everything_has_the_fewest_of_each_kind(market: Market) -> None:
    _, found = computed(market.log, market.offers)
    (option,) = (option for option in found.options if option.mode == "dedicated")
    enough = [pair for pair in market.pairs() if not market.spilled(*pair)]
    assert option.eligible == bool(enough)
    if enough:
        first, second = (min(pair[axis] for pair in enough) for axis in (0, 1))
        assert not market.spilled(first, second)
        assert option.key == f"dedicated:units@0x{first}+{second}"
        assert Fraction(option.monthly_cost) == first * market.prices[0] + second * market.prices[1]
        codes = [line.code for line in option.lines]
        assert codes == ["reserved_units", "idle", "second_reserved_units", "second_idle"]


@checked
@given(market=markets())
def test_deciding_with_bounds_alone_takes_the_same(market: Market) -> None:
    case, found = computed(market.log, market.offers)
    again = decide_again(case, market.offers, EXECUTOR)
    best = min((o for o in found.options if o.eligible and not o.ruled_out), key=lambda option: option.rank)
    assert again is not None
    assert float(again.expected) <= float(best.expected) / (1 - float(PROVISIONAL.simplicity_margin)) + 1e-9


def test_that_their_prices_have_no_flip_points_is_said() -> None:
    market = Market(((1, 90, 9), (70, 40, 30)), (100, 100), (50, 50), (Units(), Units()), 60, (5, 9))
    found = {finding.code: finding.sentence for finding in evaluate(market.log, market.offers, PROVISIONAL).findings}
    assert "units" in found["no_flips_of_two_kinds"]
    alone = evaluate(market.log, market.offers[:1], PROVISIONAL)
    assert "no_flips_of_two_kinds" not in {finding.code for finding in alone.findings}
