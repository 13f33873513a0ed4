"""Flip points of traffic: the factor on the measured volume at which the recommendation changes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from decimal import Decimal
from functools import partial

from service.workflow.compare.flip_points.point import FlipPoint, group_of
from service.workflow.compute.redecide import bounded_case, decide_again, with_factor
from service.workflow.compute.search.dominance import contenders
from service.workflow.measure.profile import TrafficProfile
from service.workflow.offers import Offer
from service.workflow.options import Option
from service.workflow.policy import Policy, ReplayPolicy
from service.workflow.traffic import TrafficHistory

GRID = Decimal("0.0001")
"""Factors are multiples of it."""

STEPS = 10
"""Half octaves tried on each side: volume halved and doubled up to five times."""

ABOVE = tuple((Decimal(2) ** i).sqrt().quantize(GRID) for i in range(1, STEPS + 1))
BELOW = tuple((Decimal(2) ** -i).sqrt().quantize(GRID) for i in range(1, STEPS + 1))
"""Factors tried, nearest first: half octaves, so that a change that is undone within an octave is seen."""

HALVINGS = 4
"""Bisections of the half octave in which the answer changes: the factor is found to about 2 %."""

SAMPLES = (40_000, 150_000)
"""Requests replayed at each factor: the larger sample where the smaller does not give the answer of the whole."""

LARGEST = 4
"""Times a sample's size that its replays take at most. The fewest stretches of traffic with one busy hour can hold more
at a high factor; what is recommended there is not looked for."""

Decide = Callable[[Decimal], Option | None]


def traffic_flips(
    history: TrafficHistory,
    profile: TrafficProfile,
    offers: Sequence[Offer],
    now: Option,
    policy: Policy,
    executor: Executor,
) -> Iterator[FlipPoint]:
    """Yield the nearest factor below and above the policy's own at which another answer than `now` is recommended.

    Nothing where even the larger sample gives another answer than the whole: its flips would be of another question.
    """
    rivals = contenders(offers, policy)

    def decide(factor: Decimal, most: int) -> Option | None:
        """Return what is recommended at a factor, on a sample of so many requests."""
        within = max(1, int(most / max(policy.traffic_factor * factor, Decimal(1))))
        sampled = replace(policy, replay=ReplayPolicy(min(within, policy.replay.max_requests)))
        case = bounded_case(history, profile, with_factor(sampled, factor), offers, LARGEST * most)
        return None if case is None else decide_again(case, rivals, executor)

    for most in SAMPLES:
        same = decide(Decimal(1), most)
        if same is not None and group_of(same) == group_of(now):
            yield from _both_sides(partial(decide, most=most), now, policy)
            return


def _both_sides(decide: Decide, now: Option, policy: Policy) -> Iterator[FlipPoint]:
    for direction, factors in (("below", BELOW), ("above", ABOVE)):
        found = _first_change(decide, group_of(now), factors)
        if found is not None:
            factor, option = found
            value = policy.traffic_factor * factor
            yield FlipPoint(
                "traffic", "traffic_factor", "factor", policy.traffic_factor, value, direction, option.key, exact=False
            )


def _first_change(decide: Decide, now: str, factors: Sequence[Decimal]) -> tuple[Decimal, Option] | None:
    same = Decimal(1)
    for factor in factors:
        option = decide(factor)
        if option is not None and group_of(option) != now:
            return _bisect(decide, now, same, (factor, option))
        same = factor
    return None


def _bisect(decide: Decide, now: str, same: Decimal, other: tuple[Decimal, Option]) -> tuple[Decimal, Option]:
    """Halve the half octave geometrically, from the present answer's side towards the change."""
    for _ in range(HALVINGS):
        middle = (same * other[0]).sqrt().quantize(GRID)
        option = decide(middle)
        if option is None or group_of(option) == now:
            same = middle
        else:
            other = (middle, option)
    return other
