"""Thresholds: at how many streams in service a hybrid spills."""

from service.workflow.compute.case import Case
from service.workflow.offers import Dedicated

LOWERED_THRESHOLDS = (0.75, 0.5, 0.25)
"""Shares of the policy's threshold tried too when latency is worth money: fewer streams a unit are faster."""


def default_streams(case: Case, offer: Dedicated, units: int) -> int:
    """Return the streams in service at which the policy's hybrid spills; 0 for provisioned throughput."""
    streams = offer.capacity.streams(units)
    share = case.threshold
    return max(1, streams * share.numerator // share.denominator) if streams else 0


def thresholds(case: Case, offer: Dedicated, units: int) -> tuple[int, ...]:
    """Return the thresholds to try: the policy's and, when latency is worth money, lower ones."""
    default = default_streams(case, offer, units)
    if not default or not case.latency_is_priced:
        return (default,)
    return tuple(dict.fromkeys((default, *lowered(default))))


def lowered(default: int) -> tuple[int, ...]:
    """Return lower thresholds than the policy's, highest first."""
    return tuple(max(1, int(default * share)) for share in LOWERED_THRESHOLDS)
