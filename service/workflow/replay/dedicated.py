"""Dedicated units with continuous batching: whoever finds every slot taken waits, first come, first served.

More units never make any first token later, which sizing by bisection relies on. Let no step be longer with fewer
streams on a unit (offers.Speed). Claim: at any time every request has entered, and has been read, with k + 1 units if
it has with k. Prompts are read first come, first served, and faster with k + 1; who is in service with k, having fewer
than k × slots unfinished ahead, is in service with k + 1 or finished. Of end to end the same holds but for one thing:
with more units more prompts may be read while a request writes, so that a single one can end later by their reading.
Sizing therefore checks the number that it ends with, and never answers with one that misses the target.
"""

from service.workflow.offers import ConcurrencyCapacity
from service.workflow.replay.processor_sharing import replay_streams
from service.workflow.replay.recorder import is_given_up, recorder
from service.workflow.replay.result import LatencyTarget, QueueGoal, ReservedReplay
from service.workflow.traffic import Arrivals


def replay_dedicated(
    arrivals: Arrivals,
    capacity: ConcurrencyCapacity,
    units: int,
    target: LatencyTarget | None,
    goal: QueueGoal | None = None,
) -> ReservedReplay:
    """Replay every request on `units` ≥ 1; at units × slots in service, or full memory, it waits. Nothing spills.

    First token is when the prompt's reading ends, which begins when those before it are read; end to end is
    finish − arrival.
    """
    if units < 1:
        raise ValueError(f"dedicated capacity needs at least 1 unit, not {units}")
    record = recorder(len(arrivals), target, goal)
    return replay_streams(arrivals, capacity, units, units * capacity.slots, True, record)


def replay_within(
    arrivals: Arrivals,
    capacity: ConcurrencyCapacity,
    units: int,
    target: LatencyTarget | None,
    goal: QueueGoal | None,
    most_slow: int,
) -> ReservedReplay | None:
    """Replay as `replay_dedicated` does; None, as soon as it is known, where more are slow or wait than may be."""
    record = recorder(len(arrivals), target, goal, most_slow)
    replay = replay_streams(arrivals, capacity, units, units * capacity.slots, True, record)
    return None if is_given_up(record) else replay
