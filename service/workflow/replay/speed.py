"""Speed of a unit that batches continuously: reading prompts, decoding, and the work that both are.

Reading a prompt takes the unit's reading capacity for `per prompt + uncached ÷ prefill` seconds, one prompt after the
other. Decoding goes in steps, each of which gives every stream in service a token and takes

    z(n) + c × (tokens held on the unit)     seconds, with n streams on the unit,

where z is what the offer's decode curve leaves once the context it was measured at is taken off. Between measured
points the time of a step is linear, not its speed: a step reads the weights once, and then so much for each stream.
(Kwon et al., Efficient memory management for large language model serving with PagedAttention, 2023, sections 3 and 6;
Agrawal et al., Taming throughput-latency tradeoff with Sarathi-Serve, 2024, section 3.) With docs/model.md's
measurements beside it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.compiled import kernel
from service.workflow.traffic import SECOND, Arrivals, Float64s, Int64s

LEAST_STEP = 0.1
"""A step without context takes at least this share of a lone stream's, whatever context the curve is said to hold."""


class Reading(NamedTuple):
    """How a unit reads prompts: µs a prompt and an uncached input token.

    first_token_us: from a prompt read to its first token at the caller, which takes none of the unit's time.
    """

    us_per_prompt: float
    us_per_input: float
    first_token_us: float


class UnitSpeed(NamedTuple):
    """A unit's speed as kernels read it.

    points: streams on the unit and µs of a step without context, float64, shape (p, 2), neither falling.
    context_us: µs by which each token held on the unit makes a step longer.
    memory: half tokens that a unit holds, infinite where it is not known.
    """

    points: Float64s
    context_us: float
    reading: Reading
    memory: float


def decode_points(speed: Speed) -> Float64s:
    """Return the decode curve as (streams, tokens a second and stream), float64, shape (p, 2).

    Raises ValueError where replaying could not end.
    """
    points = np.array(speed.decode, np.float64).reshape(-1, 2)
    if len(points) == 0 or not points[:, 1].min() > 0 or not speed.prefill_tokens_per_second > 0:
        raise ValueError("decode_tokens_per_second needs at least one point, and every speed must be above 0")
    if not (np.diff(points[:, 0]) > 0).all():
        raise ValueError("decode_tokens_per_second must be in rising order of streams")
    return points


def step_points(speed: Speed) -> Float64s:
    """Return the decode curve as (streams, µs of a step), float64, shape (p, 2)."""
    points = decode_points(speed)
    return np.column_stack((points[:, 0], SECOND / points[:, 1]))


@lru_cache(maxsize=256)
def unit_speed(capacity: ConcurrencyCapacity) -> UnitSpeed:
    """Return a unit's speed as kernels read it. Raises ValueError where replaying could not end."""
    points = step_points(capacity.speed)
    alone = step_at(1.0, points)
    context_us = capacity.context_seconds_per_token * SECOND
    bare = points[:, 1] - context_us * capacity.context_tokens * np.maximum(points[:, 0], 1.0)
    points[:, 1] = np.maximum.accumulate(np.maximum(bare, LEAST_STEP * alone))
    return UnitSpeed(
        points,
        context_us,
        Reading(
            capacity.prefill_seconds_per_prompt * SECOND,
            SECOND / capacity.speed.prefill_tokens_per_second,
            capacity.first_token_seconds * SECOND,
        ),
        np.inf if capacity.kv_tokens is None else 2.0 * capacity.kv_tokens,
    )


@kernel
def step_at(streams: float, points: Float64s) -> float:
    """Return µs of a step of so many streams on a unit: linear between the points, flat outside, from 1 stream on."""
    streams = max(streams, 1.0)
    last = len(points) - 1
    if streams <= points[0, 0]:
        return float(points[0, 1])
    if streams >= points[last, 0]:
        return float(points[last, 1])
    right = 1
    while points[right, 0] < streams:
        right += 1
    share = (streams - points[right - 1, 0]) / (points[right, 0] - points[right - 1, 0])
    return float(points[right - 1, 1] + share * (points[right, 1] - points[right - 1, 1]))


@kernel
def _fill_steps(table: Float64s, units: int, points: Float64s) -> None:
    for streams in range(len(table)):
        table[streams] = step_at(streams / units, points)


def step_table(points: Float64s, units: int, streams: int) -> Float64s:
    """Return µs of a step without context for n = 0 … streams on `units`, shape (streams + 1,)."""
    table = np.empty(streams + 1)
    _fill_steps(table, max(units, 1), points)
    return table


def decode_alone(speed: Speed) -> float:
    """Return d(1), the tokens a second of a stream that has a unit for itself."""
    return float(SECOND / step_at(1.0, step_points(speed)))


