"""Instances that come and go, each an object with a life of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Time = Fraction | int


@dataclass
class Instance:
    """One instance: when it was started and became ready, since when it is idle (None: busy), when it went down."""

    started: Time
    ready: Time
    idle_since: Time | None = None
    down: Time | None = None


class Pool:
    """Instances beyond those that are always up."""

    def __init__(self, start_us: int, idle_us: int) -> None:
        self.start_us = start_us
        self.idle_us = idle_us
        self.instances: list[Instance] = []

    def start(self, now: Time) -> Instance:
        """Start one."""
        self.instances.append(Instance(now, now + self.start_us))
        return self.instances[-1]

    def starting(self, now: Time) -> list[Instance]:
        """Those not yet ready, in the order they were started."""
        return [instance for instance in self.instances if instance.ready > now]

    def up(self, now: Time) -> list[Instance]:
        """Those ready and not gone."""
        return [instance for instance in self.instances if instance.ready <= now and instance.down is None]

    def use(self, needed: int, now: Time) -> None:
        """Keep `needed` of those up busy: the most recently idle are used first."""
        busy = [instance for instance in self.up(now) if instance.idle_since is None]
        idle = sorted((i for i in self.up(now) if i.idle_since is not None), key=lambda i: i.idle_since or 0)
        for instance in busy[: max(len(busy) - needed, 0)]:
            instance.idle_since = now
        for instance in idle[len(idle) - max(needed - len(busy), 0) :]:
            instance.idle_since = None

    def next_down(self, now: Time) -> Time | None:
        """When the next idle one goes down."""
        ends = [i.idle_since + self.idle_us for i in self.up(now) if i.idle_since is not None]
        return min(ends, default=None)

    def take_down(self, now: Time) -> None:
        """Take down one that has been idle for long enough."""
        for instance in self.up(now):
            if instance.idle_since is not None and instance.idle_since + self.idle_us == now:
                instance.down = now
                return

    def billed(self, arrivals: Sequence[int]) -> list[Time]:
        """µs that instances were up from each arrival to the next, the last one to the end."""
        ends: list[Time] = [*arrivals[1:], max((i.down or 0 for i in self.instances), default=0)][: len(arrivals)]
        return [
            sum(max(min(i.down or 0, end) - max(i.started, begin), 0) for i in self.instances)
            for begin, end in zip(arrivals, ends, strict=True)
        ]
