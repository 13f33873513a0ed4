"""Marginal units: what each further unit of a hybrid keeps from spilling, against what it costs.

Unit k pays when the overflow it avoids costs more than it does, that is when its utilization is above the
break-even: utilization = work it keeps ÷ work of a full unit, break-even = its cost ÷ what the overflow would
have to pay for the work of a full unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from service.workflow.compute.case import Case
from service.workflow.compute.hybrid import Overflow
from service.workflow.compute.option import Option
from service.workflow.compute.probes import SpillProbe
from service.workflow.compute.replay.result import ReservedReplay
from service.workflow.compute.replay.speed import full_speed
from service.workflow.compute.search import Search
from service.workflow.offers import ConcurrencyCapacity
from service.workflow.traffic import SECOND

BELOW, ABOVE = 6, 2
"""Steps of units shown below and above the option's own."""


@dataclass(frozen=True, slots=True)
class MarginalUnit:
    """The step that ends at `units`: money a month, shares of the units of the step.

    cost: of the step. avoided: overflow it avoids. saving: avoided − cost. utilization and break_even as above;
    break_even is None where the step keeps nothing from spilling.
    """

    units: int
    cost: Decimal
    avoided: Decimal
    saving: Decimal
    utilization: float
    break_even: float | None


def marginal_units(case: Case, option: Option, search: Search) -> list[MarginalUnit]:
    """Return the steps around a hybrid option, in rising units, from none at all where that is near."""
    reservation, serverless = option.reservation, option.serverless
    if reservation is None or serverless is None:
        return []
    units = reservation.offer.units
    first = max(units.minimum, reservation.units - BELOW * units.increment)
    last = min(reservation.units + ABOVE * units.increment, units.maximum or reservation.units * 2 + 99)
    steps = [0, *range(units.minimum, last + 1, units.increment)]
    shown = [step for step in steps if step == 0 or step >= first - units.increment]
    if first > units.minimum:
        shown = shown[1:]
    spills = _spills(case, option, shown, search)
    return [_step(case, option, a, b) for a, b in pairwise(spills)]


def _spills(case: Case, option: Option, steps: Sequence[int], search: Search) -> list[tuple[int, Overflow]]:
    reservation, serverless = option.reservation, option.serverless
    assert reservation is not None
    assert serverless is not None
    offer, streams = reservation.offer, option.threshold or 0
    probes = [SpillProbe(offer.capacity, step, step * streams // reservation.units, offer.speed) for step in steps]
    replays = search.executor.map(lambda probe: search.replays.get(probe) or probe.run(case), probes)
    return [(step, Overflow(case, serverless, replay)) for step, replay in zip(steps, replays, strict=True)]


def _step(case: Case, option: Option, before: tuple[int, Overflow], after: tuple[int, Overflow]) -> MarginalUnit:
    reservation = option.reservation
    assert reservation is not None
    added = after[0] - before[0]
    cost = replace(reservation, units=added).monthly
    avoided = before[1].bill - after[1].bill
    kept = after[1].reserved.served_work - before[1].reserved.served_work
    full = added * _full_work(case, option, after[1].reserved, after[0])
    per_work = float(avoided) / kept if kept > 0 else 0.0
    return MarginalUnit(
        units=after[0],
        cost=cost,
        avoided=avoided,
        saving=avoided - cost,
        utilization=kept / full if full else 0.0,
        break_even=float(cost) / (per_work * full) if per_work > 0 and full else None,
    )


def _full_work(case: Case, option: Option, replay: ReservedReplay, units: int) -> float:
    """Work that one of `units` units, always full, would do in the replayed time."""
    assert option.reservation is not None
    capacity = option.reservation.offer.capacity
    if isinstance(capacity, ConcurrencyCapacity):
        return full_speed(capacity) * case.replayed_us / SECOND
    return replay.served_work / replay.utilization / units if replay.utilization else 0.0
