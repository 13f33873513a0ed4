"""Flip points of the policy's weights: how much latency or isolation must be worth to change the recommendation."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from service.workflow.compare.affine import Line, Rule, flips
from service.workflow.compare.prices import FlipPoint, group_of
from service.workflow.compute.option import Option
from service.workflow.policy import Policy


def weight_flips(options: Sequence[Option], policy: Policy) -> Iterator[FlipPoint]:
    """Yield the flip points of `latency.weight` and `isolation.weight`; a weight of 0 has no factor to move by."""
    standing = [option for option in options if option.eligible and not option.ruled_out]
    if not standing:
        return
    latency = [(option, option.latency_value) for option in standing]
    isolation = [(option, option.isolation_value) for option in standing]
    weights = (
        ("latency.weight", policy.latency.weight, latency),
        ("isolation.weight", policy.isolation.weight, isolation),
    )
    for name, weight, values in weights:
        lines = [Line(o.key, group_of(o), o.family, o.adjusted - value, value) for o, value in values]
        if not any(line.slope for line in lines):
            continue
        for flip in flips(Rule(lines, policy.margin, policy.incumbent)):
            direction = "below" if flip.factor < 1 else "above"
            value = weight * Decimal(flip.factor)
            yield FlipPoint("weight", name, "factor", weight, value, direction, flip.after.key)
