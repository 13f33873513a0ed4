"""Units that follow the load, simulated step by step in exact fractions."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from service.workflow.offers import ConcurrencyCapacity
from tests.property.workflow.replay.batching import Asked, Batch, Latencies
from tests.property.workflow.replay.fleets import Pool


@dataclass(frozen=True)
class Scaled:
    """What came of it: latencies by request, µs billed beyond the minimum from each arrival on, starts, peak."""

    latencies: list[Latencies]
    billed: list[Fraction]
    starts: int
    peak: int
    busy: Fraction


@dataclass
class _State:
    batch: Batch
    pool: Pool
    slots: int
    minimum: int
    maximum: int
    waiting: list[int]
    peak: int

    def settle(self) -> None:
        """Let the waiting enter, and mark the units that nobody needs."""
        now = self.batch.now
        self.batch.units = self.minimum + len(self.pool.up(now))
        self.peak = max(self.peak, self.batch.units)
        while (
            self.waiting
            and not self.batch.is_due()
            and len(self.batch.remaining) < self.batch.units * self.slots
            and self.batch.fits(self.waiting[0])
        ):
            self.batch.enter(self.waiting.pop(0))
        self.pool.use(max(-(-len(self.batch.remaining) // self.slots) - self.minimum, 0), now)

    def arrive(self, request: int) -> None:
        """Join the line, and start what is missing."""
        self.waiting.append(request)
        now = self.batch.now
        needed = -(-(len(self.batch.remaining) + len(self.waiting)) // self.slots)
        have = self.minimum + len(self.pool.up(now)) + len(self.pool.starting(now))
        for _ in range(min(needed, self.maximum) - have):
            self.pool.start(now)


def simulate_scaled(
    asked: Sequence[Asked], capacity: ConcurrencyCapacity, limits: tuple[int, int], start_us: int, idle_us: int
) -> Scaled:
    """Replay with `limits` (minimum, maximum) units; at one moment: finishes, units ready, arrivals, units down."""
    batch = Batch(capacity, asked, [None] * len(asked), units=limits[0])
    state = _State(batch, Pool(start_us, idle_us), capacity.slots, *limits, [], limits[0])
    coming = list(range(len(asked)))
    while True:
        pool, now = state.pool, batch.now
        ready = min((instance.ready for instance in pool.starting(now)), default=None)
        arrival = asked[coming[0]].time if coming else None
        events = [batch.next_finish(), ready, arrival, pool.next_down(now)]
        known = [Fraction(event) for event in events if event is not None]
        if not known:
            break
        batch.advance(min(known))
        if batch.now == events[0]:
            batch.finish_one()
        elif batch.now == arrival and batch.now != ready:
            state.arrive(coming.pop(0))
        elif batch.now != ready:
            pool.take_down(batch.now)
        state.settle()
    billed = [Fraction(us) for us in state.pool.billed([request.time for request in asked])]
    return Scaled(batch.latencies, billed, len(state.pool.instances), state.peak, batch.busy)
