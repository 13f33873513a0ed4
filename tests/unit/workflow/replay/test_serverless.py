from service.workflow.offers import ColdStart, Limits, Speed
from service.workflow.replay.result import LatencyTarget, ServerlessReplay
from service.workflow.replay.serverless import replay_serverless
from service.workflow.traffic import HOUR, MINUTE, SECOND, Arrivals, UInt8s
from tests.unit.workflow.replay.build import arrivals_at, assert_latencies, counted, flags

COLD = ColdStart(idle_seconds=10.0, start_seconds=2.0)
SPEED = Speed(1000.0, ((1, 100.0),))
FREE = Limits()


def endpoint(
    arrivals: Arrivals,
    cold: ColdStart | None = COLD,
    speed: Speed | None = SPEED,
    limits: Limits = FREE,
    target: LatencyTarget | None = None,
    warm: int = 0,
    kept: UInt8s | None = None,
) -> ServerlessReplay:
    return replay_serverless(arrivals, cold, speed, limits, target, warm, kept)


def test_the_first_request_waits_for_the_start_and_so_do_those_meanwhile() -> None:
    arrivals = arrivals_at([0, SECOND // 2, 2 * SECOND, 3 * SECOND], output=100)
    replay = endpoint(arrivals)
    assert (replay.cold_starts.tolist(), replay.delayed.tolist()) == ([1], [2])
    waits = [2 * SECOND, 3 * SECOND // 2, 0, 0]
    assert_latencies(arrivals, lambda a, t: endpoint(a, target=t), "first_token", waits)
    assert_latencies(arrivals, lambda a, t: endpoint(a, target=t), "end_to_end", [wait + SECOND for wait in waits])


def test_an_endpoint_goes_down_only_when_quiet_for_longer_than_idle() -> None:
    # Starts at 0, serves from 2 s to 5 s; quiet for exactly 10 s until 15 s, which is still up.
    served = 2 * SECOND + 3 * SECOND
    for gap, starts in ((10 * SECOND, 1), (10 * SECOND + 1, 2)):
        assert endpoint(arrivals_at([0, served + gap], output=[300, 0])).cold_starts.sum() == starts


def test_a_long_request_keeps_the_endpoint_up_after_shorter_ones() -> None:
    arrivals = arrivals_at([0, SECOND, 3 * SECOND, 62 * SECOND], output=[6000, 0, 0, 0])
    assert endpoint(arrivals).cold_starts.sum() == 1


def test_without_a_speed_requests_take_no_time_and_latency_is_unknown() -> None:
    arrivals = arrivals_at([0, 1, 13 * SECOND], output=10**6)
    replay = endpoint(arrivals, speed=None, target=LatencyTarget("end_to_end", SECOND))
    assert replay.cold_starts.tolist() == [2]
    assert replay.first_token is None
    assert replay.end_to_end is None
    assert replay.slow.tolist() == [3]


def test_logged_service_times_are_taken_as_they_are() -> None:
    arrivals = arrivals_at([0], uncached=5000, output=5, service=[3 * SECOND])
    assert_latencies(arrivals, lambda a, t: endpoint(a, target=t), "end_to_end", [5 * SECOND])
    assert_latencies(arrivals, lambda a, t: endpoint(a, target=t), "first_token", [5 * SECOND])
    quick = arrivals_at([0, 16 * SECOND], uncached=5000, output=5, service=[4 * SECOND, 1])
    assert endpoint(quick, speed=None).cold_starts.sum() == 1


def test_a_warm_endpoint_and_one_without_cold_starts_never_wait() -> None:
    arrivals = arrivals_at([0, HOUR])
    assert endpoint(arrivals, warm=len(arrivals)).cold_starts.sum() == 0
    assert endpoint(arrivals, cold=None).delayed.sum() == 0


def test_a_start_that_takes_no_time_is_counted_and_delays_nobody() -> None:
    replay = endpoint(arrivals_at([0, MINUTE]), cold=ColdStart(0.0, 0.0))
    assert (replay.cold_starts.sum(), replay.delayed.sum()) == (2, 0)


def test_events_are_counted_in_the_hour_of_the_arrival() -> None:
    arrivals = arrivals_at([HOUR - 1, HOUR, 3 * HOUR])
    replay = endpoint(arrivals)
    assert replay.cold_starts.tolist() == [1, 0, 0, 1]
    assert replay.delayed.tolist() == [1, 1, 0, 1]
    assert replay.up_us.tolist() == [0, 0, 0, 0]


def test_only_kept_requests_are_replayed() -> None:
    arrivals = arrivals_at([0, 5 * SECOND, 12 * SECOND + 1])
    assert endpoint(arrivals).cold_starts.sum() == 1
    replay = endpoint(arrivals, kept=flags([1, 0, 1]))
    assert replay.cold_starts.sum() == 2
    assert counted(replay.first_token) == 2


def test_requests_beyond_a_minutes_limit_are_throttled_and_slow() -> None:
    arrivals = arrivals_at([0, 1, 2, MINUTE - 1, MINUTE])
    target = LatencyTarget("first_token", 10 * SECOND)
    replay = endpoint(arrivals, limits=Limits(requests_per_minute=2), target=target)
    assert (replay.throttled.tolist(), replay.slow.tolist()) == ([2], [2])
    assert counted(replay.first_token) == 3
    assert endpoint(arrivals, limits=Limits(requests_per_minute=2)).slow.sum() == 0


def test_the_token_limit_counts_all_tokens_and_a_refused_request_uses_none() -> None:
    arrivals = arrivals_at([0, 1, 2], uncached=[50, 1, 5], cached=[20, 1, 5], output=[20, 9, 0])
    replay = endpoint(arrivals, limits=Limits(tokens_per_minute=100))
    assert replay.throttled.sum() == 1
    assert counted(replay.first_token) == 2


def test_limits_of_input_and_output_bind_apart_and_cached_input_counts_where_it_is_said() -> None:
    arrivals = arrivals_at([0, 1, 2], uncached=[50, 50, 10], cached=[500, 500, 500], output=[5, 5, 5])
    assert (
        endpoint(arrivals, limits=Limits(input_tokens_per_minute=110, output_tokens_per_minute=15)).throttled.sum() == 0
    )
    assert endpoint(arrivals, limits=Limits(input_tokens_per_minute=109)).throttled.sum() == 1
    assert endpoint(arrivals, limits=Limits(output_tokens_per_minute=14)).throttled.sum() == 1
    assert endpoint(arrivals, limits=Limits(all_input_tokens_per_minute=1109)).throttled.sum() == 1
    # The second does not fit the output any more, so the third finds the input that it would have used.
    both = Limits(input_tokens_per_minute=60, output_tokens_per_minute=10)
    assert endpoint(arrivals, limits=both).throttled.sum() == 1


def test_only_kept_requests_use_up_a_limit() -> None:
    arrivals = arrivals_at([0, 1, 2])
    replay = endpoint(arrivals, limits=Limits(requests_per_minute=1), kept=flags([0, 1, 1]))
    assert replay.throttled.sum() == 1


def test_throttled_requests_do_not_keep_an_endpoint_up() -> None:
    arrivals = arrivals_at([0, 9 * SECOND, 13 * SECOND])
    assert endpoint(arrivals, limits=Limits(requests_per_minute=1)).cold_starts.sum() == 1
    late = arrivals_at([0, 9 * SECOND, 61 * SECOND])
    assert endpoint(late, limits=Limits(requests_per_minute=1)).cold_starts.sum() == 2


def test_no_requests_start_nothing() -> None:
    assert endpoint(arrivals_at([])).cold_starts.sum() == 0
