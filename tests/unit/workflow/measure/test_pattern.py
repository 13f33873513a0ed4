"""The pattern of a load."""

from dataclasses import replace

import pytest

from service.workflow.measure.pattern import pattern_of
from service.workflow.measure.profile import Rates
from service.workflow.policy import PatternPolicy

EVEN = Rates(p05=50, p50=100, mean=60, p95=100, p99=100, max=500)


@pytest.mark.parametrize(
    ("rates", "idle_share", "pattern"),
    [
        (EVEN, 0.01, "steady"),
        (EVEN, 0.011, "base_with_spikes"),
        (replace(EVEN, mean=59.9), 0, "base_with_spikes"),
        (replace(EVEN, mean=50, p05=10), 0, "base_with_spikes"),
        (replace(EVEN, mean=50, p05=9.9), 0, "spiky"),
        (replace(EVEN, p05=0, p99=0, mean=0.1), 0.999, "spiky"),
    ],
)
def test_thresholds_are_met_by_reaching_them(rates: Rates, idle_share: float, pattern: str) -> None:
    assert pattern_of(rates, idle_share, PatternPolicy()) == pattern


def test_thresholds_are_the_policys() -> None:
    spiky = replace(EVEN, mean=50, p05=9)
    assert pattern_of(spiky, 0.5, PatternPolicy(steady_mean_to_p99=0.5, steady_idle_share=0.5)) == "steady"
    assert pattern_of(spiky, 0.5, PatternPolicy(base_floor_to_mean=0.1)) == "base_with_spikes"
