"""Dedicated units with continuous batching: whoever finds every slot taken waits, first come, first served.

More units never make any request later, which sizing by bisection relies on. Let every stream's speed never rise
with the streams on a unit (offers.Speed). Claim: at any time each request's remaining work with k + 1 units is at
most that with k. As long as it holds, no fewer requests are finished with k + 1, so whoever is in service with k,
having fewer than k × slots unfinished ahead, is in service with k + 1 or finished; and the streams a unit,
min(n ÷ k, slots) for n unfinished, are not more, so the speed is not lower and the claim goes on holding. Hence
end-to-end latencies. First tokens: a request that waits with k enters when every slot is taken, where prefill is
slowest; one that does not wait with k enters at the same moment with k + 1, among no more streams a unit.
"""

from service.workflow.offers import ConcurrencyCapacity
from service.workflow.replay.processor_sharing import replay_streams
from service.workflow.replay.result import LatencyTarget, ReservedReplay
from service.workflow.traffic import Arrivals


def replay_dedicated(
    arrivals: Arrivals, capacity: ConcurrencyCapacity, units: int, target: LatencyTarget | None
) -> ReservedReplay:
    """Replay every request on `units` ≥ 1; at units × slots in service a request waits. Nothing spills.

    First token is the wait plus prefill at the speed met on entering service; end to end is finish − arrival.
    """
    if units < 1:
        raise ValueError(f"dedicated capacity needs at least 1 unit, not {units}")
    return replay_streams(arrivals, capacity, units, units * capacity.slots, True, target)
