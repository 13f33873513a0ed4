"""Asking for more is never cheaper, and neither is more of the same traffic."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from service.workflow.offers import Offer
from service.workflow.options import Option
from service.workflow.policy import LatencyMetric, LatencyPolicy, Policy, QueuePolicy
from service.workflow.traffic import RequestLog
from tests.effort import examples
from tests.markets import PROVISIONAL, chosen, options_of
from tests.property.workflow.strategies import Situation, situations

checked = settings(derandomize=True, max_examples=examples(40))

DEDICATED = replace(PROVISIONAL, modes=("dedicated",), max_term_months=36)

limits = st.sampled_from((1.0, 50.0, 400.0, 2000.0, 10_000.0, 60_000.0, 1_000_000.0, 80_000_000.0))


def needing(target_ms: float | None, metric: LatencyMetric = "first_token", wait_ms: float | None = 10_000.0) -> Policy:
    """Return a policy that rules out what misses the target."""
    latency = LatencyPolicy(metric=metric, target_ms=target_ms, strict=True)
    return replace(DEDICATED, latency=latency, queue=QueuePolicy(wait_ms=wait_ms))


def best(log: RequestLog, offers: list[Offer], policy: Policy) -> Decimal:
    """Return the least total of what meets the policy's needs, infinite where nothing does."""
    return min((o.adjusted for o in options_of(log, offers, policy).values() if meets(o)), default=Decimal("Infinity"))


def meets(option: Option) -> bool:
    """Tell whether an option may be recommended."""
    return option.eligible and not option.ruled_out


@checked
@given(situation=situations(), pair=st.tuples(limits, limits), metric=st.sampled_from(("first_token", "end_to_end")))
def test_a_stricter_target_is_never_cheaper_and_none_is_cheapest(
    situation: Situation, pair: tuple[float, float], metric: LatencyMetric
) -> None:
    log, offers, _ = situation
    strict, lax = sorted(pair)
    totals = [best(log, offers, needing(target, metric)) for target in (None, lax, strict)]
    assert totals == sorted(totals)


@checked
@given(situation=situations(), pair=st.tuples(limits, limits), target=st.none() | limits)
def test_a_stricter_queueing_goal_is_never_cheaper(
    situation: Situation, pair: tuple[float, float], target: float | None
) -> None:
    log, offers, _ = situation
    strict, lax = sorted(pair)
    totals = [best(log, offers, needing(target, wait_ms=wait)) for wait in (None, lax, strict)]
    assert totals == sorted(totals)


@checked
@given(situation=situations(plain=True), factor=st.sampled_from((2, 3, 5)))
def test_more_traffic_is_never_cheaper(situation: Situation, factor: int) -> None:
    log, offers, policy = situation
    free = replace(policy, margin=Decimal(0), traffic_factor=Decimal(1), latency=LatencyPolicy())
    before = chosen(log, offers, free)
    after = chosen(log, offers, replace(free, traffic_factor=Decimal(factor)))
    assert after is None or (before is not None and after.expected >= before.expected)
