"""Continuous batching, simulated event by event in exact fractions: remaining work, no virtual time, no heap."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from service.workflow.offers import ConcurrencyCapacity, Speed

Latencies = tuple[Fraction, Fraction] | None
"""First token and end to end in µs; None where a request spilled."""


@dataclass(frozen=True)
class Asked:
    """One request: arrival in µs, uncached input and output tokens."""

    time: int
    uncached: int
    output: int


def exact(value: float) -> Fraction:
    """A figure of an offer as it is written: 4.9e-08 is 49 ÷ 10^9."""
    return Fraction(str(value))


def step(speed: Speed, streams: Fraction) -> Fraction:
    """µs of a step of so many streams on a unit."""
    points = [(Fraction(n), 1_000_000 / Fraction(d)) for n, d in speed.decode]
    streams = max(streams, Fraction(1))
    below = [point for point in points if point[0] <= streams]
    above = [point for point in points if point[0] >= streams]
    if not below or not above:
        return (below or above[:1])[-1][1]
    (left, short), (right, long) = below[-1], above[0]
    return short if left == right else short + (streams - left) / (right - left) * (long - short)


@dataclass
class Batch:
    """Requests in service, each with the output tokens it has left; prompts are read one after the other."""

    capacity: ConcurrencyCapacity
    asked: Sequence[Asked]
    latencies: list[Latencies]
    now: Fraction = Fraction(0)
    units: int = 1
    remaining: dict[int, Fraction] = field(default_factory=dict)
    reading_until: Fraction = Fraction(0)
    behind: dict[int, Fraction] = field(default_factory=dict)
    busy: Fraction = Fraction(0)

    def held(self, request: int) -> Fraction:
        """Tokens that a request holds in service."""
        return self.asked[request].uncached + Fraction(self.asked[request].output, 2)

    def fits(self, request: int) -> bool:
        """Whether the memory takes one more request."""
        if self.capacity.kv_tokens is None or not self.remaining:
            return True
        return sum(map(self.held, (*self.remaining, request))) <= self.capacity.kv_tokens * self.units

    def step(self) -> Fraction:
        """µs of a step of everyone in service."""
        streams = len(self.remaining)
        context = exact(self.capacity.context_seconds_per_token) * 1_000_000
        held = sum(map(self.held, self.remaining), Fraction(0)) / min(self.units, streams)
        return step(self.capacity.speed, Fraction(streams, self.units)) + context * held

    def next_finish(self) -> Fraction | None:
        """When the next request finishes if nothing changes before."""
        if not self.remaining:
            return None
        return max(self.now, self.reading_until) + min(self.remaining.values()) * self.step()

    def advance(self, until: Fraction) -> None:
        """Let everyone in service write, once the prompts are read."""
        if self.remaining:
            done = max(until - max(self.now, self.reading_until), Fraction(0)) / self.step()
            self.remaining = {request: left - done for request, left in self.remaining.items()}
            self.busy += len(self.remaining) * (until - self.now)
        self.now = until

    def is_due(self) -> bool:
        """Whether somebody else has nothing left to write, and leaves before anybody enters."""
        return bool(self.remaining) and min(self.remaining.values()) == 0 and self.reading_until <= self.now

    def enter(self, request: int) -> None:
        """Start serving a request: its prompt is read by all units, but no sooner than one unit could."""
        unit, asked = self.capacity, self.asked[request]
        reading = exact(unit.prefill_seconds_per_prompt) * 1_000_000
        reading += asked.uncached * Fraction(1_000_000) / Fraction(unit.speed.prefill_tokens_per_second)
        self.reading_until = max(self.reading_until, self.now) + reading / self.units
        first = max(self.reading_until, self.now + reading) + exact(unit.first_token_seconds) * 1_000_000
        self.remaining[request] = Fraction(asked.output)
        self.behind[request] = first - self.reading_until
        self.latencies[request] = (first - asked.time, first - asked.time)

    def finish_one(self) -> None:
        """Take out the first of the requests that have nothing left to write."""
        request = min(self.remaining, key=lambda request: self.remaining[request])
        del self.remaining[request]
        started = self.latencies[request]
        assert started is not None
        if self.asked[request].output:
            self.latencies[request] = (started[0], self.now + self.behind[request] - self.asked[request].time)


def simulate(
    asked: Sequence[Asked], capacity: ConcurrencyCapacity, units: int, streams: int, waits: bool
) -> tuple[list[Latencies], Fraction]:
    """Return every request's latencies and the stream-µs in service."""
    batch = Batch(capacity, asked, [None] * len(asked), units=max(units, 1))
    coming, waiting = list(range(len(asked))), []
    while coming or batch.remaining:
        finish = batch.next_finish()
        if finish is not None and (not coming or finish <= asked[coming[0]].time):
            batch.advance(finish)
            batch.finish_one()
        else:
            batch.advance(Fraction(asked[coming[0]].time))
            waiting.append(coming.pop(0))
            if not waits and (len(batch.remaining) == streams or not batch.fits(waiting[0])):
                waiting.pop()
        while waiting and not batch.is_due() and len(batch.remaining) < streams and batch.fits(waiting[0]):
            batch.enter(waiting.pop(0))
    return batch.latencies, batch.busy
