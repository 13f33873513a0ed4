"""The pattern: steady, a base with spikes, or spiky, by the policy's named thresholds."""

from service.workflow.measure.profile import Pattern, Rates
from service.workflow.policy import PatternPolicy


def pattern_of(rates: Rates, idle_share: float, thresholds: PatternPolicy) -> Pattern:
    """Return the pattern of a load.

    `steady` where mean ÷ p99 and the idle share keep to `steady_mean_to_p99` and `steady_idle_share`; else
    `base_with_spikes` where floor ÷ mean reaches `base_floor_to_mean`; else `spiky`.
    """
    even = rates.p99 > 0 and rates.mean / rates.p99 >= thresholds.steady_mean_to_p99
    if even and idle_share <= thresholds.steady_idle_share:
        return "steady"
    return "base_with_spikes" if rates.p05 / rates.mean >= thresholds.base_floor_to_mean else "spiky"
