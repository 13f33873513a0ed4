"""Marginal units: what each further unit of a hybrid keeps from spilling, against what it costs.

Unit k pays when the overflow it avoids costs more than it does, that is when its utilization is above the
break-even: utilization = work it keeps ÷ work of a full unit, break-even = its cost ÷ what the overflow would
have to pay for the work of a full unit.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np

from service.workflow.compare.unit_work import unit_axes, unit_hours
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.overflow import Overflow, Spilled
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.compute.kinds.thresholds import default_streams
from service.workflow.compute.search.search import Search
from service.workflow.offers import Capacity
from service.workflow.options import Option
from service.workflow.replay.result import ReservedReplay

BELOW, ABOVE = 6, 2
"""Steps of units shown below and above the option's own."""


@dataclass(frozen=True, slots=True)
class MarginalUnit:
    """The step that ends at `units`: money a month, shares of the units of the step.

    Money is at the traffic to be expected. cost: of its units, and with the first ones what routing costs, and the
    units of an axis that is bought apart, whose number stays. avoided:
    overflow it avoids. saving: avoided − cost.
    utilization and break_even as above; break_even is None where the step keeps nothing from spilling.
    """

    units: int
    cost: Decimal
    avoided: Decimal
    saving: Decimal
    utilization: float
    break_even: float | None


def marginal_units(case: Case, option: Option, search: Search) -> list[MarginalUnit]:
    """Return the steps around a hybrid option, in rising units, from none at all where that is near."""
    probes, serverless = marginal_probes(case, option), option.serverless
    if serverless is None:
        return []
    replays = search.replayed(list(probes.values()))
    spills = [(units, Overflow(serverless, Spilled(case, replays[probe]))) for units, probe in probes.items()]
    return [_step(case, option, a, b) for a, b in pairwise(spills)]


def marginal_probes(case: Case, option: Option) -> dict[int, SpillProbe]:
    """Return what the steps around a hybrid option rest on, by units, rising."""
    reservation = option.reservation
    if reservation is None:
        return {}
    offer, units = reservation.offer, reservation.offer.units
    first = max(units.minimum, reservation.units - BELOW * units.increment)
    last = min(reservation.units + ABOVE * units.increment, units.maximum or reservation.units * 2 + 99)
    steps = [0, *range(units.minimum, last + 1, units.increment)]
    shown = [step for step in steps if step == 0 or step >= first - units.increment]
    if first > units.minimum:
        shown = shown[1:]
    return {step: SpillProbe(offer.capacity, step, _streams(case, option, step), offer.speed) for step in shown}


def _streams(case: Case, option: Option, units: int) -> int:
    """Return the threshold of other units: the same share of the policy's as the option's own."""
    reservation = option.reservation
    assert reservation is not None
    policy = default_streams(case, reservation.offer, reservation.units)
    if not units or not policy:
        return 0
    share = Fraction(option.threshold or 0, policy)
    return max(1, int(default_streams(case, reservation.offer, units) * share))


def _step(case: Case, option: Option, before: tuple[int, Overflow], after: tuple[int, Overflow]) -> MarginalUnit:
    reservation = option.reservation
    assert reservation is not None
    added = after[0] - before[0]
    cost = case.terms.total(replace(reservation, units=after[0]))
    if before[0]:
        cost -= case.terms.total(replace(reservation, units=before[0]))
    else:
        cost += case.policy.hybrid.overhead_per_month
    avoided = before[1].bill - after[1].bill
    kept, one = _work(case, reservation.offer.capacity, before[1].reserved, after[1].reserved)
    full = added * one
    return MarginalUnit(
        units=after[0],
        cost=cost,
        avoided=avoided,
        saving=avoided - cost,
        utilization=kept / full if full else 0.0,
        break_even=float(cost) * kept / (float(avoided) * full) if kept > 0 and avoided > 0 else None,
    )


def _work(case: Case, capacity: Capacity, before: ReservedReplay, after: ReservedReplay) -> tuple[float, float]:
    """Return the work that the later replay keeps and the earlier spilled, and a full unit's, on the busiest limit."""
    spilled = after.refused
    served = (np.array(case.replayed) - spilled).tolist()
    axis = max(unit_axes(case, capacity), key=lambda axis: axis.work(served) / axis.per_hour)
    return axis.work((before.refused - spilled).tolist()), axis.per_hour * unit_hours(case, capacity)
