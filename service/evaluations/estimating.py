"""Estimating: about how long an evaluation will take, to choose between answering at once and queueing."""

import math
from collections.abc import Mapping, Sequence

from service.workflow.compute.requirements import unmet
from service.workflow.offers import ConcurrencyCapacity, Dedicated, Offer
from service.workflow.policy import Policy

WEIGHTS: Mapping[str, float] = {
    "one": -1.832,
    "requests": 0.315,
    "requests_squared": 0.060,
    "curves": 0.412,
    "rates": 0.229,
    "strict": 1.219,
    "slow_costs": 0.538,
    "short_queue": 0.464,
    "no_hybrid": -0.492,
    "serverless_alone": -0.307,
    "nothing_eligible": -0.597,
}
"""What each fact adds to the logarithm of the seconds: a robust regression on 218 evaluations of `bench/estimates.py`,
drawn from seeds 1 and 2."""

TYPICAL_REQUESTS, FEWEST_REQUESTS = 100_000, 7_500
"""Below the fewest, what does not depend on their number takes the time."""

SHORT_QUEUE_MS = 1_000.0
"""Waits allowed up to this make requests at the peaks decide how many units it takes, which costs more replays."""


def estimated_seconds(requests: int, offers: Sequence[Offer], policy: Policy) -> float:
    """Return the seconds of one core that an evaluation is expected to take.

    requests: of the history. What it takes depends on the traffic too, in ways that nothing but computing it tells:
    of twenty drawn after the fit, sixteen took between half and twice as long. What takes longer than its
    request promised to wait is answered 202 for that reason.
    """
    facts = _facts(requests, offers, policy)
    return round(math.exp(sum(WEIGHTS[name] * value for name, value in facts.items())), 3)


def _facts(requests: int, offers: Sequence[Offer], policy: Policy) -> dict[str, float]:
    """Return what is known before anything is computed; reserved offers that share a capacity share their replays."""
    reserved = [offer for offer in offers if isinstance(offer, Dedicated)] if set(policy.modes) - {"serverless"} else []
    curves = {offer.capacity for offer in reserved if isinstance(offer.capacity, ConcurrencyCapacity)}
    rates = sum(rate.months <= policy.max_term_months for offer in reserved for rate in offer.rates)
    replayed = min(requests, policy.replay.max_requests) * max(1.0, float(policy.traffic_factor))
    size = math.log(max(replayed, FEWEST_REQUESTS) / TYPICAL_REQUESTS)
    wait = policy.queue.wait_ms
    required = policy.isolation.required
    return {
        "one": 1,
        "requests": size,
        "requests_squared": size**2,
        "curves": math.log1p(len(curves)),
        "rates": math.log1p(rates),
        "strict": policy.latency.strict,
        "slow_costs": bool(policy.latency.value_per_slow_request),
        "short_queue": wait is not None and wait <= SHORT_QUEUE_MS,
        "no_hybrid": "hybrid" not in policy.modes,
        "serverless_alone": not reserved,
        "nothing_eligible": all(any(unmet(offer, required)) for offer in offers),
    }
