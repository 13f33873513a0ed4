from dataclasses import replace

import numpy as np
import pytest

from service.workflow.offers import ConcurrencyCapacity
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.histogram import percentile_us
from service.workflow.replay.result import LatencyTarget
from service.workflow.traffic import HOUR, MINUTE, SECOND, Arrivals
from tests.unit.workflow.replay.build import SHARED, STEADY, Replay, arrivals_at, assert_latencies, counted


def latencies(
    arrivals: Arrivals, capacity: ConcurrencyCapacity, units: int, first_token: list[int], end_to_end: list[int]
) -> None:
    def replay(requests: Arrivals, target: LatencyTarget) -> Replay:
        return replay_dedicated(requests, capacity, units, target)

    assert_latencies(arrivals, replay, "first_token", first_token)
    assert_latencies(arrivals, replay, "end_to_end", end_to_end)


def test_a_request_alone_reads_then_writes() -> None:
    latencies(arrivals_at([500], output=100, uncached=500), STEADY, 1, [500_000], [1_500_000])


def test_two_streams_slow_each_other_down_while_both_are_there() -> None:
    # Together at 80 tokens/s from 0.5 s on: the first has 50 of 100 left and needs 0.625 s;
    # the second then has 50 of 100 left, alone at 100 tokens/s.
    arrivals = arrivals_at([0, 500_000], output=100)
    latencies(arrivals, SHARED, 1, [0, 0], [1_125_000, 1_125_000])


def test_streams_on_two_units_do_not_slow_each_other_down() -> None:
    latencies(arrivals_at([0, 500_000], output=100), SHARED, 2, [0, 0], [1_000_000, 1_000_000])


def test_whoever_finds_every_slot_taken_waits_in_line() -> None:
    arrivals = arrivals_at([0, 0, 10_000, 20_000], output=[100, 200, 100, 100])
    latencies(arrivals, STEADY, 1, [0, 0, 990_000, 1_980_000], [1_000_000, 2_000_000, 1_990_000, 2_980_000])


def test_while_a_prompt_is_read_nothing_is_written() -> None:
    arrivals = arrivals_at([0, 0], output=[100, 0], uncached=[0, 100])
    latencies(arrivals, SHARED, 1, [0, 100_000], [1_100_000, 100_000])


def test_prompts_are_read_one_after_the_other() -> None:
    arrivals = arrivals_at([0, 0, 50_000], output=0, uncached=[100, 200, 100])
    latencies(arrivals, SHARED, 1, [100_000, 300_000, 350_000], [100_000, 300_000, 350_000])


def test_units_read_together_but_a_prompt_no_faster_than_one_unit_does() -> None:
    # Two prompts of 100 ms take two units 50 ms each; the first token of each is there after 100 ms all the same.
    arrivals = arrivals_at([0, 0], output=[0, 10], uncached=[100, 100])
    latencies(arrivals, SHARED, 2, [100_000, 100_000], [100_000, 200_000])


def test_a_prompt_has_a_cost_of_its_own_and_a_first_token_a_way_to_go() -> None:
    capacity = replace(STEADY, prefill_seconds_per_prompt=0.02, first_token_seconds=0.03)
    latencies(
        arrivals_at([0, 0], output=[100, 0], uncached=[100, 0]), capacity, 1, [150_000, 170_000], [1_170_000, 170_000]
    )


def test_a_step_is_longer_by_the_tokens_held() -> None:
    # Measured at 10 tokens of context: 10 ms a step are 9 ms and 0.1 ms a token held. It holds 50 + 20 / 2.
    capacity = replace(STEADY, context_seconds_per_token=1e-4, context_tokens=10)
    latencies(arrivals_at([0], output=20, cached=50), capacity, 1, [0], [20 * 15_000])


def test_who_does_not_fit_the_memory_waits_and_a_unit_that_holds_nothing_takes_any() -> None:
    capacity = replace(STEADY, kv_tokens=100)
    arrivals = arrivals_at([0, 0, 0], output=100, cached=[30, 30, 900])
    latencies(arrivals, capacity, 1, [0, 1_000_000, 2_000_000], [1_000_000, 2_000_000, 3_000_000])
    latencies(arrivals, replace(STEADY, kv_tokens=160), 1, [0, 0, 1_000_000], [1_000_000, 1_000_000, 2_000_000])


