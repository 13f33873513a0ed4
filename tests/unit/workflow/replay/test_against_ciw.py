"""The replays against ciw, an independent open simulator of queues, request by request."""

from collections.abc import Callable

import ciw
import numpy as np
import pytest

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.hybrid import replay_hybrid
from service.workflow.replay.result import LatencyTarget
from service.workflow.traffic import SECOND, Arrivals
from tests.unit.workflow.replay.build import Replay, arrivals_at, assert_latencies

TOKENS_PER_SECOND = 100.0


def traffic(seed: int, rate: float, count: int = 250) -> Arrivals:
    generator = np.random.default_rng(seed)
    times = np.cumsum(generator.exponential(SECOND / rate, count)).astype(int)
    return arrivals_at(times.tolist(), output=generator.geometric(1 / 150, count).tolist())


class OwnService(ciw.dists.Distribution):  # type: ignore[misc]
    """Each request's own service time, whoever was turned away before it."""

    def __init__(self, seconds: list[float]) -> None:
        self.seconds = seconds

    def sample(self, t: float | None = None, ind: ciw.Individual | None = None) -> float:
        assert ind is not None
        return float(self.seconds[ind.id_number - 1])


def records(arrivals: Arrivals, servers: int, **network: object) -> dict[int, tuple[str, float, float]]:
    """What ciw made of each request: its kind of record, wait, and time until it left, in seconds."""
    gaps = np.diff(arrivals.time_us, prepend=0) / SECOND
    simulation = ciw.Simulation(
        ciw.create_network(
            arrival_distributions=[ciw.dists.Sequential([*gaps.tolist(), float("inf")])],
            service_distributions=[OwnService((arrivals.output / TOKENS_PER_SECOND).tolist())],
            number_of_servers=[servers],
            **network,
        ),
        node_class=ciw.PSNode if "ps_thresholds" in network else ciw.Node,
    )
    simulation.simulate_until_max_time(10.0**9)
    return {
        record.id_number - 1: (record.record_type, record.waiting_time, record.exit_date - record.arrival_date)
        for record in simulation.get_all_records()
    }


def assert_same(
    arrivals: Arrivals,
    expected: dict[int, tuple[str, float, float]],
    replay: Callable[[Arrivals, LatencyTarget], Replay],
) -> None:
    assert sorted(expected) == list(range(len(arrivals)))
    waits: list[int | None] = []
    ends: list[int | None] = []
    for _, (kind, wait, end) in sorted(expected.items()):
        waits.append(round(wait * SECOND) if kind == "service" else None)
        ends.append(round(end * SECOND) if kind == "service" else None)
    assert_latencies(arrivals, replay, "first_token", waits)
    assert_latencies(arrivals, replay, "end_to_end", ends)


@pytest.mark.parametrize(("servers", "rate"), [(1, 0.6), (3, 1.9), (8, 5.0)])
def test_servers_with_a_queue(servers: int, rate: float) -> None:
    capacity = ConcurrencyCapacity(servers, Speed(1000.0, ((1, TOKENS_PER_SECOND),)))
    arrivals = traffic(servers, rate)
    assert_same(arrivals, records(arrivals, servers), lambda a, target: replay_dedicated(a, capacity, 1, target))


@pytest.mark.parametrize(("servers", "rate"), [(1, 0.6), (4, 3.0)])
def test_servers_that_turn_away(servers: int, rate: float) -> None:
    capacity = ConcurrencyCapacity(servers, Speed(1000.0, ((1, TOKENS_PER_SECOND),)))
    arrivals = traffic(servers, rate)
    expected = records(arrivals, servers, queue_capacities=[0])
    spilled = replay_hybrid(arrivals, capacity, 1, None, None).spilled_mask
    assert spilled.tolist() == [expected[i][0] == "rejection" for i in range(len(arrivals))]
    assert 0 < spilled.sum() < len(arrivals)
    assert_same(arrivals, expected, lambda a, target: replay_hybrid(a, capacity, 1, None, target))


@pytest.mark.parametrize(("slots", "shared_by", "rate"), [(6, 1, 0.6), (6, 2, 1.25), (5, 5, 3.0)])
def test_limited_processor_sharing(slots: int, shared_by: int, rate: float) -> None:
    """Up to `shared_by` streams run at full speed; from there on, to `slots`, they share it; the rest waits."""
    points = tuple((n, TOKENS_PER_SECOND * min(1.0, shared_by / n)) for n in range(1, slots + 1))
    capacity = ConcurrencyCapacity(slots, Speed(1000.0, points))
    arrivals = traffic(slots + shared_by, rate)
    expected = records(arrivals, slots, ps_thresholds=[shared_by])
    assert any(wait > 0 for _, wait, _ in expected.values())
    assert_same(arrivals, expected, lambda a, target: replay_dedicated(a, capacity, 1, target))
