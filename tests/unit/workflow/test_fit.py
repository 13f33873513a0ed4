"""Capacity out of a sweep: what made the points comes back, and public sweeps are predicted at the points left out."""

import csv
from collections import defaultdict

import numpy as np
import pytest

from service.price_sheets.capacity_profiles.benchmark_files import points_of, records_of
from service.workflow.fit import Fit, Point, fit, without_reading
from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.result import LatencyTarget
from service.workflow.traffic import HOUR, SECOND, Arrivals
from tests.histories import ints
from tests.shared_data import shared_data

L40S = """
| concurrency | output tok/s | mean TTFT (ms) | mean TPOT (ms) |
|---|---|---|---|
| 1   | 39.08  | 391.20   | 22.71 |
| 2   | 67.93  | 431.87   | 26.23 |
| 4   | 119.43 | 791.12   | 27.50 |
| 8   | 183.63 | 1214.02  | 34.27 |
| 16  | 250.86 | 1987.81  | 48.49 |
| 32  | 318.88 | 2842.42  | 78.49 |
| 64  | 363.84 | 3984.11  | 145.23 |
| 128 | 390.61 | 9461.98  | 252.15 |
"""
"""A public sweep of `vllm bench serve`: Qwen3.8-27B on 4 L40S, vLLM 0.27.1, 512 tokens in and 128 out."""


def modelled(streams: int) -> Point:
    """Return the point that the model itself gives: out 100 tokens, a step of base + each × streams."""
    prompt, first, base, each = 0.05, 0.02, 0.01, 0.0002
    seconds = first + streams * prompt + 100 * (base + each * streams)
    token = base + each * streams + (streams - 1) * prompt / 200
    return Point(streams, 1000, 100, seconds - 99 * token, token, streams / seconds)


def l40s() -> Fit:
    return fit(points_of(records_of(L40S), {"input_tokens": 512, "output_tokens": 128}))


def test_points_of_the_model_itself_are_predicted_exactly() -> None:
    found = fit([modelled(streams) for streams in (1, 2, 4, 8, 16, 32)])
    assert max(abs(point.error) for point in found.left_out) < 1e-6
    assert found.capacity.slots == 32
    # The first token of the lone request has a step in it. What a step grows by cannot be told from reading.
    speed = found.capacity.speed
    assert 1000 / speed.prefill_tokens_per_second == pytest.approx(0.05 + 100 * 0.0002)
    assert [1 / tokens for _, tokens in speed.decode] == pytest.approx([0.010098] * 6)


def test_a_public_sweep_is_predicted_at_every_point_left_out() -> None:
    found = l40s()
    assert {point.streams: round(point.error, 3) for point in found.left_out} == pytest.approx(
        {2: -0.04, 4: 0.019, 8: 0.001, 16: -0.02, 32: 0.008, 64: -0.003}, abs=0.002
    )
    assert found.capacity.slots == 128


@pytest.mark.parametrize(("streams", "rate", "measured"), [(64, 2.853, 22.43), (32, 2.498, 12.81)])
def test_a_replay_of_the_fit_takes_as_long_as_was_measured(streams: int, rate: float, measured: float) -> None:
    times = (np.arange(int(1200 * rate)) * SECOND / rate).astype(np.int64)
    ones = np.ones(len(times), np.int64)
    arrivals = Arrivals(
        times, ones * 512, ones * 0, ones * 128, None, ints([0, len(times)]), ints([0]), ints([HOUR]), 1, False, False
    )
    slower = replay_dedicated(arrivals, l40s().capacity, 1, LatencyTarget("end_to_end", round(measured * 1.05e6)))
    faster = replay_dedicated(arrivals, l40s().capacity, 1, LatencyTarget("end_to_end", round(measured * 0.93e6)))
    assert int(slower.slow.sum()) == 0
    assert int(faster.slow.sum()) > 0.8 * len(times), f"{streams} in flight take about {measured} s each"


def test_the_sweeps_of_one_gpu_are_predicted_within_a_tenth() -> None:
    sweeps: dict[str, list[Point]] = defaultdict(list)
    with shared_data("capacity/silybench_latency_qwen3-8b_h100.csv").open() as file:
        for row in csv.DictReader(file):
            streams, asked, made = (int(row[name]) for name in ("concurrency", "input_tokens", "output_tokens"))
            rate, token = float(row["requests_per_second"]), float(row["itl_p50_ms"]) / 1000
            first = max(1e-4, streams / rate - (made - 1) * token)
            sweeps[row["workload"]].append(Point(streams, asked, made, first, token, rate))
    errors = [abs(point.error) for sweep in sweeps.values() for point in fit(sweep).left_out]
    assert (len(sweeps), len(errors)) == (5, 21)
    assert max(errors) < 0.105
    assert sum(errors) / len(errors) < 0.035