def held_of(arrivals: Arrivals, capacity: ConcurrencyCapacity) -> Int64s:
    """Return the half tokens that each request holds in service: its input and, on average, half its output.

    Shape (n,). Where neither context nor memory counts it is some column, which nothing is made of.
    """
    if capacity.kv_tokens is None and not capacity.context_seconds_per_token:
        return arrivals.output
    return 2 * (arrivals.uncached + arrivals.cached) + arrivals.output


def full_streams(capacity: ConcurrencyCapacity, held: float) -> float:
    """Return the streams of a full unit whose requests hold `held` tokens on average: its slots, or what fits."""
    fits = capacity.slots if capacity.kv_tokens is None or held <= 0 else capacity.kv_tokens / held
    return max(1.0, min(float(capacity.slots), fits))


@lru_cache(maxsize=4096)
def token_us(capacity: ConcurrencyCapacity, streams: float) -> float:
    """Return the least µs of a unit's time that an output token takes, without context, of up to `streams` streams.

    It is the least z(n) ÷ n: z is linear between its points, so z(n) ÷ n is least at one of them or at an end.
    """
    points = unit_speed(capacity).points
    marks = [1.0, streams, *(float(n) for n in points[:, 0] if 1.0 <= n <= streams)]
    return min(float(step_at(n, points)) / n for n in marks)


def mean_held(counts: Sequence[float]) -> float:
    """Return the tokens that a mean request holds in service; counts are requests, uncached, cached and output."""
    requests, uncached, cached, output = counts
    return (uncached + cached + output / 2) / requests if requests else 0.0


def full_token_us(arrivals: Arrivals, capacity: ConcurrencyCapacity) -> float:
    """Return µs of a full unit's time that an output token of the arrivals takes, without context."""
    if capacity.kv_tokens is None:
        return token_us(capacity, float(capacity.slots))
    sums = [float(column.sum()) for column in (arrivals.uncached, arrivals.cached, arrivals.output)]
    return token_us(capacity, full_streams(capacity, mean_held([len(arrivals), *sums])))


def work_of(capacity: ConcurrencyCapacity, counts: Float64s, full_us: float) -> Float64s:
    """Return work in seconds of a full unit: of requests, or of buckets whose requests are taken as alike.

    counts: requests, uncached, cached and output tokens, shape (n, 4). full_us: µs that an output token takes without
    context. Reading, and decoding with what the context held makes of it:
    prompts × per prompt + uncached ÷ prefill + output × (full + c × held), held the input and half the output.
    """
    work = np.empty(len(counts))
    _fill_mean_work(work, counts, unit_speed(capacity), full_us)
    return work


@kernel
def _fill_mean_work(work: Float64s, counts: Float64s, unit: UnitSpeed, full_us: float) -> None:
    """Fill in the work of each row, as work_of has it."""
    for i in range(len(work)):
        requests, uncached, cached, output = counts[i, 0], counts[i, 1], counts[i, 2], counts[i, 3]
        held = (uncached + cached + output / 2.0) / max(requests, 1.0)
        reading = requests * unit.reading.us_per_prompt + uncached * unit.reading.us_per_input
        work[i] = (reading + output * (full_us + unit.context_us * held)) / SECOND


def request_work(arrivals: Arrivals, capacity: ConcurrencyCapacity) -> Float64s:
    """Return the least work of each request, seconds of a unit of which every slot is in service, shape (n,)."""
    work = np.empty(len(arrivals))
    columns = arrivals.uncached, arrivals.cached, arrivals.output
    _fill_work(work, *columns, unit_speed(capacity), token_us(capacity, float(capacity.slots)))
    return work


@kernel
def _fill_work(
    work: Float64s, uncached: Int64s, cached: Int64s, output: Int64s, unit: UnitSpeed, full_us: float
) -> None:
    """Fill in the work of each request, as work_of has it."""
    for i in range(len(work)):
        held = float(uncached[i]) + float(cached[i]) + float(output[i]) / 2.0
        reading = unit.reading.us_per_prompt + uncached[i] * unit.reading.us_per_input
        work[i] = (reading + output[i] * (full_us + unit.context_us * held)) / SECOND


@kernel
def _longest(uncached: Int64s, cached: Int64s, output: Int64s, unit: UnitSpeed) -> float:
    """Return the longest of the requests' µs, each on a unit of its own."""
    step, longest = step_at(1.0, unit.points), 0.0
    for i in range(len(output)):
        held = float(uncached[i] + cached[i]) + output[i] / 2.0
        reading = unit.reading.us_per_prompt + uncached[i] * unit.reading.us_per_input
        alone = reading + output[i] * (step + unit.context_us * held) + unit.reading.first_token_us
        longest = max(longest, alone)
    return longest


def longest_alone_us(arrivals: Arrivals, capacity: ConcurrencyCapacity) -> float:
    """Return µs from entering a unit of its own to the end of the longest request, 0 of none."""
    return float(_longest(arrivals.uncached, arrivals.cached, arrivals.output, unit_speed(capacity)))
