"""Speed of a unit: decode speed by streams in service, and the work of a request in token-steps.

A request's work is `output + uncached × d(1) ÷ prefill`: reading input is counted as the output tokens that a
stream alone would have written in the same time. d(n) is the speed of each of n streams on a unit.
"""

from typing import NamedTuple

import numpy as np

from service.workflow.offers import ConcurrencyCapacity, Speed
from service.workflow.replay.compiled import kernel
from service.workflow.traffic import SECOND, Arrivals, Float64s


class Pace(NamedTuple):
    """Token-steps a µs of each of n streams in service, n = 0 … streams, and its inverse; both 0 at none."""

    forward: Float64s
    inverse: Float64s


@kernel
def decode_at(streams: float, points: Float64s) -> float:
    """Return d(streams) on one unit: linear between the points, shape (p, 2), flat outside, from 1 stream on."""
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
def _fill_decode(table: Float64s, units: int, points: Float64s) -> None:
    for streams in range(len(table)):
        table[streams] = decode_at(streams / units, points)


def decode_points(speed: Speed) -> Float64s:
    """Return the decode points as float64, shape (p, 2). Raises ValueError where replaying could not end."""
    points = np.array(speed.decode, np.float64).reshape(-1, 2)
    if len(points) == 0 or not points[:, 1].min() > 0 or not speed.prefill_tokens_per_second > 0:
        raise ValueError("decode_tokens_per_second needs at least one point, and every speed must be above 0")
    if not (np.diff(points[:, 0]) > 0).all():
        raise ValueError("decode_tokens_per_second must be in rising order of streams")
    return points


def decode_table(speed: Speed, units: int, streams: int) -> Float64s:
    """Return d(n ÷ units) for n = 0 … streams, in tokens a second and stream, shape (streams + 1,)."""
    table = np.empty(streams + 1)
    _fill_decode(table, max(units, 1), decode_points(speed))
    return table


def pace(speed: Speed, units: int, streams: int) -> Pace:
    """Return the pace of up to `streams` streams on `units`, both arrays of shape (streams + 1,)."""
    forward = decode_table(speed, units, streams) / SECOND
    inverse = 1.0 / forward
    forward[0] = inverse[0] = 0.0
    return Pace(forward, inverse)


def decode_alone(speed: Speed) -> float:
    """Return d(1), the tokens a second of a stream that has a unit for itself."""
    return decode_at(1.0, decode_points(speed))


def prefill_weight(speed: Speed) -> float:
    """Return the token-steps that reading one uncached input token takes: d(1) ÷ prefill speed."""
    return decode_alone(speed) / speed.prefill_tokens_per_second


def request_work(arrivals: Arrivals, speed: Speed) -> Float64s:
    """Return each request's work in token-steps, shape (n,)."""
    return arrivals.output + arrivals.uncached * prefill_weight(speed)


def full_speed(capacity: ConcurrencyCapacity) -> float:
    """Return the token-steps a second of a unit with every slot in service: slots × d(slots)."""
    return capacity.slots * decode_at(float(capacity.slots), decode_points(capacity.speed))
