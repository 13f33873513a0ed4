"""Flip points of what serverless offers charge: each meter's price, the warm pool, the monthly minimum."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from service.workflow.bill import total
from service.workflow.compare.flip_points.contenders import Ways
from service.workflow.compare.flip_points.envelopes import REACH, SIDES, Line, Side
from service.workflow.compare.flip_points.moving import of_meter, of_minimum
from service.workflow.compare.flip_points.point import FlipPoint, flip_point
from service.workflow.compare.flip_points.search import Ceilings, Finder
from service.workflow.compare.flip_points.way import Way
from service.workflow.compute.kinds.serverless import warm_lines
from service.workflow.compute.kinds.warm_pools import has_pool
from service.workflow.metered_prices import Meter, Price
from service.workflow.offers import Serverless
from service.workflow.option_key import OptionKey


def serverless_flips(finder: Finder, offer: Serverless) -> Iterator[FlipPoint]:
    """Yield the nearest flip points of an offer's prices."""
    for price in offer.prices:
        current = (f"{offer.sku}.{price.meter}", *_stated(price))
        yield from _found(finder, MovingPrice(finder.ways, offer, price.meter), current)
    if has_pool(offer) and offer.warm_pool is not None:
        current = (f"{offer.sku}.warm_pool", "per instance and hour", offer.warm_pool.hourly)
        yield from _found(finder, MovingPool(finder.ways, offer), current)
    if offer.monthly_minimum:
        current = (f"{offer.sku}.monthly_minimum", "per month", offer.monthly_minimum)
        yield from _found(finder, MovingPrice(finder.ways, offer, None), current)


def _stated(price: Price) -> tuple[str, Decimal]:
    """Return the unit and the amount that stand for a price whose tiers move along: of the first that is not free."""
    unit = f"per {price.per} {price.meter}"
    tier = next((tier for tier in price.tiers if tier.amount), None)
    return (unit, price.amount) if price.amount or tier is None else (f"{unit} above {tier.above}", tier.amount)


def _found(
    finder: Finder, moving: "MovingPrice | MovingPool", current: tuple[str, str, Decimal]
) -> Iterator[FlipPoint]:
    for side in SIDES:
        if side == "below" or moving.offer.sku in finder.ways.in_use():
            found = finder.nearest(moving.lines, side, moving.ceilings(side))
            if found is not None:
                yield flip_point("price", *current, side, *found)


@dataclass(frozen=True, slots=True)
class MovingPool:
    """The price of an offer's warm instances moves; a cheaper pool may be a larger one."""

    ways: Ways
    offer: Serverless

    def lines(self, _: Side, known: bool) -> list[Line]:
        """Return the lines over the price."""
        still = self.ways.still(self._moves, known=known)
        moving = (way for way in self.ways.options if self._moves(way))
        return [*map(Way.line, still), *(way.line(total(warm_lines(self.offer, way.warm))) for way in moving)]

    def _moves(self, way: Way) -> bool:
        return way.sku == self.offer.sku and way.warm > 0

    def ceilings(self, side: Side) -> Ceilings:
        """Return what more matters."""
        if side == "above":
            return self.ways.all_up_to
        return lambda factor, most: {str(OptionKey("serverless", serverless=self.offer.sku)): most / factor}


@dataclass(frozen=True, slots=True)
class MovingPrice:
    """An offer's price of a meter moves, or its monthly minimum where there is none.

    What is not replayed may spill to this offer alone, and its overflow cost a tenth at a tenth of the price. Where
    the price rises, offers that only this one undercuts are looked at too.
    """

    ways: Ways
    offer: Serverless
    meter: Meter | None

    def lines(self, side: Side, known: bool) -> list[Line]:
        """Return the lines over the price."""
        return list(self._below(known=known) if side == "below" else self._above(known=known))

    def _below(self, *, known: bool) -> Iterator[Line]:
        ways = self.ways
        yield from map(Way.line, ways.still(lambda way: way.sku == self.offer.sku or ways.is_limit(way), known=known))
        yield from self._moving(float(1 / REACH), ways.best_now(), known=known)
        yield from [] if known else ways.overflow_limits()

    def _above(self, *, known: bool) -> Iterator[Line]:
        ways, best = self.ways, self.ways.best(lambda way: way.sku == self.offer.sku)
        yield from map(Way.line, ways.still(lambda way: way.sku == self.offer.sku, known=known))
        yield from self._moving(1.0, best, known=known)
        for other in ways.understudies(self.offer):
            numbers = ways.overflows().within(other, None, 1.0, best)
            yield from map(Way.line, chain.from_iterable(ways.spilling(number, [other]) for number in numbers))

    def _moving(self, factor: float, best: dict[int, Decimal], *, known: bool) -> Iterator[Line]:
        """Yield the lines of the ways that use the offer, and could be their family's best from a factor on."""
        numbers = self.ways.overflows().within(self.offer, self.meter, factor, best)
        own = (way for way in self.ways.options if way.sku == self.offer.sku)
        hybrids = chain.from_iterable(self.ways.spilling(number, [self.offer]) for number in numbers)
        for way in (*own, *hybrids, *self.ways.replaced_by(self.offer, known=known)):
            yield of_minimum(way, self.offer) if self.meter is None else of_meter(way, self.offer, self.meter)

    def ceilings(self, side: Side) -> Ceilings:
        """Return what more matters: where overflow gets dearer, more units; where it gets cheaper, nothing."""
        return self.ways.all_up_to if side == "above" else lambda _, __: {}
