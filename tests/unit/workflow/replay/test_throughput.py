from decimal import Decimal

import pytest

from service.workflow.metered_prices import Meter
from service.workflow.offers import Axis, Speed, ThroughputCapacity
from service.workflow.replay.result import LatencyTarget, ReservedReplay
from service.workflow.replay.throughput import replay_throughput, sized_units_throughput
from service.workflow.traffic import MINUTE, SECOND, Arrivals
from tests.unit.workflow.replay.build import arrivals_at, assert_latencies, counted


def capacity(window_seconds: int, *axes: tuple[str, dict[Meter, str]]) -> ThroughputCapacity:
    """Axes as (per_minute, weights), in the decimals that a sheet would hold."""
    return ThroughputCapacity(
        window_seconds,
        tuple(
            Axis(Decimal(per_minute), tuple((meter, Decimal(weight)) for meter, weight in weights.items()))
            for per_minute, weights in axes
        ),
    )


TOKENS = capacity(60, ("100", {"input_tokens": "1", "output_tokens": "6"}))


def test_requests_are_taken_whole_in_order_while_they_fit_their_window() -> None:
    arrivals = arrivals_at([0, 1, 2, 3, MINUTE], output=[10, 7, 6, 1, 17], uncached=[0, 0, 4, 0, 0], cached=9)
    replay = replay_throughput(arrivals, TOKENS, 1, None)
    # 60 of 100 used; 42 does not fit; 36 + 4 does, to the last token; 6 does not; a new window takes no 102.
    assert replay.spilled_mask.tolist() == [0, 1, 0, 1, 1]
    assert replay.spilled.tolist() == [[3, 0, 27, 25]]


def test_a_budget_not_used_is_lost() -> None:
    arrivals = arrivals_at([MINUTE - 1, MINUTE, 2 * MINUTE - 1, 2 * MINUTE], uncached=[60, 100, 1, 100])
    assert replay_throughput(arrivals, TOKENS, 1, None).spilled_mask.tolist() == [0, 0, 1, 0]


def test_windows_are_aligned_to_the_start_and_share_the_minute_budget() -> None:
    halves = capacity(30, ("100", {"input_tokens": "1"}))
    arrivals = arrivals_at([29 * SECOND, 29 * SECOND, 30 * SECOND, 59 * SECOND], uncached=[30, 25, 30, 20])
    assert replay_throughput(arrivals, halves, 1, None).spilled_mask.tolist() == [0, 1, 0, 0]


def test_every_axis_must_fit_and_a_refused_request_uses_none_of_them() -> None:
    both = capacity(60, ("100", {"input_tokens": "1"}), ("20", {"output_tokens": "1"}))
    arrivals = arrivals_at([0, 1, 2, 3], uncached=[60, 40, 40, 1], output=[10, 11, 10, 0])
    assert replay_throughput(arrivals, both, 1, None).spilled_mask.tolist() == [0, 1, 0, 1]


def test_weights_may_be_prices_and_are_never_rounded() -> None:
    dollars = capacity(60, ("0.3", {"input_tokens": "0.0000001", "requests": "0.1"}))
    assert replay_throughput(arrivals_at([0, 1, 2]), dollars, 1, None).spilled.sum() == 0
    assert replay_throughput(arrivals_at([0, 1, 2], uncached=[1, 0, 0]), dollars, 1, None).spilled_mask[2] == 1


def test_cached_tokens_and_requests_weigh_what_they_are_told_to() -> None:
    weighed = capacity(60, ("10", {"cached_input_tokens": "0.5", "requests": "1"}))
    arrivals = arrivals_at([0, 1, 2], cached=[8, 8, 1], uncached=10**6, output=10**6)
    assert replay_throughput(arrivals, weighed, 1, None).spilled_mask.tolist() == [0, 0, 1]


def test_utilization_and_work_are_of_the_most_used_axis() -> None:
    both = capacity(60, ("100", {"input_tokens": "1"}), ("20.5", {"output_tokens": "0.5"}))
    replay = replay_throughput(arrivals_at([0, MINUTE], uncached=[30, 30], output=[41, 41]), both, 1, None)
    assert replay.utilization == 2 / 60
    assert replay.served_work == 41.0


def test_without_units_everything_is_refused() -> None:
    replay = replay_throughput(arrivals_at([0, 1], uncached=1), TOKENS, 0, None)
    assert replay.spilled.tolist() == [[2, 2, 0, 0]]
    assert (replay.utilization, replay.served_work) == (0.0, 0.0)


def test_latency_is_unknown_without_a_speed_and_undisturbed_with_one() -> None:
    arrivals = arrivals_at([0, 1, 2], uncached=[50, 99, 10], output=[1, 0, 2])
    assert replay_throughput(arrivals, TOKENS, 1, LatencyTarget("first_token", 0)).first_token is None
    speed = Speed(1000.0, ((1, 50.0), (9, 10.0)))

    def replay(requests: Arrivals, target: LatencyTarget) -> ReservedReplay:
        return replay_throughput(requests, TOKENS, 1, target, speed)

    assert_latencies(arrivals, replay, "first_token", [50_000, None, 10_000])
    assert_latencies(arrivals, replay, "end_to_end", [70_000, None, 50_000])
    known = replay(arrivals, LatencyTarget("end_to_end", 60_000))
    assert known.slow.tolist() == [1]
    assert counted(known.first_token) == counted(known.end_to_end) == 2


def test_the_smallest_size_overflows_no_window_and_one_less_does() -> None:
    arrivals = arrivals_at([0, 1, MINUTE, MINUTE + 1], uncached=[100, 101, 150, 1], output=[0, 0, 10, 0])
    assert sized_units_throughput(arrivals, TOKENS) == 3
    assert replay_throughput(arrivals, TOKENS, 3, None).spilled.sum() == 0
    assert replay_throughput(arrivals, TOKENS, 2, None).spilled.sum() > 0


def test_no_requests_need_no_units() -> None:
    assert sized_units_throughput(arrivals_at([]), TOKENS) == 0
    assert replay_throughput(arrivals_at([]), TOKENS, 1, None).utilization == 0.0


def test_numbers_too_fine_for_exact_sums_are_refused_with_the_mend() -> None:
    fine = capacity(60, ("1", {"input_tokens": "0.0000000000000001"}))
    with pytest.raises(ValueError, match=r"axis 0 has weights and budgets too fine .* round them"):
        replay_throughput(arrivals_at([0], uncached=10**6), fine, 1000, None)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (capacity(60), "at least one axis"),
        (capacity(60, ("0", {"input_tokens": "1"})), "per_minute above 0"),
        (capacity(60, ("1", {"input_tokens": "-1"})), "weights of 0 or more"),
        (capacity(60, ("1", {"compute_seconds": "1"})), "can only weigh requests, input_tokens"),
    ],
)
def test_axes_without_a_meaning_are_refused(broken: ThroughputCapacity, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sized_units_throughput(arrivals_at([0]), broken)
