import numpy as np
import pytest

from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.hybrid import replay_hybrid
from service.workflow.replay.result import LatencyTarget
from service.workflow.traffic import HOUR, Arrivals
from tests.unit.workflow.replay.build import (
    SHARED,
    STEADY,
    Replay,
    arrivals_at,
    assert_latencies,
    counted,
    same,
)


def test_a_request_spills_whole_when_every_slot_is_taken() -> None:
    arrivals = arrivals_at([0, 1, 2, 1_000_000], output=100, uncached=[0, 0, 7, 0], cached=[1, 2, 3, 4])
    replay = replay_hybrid(arrivals, STEADY, 1, None, None)
    assert replay.spilled_mask.tolist() == [0, 0, 1, 0]
    assert replay.spilled.tolist() == [[1, 7, 3, 100]]
    assert counted(replay.first_token) == counted(replay.end_to_end) == 3


def test_a_slot_freed_at_the_moment_of_arrival_is_free() -> None:
    arrivals = arrivals_at([0, 0, 1_000_000], output=100)
    assert replay_hybrid(arrivals, STEADY, 1, None, None).spilled.sum() == 0


def test_a_lower_threshold_spills_earlier_and_serves_faster() -> None:
    arrivals = arrivals_at([0, 0, 0], output=100)

    def replay(requests: Arrivals, target: LatencyTarget) -> Replay:
        return replay_hybrid(requests, SHARED, 1, 1, target)

    assert_latencies(arrivals, replay, "end_to_end", [1_000_000, None, None])
    assert replay_hybrid(arrivals, SHARED, 1, 2, None).spilled_mask.tolist() == [0, 0, 1]


def test_utilization_is_of_full_units_whatever_the_threshold() -> None:
    arrivals = arrivals_at([0, 0], output=100 * 360)
    replay = replay_hybrid(arrivals, SHARED, 1, 1, None)
    assert replay.slots_in_use == pytest.approx(0.1 / 4, rel=1e-12)
    # A full unit writes 180 tokens a second, three streams at 60 each.
    assert replay.utilization == pytest.approx(36_000 / 180 / 3600, rel=1e-12)


def test_spilled_work_does_not_count_as_served() -> None:
    replay = replay_hybrid(arrivals_at([0, 0, 0], output=[10, 20, 40]), STEADY, 1, None, None)
    assert replay.served_work == pytest.approx(30 / 200, rel=1e-12)


@pytest.mark.parametrize(("units", "streams"), [(0, None), (3, 0)])
def test_without_units_or_streams_everything_spills(units: int, streams: int | None) -> None:
    replay = replay_hybrid(arrivals_at([0, HOUR], output=5, cached=2), STEADY, units, streams, None)
    assert replay.spilled.tolist() == [[1, 0, 2, 5]] * 2
    assert (replay.utilization, replay.served_work) == (0.0, 0.0)


def test_slow_requests_are_of_those_served_here() -> None:
    arrivals = arrivals_at([0, 0, 0], output=100)
    replay = replay_hybrid(arrivals, STEADY, 1, None, LatencyTarget("end_to_end", 1))
    assert replay.slow.tolist() == [2]


def test_with_room_for_all_a_hybrid_is_dedicated() -> None:
    generator = np.random.default_rng(3)
    arrivals = arrivals_at(
        np.sort(generator.integers(0, HOUR, 400)).tolist(), output=generator.integers(1, 99, 400).tolist()
    )
    target = LatencyTarget("end_to_end", 800_000)
    hybrid, dedicated = (
        replay_hybrid(arrivals, SHARED, 3, None, target),
        replay_dedicated(arrivals, SHARED, 3, target),
    )
    assert hybrid.spilled.sum() == 0
    assert (hybrid.utilization, hybrid.served_work) == (dedicated.utilization, dedicated.served_work)
    assert np.array_equal(hybrid.slow, dedicated.slow)
    assert same(hybrid.end_to_end, dedicated.end_to_end)
    assert same(hybrid.first_token, dedicated.first_token)
