"""Policy change: the same traffic and offers decided again under another policy, without a replay where none is needed.

What a policy says about margins, terms, modes, needs, values, the incumbent and evidence changes which options are
allowed, what they count as and which of them is chosen; replays answer the same (see basis). The search runs as it does
for an evaluation, on answers that are kept, so that options, their order, their totals and the recommendation are the
same to the last digit. Left out is what takes replays of its own: flip points, marginal units and the walk forward.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from decimal import Decimal

from service.workflow.compare.compare import Comparison
from service.workflow.compare.crossover import crossovers
from service.workflow.compare.pareto import frontier
from service.workflow.compare.uncertainty import uncertainty
from service.workflow.compute.case import Case
from service.workflow.compute.compute import compute, with_incumbent, with_tuned
from service.workflow.compute.replay_cache import ReplayCache
from service.workflow.evaluate import Evaluation, decided, pose
from service.workflow.measure import measure
from service.workflow.measure.profile import TrafficProfile
from service.workflow.offers import Dedicated, Offer
from service.workflow.policy import MODES, IsolationNeeds, IsolationPolicy, Policy, SufficiencyPolicy
from service.workflow.prepare import spelled
from service.workflow.remarks import Remark
from service.workflow.traffic import TrafficHistory

VALUES = (Decimal("0.001"), Decimal("0.01"), Decimal("0.1"), Decimal(1))
"""Money for a slow request that is foreseen: what it takes changes with the order of magnitude."""

ENTRY_BYTES, CURVE_BYTES, ANSWER_BYTES = 120, 24, 2
"""What is held for each request or bucket: as read and as replayed; for each capacity; for each answer."""

_DEFAULT = Policy()


def basis(policy: Policy) -> Policy:
    """Return a policy without what can be decided again: policies of one basis share their replays."""
    return replace(
        policy,
        margin=_DEFAULT.margin,
        simplicity_margin=_DEFAULT.simplicity_margin,
        modes=_DEFAULT.modes,
        incumbent=None,
        commitments=(),
        max_term_months=_DEFAULT.max_term_months,
        max_throttled_share=_DEFAULT.max_throttled_share,
        latency=replace(
            policy.latency,
            strict=False,
            value_per_slow_request=_DEFAULT.latency.value_per_slow_request,
            weight=_DEFAULT.latency.weight,
        ),
        isolation=IsolationPolicy(),
        hybrid=replace(_DEFAULT.hybrid, threshold=policy.hybrid.threshold),
        horizon=_DEFAULT.horizon,
        sufficiency=SufficiencyPolicy(),
        uncertainty=_DEFAULT.uncertainty,
        review_days=_DEFAULT.review_days,
        review_drift=_DEFAULT.review_drift,
    )


def foreseen(policy: Policy, offers: Sequence[Offer]) -> Iterator[Policy]:
    """Yield policies of one basis that answers on terms, needs, values and modes lead to: one changed first, then two.

    Whoever decides under each of them once has the replays that those answers take, and most of their combinations.
    """
    dedicated = [offer for offer in offers if isinstance(offer, Dedicated)]
    terms = {math.ceil(rate.months) for offer in dedicated for rate in offer.rates}
    places = sorted({place for offer in offers for place in offer.isolation.residency})
    asked = IsolationNeeds(tenancy="dedicated"), IsolationNeeds(version_pinning=True)
    places.append("nowhere")  # what rules everything out
    needs = (*asked, *(IsolationNeeds(residency=(place,)) for place in places))
    months = sorted({0, policy.max_term_months, *terms})
    alone = [(IsolationNeeds(), longest) for longest in months] + [(need, policy.max_term_months) for need in needs]
    for required, longest in alone:
        yield replace(policy, max_term_months=longest, isolation=replace(policy.isolation, required=required))
    if policy.latency.target_ms is not None:
        latencies = [replace(policy.latency, strict=True)]
        latencies += [replace(policy.latency, value_per_slow_request=value) for value in VALUES]
        yield from (replace(policy, latency=latency) for latency in latencies)
    for left_out in MODES:
        yield replace(policy, modes=tuple(mode for mode in MODES if mode != left_out))
    for required, longest in ((need, longest) for need in needs for longest in months if (need, longest) not in alone):
        yield replace(policy, max_term_months=longest, isolation=replace(policy.isolation, required=required))


class Computation:
    """Traffic on offers, measured once; replays are kept, so that deciding again needs no more than is new.

    What it holds grows with the replays that were asked for; see size_bytes.
    """

    def __init__(
        self, history: TrafficHistory, offers: Sequence[Offer], policy: Policy, remarks: Sequence[Remark] = ()
    ) -> None:
        """Measure the history under the basis of a policy. Raises as `evaluate` does."""
        self.basis = basis(policy)
        self._history = history
        self._posed = pose(history, offers, self.basis, remarks=remarks)
        self._cache = ReplayCache()
        self._profiles: dict[SufficiencyPolicy, TrafficProfile] = {self.basis.sufficiency: self._posed.case.profile}

    @property
    def size_bytes(self) -> int:
        """About how much memory it holds."""
        curves = {offer.capacity for offer in self._posed.offers if isinstance(offer, Dedicated)}
        each = ENTRY_BYTES + CURVE_BYTES * len(curves) + ANSWER_BYTES * len(self._cache.answers)
        return each * len(self._posed.case.arrivals)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The offers that are compared."""
        return self._posed.offers

    def under(
        self, policy: Policy, executor: Executor, *, may_replay: bool, is_over: Callable[[], bool] | None = None
    ) -> Evaluation:
        """Return the evaluation under a policy of the same basis, without flip points, marginal units, walk forward.

        is_over: asked before each replay, whether no more may be made. What was replayed until then is kept.
        Raises WorkflowError as `evaluate` does, and NotReplayedError where it takes a replay and none may be made.
        """
        policy = spelled(policy, self._posed.market)
        case = self._case(policy, self._cache.only(may_replay=may_replay, is_over=is_over))
        offers = self._posed.offers
        computed = with_tuned(with_incumbent(compute(case, offers, executor), case, offers), case, offers)
        options = computed.options
        comparison = Comparison(
            crossovers=tuple(crossovers(case, offers)),
            marginal=(),
            marginal_of=None,
            pareto=tuple(frontier(options, policy.latency.metric)),
            flip_points=(),
            uncertainty=uncertainty(case, options),
            walk_forward=None,
        )
        evaluation = decided(replace(self._posed, case=case), computed, comparison)
        recommendation = evaluation.recommendation
        # Of growth nothing is known without flip points, not even that nothing turns.
        known = tuple(reason for reason in recommendation.reasons if reason.code != "growth")
        return replace(evaluation, recommendation=replace(recommendation, reasons=known))

    def _case(self, policy: Policy, cache: ReplayCache) -> Case:
        assert basis(policy) == self.basis
        sufficiency = policy.sufficiency
        if sufficiency not in self._profiles:
            self._profiles[sufficiency] = measure(self._history, policy)
        return replace(self._posed.case, policy=policy, profile=self._profiles[sufficiency], cache=cache)
