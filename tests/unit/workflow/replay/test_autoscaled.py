import numpy as np
import pytest

from service.workflow.offers import ConcurrencyCapacity
from service.workflow.replay.autoscaled import replay_autoscaled
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.result import AutoscaledReplay, LatencyTarget
from service.workflow.traffic import HOUR, SECOND, Arrivals
from tests.unit.workflow.replay.build import SHARED, STEADY, Replay, arrivals_at, assert_latencies, same


def scaled(
    arrivals: Arrivals,
    minimum: int = 0,
    maximum: int = 4,
    target: LatencyTarget | None = None,
    capacity: ConcurrencyCapacity = STEADY,
) -> AutoscaledReplay:
    """Starts take 5 s, idle units stop after 20 s."""
    return replay_autoscaled(arrivals, capacity, minimum, maximum, 5.0, 20.0, target)


def test_from_zero_the_first_request_waits_for_a_unit_which_stops_after_it() -> None:
    arrivals = arrivals_at([SECOND], output=300)
    replay = scaled(arrivals)
    assert replay.unit_us.tolist() == [(5 + 3 + 20) * SECOND]
    assert (replay.starts.tolist(), replay.delayed.tolist(), replay.peak_units) == ([1], [1], 1)
    assert_latencies(arrivals, lambda a, t: scaled(a, target=t), "first_token", [5 * SECOND])
    assert_latencies(arrivals, lambda a, t: scaled(a, target=t), "end_to_end", [8 * SECOND])


def test_each_run_is_billed_in_whole_steps() -> None:
    # Two runs of 28 s, an hour apart: 60 s each when minutes are billed, and never less than they took.
    arrivals = arrivals_at([SECOND, HOUR + SECOND], output=300)
    by_minute = replay_autoscaled(arrivals, STEADY, 0, 4, 5.0, 20.0, None, 60)
    assert by_minute.unit_us.sum() == 2 * 60 * SECOND
    assert replay_autoscaled(arrivals, STEADY, 0, 4, 5.0, 20.0, None, 28).unit_us.sum() == 2 * 28 * SECOND
    assert by_minute.starts.tolist() == scaled(arrivals).starts.tolist()


def test_units_that_run_on_share_no_steps() -> None:
    # One unit runs 5 + 300 + 20 s, the second joins for the others and goes 20 s after them: each is rounded alone.
    arrivals = arrivals_at([0, 0, 0], output=1000)
    exact = scaled(arrivals).unit_us.sum()
    billed = replay_autoscaled(arrivals, STEADY, 0, 4, 5.0, 20.0, None, 3600).unit_us.sum()
    assert billed == 2 * HOUR > exact


def test_as_many_units_start_as_requests_need() -> None:
    # The first two starts serve at 5 s; by then the fifth request has a third unit coming, ready at 7 s.
    arrivals = arrivals_at([0, 0, 0, 0, 2 * SECOND], output=1000)
    replay = scaled(arrivals)
    assert (replay.starts.sum(), replay.peak_units) == (3, 3)
    waits = [5 * SECOND] * 4 + [5 * SECOND]
    assert_latencies(arrivals, lambda a, t: scaled(a, target=t), "first_token", waits)


def test_the_maximum_is_never_exceeded_and_the_rest_waits_in_line() -> None:
    arrivals = arrivals_at([0, 0, 0, 0], output=100)
    replay = scaled(arrivals, maximum=1)
    assert (replay.starts.sum(), replay.peak_units) == (1, 1)
    waits = [5 * SECOND, 5 * SECOND, 6 * SECOND, 6 * SECOND]
    assert_latencies(arrivals, lambda a, t: scaled(a, maximum=1, target=t), "first_token", waits)


