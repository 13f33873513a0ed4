"""Sizes: how many units serve everything as the policy asks."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.compute.fluid import fluid_of, loads_of_all
from service.workflow.compute.kinds.timetable import inner_case
from service.workflow.offers import Capacity, ConcurrencyCapacity, ThroughputCapacity, Units
from service.workflow.replay.compiled import kernel
from service.workflow.replay.dedicated import replay_dedicated, replay_within
from service.workflow.replay.result import ReservedReplay
from service.workflow.replay.speed import longest_alone_us, request_work
from service.workflow.replay.throughput import sized_units_throughput
from service.workflow.traffic import MINUTE, SECOND, Float64s, Int64s

SLACK = 1e-9
"""Relative room left for rounding in sums of floats."""


def peak_units(case: Case, capacity: Capacity) -> int:
    """Return the smallest number of units whose load in the busiest minute is at most 1.

    The load of a minute is its work, reading and decoding, in units full for a minute; for provisioned throughput it
    is the fullest enforcement window's demand ÷ the budget of a unit, and of a sample the fullest minute's too. Units
    of an axis that is bought apart are not among them (see second_peak).
    """
    alike = capacity.with_second(1)
    return case.remembered(("peak units", alike), lambda: _peak_units(case, alike))


def second_peak(case: Case, capacity: ThroughputCapacity) -> int:
    """Return the smallest number of units of the axis bought apart with which no window is over it."""
    return _throughput_peak(case, capacity.with_second(1), apart=True)


def _throughput_peak(case: Case, capacity: ThroughputCapacity, *, apart: bool) -> int:
    if capacity.hours is not None:
        case, capacity = inner_case(case, capacity.hours), replace(capacity, hours=None)
    replayed = sized_units_throughput(case.arrivals, enforced(case, capacity), apart=apart)
    if not case.arrivals.sampled:
        return replayed
    return max(replayed, fluid_of(case, capacity).enough(1, 0, apart=apart))


def _peak_units(case: Case, capacity: Capacity) -> int:
    if not isinstance(capacity, ConcurrencyCapacity):
        return _throughput_peak(case, capacity, apart=False)
    peak = float(loads_of_all(case.profile, capacity).peak.max(initial=0.0)) / case.profile.minutes.bucket_seconds
    return max(1, math.ceil(Fraction(peak) * case.traffic_factor))


def enforced(case: Case, capacity: ThroughputCapacity) -> ThroughputCapacity:
    """Return the capacity as it is replayed: where entries are buckets, a bucket is the window."""
    buckets = case.arrivals.buckets
    return capacity if buckets is None else replace(capacity, window_seconds=buckets.bucket_seconds, leaky=False)


def legal(units: Units, needed: int) -> int:
    """Return the smallest legal number of units ≥ `needed`, or the largest legal one."""
    found = units.at_least(needed)
    return _largest(units) if found is None else found


def _largest(units: Units) -> int:
    assert units.maximum is not None
    return units.minimum + (units.maximum - units.minimum) // units.increment * units.increment


def together(case: Case, capacity: ConcurrencyCapacity) -> int:
    """Return an upper limit of the requests in service at once where none slows another.

    With that many units every stream runs alone and more units change nothing. It is the most arrivals within the
    longest service.
    """
    return case.remembered(("together", capacity), lambda: _together(case, capacity))


def _together(case: Case, capacity: ConcurrencyCapacity) -> int:
    longest = int(longest_alone_us(case.arrivals, capacity)) + 1
    return _most_within(case.arrivals.time_us, longest)


@kernel
def _most_within(time_us: Int64s, span_us: int) -> int:
    """Return the most arrivals, both ends counted, in any so many µs; 1 of no arrivals."""
    first, most = 0, 1
    for request in range(len(time_us)):
        while time_us[first] < time_us[request] - span_us:  # who came before is out of reach
            first += 1
        most = max(most, request + 1 - first)
    return most


def load_of(case: Case, units: int, work: float) -> float:
    """Return work, in seconds of a full unit, ÷ what `units` do in the time replayed: above 1 a queue never drains.

    Of less than a minute nobody knows what comes next: its work is held against a whole one, as sizes are.
    """
    return work * SECOND / (units * max(case.replayed_us, MINUTE))


def sized(case: Case, capacity: ConcurrencyCapacity, units: Units) -> tuple[int, ReservedReplay]:
    """Return the smallest number that keeps up and meets the queueing goal and the target, and its replay.

    Where no number on offer meets the target, the goal alone decides, and what the busiest minute needs; where none
    meets the goal, the busiest minute alone. A number is not the less right for that, and the option says what it
    misses.
    """
    return _Sizing(case, capacity, units).found()


@dataclass
class _Sizing:
    """The search for a number of units. A step is a legal number of them, counted from the least."""

    case: Case
    capacity: ConcurrencyCapacity
    units: Units
    replays: dict[tuple[int, bool], ReservedReplay | None] = field(default_factory=dict)

    @cached_property
    def work(self) -> "Work":
        """The work of what is replayed."""
        return work_on(self.case, self.capacity)

    def found(self) -> tuple[int, ReservedReplay]:
        """Return the number of units and its replay."""
        case = self.case
        peak = self._step(peak_units(case, self.capacity))
        last = max(peak, self._step(together(case, self.capacity)))
        low = min(last, max(0, self._step(math.ceil(load_of(case, 1, self.work.total) * (1 - SLACK)))))
        guess = min(last, max(low, self._step(self._guess())))
        best = smallest(low, guess, last, partial(self.meets, targeted=case.target is not None))
        if best is None and case.target is not None:
            patient = smallest(low, guess, last, partial(self.meets, targeted=False))
            best = peak if patient is None else max(patient, peak)
        best = peak if best is None else best
        replay = self.replays.get((best, case.target is not None))
        if replay is None:
            replay = replay_dedicated(case.arrivals, self.capacity, self._of(best), case.target, case.queue_goal)
        return self._of(best), replay

    def _of(self, step: int) -> int:
        return self.units.minimum + step * self.units.increment

    def _step(self, units: int) -> int:
        return (legal(self.units, units) - self.units.minimum) // self.units.increment

    def meets(self, step: int, *, targeted: bool) -> bool:
        """Tell whether so many units keep up and meet the queueing goal, and the target where asked."""
        if (step, targeted) not in self.replays:
            self.replays[step, targeted] = self._replayed(step, targeted=targeted)
        replay = self.replays[step, targeted]
        return replay is not None and load_of(self.case, self._of(step), replay.served_work) <= 1

    def _replayed(self, step: int, *, targeted: bool) -> ReservedReplay | None:
        case, goal, units = self.case, self.case.queue_goal, self._of(step)
        target, most_slow = (case.target, case.slow_allowed) if targeted else (None, 0)
        if goal is not None and self.work.sure_to_wait(units, self.capacity.slots, goal.wait_us) > goal.most:
            return None
        return replay_within(case.arrivals, self.capacity, units, target, goal, most_slow)

    def _guess(self) -> int:
        """Return the units with which a fluid of the same work waits no longer than the goal says.

        Of a backlog at the end of a minute, who comes in it waits backlog ÷ units. It only tells where the search
        begins.
        """
        goal, work = self.case.queue_goal, self.work
        if goal is None:
            return 1
        low, high = 1, max(1, math.ceil(float(work.by_minute.max(initial=0.0)) / 60))
        while low < high:
            middle = (low + high) // 2
            waiting = int(work.requests[work.backlog(middle) > middle * goal.wait_us / SECOND].sum())
            low, high = (low, middle) if waiting <= goal.most else (middle + 1, high)
        return low


@dataclass(frozen=True)
class Work:
    """The least work of what is replayed, in seconds of a full unit: of all, of the longest request, of each minute.

    requests: of each minute. by_minute and requests are of shape (minutes,).
    """

    total: float
    longest: float
    by_minute: Float64s
    requests: Int64s

    def backlog(self, units: int) -> Float64s:
        """Return the work that is left at the end of each minute, shape (minutes,), were it a fluid.

        B = max(0, B before + work − 60 units) (Lindley, The theory of queues with a single server, 1952).
        """
        left: Float64s = np.cumsum(self.by_minute - 60.0 * units)
        left -= np.minimum(np.minimum.accumulate(left), 0.0)
        return left

    def sure_to_wait(self, units: int, slots: int, wait_us: int) -> int:
        """Return how many requests wait longer than `wait_us` for `units` of so many slots at least.

        Units do no more than `units` unit-seconds of least work a second, so that at the end of a minute no less than
        the fluid's backlog is left. Whoever comes in the next minute is read once all before it are; of those no more
        than the slots are then in service, none with more left than the longest request's work.
        """
        left = self.backlog(units)[:-1] * (1 - SLACK) - units * (60.0 + slots * self.longest)
        return int(self.requests[1:][left > units * wait_us / SECOND].sum())


def work_on(case: Case, capacity: ConcurrencyCapacity) -> Work:
    """Return the work of a case's requests on a capacity."""
    return case.remembered(("work", capacity), lambda: _work_on(case, capacity))


