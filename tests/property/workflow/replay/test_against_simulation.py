"""Every kernel against a plain simulation of the same rules that shares no code with it."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.offers import ColdStart, ConcurrencyCapacity, Limits, Speed
from service.workflow.replay.autoscaled import replay_autoscaled
from service.workflow.replay.dedicated import replay_dedicated
from service.workflow.replay.hybrid import replay_hybrid
from service.workflow.replay.result import AutoscaledReplay, LatencyTarget, ReservedReplay, ServerlessReplay
from service.workflow.replay.serverless import replay_instances, replay_serverless
from service.workflow.traffic import SECOND, Arrivals
from tests.effort import examples
from tests.property.workflow.replay.batching import Asked, Latencies, simulate
from tests.property.workflow.replay.endpoints import endpoint_waits, fleet_waits, throttled
from tests.property.workflow.replay.scaling import simulate_scaled
from tests.unit.workflow.replay.build import an_hour_each, arrivals_at, assert_latencies

# Odd speeds, so that a finish never falls on the very microsecond of an arrival by chance.
SPEED = Speed(40009.0, ((1, 97.3), (3, 61.7), (6, 41.9)))

checked = settings(deadline=None, derandomize=True, max_examples=examples(200))

asked_of = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 70_001, 1_000_003, 9_000_011]), st.integers(0, 9_000), st.sampled_from([0, 5, 77, 301])
    ),
    max_size=12,
).map(
    lambda rows: [
        Asked(time, uncached, output)
        for time, (_, uncached, output) in zip(np.cumsum([row[0] for row in rows]).tolist(), rows, strict=True)
    ]
)
slots_of = st.integers(1, 4)
measured_of = st.fixed_dictionaries(
    {
        "prefill_seconds_per_prompt": st.sampled_from([0.0, 0.0071]),
        "first_token_seconds": st.sampled_from([0.0, 0.0113]),
        "context_seconds_per_token": st.sampled_from([0.0, 1.3e-6]),
        "kv_tokens": st.sampled_from([None, 9_001]),
    }
)
"""Figures of a measured unit, or what stands for them where they are not known."""
units_of = st.integers(1, 3)


def arrivals_of(asked: list[Asked]) -> Arrivals:
    return arrivals_at(
        [request.time for request in asked],
        uncached=[request.uncached for request in asked],
        output=[request.output for request in asked],
    )


def metric(latencies: list[Latencies], place: int) -> list[Fraction | int | None]:
    return [None if latency is None else latency[place] for latency in latencies]


@checked
@given(asked_of, slots_of, units_of, measured_of)
def test_dedicated(asked: list[Asked], slots: int, units: int, measured: dict[str, Any]) -> None:
    capacity = ConcurrencyCapacity(slots, SPEED, **measured)
    latencies, busy = simulate(asked, capacity, units, units * slots, waits=True)

    def replay(arrivals: Arrivals, target: LatencyTarget | None) -> ReservedReplay:
        return replay_dedicated(arrivals, capacity, units, target)

    arrivals = arrivals_of(asked)
    assert_latencies(arrivals, replay, "first_token", metric(latencies, 0))
    assert_latencies(arrivals, replay, "end_to_end", metric(latencies, 1))
    slot_us = units * slots * int(arrivals.observed_us.sum())
    assert replay(arrivals, None).slots_in_use == pytest.approx(float(busy / slot_us), rel=1e-9)


@checked
@given(asked_of, slots_of, st.integers(0, 3), st.integers(0, 12), measured_of)
def test_hybrid(asked: list[Asked], slots: int, units: int, threshold: int, measured: dict[str, Any]) -> None:
    capacity = ConcurrencyCapacity(slots, SPEED, **measured)
    streams = min(threshold, units * slots)
    latencies, busy = simulate(asked, capacity, units, streams, waits=False)

    def replay(arrivals: Arrivals, target: LatencyTarget | None) -> ReservedReplay:
        return replay_hybrid(arrivals, capacity, units, streams, target)

    arrivals = arrivals_of(asked)
    whole = replay(arrivals, None)
    assert whole.spilled_mask.tolist() == [latency is None for latency in latencies]
    assert_latencies(arrivals, replay, "first_token", metric(latencies, 0))
    assert_latencies(arrivals, replay, "end_to_end", metric(latencies, 1))
    slot_us = units * slots * int(arrivals.observed_us.sum())
    assert whole.slots_in_use == pytest.approx(float(busy / slot_us) if slot_us else 0.0, rel=1e-9)


@checked
@given(
    asked_of,
    slots_of,
    st.tuples(st.integers(0, 2), st.integers(0, 3)),
    st.sampled_from([0, 500_009, 4_000_037]),
    st.sampled_from([0, 300_007, 6_000_101]),
    measured_of,
)
def test_autoscaled(
    asked: list[Asked], slots: int, sizes: tuple[int, int], start_us: int, idle_us: int, measured: dict[str, Any]
) -> None:
    capacity = ConcurrencyCapacity(slots, SPEED, **measured)
    minimum, maximum = sizes[0], max(sum(sizes), 1)
    expected = simulate_scaled(asked, capacity, (minimum, maximum), start_us, idle_us)

    def replay(arrivals: Arrivals, target: LatencyTarget | None) -> AutoscaledReplay:
        return replay_autoscaled(arrivals, capacity, minimum, maximum, start_us / SECOND, idle_us / SECOND, target)

    arrivals = arrivals_of(asked)
    assert_latencies(arrivals, replay, "first_token", metric(expected.latencies, 0))
    assert_latencies(arrivals, replay, "end_to_end", metric(expected.latencies, 1))
    whole = replay(an_hour_each(arrivals), None)
    assert (int(whole.starts.sum()), whole.peak_units) == (expected.starts, expected.peak)
    extra = whole.unit_us - minimum * an_hour_each(arrivals).observed_us
    assert np.abs(extra - [float(us) for us in expected.billed]).max(initial=0) <= 1
    waits = [latency[1] for latency in expected.latencies if latency is not None]
    assert len(waits) == len(asked)


times_of = st.lists(st.sampled_from([0, 1, 250_000, SECOND, 7 * SECOND, 40 * SECOND]), max_size=14).map(
    lambda gaps: [int(time) for time in np.cumsum(gaps)]
)
kept_of = st.lists(st.booleans(), min_size=14, max_size=14)
services_of = st.lists(st.sampled_from([0, 1, 250_000, SECOND, 9 * SECOND]), min_size=14, max_size=14)
cold_of = st.builds(ColdStart, st.sampled_from([0.0, 1.0, 7.0]), st.sampled_from([0.0, 0.25, 3.0]))
LOGGED = Speed(1000.0, ((1, 1.0),))


@checked
@given(
    times_of,
    services_of,
    kept_of,
    cold_of,
    st.tuples(st.sampled_from([None, 1, 3]), st.sampled_from([None, 50, 90])),
    st.sampled_from([0, 1, 2]),
)
def test_serverless(
    times: list[int],
    services: list[int],
    kept: list[bool],
    cold: ColdStart,
    limited: tuple[int | None, int | None],
    warm: int,
) -> None:
    arrivals = arrivals_at(times, output=30, cached=10, service=services[: len(times)])
    limits, (most, tokens) = Limits(*limited), limited
    chosen = [i for i in range(len(times)) if kept[i]]
    refused = throttled([times[i] for i in chosen], [40] * len(chosen), most, tokens)
    served = [i for i, no in zip(chosen, refused, strict=True) if not no]
    idle_us, start_us = round(cold.idle_seconds * SECOND), round(cold.start_seconds * SECOND)
    waits, starts = endpoint_waits([times[i] for i in served], [services[i] for i in served], idle_us, start_us, warm)
    mask = np.array(kept[: len(times)], np.uint8)

    def replay(requests: Arrivals, target: LatencyTarget | None) -> ServerlessReplay:
        answer = replay_serverless(requests, cold, LOGGED, limits, target, warm, mask)
        return replace(answer, slow=answer.slow - answer.throttled) if target else answer

    whole = replay(arrivals, None)
    assert (int(whole.cold_starts.sum()), int(whole.throttled.sum())) == (starts, sum(refused))
    assert int(whole.delayed.sum()) == sum(wait > 0 for wait in waits)
    ends: list[Fraction | int | None] = [None] * len(times)
    for i, wait in zip(served, waits, strict=True):
        ends[i] = wait + services[i]
    assert_latencies(arrivals, replay, "end_to_end", ends)


@checked
@given(times_of, services_of, st.integers(1, 3), st.integers(0, 2), cold_of)
def test_instances(times: list[int], services: list[int], concurrency: int, warm: int, cold: ColdStart) -> None:
    services = services[: len(times)]
    arrivals = arrivals_at(times, service=services)
    idle_us, start_us = round(cold.idle_seconds * SECOND), round(cold.start_seconds * SECOND)
    waits, starts, billed = fleet_waits(times, services, concurrency, warm, start_us, idle_us)

    def replay(requests: Arrivals, target: LatencyTarget | None) -> ServerlessReplay:
        return replay_instances(requests, cold, LOGGED, concurrency, warm * concurrency, Limits(), target)

    whole = replay(an_hour_each(arrivals), None)
    assert whole.up_us.tolist() == billed
    assert int(whole.cold_starts.sum()) == starts
    assert whole.delayed.tolist() == [wait > 0 for wait in waits]
    ends = [Fraction(wait) + service for wait, service in zip(waits, services, strict=True)]
    assert_latencies(arrivals, replay, "end_to_end", ends)
