"""Fit: the capacity of a unit out of a benchmark that kept a number of requests in flight.

With n in flight on one unit the model of docs/model.md has a request done after

    T(n) = first + n × p + out × z(n)     seconds,

since while it is in service n prompts are read, p seconds each, decoding standing still meanwhile, and it makes `out`
steps of z(n) (see replay.speed). Measured it takes T(n) = ttft + (out − 1) × tpot. One length of prompts cannot tell
reading from the growth of a step: as much of the slowing is given to reading as leaves no step shorter with more in
flight. So p is the largest of 0 to ttft(1) with z never falling, and first = ttft(1) − p.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from service.workflow.offers import ConcurrencyCapacity, Speed

GAIN = 1.02
"""Requests a second that the next point must bring at least for its streams to count as slots."""

HALVINGS = 60
"""Steps of the bisection for p: below a nanosecond."""

NEAR_ZERO = 1e-6
"""Seconds of a prompt below which reading is said to take nothing: a prefill of a thousand million tokens a second."""


@dataclass(frozen=True, slots=True)
class Point:
    """One measured point: means of requests of `input_tokens` and `output_tokens` with `streams` in flight.

    first_token_seconds, token_seconds: until the first token, and from one to the next. requests_per_second: None where
    it was not stated.
    """

    streams: int
    input_tokens: float
    output_tokens: float
    first_token_seconds: float
    token_seconds: float
    requests_per_second: float | None = None

    @property
    def seconds(self) -> float:
        """End to end."""
        return self.first_token_seconds + (self.output_tokens - 1) * self.token_seconds


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A point that was predicted from the others: end to end, seconds, and predicted ÷ measured − 1."""

    streams: int
    measured_seconds: float
    predicted_seconds: float

    @property
    def error(self) -> float:
        """Predicted ÷ measured − 1."""
        return self.predicted_seconds / self.measured_seconds - 1


@dataclass(frozen=True, slots=True)
class Fit:
    """A capacity, and how far it is from each point that lies between two others when that one is left out."""

    capacity: ConcurrencyCapacity
    left_out: tuple[LeftOut, ...]


def fit(points: Sequence[Point]) -> Fit:
    """Return the capacity of the unit that was measured; points: of one length of requests, one unit.

    Raises ValueError in words its owner can act on where they do not hold together.
    """
    ordered = sorted(points, key=lambda point: point.streams)
    _require_sound(ordered)
    left_out = tuple(_predicted(ordered, place) for place in range(1, len(ordered) - 1))
    return Fit(_capacity(ordered), left_out)


def without_reading(capacity: ConcurrencyCapacity, input_tokens: float, output_tokens: float) -> ConcurrencyCapacity:
    """Return the capacity with the reading of prompts taken out of speeds that were measured while they were read.

    With n of such requests in flight one took T(n) = (output + input × d(1) ÷ prefill) ÷ d(n): its prompt's reading is
    slowed as its steps are (Little's law holds T(n) against the rate of a sweep). From there on as `fit`; the slots
    stay as stated. The curve begins with a stream alone.
    """
    stated = replace(capacity, measured_with=(input_tokens, output_tokens))
    if not input_tokens:
        return stated
    curve = capacity.speed.decode
    alone = input_tokens * curve[0][1] / capacity.speed.prefill_tokens_per_second
    points = [Point(n, input_tokens, output_tokens, (alone + 1) / speed, 1 / speed) for n, speed in curve]
    fitted = _capacity(points)
    return replace(stated, speed=fitted.speed, first_token_seconds=fitted.first_token_seconds)


def _require_sound(points: Sequence[Point]) -> None:
    if len(points) < 2 or points[0].streams != 1:
        raise ValueError("Give two points at least, one of them with a single request in flight.")
    for before, after in pairwise(points):
        if before.streams == after.streams:
            raise ValueError(f"Two points have {after.streams} in flight; keep one of them.")
    for point in points:
        lengths = (point.input_tokens, point.output_tokens)
        if max(abs(mine - first) for mine, first in zip(lengths, _lengths(points[0]), strict=True)) > 0.1 * max(
            lengths
        ):
            raise ValueError("The points are of requests of other lengths; fit one length at a time.")
        if point.requests_per_second is not None:
            said = point.streams / point.requests_per_second
            if not 0.75 <= point.seconds / said <= 1.25:
                detail = (
                    f"{point.streams} in flight at {point.requests_per_second:g} requests a second take {said:.3g} s "
                )
                detail += (
                    f"each, but the latencies say {point.seconds:.3g} s: give means of a run that keeps so many in "
                )
                raise ValueError(detail + "flight, without its warm-up.")


def _lengths(point: Point) -> tuple[float, float]:
    return point.input_tokens, point.output_tokens


def _prompt_seconds(points: Sequence[Point]) -> float:
    """Return the largest time of reading a prompt with which no step is shorter where more are in flight."""
    low, high = 0.0, points[0].first_token_seconds
    if _falls(_steps(points, low)):
        raise ValueError("Requests are faster with more of them in flight; give means of runs without their warm-up.")
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _falls(_steps(points, middle)) else (middle, high)
    return low


def _falls(steps: Sequence[float]) -> bool:
    return any(after < before for before, after in pairwise(steps)) or steps[0] <= 0


def _steps(points: Sequence[Point], prompt: float) -> list[float]:
    """Return z(n) at each point, seconds."""
    first = points[0].first_token_seconds - prompt
    return [(point.seconds - first - point.streams * prompt) / point.output_tokens for point in points]


def _capacity(points: Sequence[Point]) -> ConcurrencyCapacity:
    prompt = _prompt_seconds(points)
    curve = tuple((p.streams, 1 / step) for p, step in zip(points, _steps(points, prompt), strict=True))
    prefill = points[0].input_tokens / max(prompt, NEAR_ZERO)
    first = points[0].first_token_seconds - prompt
    return ConcurrencyCapacity(_slots(points), Speed(prefill, curve), first_token_seconds=first)


def _slots(points: Sequence[Point]) -> int:
    """Return the most streams that still bring more requests a second than the point before."""
    slots = points[0].streams
    for before, after in pairwise(points):
        if after.streams / after.seconds < GAIN * before.streams / before.seconds:
            break
        slots = after.streams
    return slots


def _predicted(points: Sequence[Point], place: int) -> LeftOut:
    """Predict a point from the others as replays do: z linear between its neighbours, what is read by the fit."""
    others = [*points[:place], *points[place + 1 :]]
    prompt, point = _prompt_seconds(others), points[place]
    steps = _steps(others, prompt)
    before, after = others[place - 1], others[place]
    share = (point.streams - before.streams) / (after.streams - before.streams)
    step = steps[place - 1] + share * (steps[place] - steps[place - 1])
    first = others[0].first_token_seconds - prompt
    predicted = first + point.streams * prompt + point.output_tokens * step
    return LeftOut(point.streams, point.seconds, predicted)
