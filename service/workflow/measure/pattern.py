"""The pattern: steady, a base with spikes, or spiky, by the policy's named thresholds, and not by counting noise.

Few requests a minute differ from minute to minute by chance alone: of a constant rate of one in twenty minutes, 95 % of
the minutes are idle and the busiest hold forty times the mean. So thresholds are asked of spans long enough to hold
QUIET requests each, whose counts chance moves by a seventh. What is uneven in shorter spans must be seen there too:
their counts may not be beyond what chance makes of rates that keep to the thresholds. Of a Poisson process of rate r a
span, counts stay below r + 4 √r + 1 but for less than one in a thousand, and exp(−r) of them are 0.
"""

import math
from collections.abc import Iterator

import numpy as np

from service.workflow.measure.load import Load
from service.workflow.measure.profile import Pattern
from service.workflow.measure.rates import nearest_rank
from service.workflow.policy import PatternPolicy
from service.workflow.traffic import Int64s

QUIET = 50
"""Mean requests of a span from which on counting noise is small beside the thresholds."""

CHANCE = 4.0
"""Standard deviations that counts, and the idle share of spans, may be off by chance."""


def pattern_of(load: Load, thresholds: PatternPolicy) -> Pattern:
    """Return the pattern of a load.

    `steady` where mean ÷ p99 and the idle share keep to `steady_mean_to_p99` and `steady_idle_share`; else
    `base_with_spikes` where floor ÷ mean reaches `base_floor_to_mean`; else `spiky`. No floor is claimed of too few
    requests to show one. Loads in tokens, of which nobody knows how many requests they are, are judged by their buckets
    alone.
    """
    spans = [(span, _is_quiet(load, span)) for span in _spans(load)]
    if all(_steady(span, thresholds, quiet=quiet) for span, quiet in spans):
        return "steady"
    based = spans[-1][1] and all(_based(span, thresholds, quiet=quiet) for span, quiet in spans)
    return "base_with_spikes" if based else "spiky"


def _spans(load: Load) -> Iterator[Int64s]:
    """Yield the loads of the buckets, then of spans twice as long and so on, rising, until they are quiet.

    Spans that were observed in part have no place; where none was observed in full, no longer ones are looked at.
    """
    counts, observed, length = load.values, load.observed_us, load.bucket_us
    place = (load.series.start_us - load.series.start_us[0]) // length
    whole = observed == length
    yield np.sort(counts[whole] if whole.any() else counts)
    mean = float(counts.sum()) / float(observed.sum()) * length
    times = 1
    while load.series.requests is not None and mean * times < QUIET:
        times *= 2
        span = place // times
        seen = np.bincount(span, observed) == times * length
        if not seen.any():
            return
        yield np.sort(np.bincount(span, counts)[seen]).astype(np.int64)


def _is_quiet(load: Load, rising: Int64s) -> bool:
    return load.series.requests is None or float(rising.mean()) >= QUIET


def _steady(rising: Int64s, thresholds: PatternPolicy, *, quiet: bool) -> bool:
    """Return whether spans are no more uneven than a rate within the thresholds may be; quiet: chance aside."""
    mean = float(rising.mean())
    p99 = float(rising[nearest_rank(len(rising), 99)])
    most = mean / thresholds.steady_mean_to_p99 if thresholds.steady_mean_to_p99 else math.inf
    idle = float(np.count_nonzero(rising == 0)) / len(rising)
    if quiet:
        return 0 < p99 <= most and idle <= thresholds.steady_idle_share
    chance = _idle_by_chance(mean * thresholds.steady_mean_to_p99, len(rising))
    return p99 <= most + CHANCE * math.sqrt(most) + 1 and idle <= max(thresholds.steady_idle_share, chance)


def _based(rising: Int64s, thresholds: PatternPolicy, *, quiet: bool) -> bool:
    """Return whether spans show a floor, or no more idle ones than one as low as the threshold has by chance."""
    floor, mean = float(rising[nearest_rank(len(rising), 5)]), float(rising.mean())
    least = thresholds.base_floor_to_mean * mean
    if quiet or floor >= least:
        return floor >= least
    idle = float(np.count_nonzero(rising == 0)) / len(rising)
    return idle <= _idle_by_chance(least, len(rising))


def _idle_by_chance(rate: float, spans: int) -> float:
    """Return the largest share of idle spans that chance makes of a Poisson process of a rate a span."""
    share = math.exp(-rate)
    return share + CHANCE * math.sqrt(share * (1 - share) / spans)
