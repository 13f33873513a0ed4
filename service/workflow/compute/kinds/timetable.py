"""Units that run by a timetable: what comes outside their hours never reaches them.

The requests inside are replayed as if they were all of the traffic, in the time that the units run; every other one is
refused: it spills, or nobody serves it. What is begun, or waits, when the hours end is finished.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from service.workflow.compute.case import Case
from service.workflow.conditions import WeekHours
from service.workflow.measure.classes import times_of, within
from service.workflow.offers import Capacity
from service.workflow.replay.length_tiers import lengths_of
from service.workflow.replay.result import ReservedReplay
from service.workflow.replay.tally import hourly_tokens
from service.workflow.traffic import HOUR, MINUTE, Arrivals, Bools, Int64s


def inside(case: Case, hours: WeekHours) -> Bools:
    """Return which replayed requests come within the hours, shape (n,)."""
    return _running(case, hours)[0]


def runs_by_hours(case: Case) -> bool:
    """Tell whether units that run by a timetable can be replayed: on single requests of the whole window."""
    return case.has_requests and not case.arrivals.sampled


def knows_lengths(case: Case, capacity: Capacity) -> bool:
    """Tell whether budgets that weigh long requests apart can be replayed: on all requests, whose lengths are known.

    Those that were drawn out of a series are known to be longer than the thresholds of its length classes, or not.
    """
    known = not case.arrivals.synthesized or lengths_of(capacity) <= set(case.arrivals.lengths)
    return runs_by_hours(case) and known


def inner_case(case: Case, hours: WeekHours) -> Case:
    """Return the case of the requests within the hours alone, in the observed time that is within them."""
    return Case(case.profile, _running(case, hours)[1], case.policy, case.offers)


def _running(case: Case, hours: WeekHours) -> tuple[Bools, Arrivals]:
    """Return which replayed requests come within the hours, and those alone; found once a case."""
    return case.remembered(("running", hours), lambda: _kept(case, hours))


def _kept(case: Case, hours: WeekHours) -> tuple[Bools, Arrivals]:
    kept = within(hours, times_of(case.arrivals, case.profile.start_us))
    return kept, _only(case, hours, kept)


def _only(case: Case, hours: WeekHours, kept: Bools) -> Arrivals:
    arrivals = case.arrivals
    counts = np.concatenate(([0], np.cumsum(kept)))
    service = arrivals.service_us
    return replace(
        arrivals,
        time_us=arrivals.time_us[kept],
        uncached=arrivals.uncached[kept],
        cached=arrivals.cached[kept],
        output=arrivals.output[kept],
        service_us=None if service is None else service[kept],
        hour_index=counts[arrivals.hour_index].astype(np.int64),
        observed_us=_observed(case, arrivals, hours),
    )


def _observed(case: Case, arrivals: Arrivals, hours: WeekHours) -> Int64s:
    """Return how much of each replayed hour is observed and within the hours; of the last one all, or nothing."""
    starts = case.profile.start_us + arrivals.hour_of_window * HOUR
    minutes = starts[:, None] + np.arange(HOUR // MINUTE) * MINUTE
    run = within(hours, minutes.ravel()).reshape(minutes.shape).sum(axis=1) * MINUTE
    found: Int64s = np.minimum(run, arrivals.observed_us).astype(np.int64)
    if len(found) and found[-1]:  # the replayed clock ends with it
        found[-1] = arrivals.observed_us[-1]
    return found


def refused_outside(case: Case, hours: WeekHours, replay: Callable[[Case], ReservedReplay]) -> ReservedReplay:
    """Return the replay of what comes within the hours, with all that comes outside refused."""
    answer = replay(inner_case(case, hours))
    mask = np.ones(len(case.arrivals), np.uint8)
    mask[inside(case, hours)] = answer.spilled_mask
    return replace(answer, spilled=hourly_tokens(case.arrivals, mask), spilled_mask=mask)
