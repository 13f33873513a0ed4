"""Estimating: about how long an evaluation will take, to choose between answering at once and queueing."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.evaluations.machine_speed import slowness
from service.workflow.compute.requirements import unmet
from service.workflow.offers import Capacity, ConcurrencyCapacity, Dedicated, Offer
from service.workflow.policy import Policy
from service.workflow.traffic import HOUR

WEIGHTS: Mapping[str, float] = {
    "one": -2.058,
    "requests": 0.327,
    "requests_squared": 0.054,
    "requests_by_concurrent": 0.168,
    "requests_by_rates": -0.047,
    "requests_by_capacities": -0.101,
    "requests_hybrid": 0.095,
    "requests_serverless": 0.199,
    "capacities_hybrid": 0.660,
    "latency_counts": 0.646,
    "capacities": -0.384,
    "budgets": -0.713,
    "budgets_by_latency": -0.740,
    "units_by_latency": 0.027,
    "units": 0.086,
    "units_in_short_traffic": -0.012,
    "some_units": -0.256,
    "output": 0.049,
    "offers": 0.301,
}
"""What each fact adds to the logarithm of the seconds: a robust regression on 280 evaluations of
`bench/_estimate_cases.py`, drawn ten a seed from 1001 to 1021 and from 5001 to 5007."""

TYPICAL_REQUESTS, FEWEST_REQUESTS = 100_000, 1_000
"""Below the fewest, what does not depend on their number takes the time."""

SHORTEST_HOURS, WEEK_HOURS = 0.2, 168

TYPICAL_OUTPUT = 200
"""Tokens of an answer."""

SOME_UNITS = (0.05, 3.0)
"""Units that traffic needs on average, between which much is decided request by request."""


@dataclass(frozen=True, slots=True)
class TrafficSize:
    """What is known of a history before it is loaded. requests: 0 where they were not counted.

    hours: from the first row to the last. input_tokens includes cached_input_tokens.
    """

    requests: int
    hours: float
    input_tokens: int
    cached_input_tokens: int
    output_tokens: int


def size_of(first_us: int, last_us: int, requests: int | None, tokens: tuple[int, int, int]) -> TrafficSize:
    """Return the size of a history by its first and last time. tokens: input, cached input, output."""
    return TrafficSize(requests or 0, max((last_us - first_us) / HOUR, SHORTEST_HOURS), *tokens)


def estimated_seconds(traffic: TrafficSize, offers: Sequence[Offer], policy: Policy) -> float:
    """Return the seconds of one core of this machine that an evaluation is expected to take.

    What it takes depends on the traffic too, in ways that nothing but computing it tells: see docs/scale.md for how
    often it is off. What takes longer than its request promised to wait is answered 202 for that reason.
    """
    facts = facts_of(traffic, offers, policy)
    return round(slowness() * math.exp(sum(WEIGHTS[name] * value for name, value in facts.items())), 3)


def facts_of(traffic: TrafficSize, offers: Sequence[Offer], policy: Policy) -> dict[str, float]:
    """Return what is known before anything is computed, of the offers that the policy's hard needs let in.

    Reserved offers that share a capacity share their replays.
    """
    let_in = [offer for offer in offers if not any(unmet(offer, policy.isolation.required))]
    reserved = [offer for offer in let_in if isinstance(offer, Dedicated)]
    capacities = {offer.capacity for offer in reserved}
    concurrent = sum(isinstance(capacity, ConcurrencyCapacity) for capacity in capacities)
    rates = math.log1p(sum(rate.months <= policy.max_term_months for offer in reserved for rate in offer.rates))
    units = [_units_needed(traffic, capacity, float(policy.traffic_factor)) for capacity in capacities]
    size, priced, hybrid = _size(traffic, policy), _latency_counts(policy), "hybrid" in policy.modes
    return {
        "one": 1,
        "requests": size,
        "requests_squared": size**2,
        "requests_by_concurrent": size * math.log1p(concurrent),
        "requests_by_rates": size * rates,
        "requests_by_capacities": max(size, -3) * math.log1p(len(capacities)),
        "requests_hybrid": size * hybrid,
        "requests_serverless": size * (not reserved),
        "capacities_hybrid": hybrid * math.log1p(len(capacities)),
        "latency_counts": priced,
        "capacities": math.log1p(len(capacities)),
        "budgets": math.log1p(len(capacities) - concurrent),
        "budgets_by_latency": priced * math.log1p(len(capacities) - concurrent),
        "units_by_latency": priced * sum(math.log1p(each) for each in units),
        "units": sum(math.log1p(each) for each in units),
        "units_in_short_traffic": math.log1p(max(units, default=0)) * max(0.0, math.log(WEEK_HOURS / traffic.hours)),
        "some_units": sum(SOME_UNITS[0] < each < SOME_UNITS[1] for each in units) / max(1, len(units)),
        "output": math.log(max(traffic.output_tokens / max(traffic.requests, 1), 1) / TYPICAL_OUTPUT),
        "offers": math.log1p(len(let_in)),
    }


def _size(traffic: TrafficSize, policy: Policy) -> float:
    replayed = min(traffic.requests, policy.replay.max_requests) * max(1.0, float(policy.traffic_factor))
    return math.log(max(replayed, FEWEST_REQUESTS) / TYPICAL_REQUESTS)


def _latency_counts(policy: Policy) -> bool:
    return policy.latency.strict or bool(policy.latency.value_per_slow_request)


def _units_needed(traffic: TrafficSize, capacity: Capacity, factor: float) -> float:
    """Return how many units all the traffic takes on average, whatever its peaks."""
    seconds = traffic.hours * 3600 / factor
    uncached = traffic.input_tokens - traffic.cached_input_tokens
    if isinstance(capacity, ConcurrencyCapacity):
        decoded = capacity.slots * capacity.speed.decode[-1][1]
        return (traffic.output_tokens / decoded + uncached / capacity.speed.prefill_tokens_per_second) / seconds
    sums = {
        "requests": traffic.requests,
        "input_tokens": uncached,
        "cached_input_tokens": traffic.cached_input_tokens,
        "output_tokens": traffic.output_tokens,
    }
    return max(
        sum(float(weight) * sums.get(meter, 0) for meter, weight in axis.weights) / float(axis.per_minute)
        for axis in capacity.axes
    ) / (seconds / 60)