def _work_on(case: Case, capacity: ConcurrencyCapacity) -> Work:
    times, work = case.arrivals.time_us, request_work(case.arrivals, capacity)
    minutes = int(times[-1] // MINUTE) + 1 if len(times) else 0
    by_minute, requests = np.zeros(minutes), np.zeros(minutes, np.int64)
    _add_up(times, work, by_minute, requests)
    return Work(float(by_minute.sum()), float(work.max(initial=0.0)), by_minute, requests)


@kernel
def _add_up(time_us: Int64s, work: Float64s, by_minute: Float64s, requests: Int64s) -> None:
    """Add up work and requests by minute."""
    minute = 0
    for request in range(len(time_us)):
        while time_us[request] >= (minute + 1) * MINUTE:
            minute += 1
        by_minute[minute] += work[request]
        requests[minute] += 1


def smallest(low: int, guess: int, last: int, meets: Callable[[int], bool]) -> int | None:
    """Return the smallest step from `low` to `last` that meets a need, None where none does.

    The search goes from the guess, downwards where it meets the need and upwards where not, in steps that double, and
    bisects what is left. More units never let a request wait longer; that is proven in replay.dedicated.
    """
    failed, stride = low - 1, 1
    if meets(guess):
        met = guess
        while met > low and meets(below := max(low, met - stride)):
            met, stride = below, 2 * stride
        if met > low:
            failed = max(low, met - stride)
    else:
        failed = guess
        while failed < last and not meets(above := min(last, failed + stride)):
            failed, stride = above, 2 * stride
        if failed == last:
            return None
        met = min(last, failed + stride)
    while met - failed > 1:
        middle = (failed + met) // 2
        failed, met = (failed, middle) if meets(middle) else (middle, met)
    return met
