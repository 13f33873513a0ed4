"""The load of a window over time: its requests, or tokens where none are counted, summed by steps."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.workflow.measure.profile import TrafficProfile
from service.workflow.traffic import SECOND, Float64s

Json = dict[str, Any]

STEPS_SECONDS = ((10 * 3600, 60), (2 * 86400, 300))
STEP_SECONDS = 1800
"""Length of a step of windows up to so long, and of longer ones; one bucket where those are longer."""

MOST_STEPS = 2000
"""Beyond, steps are made longer by whole factors."""


@dataclass(frozen=True)
class Steps:
    """Steps of the window from its start: `count` of `seconds` each."""

    seconds: int
    count: int

    def sums(self, offset_us: NDArray[Any], weights: NDArray[Any]) -> Float64s:
        """Return the weights of moments (µs from the window's start) summed by step, shape (count,)."""
        index = np.clip(offset_us // (self.seconds * SECOND), 0, self.count - 1).astype(np.int64)
        found: Float64s = np.bincount(index, weights=weights, minlength=self.count).astype(np.float64)
        return found


def steps_of(profile: TrafficProfile) -> Steps:
    """Return the steps that a window is summed by."""
    span = profile.end_us - profile.start_us
    fitting = next((step for longest, step in STEPS_SECONDS if span <= longest * SECOND), STEP_SECONDS)
    seconds = max(fitting, profile.minutes.bucket_seconds)
    while -(-span // (seconds * SECOND)) > MOST_STEPS:
        seconds *= 2
    return Steps(seconds, max(1, -(-span // (seconds * SECOND))))


def load_over_time(profile: TrafficProfile, factor: float = 1.0) -> Json:
    """Return the load of every step, times a factor, and how much of the step was observed, 0 to 1, as JSON."""
    steps, minutes = steps_of(profile), profile.minutes
    counted = profile.load_unit == "requests" and minutes.requests is not None
    load = minutes.requests if counted else minutes.input_tokens + minutes.output_tokens
    offset = minutes.start_us - profile.start_us
    total = steps.sums(offset, np.asarray(load)) * factor
    observed = steps.sums(offset, profile.minutes_observed_us) / (steps.seconds * SECOND)
    return {
        "unit": profile.load_unit,
        "start_us": profile.start_us,
        "end_us": profile.end_us,
        "step_seconds": steps.seconds,
        "total": [plain(value) for value in total],
        "observed": [plain(min(1.0, value)) for value in observed],
    }


def plain(value: float) -> float:
    """Return a number with six significant digits, whole where it is."""
    rounded = float(f"{float(value):.6g}")
    return int(rounded) if rounded.is_integer() else rounded