VLLM = (
    '{"max_concurrency": %d, "completed": 10, "total_input_tokens": 10000, "total_output_tokens": 1000, '
    '"mean_ttft_ms": %s, "mean_tpot_ms": %s}'
)
GENAI_PERF = (
    '{"input_config": {"perf_analyzer": {"stimulus": {"concurrency": 4}}}, "time_to_first_token": {"unit": "ms", '
    '"avg": 250}, "inter_token_latency": {"avg": 12}, "input_sequence_length": {"avg": 1000}, '
    '"output_sequence_length": {"avg": 100}, "request_throughput": {"avg": 2.78}}'
)
LLMPERF = (
    '{"num_concurrent_requests": 4, "results_ttft_s_mean": 0.25, "results_inter_token_latency_s_mean": 0.012, '
    '"mean_input_tokens": 1000, "mean_output_tokens": 100, "results_num_completed_requests_per_min": 166.8}'
)
GUIDELLM = (
    '{"benchmarks": [{"metrics": {"request_concurrency": {"successful": {"mean": 4}}, "time_to_first_token_ms": '
    '{"successful": {"mean": 250}}, "inter_token_latency_ms": {"successful": {"mean": 12}}, "prompt_token_count": '
    '{"successful": {"mean": 1000}}, "output_token_count": {"successful": {"mean": 100}}, "requests_per_second": '
    '{"successful": {"mean": 2.78}}}}]}'
)
TABLE = "concurrency,ttft_ms,tpot_ms,input_tokens,output_tokens,requests_per_second\n4,250,12,1000,100,2.78\n"
NOBODY: dict[str, float | None] = {"input_tokens": None, "output_tokens": None}


NIM = "| ISL | OSL | Concurrency | TTFT (ms) | ITL (ms) |\n|---|---|---|---|---|\n| 1000 | 100 | 4 | 250 | 12 |\n"


@pytest.mark.parametrize("text", [GENAI_PERF, LLMPERF, GUIDELLM, TABLE, NIM, VLLM % (4, "250", "12")])
def test_every_tool_says_the_same_point(text: str) -> None:
    (point,) = points_of(records_of(text), NOBODY)
    assert (point.streams, point.input_tokens, point.output_tokens) == (4, 1000, 100)
    assert point.seconds == pytest.approx(1.438)
    assert point.requests_per_second is None or point.requests_per_second == pytest.approx(2.78)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "begins as JSON"),
        ("", "no result"),
        ("concurrency,ttft_ms\n1,5\n", "mean time between tokens"),
        (TABLE.replace("input_tokens,", "asked,"), "input tokens of a request"),
        (TABLE.replace("1000,100", "1000,1"), "less than two output tokens"),
    ],
)
def test_what_a_result_lacks_is_named(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        points_of(records_of(text), NOBODY)


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ([modelled(1)], "two points"),
        ([modelled(2), modelled(4)], "single request"),
        ([modelled(1), modelled(4), modelled(4)], "Two points have 4"),
        ([modelled(1), Point(4, 5000, 100, 1.0, 0.01)], "other lengths"),
        ([modelled(1), Point(4, 1000, 100, 0.3, 0.012, 40.0)], "but the latencies say"),
        ([modelled(1), Point(4, 1000, 100, 0.01, 0.001)], "faster with more"),
    ],
)
def test_points_that_do_not_hold_together_are_refused(points: list[Point], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        fit(points)


def test_reading_taken_out_of_speeds_gives_back_the_times_they_were_measured_with() -> None:
    curve = ((1, 44.3388), (8, 26.0902), (32, 11.3363), (64, 6.4751))
    stated = ConcurrencyCapacity(64, Speed(1308.8, curve))
    found = without_reading(stated, 512.0, 128.0)
    prompt = 512 / found.speed.prefill_tokens_per_second
    work = 128 + 512 * 44.3388 / 1308.8
    for (streams, speed), (_, step) in zip(curve, found.speed.decode, strict=True):
        seconds = found.first_token_seconds + streams * prompt + 128 / step
        assert seconds == pytest.approx(work / speed)
    assert found.slots == 64


def test_speeds_measured_without_prompts_stay_as_they_are() -> None:
    stated = ConcurrencyCapacity(64, Speed(1308.8, ((1, 44.0), (64, 6.0))))
    assert without_reading(stated, 0.0, 128.0).speed == stated.speed
