"""Estimating: about how long an evaluation will take, to choose between answering at once and queueing."""

from collections.abc import Sequence

from service.workflow.offers import Dedicated, Offer
from service.workflow.policy import Policy

BASE_SECONDS = 0.15
"""Reading, measuring and writing the smallest history."""

SECONDS_PER_REQUEST = 4e-7
"""Of each replayed request and capacity curve: measured by bench/evaluate.py, rounded up."""


def estimated_seconds(requests: int, offers: Sequence[Offer], policy: Policy) -> float:
    """Return the seconds an evaluation is expected to take on one core.

    requests: of the history. Reserved offers that share a capacity share their replays.
    """
    replayed = min(requests, policy.replay.max_requests) * max(1.0, float(policy.traffic_factor))
    curves = len({offer.capacity for offer in offers if isinstance(offer, Dedicated)})
    return round(BASE_SECONDS + replayed * (1 + curves) * SECONDS_PER_REQUEST, 3)
