"""Classes of requests: which of a price's conditions each request meets, by its length and by its hour of the week.

Of a log both are exact; of a series a request is the mean one of its bucket, or of its class where the series has
length classes, and arrives where the bucket begins.
"""

import numpy as np

from service.workflow.conditions import DAY_MINUTES, WEEK_MINUTES, Conditions, WeekHours
from service.workflow.measure.week import hours_of, zone_of
from service.workflow.traffic import HOUR, MINUTE, Arrivals, Bools, BucketSeries, Int64s, TrafficHistory


def classes_of(conditions: Conditions, time_us: Int64s, inputs: Int64s) -> Int64s:
    """Return the number of the last condition that each request meets, from 1; 0 where it meets none: shape (n,).

    time_us: µs since 1970 UTC. inputs: input tokens, cached ones included.
    """
    found = np.zeros(len(time_us), np.int64)
    for number, condition in enumerate(conditions, start=1):
        met = inputs > condition.input_above if condition.input_above else np.ones(len(time_us), np.bool_)
        if condition.hours is not None:
            met &= within(condition.hours, time_us)
        found[met] = number
    return found


def classes_of_history(conditions: Conditions, history: TrafficHistory, above: int = 0) -> Int64s:
    """Return the class of each request of a log, or of the mean request of each bucket.

    above: what every request of a series has more input tokens than.
    """
    if not isinstance(history, BucketSeries):
        return classes_of(conditions, history.arrival_us, history.input_tokens)
    counts = np.maximum(1, history.requests) if history.requests is not None else None
    # Without requests nothing is known of their length: the plain price is taken, and that is remarked on.
    inputs = np.zeros_like(history.input_tokens) if counts is None else history.input_tokens // counts
    return classes_of(conditions, history.start_us, np.maximum(inputs, above + 1) if above else inputs)


def times_of(arrivals: Arrivals, start_us: int) -> Int64s:
    """Return when each replayed request arrived, µs since 1970 UTC: stretches go back to their place in the window."""
    if arrivals.stretches is None:
        return arrivals.time_us + start_us
    moved = (arrivals.stretches - np.arange(len(arrivals.stretches))) * arrivals.stretch_us
    times: Int64s = arrivals.time_us + start_us + np.repeat(moved, np.diff(arrivals.hour_index))
    return times


def within(hours: WeekHours, time_us: Int64s) -> Bools:
    """Return whether each time is in the hours."""
    if not len(time_us):
        return np.zeros(0, np.bool_)
    first = int(time_us.min())
    edges, slots = hours_of(first - first % HOUR, int(time_us.max()) + 2 * HOUR, zone_of(hours.zone))
    # Each part begins with its local hour, but for the first in a zone that is half an hour off.
    begun = np.zeros(len(slots), np.int64)
    begun[0] = HOUR - (edges[1] - edges[0])
    part = np.searchsorted(edges, time_us, side="right") - 1
    minute = slots[part] * 60 + (time_us - edges[part] + begun[part]) // MINUTE
    within: Bools = _marks(hours)[minute % WEEK_MINUTES]
    return within


def _marks(hours: WeekHours) -> Bools:
    """Return which minutes of the week, Monday first, are in the hours."""
    marks = np.zeros(WEEK_MINUTES, np.bool_)
    for day in hours.days:
        marks[(day * DAY_MINUTES + hours.start + np.arange(hours.minutes)) % WEEK_MINUTES] = True
    return marks
