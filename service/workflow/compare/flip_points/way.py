"""A way to serve the workload: what it costs, and which part of that moves with which price."""

from dataclasses import dataclass, replace
from decimal import Decimal

from service.workflow.bill import Billed
from service.workflow.compare.flip_points.envelopes import Hinge, Line
from service.workflow.compare.flip_points.point import group_of
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.replacement import Replacement, replacement_cost, replacements
from service.workflow.options import Option


@dataclass(frozen=True, slots=True)
class Way:
    """One way to serve the workload. Money is per month.

    expected: exact, or a lower limit where not `known`. label: of its reservation. sku: of its serverless offer.
    monthly, upfront: what the reservation costs by its rate, and its upfront. billed: what serverless charges for.
    latency, isolation: money of slow requests, and of unmet preferences. candidate: number of it, -1 without one.
    loses: whether nobody serves its requests while its units are down; sku and billed are then of what replaces them.
    """

    key: str
    group: str
    family: int
    expected: Decimal
    known: bool = True
    label: str | None = None
    sku: str | None = None
    monthly: Decimal = Decimal(0)
    upfront: Decimal = Decimal(0)
    billed: tuple[Billed, ...] = ()
    latency: Decimal = Decimal(0)
    isolation: Decimal = Decimal(0)
    warm: int = 0
    candidate: int = -1
    loses: bool = False

    def line(self, moving: Decimal = Decimal(0), hinges: tuple[Hinge, ...] = ()) -> Line:
        """Return the way's line, of whose present total `moving` and the hinges move with the factor."""
        base = self.expected - moving - sum((hinge.at(Decimal(1)) for hinge in hinges), Decimal(0))
        return Line(self.key, self.group, self.family, base, moving, hinges, self.known, self.candidate)


def of_option(option: Option, number: int = -1) -> Way:
    """Return the way of an exact option. number: of its candidate."""
    cost = option.expected_cost
    return Way(
        key=option.key,
        group=group_of(option),
        family=option.family,
        expected=option.expected,
        label=None if option.reservation is None else option.reservation.label,
        sku=None if option.serverless is None else option.serverless.sku,
        monthly=cost.reserved + cost.running,
        upfront=cost.upfront,
        billed=cost.billed,
        latency=cost.latency,
        isolation=cost.isolation,
        warm=option.warm_instances,
        candidate=number,
        loses=option.loses,
    )


def replacing(case: Case, way: Way) -> tuple[Way, ...]:
    """Return a way with each of the two offers that replace cheapest what it loses in an outage; alone without one.

    The next best takes over where the best gets dearer.
    """
    best = replacements(case)[:2] if way.loses else ()
    return tuple(replaced(way, each, replacement_cost(case)) for each in best) or (way,)


def replaced(way: Way, other: Replacement, now: Decimal) -> Way:
    """Return a way, which counts `now` for what it loses, with that replaced on an offer."""
    return replace(way, expected=way.expected - now + other.expected, sku=other.offer.sku, billed=(other.billed,))