def test_a_unit_that_becomes_ready_speeds_up_those_in_service() -> None:
    # Alone on a unit with another until 5 s: 80 tokens/s each; from then on, two units, 100 tokens/s each.
    arrivals = arrivals_at([0, 0, 0, 0, 0], output=[500, 500, 0, 0, 100])
    crowded = scaled(arrivals, minimum=1, capacity=SHARED)
    assert crowded.starts.sum() == 0, "requests without work leave at once"
    busy = arrivals_at([0, 0, 1, 1, 2], output=[500] * 5)

    def replay(requests: Arrivals, target: LatencyTarget) -> Replay:
        return scaled(requests, minimum=1, target=target, capacity=SHARED)

    # Four streams at 40/s for 5 s (200 of 500), then five on two units: a step of 2.5 takes (1/80 + 1/60) ÷ 2 s.
    together = 300 * (SECOND // 80 + SECOND / 60) / 2
    ends = [round(5 * SECOND + together)] * 4 + [round(5 * SECOND + together) + 200 * SECOND // 100]
    assert_latencies(
        busy, replay, "end_to_end", [end - arrival for end, arrival in zip(ends, [0, 0, 1, 1, 0], strict=True)]
    )


def test_idle_units_beyond_the_minimum_stop_and_the_minimum_stays() -> None:
    arrivals = arrivals_at([0, 0, 0], output=100)
    replay = scaled(arrivals, minimum=1)
    # The third is served by the minimum at 1 s; the unit started for it is ready at 5 s, idle, and stops at 25 s.
    assert replay.unit_us.tolist() == [HOUR + 25 * SECOND]
    assert replay.peak_units == 2


def test_units_are_billed_to_the_hour_of_the_latest_arrival_and_the_minimum_to_its_own() -> None:
    arrivals = arrivals_at([HOUR - SECOND, 3 * HOUR], output=100)
    assert scaled(arrivals).unit_us.tolist() == [26 * SECOND, 0, 0, 26 * SECOND]
    assert scaled(arrivals, minimum=2).unit_us.tolist() == [2 * HOUR] * 4


def test_utilization_is_of_billed_unit_time() -> None:
    replay = scaled(arrivals_at([0, 0], output=300))
    assert replay.slots_in_use == pytest.approx(2 * 3 / (2 * 28), rel=1e-12)
    assert replay.utilization == pytest.approx(3 / 28, rel=1e-12)
    assert replay.served_work == pytest.approx(3, rel=1e-12)


def test_slow_requests_count_in_the_hour_of_arrival() -> None:
    arrivals = arrivals_at([0, HOUR], output=100)
    assert scaled(arrivals, target=LatencyTarget("first_token", 5 * SECOND - 1)).slow.tolist() == [1, 1]
    assert scaled(arrivals, target=LatencyTarget("first_token", 5 * SECOND)).slow.tolist() == [0, 0]


def test_a_start_that_takes_no_time_delays_nobody() -> None:
    replay = replay_autoscaled(arrivals_at([0, 0, 0], output=100), STEADY, 0, 4, 0.0, 0.0, None)
    assert (replay.delayed.sum(), replay.starts.sum()) == (0, 2)
    assert replay.unit_us.tolist() == [2 * SECOND]


def test_with_a_fixed_number_of_units_it_is_dedicated() -> None:
    arrivals = arrivals_at(list(range(0, HOUR, 3 * SECOND)), output=[97 * (i % 13) for i in range(1200)], uncached=311)
    target = LatencyTarget("end_to_end", 9 * SECOND)
    fixed, dedicated = scaled(arrivals, 2, 2, target, SHARED), replay_dedicated(arrivals, SHARED, 2, target)
    assert np.array_equal(fixed.slow, dedicated.slow)
    assert same(fixed.first_token, dedicated.first_token)
    assert same(fixed.end_to_end, dedicated.end_to_end)
    assert fixed.served_work == dedicated.served_work
    assert (fixed.starts.sum(), fixed.unit_us.tolist()) == (0, [2 * HOUR])


def test_no_requests_start_nothing() -> None:
    replay = scaled(arrivals_at([]))
    assert (replay.unit_us.sum(), replay.utilization, replay.peak_units) == (0, 0.0, 0)


@pytest.mark.parametrize(("minimum", "maximum"), [(-1, 2), (3, 2), (0, 0)])
def test_limits_without_a_meaning_are_refused(minimum: int, maximum: int) -> None:
    with pytest.raises(ValueError, match="0 ≤ minimum ≤ maximum"):
        scaled(arrivals_at([0]), minimum, maximum)
