"""What each knob of a policy costs: a week of requests by 100 offers under one changed knob at a time.

Processor time of an evaluation over that under the built-in policy, the least of a few runs taken in turn. A knob that
makes more work than twice the built-in policy's is a fault unless AS_ASKED says what was asked for; ends with status 1.
"""

import sys
import time
from typing import Any

from bench._scenarios import hundred_offers, week_log
from service.policies.knobs import KNOBS
from service.policies.policy_schema import policy_of
from service.workflow.evaluate import evaluate
from service.workflow.policy import Policy

REQUESTS = 200_000
RUNS = 2
MOST = 2.0

REQUIRED = "isolation.required"

TELLING: dict[str, tuple[Any, ...]] = {
    "margin": ("0", "0.25"),
    "simplicity_margin": ("0.1",),
    "modes": (["serverless", "dedicated"], ["hybrid"]),
    "incumbent": ("serverless:token-0",),
    "commitments": ([{"reservation": "gpu-0@0", "units": 2, "months_left": 3, "monthly_per_unit": "1000"}],),
    "max_term_months": (0, 36),
    "max_throttled_share": (0, 0.2),
    "latency.metric": ("end_to_end",),
    "latency.percentile": (99.9,),
    "latency.target_ms": (300, 1500, 20_000),
    "latency.strict": (True,),
    "latency.value_per_slow_request": ("0.002", "0.1"),
    "latency.weight": ("3",),
    f"{REQUIRED}.tenancy": ("dedicated", "shared"),
    f"{REQUIRED}.version_pinning": (True,),
    f"{REQUIRED}.residency": (["eu"],),
    f"{REQUIRED}.certifications": (["soc2"],),
    f"{REQUIRED}.gpu": ("H100",),
    f"{REQUIRED}.quantization": ("fp8",),
    "isolation.value_per_month": ("500",),
    "isolation.weight": ("3",),
    "queue.percentile": (99.9,),
    "queue.wait_ms": (0, None),
    "hybrid.threshold": (0.5,),
    "hybrid.overhead_per_month": ("2000",),
    "hybrid.outage_hours_per_month": ("40",),
    "horizon.months": (1, 60),
    "horizon.growth_per_month": ("0.1", "-0.1"),
    "horizon.persistence_per_month": ("0.8", "1"),
    "forecast.half_life_days": (14, None),
    "forecast.volatility_half_life_days": (14,),
    "forecast.weekly_share": (0,),
    "forecast.base_discount": (0,),
    "forecast.discount_per_volatility": (1,),
    "forecast.largest_discount": (0,),
    "sufficiency.days": (3, 21),
    "sufficiency.coverage": (0.5,),
    "sufficiency.allow_provisional": (True,),
    "pattern.steady_mean_to_p99": (0.1,),
    "pattern.steady_idle_share": (0.5,),
    "pattern.base_floor_to_mean": (0.9,),
    "uncertainty.scenarios": (3, 199),
    "uncertainty.noise": (1,),
    "uncertainty.residuals": ([-1, -0.5, -0.2, 0, 0.2, 0.5, 1],),
    "synthesis.cv": (3,),
    "replay.max_requests": (10_000, 5_000_000),
    "deferrable_share": ("0.5",),
    "traffic_factor": ("0.1", "3"),
    "seed": (7,),
    "currency": ("USD",),
    "exchange_rates": ({"EUR": "1.08"},),
    "zone": ("America/New_York",),
    "review_days": (7,),
    "review_drift": (0.05,),
}
"""Values that tell, by knob: other ends of its range than the built-in one."""

WITH: dict[str, dict[str, Any]] = {
    "latency.strict": {"latency.target_ms": 1500},
    "latency.value_per_slow_request": {"latency.target_ms": 1500},
    "latency.weight": {"latency.target_ms": 1500, "latency.value_per_slow_request": "0.002"},
    "latency.percentile": {"latency.target_ms": 1500},
    "latency.metric": {"latency.target_ms": 20_000},
    "isolation.value_per_month": {"isolation.preferred.tenancy": "dedicated"},
    "isolation.weight": {"isolation.preferred.tenancy": "dedicated", "isolation.value_per_month": "500"},
}
"""What else a knob needs to say anything."""

AS_ASKED = {"traffic_factor": "replays so many more requests, as asked"}


def main() -> None:
    """Print every knob's processor time over the built-in policy's, the dearest first."""
    told = {knob.name for knobs in KNOBS.values() for knob in knobs}
    assert set(TELLING) == told, f"knobs without a value here, or the other way round: {set(TELLING) ^ told}"
    log, offers = week_log(REQUESTS), hundred_offers()
    evaluate(week_log(5_000), offers, Policy())
    cases = {f"{name} = {value}": (name, _policy(name, value)) for name, values in TELLING.items() for value in values}
    policies = {"built in": Policy(), **{label: policy for label, (_, policy) in cases.items()}}
    spent = dict.fromkeys(policies, float("inf"))
    for _ in range(RUNS):
        for label, policy in policies.items():
            begun = time.process_time()
            evaluate(log, offers, policy)
            spent[label] = min(spent[label], time.process_time() - begun)
    built_in = spent.pop("built in")
    print(f"a week of {REQUESTS:,} requests, {len(offers)} offers: {built_in:.2f} s of processor as built in")
    for label, seconds in sorted(spent.items(), key=lambda entry: -entry[1]):
        asked = AS_ASKED.get(cases[label][0], "")
        print(f"  {seconds / built_in:5.2f} x  {label}{' - ' if asked else ''}{asked}")
    dear = [label for label, seconds in spent.items() if seconds > MOST * built_in and cases[label][0] not in AS_ASKED]
    print(f"  {len(spent)} values of {len(told)} knobs; above {MOST:g} x: {', '.join(dear) or 'none'}")
    if dear:
        sys.exit(1)


def _policy(name: str, value: Any) -> Policy:  # noqa: ANN401 - as the knob has it
    document: dict[str, Any] = {}
    for path, said in {**WITH.get(name, {}), name: value}.items():
        *parts, last = path.split(".")
        at = document
        for part in parts:
            at = at.setdefault(part, {})
        at[last] = said
    return policy_of(document)
