"""Walk-forward: decide on the first part of the history, pay on the last, and compare with hindsight."""

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from decimal import Decimal

from service.workflow.compute.case import Case
from service.workflow.compute.forecast import Forecast, forecast_of
from service.workflow.compute.kinds.conditional import offers_for
from service.workflow.compute.kinds.realize import realize
from service.workflow.compute.redecide import as_measured, case_of, cheapest, decide_again
from service.workflow.compute.search.dominance import contenders
from service.workflow.measure import InsufficientTraffic, clip
from service.workflow.measure.profile import TrafficProfile
from service.workflow.offers import Offer
from service.workflow.options import Violation
from service.workflow.policy import ForecastPolicy, Policy, ReplayPolicy
from service.workflow.traffic import WEEK, TrafficHistory


@dataclass(frozen=True, slots=True)
class WalkForward:
    """What deciding on the first `weeks_decided` weeks would have cost over the last `weeks_paid`, money a month.

    decided: the option chosen then; paid: its adjusted total on the last part; violations: the hard needs that it
    missed there. hindsight: the cheapest option that met them all there, and best: its total. regret: paid ÷ best − 1,
    infinite where the best was free.
    """

    weeks_decided: int
    weeks_paid: int
    decided: str
    paid: Decimal
    violations: tuple[Violation, ...]
    hindsight: str
    best: Decimal
    regret: float


def walk_forward(
    history: TrafficHistory, profile: TrafficProfile, offers: Sequence[Offer], policy: Policy, executor: Executor
) -> WalkForward | None:
    """Return the walk-forward of a window of two weeks or more.

    A part is replayed as densely as the whole: of a sampled history, a sample in proportion. That weeks repeat, which
    one week cannot show, is known from the whole. None of a shorter window, where a part holds no traffic, or where
    nothing is eligible.
    """
    weeks = (profile.end_us - profile.start_us) // WEEK
    if weeks < 2:
        return None
    decided = weeks - weeks // 2
    middle = profile.start_us + decided * WEEK
    fresh = replace(policy, incumbent=None, commitments=())
    deciding = replace(fresh, forecast=_of_weeks(fresh.forecast, forecast_of(profile, fresh.forecast), decided))
    kept = contenders(offers, fresh)
    # What is worked out of a part takes as much memory as of the whole: the first's is gone before the last is there.
    try:
        first = case_of(clip(history, profile.start_us, middle), _as_densely(deciding, decided, weeks), offers)
        chosen = _chosen(first, offers_for(first, kept), executor)
        first.profile.known.clear()
        del first
        last = case_of(clip(history, middle, profile.end_us), _as_densely(fresh, weeks - decided, weeks), offers)
    except InsufficientTraffic:
        return None
    rivals = offers_for(last, kept)
    paid = None if chosen is None else realize(last, chosen, rivals)
    best = cheapest(replace(last, policy=as_measured(last.policy)), rivals, executor)
    last.profile.known.clear()
    if paid is None or best is None:
        return None
    if paid.eligible and paid.adjusted < best.adjusted:
        best = paid
    regret = _regret(paid.adjusted, best.adjusted)
    return WalkForward(
        decided, weeks - decided, paid.key, paid.adjusted, paid.violations, best.key, best.adjusted, regret
    )


def _chosen(case: Case, offers: Sequence[Offer], executor: Executor) -> str | None:
    """Return the key of what is recommended on a case."""
    choice = decide_again(case, offers, executor)
    return None if choice is None else choice.key


def _of_weeks(policy: ForecastPolicy, whole: Forecast, weeks: int) -> ForecastPolicy:
    """Return the forecast of a part: where the whole repeats weekly, all days of a single week count alike."""
    if not whole.weekly or weeks > 1:
        return policy
    return replace(policy, half_life_days=None, base_discount=whole.discount, discount_per_volatility=0.0)


def _regret(paid: Decimal, best: Decimal) -> float:
    if not best:
        return float("inf") if paid else 0.0
    return float(paid / best) - 1


def _as_densely(policy: Policy, part: int, weeks: int) -> Policy:
    return replace(policy, replay=ReplayPolicy(-(-policy.replay.max_requests * part // weeks)))
