"""Flip points of the policy's weights: how much latency or isolation must be worth to change the recommendation."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from service.workflow.compare.flip_points.envelopes import SIDES, Line, Side
from service.workflow.compare.flip_points.point import FlipPoint, flip_point
from service.workflow.compare.flip_points.search import Finder, nothing
from service.workflow.compare.flip_points.way import Way
from service.workflow.policy import Policy


def weight_flips(finder: Finder, policy: Policy) -> Iterator[FlipPoint]:
    """Yield the flip points of `latency.weight` and `isolation.weight`; a weight of 0 has no factor to move by."""
    if policy.latency.weight * policy.latency.value_per_slow_request:
        yield from _found(finder, "latency.weight", policy.latency.weight, lambda way: way.latency)
    if policy.isolation.weight * policy.isolation.value_per_month:
        yield from _found(finder, "isolation.weight", policy.isolation.weight, lambda way: way.isolation)


def _found(finder: Finder, name: str, weight: Decimal, part: Callable[[Way], Decimal]) -> Iterator[FlipPoint]:
    ways = finder.ways

    def lines(_: Side, known: bool) -> list[Line]:
        """Return the lines of every way."""
        return [way.line(part(way)) for way in ways.every() if way.known or not known]

    for side in SIDES:
        found = finder.nearest(lines, side, nothing if side == "below" else ways.all_up_to)
        if found is not None:
            yield flip_point("weight", name, "factor", weight, side, *found)
