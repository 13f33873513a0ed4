import pytest

from service.workflow.offers import ColdStart, Limits, Speed
from service.workflow.replay.result import LatencyTarget, ServerlessReplay
from service.workflow.replay.serverless import replay_instances
from service.workflow.traffic import HOUR, MINUTE, SECOND, Arrivals, UInt8s
from tests.unit.workflow.replay.build import arrivals_at, assert_latencies, flags

COLD = ColdStart(idle_seconds=10.0, start_seconds=2.0)
FREE = Limits()
SPEED = Speed(1000.0, ((1, 100.0),))


def fleet(
    arrivals: Arrivals,
    concurrency: int = 1,
    warm: int = 0,
    target: LatencyTarget | None = None,
    kept: UInt8s | None = None,
    cold: ColdStart = COLD,
    limits: Limits = FREE,
) -> ServerlessReplay:
    return replay_instances(arrivals, cold, SPEED, concurrency, warm * concurrency, limits, target, kept)


def test_one_request_is_billed_from_the_start_until_its_instance_goes_down() -> None:
    replay = fleet(arrivals_at([5 * SECOND], output=300))
    assert replay.up_us.tolist() == [(2 + 3 + 10) * SECOND]
    assert (replay.cold_starts.tolist(), replay.delayed.tolist()) == ([1], [1])


def test_an_idle_instance_is_used_again_and_billed_meanwhile() -> None:
    # Ready at 2 s, done at 3 s; used again at 13 s, the last moment it is up; done at 14 s, down at 24 s.
    assert fleet(arrivals_at([0, 13 * SECOND], output=100)).up_us.tolist() == [24 * SECOND]
    late = fleet(arrivals_at([0, 13 * SECOND + 1], output=100))
    assert late.up_us.tolist() == [2 * 13 * SECOND]
    assert late.cold_starts.sum() == 2


def test_the_most_recently_idle_instance_is_used_first() -> None:
    # Two instances, idle since 3 s and 8 s. At 9 s the second is used again, so the first goes down at 13 s.
    replay = fleet(arrivals_at([0, 0, 9 * SECOND], output=[100, 600, 100]))
    assert replay.cold_starts.sum() == 2
    assert replay.up_us.tolist() == [13 * SECOND + 20 * SECOND]


def test_every_instance_serves_its_concurrency() -> None:
    arrivals = arrivals_at([0, 0, 0, SECOND, 3 * SECOND], output=1000)
    replay = fleet(arrivals, concurrency=2)
    # The fourth finds a place on the second instance, which is still starting; the fifth needs a third one.
    assert (replay.cold_starts.sum(), replay.delayed.sum()) == (3, 5)
    waits = [2 * SECOND, 2 * SECOND, 2 * SECOND, SECOND, 2 * SECOND]
    assert_latencies(arrivals, lambda a, t: fleet(a, 2, target=t), "first_token", waits)


def test_requests_are_packed_onto_as_few_instances_as_hold_them() -> None:
    # Two instances from 0; at 3 s two of four requests are done, so one instance idles from then on, down at 13 s;
    # the other serves until 12 s and is down at 22 s.
    replay = fleet(arrivals_at([0, 0, 0, 0], output=[100, 1000, 100, 1000]), concurrency=2)
    assert replay.up_us.tolist() == [13 * SECOND + 22 * SECOND]


def test_warm_instances_serve_first_never_wait_and_are_not_billed() -> None:
    arrivals = arrivals_at([0, 0, HOUR - SECOND], output=100)
    replay = fleet(arrivals, warm=2)
    assert (replay.up_us.sum(), replay.cold_starts.sum(), replay.delayed.sum()) == (0, 0, 0)
    spill = fleet(arrivals, warm=1)
    assert spill.up_us.tolist() == [13 * SECOND]


def test_an_instance_starting_for_one_request_does_not_serve_another_first() -> None:
    # The warm instance is done at 1 s and takes the third request; the second waits for the one started for it.
    arrivals = arrivals_at([0, 0, 3 * SECOND // 2], output=[100, 100, 100])
    waits = [0, 2 * SECOND, 0]
    assert_latencies(arrivals, lambda a, t: fleet(a, warm=1, target=t), "first_token", waits)


def test_up_time_is_billed_to_the_hour_of_the_latest_arrival() -> None:
    arrivals = arrivals_at([HOUR - SECOND, HOUR + 5 * SECOND, 3 * HOUR], output=100)
    assert fleet(arrivals).up_us.tolist() == [6 * SECOND, 11 * SECOND, 0, 13 * SECOND]


def test_instances_that_start_and_stop_at_once_are_billed_while_they_serve() -> None:
    replay = fleet(arrivals_at([0, 500_000, MINUTE], output=100), cold=ColdStart(0.0, 0.0))
    assert replay.up_us.tolist() == [3 * SECOND]
    assert (replay.cold_starts.sum(), replay.delayed.sum()) == (3, 0)


def test_only_kept_and_not_throttled_requests_are_served() -> None:
    arrivals = arrivals_at([0, 1, 2], output=100)
    replay = fleet(arrivals, kept=flags([0, 1, 1]), limits=Limits(requests_per_minute=1))
    assert (replay.cold_starts.sum(), replay.throttled.sum()) == (1, 1)
    assert replay.up_us.tolist() == [13 * SECOND]


@pytest.mark.parametrize("warm", [0, 1])
def test_no_requests_start_nothing(warm: int) -> None:
    assert fleet(arrivals_at([]), warm=warm).up_us.sum() == 0
