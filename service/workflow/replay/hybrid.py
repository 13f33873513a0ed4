"""A hybrid's reserved side: requests spill whole when the threshold of streams is in service."""

from service.workflow.offers import ConcurrencyCapacity
from service.workflow.replay.processor_sharing import replay_streams
from service.workflow.replay.recorder import recorder
from service.workflow.replay.result import LatencyTarget, ReservedReplay
from service.workflow.traffic import Arrivals


def replay_hybrid(
    arrivals: Arrivals, capacity: ConcurrencyCapacity, units: int, streams: int | None, target: LatencyTarget | None
) -> ReservedReplay:
    """Replay on `units`, spilling at `streams` in service (None: units × slots). With 0 units everything spills.

    The histograms and slow requests are of the requests served here; the spilled ones are served elsewhere.
    """
    slots = units * capacity.slots
    most = slots if streams is None else min(streams, slots)
    return replay_streams(arrivals, capacity, units, most, False, recorder(len(arrivals), target))
