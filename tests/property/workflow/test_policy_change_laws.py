"""Laws of deciding again: under any policy it says what an evaluation says, and of one basis it replays nothing."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.kit import canonical_json
from service.workflow.compute import compute
from service.workflow.compute.kinds import replay_specs, serverless, sizing
from service.workflow.compute.replay_cache import NotReplayedError
from service.workflow.document import document
from service.workflow.evaluate import Evaluation, evaluate
from service.workflow.policy import (
    MODES,
    HorizonPolicy,
    HybridPolicy,
    IsolationNeeds,
    IsolationPolicy,
    Policy,
    SufficiencyPolicy,
)
from service.workflow.policy_change import Computation, basis, foreseen
from tests.effort import examples
from tests.markets import EXECUTOR, PROVISIONAL, gpu_offer, token_offer
from tests.property.workflow.strategies import Situation, amounts, crowd, situations

checked = settings(derandomize=True, max_examples=examples(12))

REPLAYS = (
    (replay_specs, "replay_hybrid"),
    (replay_specs, "replay_throughput"),
    (replay_specs, "replay_dedicated"),
    (replay_specs, "replay_autoscaled"),
    (replay_specs, "split_buckets"),
    (serverless, "replay_serverless"),
    (serverless, "replay_instances"),
    (sizing, "replay_dedicated"),
    (sizing, "replay_within"),
)
"""Whatever replays requests."""

NEEDS = (
    IsolationNeeds(),
    IsolationNeeds(tenancy="dedicated"),
    IsolationNeeds(version_pinning=True),
    IsolationNeeds(residency=("eu",)),
    IsolationNeeds(tenancy="dedicated", version_pinning=True),
)


@st.composite
def answers(draw: st.DrawFn, policy: Policy) -> Policy:
    """Draw a policy of the same basis: whatever needs no replay is answered anew."""
    latency = replace(
        policy.latency, strict=draw(st.booleans()), value_per_slow_request=draw(amounts("0", "0.5", places=2))
    )
    return replace(
        policy,
        margin=draw(amounts("0", "0.5", places=2)),
        simplicity_margin=draw(amounts("0", "0.2", places=2)),
        modes=tuple(draw(st.lists(st.sampled_from(MODES), min_size=1, unique=True).map(sorted))),
        max_term_months=draw(st.sampled_from((0, 1, 12, 36))),
        max_throttled_share=draw(st.sampled_from((0.0, 0.01, 0.5))),
        latency=latency,
        isolation=IsolationPolicy(
            draw(st.sampled_from(NEEDS)), draw(st.sampled_from(NEEDS)), draw(amounts("0", "500", places=2))
        ),
        hybrid=HybridPolicy(
            policy.hybrid.threshold,
            draw(st.sampled_from((Decimal(0), Decimal(100)))),
            draw(amounts("0", "9", places=1)),
        ),
        horizon=HorizonPolicy(persistence_per_month=draw(st.sampled_from((Decimal(1), Decimal("0.9"))))),
        sufficiency=SufficiencyPolicy(draw(st.sampled_from((1, 7))), allow_provisional=draw(st.booleans())),
        review_days=draw(st.sampled_from((7, 30))),
    )


@contextmanager
def no_replay() -> Iterator[None]:
    """Refuse every replay."""
    with ExitStack() as stack:
        for module, name in REPLAYS:
            stack.enter_context(patch.object(module, name, side_effect=AssertionError(f"{name} was called")))
        yield


def said(evaluation: Evaluation) -> bytes:
    """Return what deciding again must say too: measurement, options in their order, crossovers, recommendation."""
    body: dict[str, Any] = dict(document(evaluation))
    kept = {name: body["comparison"][name] for name in ("crossovers", "pareto")}
    recommendation = dict(body["recommendation"])
    recommendation.pop("would_change")
    recommendation["reasons"] = [r for r in recommendation["reasons"] if r["code"] != "growth"]
    body = body | {"comparison": kept, "recommendation": recommendation}
    return canonical_json.dumps(body)


@checked
@given(data=st.data(), situation=situations(), budget=st.sampled_from((0, 60, 10_000_000)))
def test_decided_again_is_evaluated(data: st.DataObject, situation: Situation, budget: int) -> None:
    log, offers, policy = situation
    changed = [policy, *(data.draw(answers(policy)) for _ in range(3))]
    with patch.object(compute, "EXPLORE_REQUESTS", budget):
        evaluated = [said(evaluate(log, offers, each, threads=1)) for each in changed]
        again = Computation(log, offers, policy)
        assert [said(again.under(each, EXECUTOR, may_replay=True)) for each in changed] == evaluated
        with no_replay():
            assert [said(again.under(each, EXECUTOR, may_replay=False)) for each in changed] == evaluated


@checked
@given(data=st.data(), situation=situations())
def test_what_was_foreseen_replays_nothing(data: st.DataObject, situation: Situation) -> None:
    log, offers, policy = situation
    again = Computation(log, offers, policy)
    for each in foreseen(policy, again.offers):
        again.under(each, EXECUTOR, may_replay=True)
    required = data.draw(st.sampled_from(NEEDS[:3]))
    changed = replace(
        policy,
        margin=data.draw(amounts("0", "0.5", places=2)),
        max_term_months=data.draw(st.sampled_from((0, policy.max_term_months))),
        isolation=replace(policy.isolation, required=required),
    )
    with no_replay():
        again.under(changed, EXECUTOR, may_replay=False)


@checked
@given(situation=situations(), factor=st.sampled_from((Decimal("0.5"), Decimal(2))))
def test_other_traffic_or_another_goal_is_another_basis(situation: Situation, factor: Decimal) -> None:
    _, _, policy = situation
    others = (
        replace(policy, traffic_factor=factor),
        replace(policy, latency=replace(policy.latency, target_ms=1234.0)),
        replace(policy, hybrid=replace(policy.hybrid, threshold=0.123)),
        replace(policy, deferrable_share=Decimal("0.3")),
    )
    assert basis(policy) not in [basis(other) for other in others]


def test_what_was_never_replayed_is_not_made_up() -> None:
    log = crowd(seed=7, span=3600, count=30)
    with pytest.raises(NotReplayedError):
        Computation(log, [token_offer(), gpu_offer()], PROVISIONAL).under(PROVISIONAL, EXECUTOR, may_replay=False)
