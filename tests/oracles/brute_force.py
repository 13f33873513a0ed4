"""Brute force: every legal way to serve a case, replayed in full; no bounds, nothing pruned, nothing shared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of
from service.workflow.compute.kinds.autoscaled import autoscaled_option
from service.workflow.compute.kinds.dedicated import dedicated_option
from service.workflow.compute.kinds.hybrid import hybrid_option
from service.workflow.compute.kinds.overflow import Overflow, Spilled
from service.workflow.compute.kinds.replay_specs import AutoscaledProbe, QueueProbe, SpillProbe
from service.workflow.compute.kinds.reserved import Served
from service.workflow.compute.kinds.serverless import Alone
from service.workflow.compute.kinds.sizing import peak_units
from service.workflow.compute.kinds.thresholds import LOWERED_THRESHOLDS
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer, Serverless, Speed
from service.workflow.options import Option, Reservation
from service.workflow.rates import Rate
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.service_times import end_of, service_times


@dataclass(frozen=True)
class Way:
    """One concrete option, and the group of which only the best is listed."""

    group: str
    option: Option
    streams: int = 0

    @property
    def order(self) -> tuple[bool, Decimal, int, int]:
        """Eligible first, then cheapest, then fewest units, then the highest threshold."""
        reservation = self.option.reservation
        units = 0 if reservation is None else reservation.units
        return (not self.option.eligible, self.option.expected, units, -self.streams)


def every_way(case: Case, offers: Sequence[Offer]) -> Iterator[Way]:
    """Yield every option of every offer, in no particular order."""
    serverless = [offer for offer in offers if isinstance(offer, Serverless)]
    for offer in offers:
        if isinstance(offer, Serverless):
            yield from _serverless(case, offer)
            continue
        for rate in offer.rates:
            yield _dedicated(case, offer, rate)
            yield from _autoscaled(case, offer, rate)
            yield from _hybrids(case, offer, rate, serverless)


def best_of_groups(ways: Sequence[Way]) -> dict[str, Way]:
    """Return the best way of each group."""
    best: dict[str, Way] = {}
    for way in ways:
        if way.group not in best or way.order < best[way.group].order:
            best[way.group] = way
    return best


def busiest(case: Case, speed: Speed) -> int:
    """Return the most requests in service at once where none slows another: more units than that change nothing."""
    start = case.arrivals.time_us
    times = service_times(case.arrivals, speed)
    ends = start + np.array([end_of(times, request) for request in range(len(start))], np.int64)
    moments = np.concatenate((start, ends + 1))
    steps = np.repeat((1, -1), len(start))
    return int(np.cumsum(steps[np.lexsort((-steps, moments))]).max(initial=0))


def legal_units(offer: Dedicated, most: int) -> Iterator[int]:
    """Yield the legal numbers of units up to the first that is `most` or more."""
    units = offer.units.minimum
    while offer.units.maximum is None or units <= offer.units.maximum:
        yield units
        if units >= most:
            return
        units += offer.units.increment


def most_units(case: Case, offer: Dedicated) -> int:
    """Return the units beyond which no reserved option can get better: nothing spills, and every stream is alone."""
    if not isinstance(offer.capacity, ConcurrencyCapacity):
        most = peak_units(case, offer.capacity)
    else:
        alone = busiest(case, offer.capacity.speed) + 1
        most = int(alone / min(1.0, case.policy.hybrid.threshold)) + 1
    return max(most, _fluid_units(case, offer)) if case.arrivals.sampled else most


def _fluid_units(case: Case, offer: Dedicated) -> int:
    """Return the units that carry the load of every bucket of the window, sampled or not."""
    fluid = fluid_of(case, offer.capacity)
    limits = fluid.limits(1000, max(_thresholds(case, offer, 1000)))
    return int((fluid.known.loads.peak * float(case.traffic_factor) / limits).max() * 1000) + 2


def _serverless(case: Case, offer: Serverless) -> Iterator[Way]:
    pool = offer.warm_pool is not None and offer.cold_start is not None
    most = len(case.arrivals) if pool else 0
    for warm in range(most + 1):
        option = Alone(case, offer, warm).option()
        yield Way(option.key, option)


def _dedicated(case: Case, offer: Dedicated, rate: Rate) -> Way:
    capacity = offer.capacity
    group = f"dedicated:{Reservation(offer, rate, 1).label}"
    peak = peak_units(case, capacity)
    options = []
    for units in legal_units(offer, max(most_units(case, offer), peak)):
        if isinstance(capacity, ConcurrencyCapacity):
            replay = QueueProbe(capacity, units).run(case)
        else:
            replay = SpillProbe(capacity, units, 0, offer.speed).run(case)
        option = dedicated_option(case, Reservation(offer, rate, units), Served(case, replay))
        options.append((units, option, int(replay.slow.sum())))
    enough = [option for units, option, _ in options if units >= peak] or [options[-1][1]]
    if isinstance(capacity, ConcurrencyCapacity):
        patient = [units for units, option, _ in options if _keeps_up(option) and _waits_little(case, capacity, units)]
        goal = min(patient, default=peak)
        kept = [(option, slow) for units, option, slow in options if units >= goal and _keeps_up(option)]
        enough = [option for units, option, _ in options if units >= max(goal, peak)] or [options[-1][1]]
        if case.target is None:
            enough = [option for units, option, _ in options if units >= goal] or [options[-1][1]]
        elif met := [option for option, slow in kept if slow <= case.slow_allowed]:
            enough = met
    return Way(group, enough[0])


def _keeps_up(option: Option) -> bool:
    return all(violation.code != "overloaded" for violation in option.violations)


def _waits_little(case: Case, capacity: ConcurrencyCapacity, units: int) -> bool:
    goal = case.queue_goal
    return goal is None or replay_dedicated(case.arrivals, capacity, units, None, goal).waits <= goal.most


def _autoscaled(case: Case, offer: Dedicated, rate: Rate) -> Iterator[Way]:
    scaling, capacity = offer.autoscale, offer.capacity
    if scaling is None or rate.is_committed or rate.hourly is None or rate.per_hours > 1:
        return
    if not isinstance(capacity, ConcurrencyCapacity):
        return
    peak = peak_units(case, capacity)
    most = list(legal_units(offer, max(2 * peak, scaling.minimum)))[-1]
    reservation = Reservation(offer, rate, most)
    for minimum in range(scaling.minimum, min(max(peak, scaling.minimum), most) + 1):
        probe = AutoscaledProbe(
            capacity, minimum, most, offer.start_seconds or 0.0, scaling.idle_seconds, rate.billing_seconds
        )
        yield Way(f"autoscaled:{reservation.label}", autoscaled_option(case, reservation, minimum, probe.run(case)))


def _hybrids(case: Case, offer: Dedicated, rate: Rate, serverless: Sequence[Serverless]) -> Iterator[Way]:
    for units in legal_units(offer, most_units(case, offer)):
        reservation = Reservation(offer, rate, units)
        for streams in _thresholds(case, offer, units):
            reserved = SpillProbe(offer.capacity, units, streams, offer.speed).run(case)
            for cheap in serverless:
                option = hybrid_option(case, reservation, streams, Overflow(cheap, Spilled(case, reserved)))
                yield Way(f"hybrid:{reservation.label}", option, streams)


def _thresholds(case: Case, offer: Dedicated, units: int) -> set[int]:
    if not isinstance(offer.capacity, ConcurrencyCapacity):
        return {0}
    policy = max(1, int(units * offer.capacity.slots * case.policy.hybrid.threshold))
    lowered = LOWERED_THRESHOLDS if case.latency_is_priced else ()
    return {policy, *(max(1, int(policy * share)) for share in lowered)}
