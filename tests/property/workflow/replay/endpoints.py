"""Serverless endpoints and instances, simulated naively in whole microseconds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.workflow.traffic import MINUTE
from tests.property.workflow.replay.fleets import Instance, Pool, Time


def throttled(
    times: Sequence[int], tokens: Sequence[int], requests_limit: int | None, token_limit: int | None
) -> list[bool]:
    """Which requests do not fit their minute, beside those that did."""
    result: list[bool] = []
    for i, time in enumerate(times):
        taken = [j for j in range(i) if times[j] // MINUTE == time // MINUTE and not result[j]]
        too_many = requests_limit is not None and len(taken) + 1 > requests_limit
        too_large = token_limit is not None and sum(tokens[j] for j in taken) + tokens[i] > token_limit
        result.append(too_many or too_large)
    return result


def endpoint_waits(
    times: Sequence[int], service: Sequence[int], idle_us: int, start_us: int, warm_places: int = 0
) -> tuple[list[int], int]:
    """Each request's wait, and how often the endpoint started beside its places that are always up."""
    waits: list[int] = []
    starts: list[int] = []
    on_warm: set[int] = set()
    for i, time in enumerate(times):
        if sum(times[j] + service[j] > time for j in on_warm) < warm_places:
            on_warm.add(i)
            waits.append(0)
            continue
        ends = [times[j] + waits[j] + service[j] for j in range(i) if j not in on_warm]
        if not any(end >= time - idle_us for end in ends):
            starts.append(time)
        coming = [start + start_us - time for start in starts if start <= time < start + start_us]
        waits.append(max(coming, default=0))
    return waits, len(starts)


@dataclass
class _Fleet:
    pool: Pool
    concurrency: int
    warm_places: int
    warm: dict[int, Time] = field(default_factory=dict)
    extra: dict[int, Time] = field(default_factory=dict)
    promised: list[tuple[Instance, list[int]]] = field(default_factory=list)

    def settle(self, now: Time) -> None:
        """Let whoever is done leave, and mark the instances that nobody needs."""
        self.pool.use(-(-len(self.extra) // self.concurrency), now)

    def leave(self, now: Time) -> None:
        """Take out one request that is done."""
        for group in (self.warm, self.extra):
            for request, end in group.items():
                if end == now:
                    del group[request]
                    return

    def join(self, now: Time, ends: dict[int, Time]) -> None:
        """Let requests promised a place on an instance that is now ready begin."""
        for instance, requests in self.promised:
            if instance.ready == now:
                self.extra |= {request: ends[request] for request in requests}
        self.promised = [(i, requests) for i, requests in self.promised if i.ready > now]

    def seat(self, request: int, now: Time) -> Time:
        """Give an arrival a place and return when it begins."""
        if len(self.warm) < self.warm_places:
            self.warm[request] = -1
            return now
        if len(self.extra) < len(self.pool.up(now)) * self.concurrency:
            self.extra[request] = -1
            return now
        if not self.promised or len(self.promised[-1][1]) == self.concurrency:
            self.promised.append((self.pool.start(now), []))
        self.promised[-1][1].append(request)
        return self.promised[-1][0].ready


def fleet_waits(
    times: Sequence[int], service: Sequence[int], concurrency: int, warm: int, start_us: int, idle_us: int
) -> tuple[list[Time], int, list[Time]]:
    """Each request's wait, the number of starts, and the µs billed from each arrival on."""
    fleet = _Fleet(Pool(start_us, idle_us), concurrency, warm * concurrency)
    ends: dict[int, Time] = {}
    waits: list[Time] = []
    coming = list(range(len(times)))
    while True:
        ready = min((instance.ready for instance, _ in fleet.promised), default=None)
        finish = min([*fleet.warm.values(), *fleet.extra.values()], default=None)
        arrival = times[coming[0]] if coming else None
        now_or_never = [e for e in (ready, finish, arrival, _down(fleet)) if e is not None]
        if not now_or_never:
            return waits, len(fleet.pool.instances), fleet.pool.billed(times)
        now = min(now_or_never)
        if now == ready:
            fleet.join(now, ends)
        elif now == finish:
            fleet.leave(now)
        elif now == arrival:
            request = coming.pop(0)
            begin = fleet.seat(request, now)
            waits.append(begin - now)
            ends[request] = begin + service[request]
            for group in (fleet.warm, fleet.extra):
                if request in group:
                    group[request] = ends[request]
        else:
            fleet.pool.take_down(now)
        fleet.settle(now)


def _down(fleet: _Fleet) -> Time | None:
    ends = [
        i.idle_since + fleet.pool.idle_us for i in fleet.pool.instances if i.idle_since is not None and i.down is None
    ]
    return min(ends, default=None)