def test_a_request_without_work_is_done_at_once_and_leaves_its_slot() -> None:
    arrivals = arrivals_at([0, 0, 0, 7], output=[0, 0, 100, 0])
    latencies(arrivals, STEADY, 1, [0, 0, 0, 0], [0, 0, 1_000_000, 0])


def test_nothing_spills_and_every_request_is_in_both_histograms() -> None:
    replay = replay_dedicated(arrivals_at(list(range(0, 1000, 10)), output=5), STEADY, 1, None)
    assert replay.spilled.sum() == replay.spilled_mask.sum() == replay.slow.sum() == 0
    assert counted(replay.first_token) == counted(replay.end_to_end) == 100
    assert replay.end_to_end is not None
    assert percentile_us(replay.end_to_end, 0) == pytest.approx(50_000, rel=0.002)


def test_utilization_and_work_of_a_known_hour() -> None:
    arrivals = arrivals_at([0, HOUR // 2], output=90_000)
    replay = replay_dedicated(arrivals, STEADY, 2, None)
    # 900 s of stream each, of 4 slots for an hour; two streams fill a unit, so each is half of one's work.
    assert replay.slots_in_use == pytest.approx(1800 / (4 * 3600), rel=1e-12)
    assert replay.utilization == pytest.approx(900 / (2 * 3600), rel=1e-12)
    assert replay.served_work == pytest.approx(900, rel=1e-12)


def test_slots_in_use_end_with_the_replayed_clock() -> None:
    replay = replay_dedicated(arrivals_at([HOUR - 9_000_000], output=90_000), STEADY, 1, None)
    assert replay.slots_in_use == pytest.approx(9 / (2 * 3600), rel=1e-12)


@pytest.mark.parametrize(("synthesized", "busy_seconds"), [(False, 5), (True, 9)])
def test_the_clock_of_a_log_ends_when_it_was_last_observed_and_that_of_drawn_stretches_with_the_last(
    synthesized: bool, busy_seconds: int
) -> None:
    # Two stretches of ten minutes laid end to end; of the second, 5 s were observed after the only arrival in it.
    arrivals = replace(
        arrivals_at([10 * MINUTE, 19 * MINUTE], output=[0, 900], hours=2),
        observed_us=np.array([10 * MINUTE, 9 * MINUTE + 5 * SECOND]),
        stretch_us=10 * MINUTE,
        synthesized=synthesized,
    )
    observed = 19 * 60 + 5
    assert replay_dedicated(arrivals, STEADY, 1, None).slots_in_use == pytest.approx(
        busy_seconds / (2 * observed), rel=1e-12
    )


def test_slow_requests_are_counted_in_the_hour_they_arrived_in() -> None:
    arrivals = arrivals_at([HOUR - 1, HOUR + 10_000_000, 3 * HOUR], output=[300, 100, 300])
    replay = replay_dedicated(arrivals, STEADY, 1, LatencyTarget("end_to_end", 2_000_000))
    assert replay.slow.tolist() == [1, 0, 0, 1]


def test_a_request_that_takes_just_the_target_is_not_slow() -> None:
    arrivals = arrivals_at([0], output=100)
    assert replay_dedicated(arrivals, STEADY, 1, LatencyTarget("end_to_end", 1_000_000)).slow.sum() == 0
    assert replay_dedicated(arrivals, STEADY, 1, LatencyTarget("end_to_end", 999_999)).slow.sum() == 1


def test_no_requests_are_no_trouble() -> None:
    replay = replay_dedicated(arrivals_at([]), STEADY, 1, None)
    assert (replay.utilization, replay.served_work, counted(replay.first_token)) == (0.0, 0.0, 0)


def test_no_units_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 unit"):
        replay_dedicated(arrivals_at([0]), STEADY, 0, None)
