"""Flip points of reserved rates: the price of a unit, and what is paid for it upfront."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from service.workflow.compare.flip_points.envelopes import SIDES, Line, Side
from service.workflow.compare.flip_points.point import FlipPoint, flip_point
from service.workflow.compare.flip_points.search import Ceilings, Finder, nothing
from service.workflow.compare.flip_points.way import Way
from service.workflow.offers import Dedicated
from service.workflow.option_key import OptionKey
from service.workflow.options import Reservation
from service.workflow.rates import Rate


def rate_flips(finder: Finder, offer: Dedicated, rate: Rate) -> Iterator[FlipPoint]:
    """Yield the nearest flip points of a rate; the number of units follows the price.

    Of units of two kinds, bought apart, there are two prices that move one another's numbers: none is yielded.
    """
    if offer.apart is not None:
        return
    unit = Reservation(offer, rate, 1)
    hourly = rate.hourly is not None
    price = rate.hourly if rate.hourly is not None else rate.monthly_per_unit
    if price:
        period = {1: "hour", 24: "day", 168: "week"}[rate.per_hours] if hourly else "month"
        current = (unit.label, f"per unit and {period}", price)
        yield from _found(finder, unit, current, lambda way: way.monthly)
    if rate.upfront:
        current = (f"{unit.label}.upfront", "per unit", rate.upfront)
        yield from _found(finder, unit, current, lambda way: way.upfront)


def _found(
    finder: Finder, unit: Reservation, current: tuple[str, str, Decimal], part: Callable[[Way], Decimal]
) -> Iterator[FlipPoint]:
    ways, label = finder.ways, unit.label
    unit_cost = ways.case.terms.without_running().cost(unit)

    def lines(_: Side, known: bool) -> list[Line]:
        """Return the lines of the reservation's ways, and of the best others."""
        moving = [way for way in ways.of_label(label) if way.known or not known]
        still = ways.still(lambda way: way.label == label, known=known)
        return [*(way.line(part(way)) for way in moving), *map(Way.line, still)]

    for side in SIDES:
        if side == "above" and not ways.leads(label):
            continue
        ceilings = nothing if side == "above" else _affordable(label, unit_cost, rate_moves=current[0] == label)
        found = finder.nearest(lines, side, ceilings)
        if found is not None:
            yield flip_point("rate", *current, side, *found)


def _affordable(label: str, unit: tuple[Decimal, Decimal], *, rate_moves: bool) -> Ceilings:
    """Return up to which reservation at today's price one is affordable at a factor of it.

    unit: what a unit costs a month of need, by its rate and of what is paid upfront.
    """
    whole, upfront = unit
    whole += upfront
    moving = whole - upfront if rate_moves else upfront

    def ceilings(factor: Decimal, total: Decimal) -> dict[str, Decimal]:
        """Return the ceiling of the reservation's hybrids, money a month at today's price."""
        then = whole - moving + moving * factor
        return {str(OptionKey("hybrid", label)): total * whole / then} if then else {}

    return ceilings
