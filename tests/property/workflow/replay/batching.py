"""Continuous batching, simulated step by step in exact fractions: remaining work, no virtual time, no heap."""

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


def decode(speed: Speed, streams: Fraction) -> Fraction:
    """Tokens a µs of each of `streams` streams on a unit."""
    points = [(Fraction(n), Fraction(d) / 1_000_000) for n, d in speed.decode]
    streams = max(streams, Fraction(1))
    below = [point for point in points if point[0] <= streams]
    above = [point for point in points if point[0] >= streams]
    if not below or not above:
        return (below or above[:1])[-1][1]
    (left, fast), (right, slow) = below[-1], above[0]
    return fast if left == right else fast + (streams - left) / (right - left) * (slow - fast)


@dataclass
class Batch:
    """Requests in service, each with its remaining work in tokens."""

    speed: Speed
    asked: Sequence[Asked]
    latencies: list[Latencies]
    now: Fraction = Fraction(0)
    units: int = 1
    remaining: dict[int, Fraction] = field(default_factory=dict)
    busy: Fraction = Fraction(0)

    def pace(self, streams: int) -> Fraction:
        """Tokens a µs that each of `streams` advances."""
        return decode(self.speed, Fraction(streams, self.units))

    def next_finish(self) -> Fraction | None:
        """When the next request finishes if nothing changes before."""
        if not self.remaining:
            return None
        return self.now + min(self.remaining.values()) / self.pace(len(self.remaining))

    def advance(self, until: Fraction) -> None:
        """Let everyone in service work."""
        if self.remaining:
            done = (until - self.now) * self.pace(len(self.remaining))
            self.remaining = {request: left - done for request, left in self.remaining.items()}
            self.busy += len(self.remaining) * (until - self.now)
        self.now = until

    def enter(self, request: int) -> None:
        """Start serving a request; its first token comes after its prefill at the speed it meets."""
        alone = decode(self.speed, Fraction(1)) * 1_000_000
        prefill = self.asked[request].uncached * alone / Fraction(self.speed.prefill_tokens_per_second)
        self.remaining[request] = self.asked[request].output + prefill
        wait = self.now - self.asked[request].time
        self.latencies[request] = (wait + prefill / self.pace(len(self.remaining)), Fraction(0))

    def finish_one(self) -> None:
        """Take out the first of the requests that have nothing left to do."""
        request = min(self.remaining, key=lambda request: self.remaining[request])
        del self.remaining[request]
        started = self.latencies[request]
        assert started is not None
        self.latencies[request] = (started[0], self.now - self.asked[request].time)


def simulate(
    asked: Sequence[Asked], capacity: ConcurrencyCapacity, units: int, streams: int, waits: bool
) -> tuple[list[Latencies], Fraction]:
    """Return every request's latencies and the stream-µs in service."""
    batch = Batch(capacity.speed, asked, [None] * len(asked), units=max(units, 1))
    coming, waiting = list(range(len(asked))), []
    while coming or batch.remaining:
        finish = batch.next_finish()
        if finish is not None and (not coming or finish <= asked[coming[0]].time):
            batch.advance(finish)
            batch.finish_one()
        else:
            batch.advance(Fraction(asked[coming[0]].time))
            waiting.append(coming.pop(0))
            if not waits and len(batch.remaining) == streams:
                waiting.pop()
        if waiting and len(batch.remaining) < streams:
            batch.enter(waiting.pop(0))
    return batch.latencies, batch.busy
