"""The whole method, from measured traffic to a decision. Read this function to know what Crossover does."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from service.workflow.assumptions import assumptions
from service.workflow.compare.compare import Comparison, compare
from service.workflow.compute.case import Case
from service.workflow.compute.compute import Computed, compute, with_incumbent, with_tuned
from service.workflow.compute.findings import replay_findings
from service.workflow.compute.redecide import case_of
from service.workflow.compute.replaying import Attended
from service.workflow.decide.recommend import Recommendation, recommend
from service.workflow.deferring import deferred
from service.workflow.measure.profile import Finding
from service.workflow.measure.window import clip
from service.workflow.measured_speeds import maybe_read_twice
from service.workflow.offers import Offer
from service.workflow.options import Option
from service.workflow.policy import Policy
from service.workflow.prepare import prepare, spelled
from service.workflow.quantities import blended, class_sums_of, counts_of, unclassed, unpriced
from service.workflow.remarks import Remark, capped
from service.workflow.traffic import TrafficHistory

Spread = Callable[[Executor], AbstractContextManager[Executor]]
"""Gives what replays run on, out of the threads of this process: these themselves, or other machines."""

Progress = Callable[[str, float], None]
"""Hears (phase, share of the phase done), also between any two batches of replays; phases are measure, compute,
compare, decide. What it raises ends the evaluation."""


@dataclass(frozen=True)
class Evaluation:
    """One run of measure → compute → compare → decide, in one currency; findings are about the replays.

    remarks: on the inputs, as they were handed in, and on what was assumed of them that decides the answer.
    """

    case: Case
    currency: str
    options: tuple[Option, ...]
    findings: tuple[Finding, ...]
    comparison: Comparison
    recommendation: Recommendation
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Posed:
    """What is to be decided, before anything is computed.

    market: the offers in one currency, under names of their own. offers: those as this traffic is billed by them, with
    what may wait for the cheaper ones. remarks: on the inputs.
    """

    case: Case
    market: tuple[Offer, ...]
    offers: tuple[Offer, ...]
    currency: str
    remarks: tuple[Remark, ...]


def _silent(phase: str, share: float) -> None:
    """Tell nobody."""


def evaluate(
    history: TrafficHistory,
    offers: Sequence[Offer],
    policy: Policy,
    progress: Progress = _silent,
    threads: int = 2,
    remarks: Sequence[Remark] = (),
    spread: Spread = nullcontext,
) -> Evaluation:
    """Decide between serverless, dedicated and hybrid capacity for one workload.

    remarks: what is known to be wanting about the inputs; those that can move the answer lower its confidence. The
    same inputs give the same answer whatever the number of threads and wherever `spread` has them replayed.
    Raises WorkflowError for offers that cannot be compared and InsufficientTraffic for a history too small to measure.
    """
    posed = pose(history, offers, policy, progress, remarks)
    case, offers = posed.case, posed.offers

    with ThreadPoolExecutor(threads) as pool, spread(pool) as replaying:
        executor = Attended(replaying, progress)
        try:
            executor.progress("compute", 0.0)
            computed = compute(case, offers, executor, partial(executor.progress, "compute"))
            computed = with_tuned(with_incumbent(computed, case, offers), case, offers)

            comparison = compare(history, case, computed, offers, executor, executor.progress)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # what ends early leaves replays that were begun ahead

    progress("decide", 0.0)
    return decided(posed, computed, comparison)


def pose(
    history: TrafficHistory,
    offers: Sequence[Offer],
    policy: Policy,
    progress: Progress = _silent,
    remarks: Sequence[Remark] = (),
) -> Posed:
    """Measure the traffic and make the offers comparable on it. Raises as `evaluate` does."""
    market, currency = prepare(offers, policy)
    policy = spelled(policy, market)

    progress("measure", 0.0)
    case = case_of(history, policy, market)

    window = clip(history, case.profile.start_us, case.profile.end_us)
    counts = counts_of(window)
    remarks = (*remarks, *unpriced(market, counts), *unclassed(market, window))
    remarks = (*remarks, *maybe_read_twice(case, market))
    waiting = deferred(blended(market, counts, class_sums_of(window)), policy.deferrable_share, counts)
    remarks = (*remarks, *waiting.remarks)
    return Posed(replace(case, offers=waiting.offers), market, waiting.offers, currency, remarks)


def decided(posed: Posed, computed: Computed, comparison: Comparison) -> Evaluation:
    """Return what was computed and compared with its recommendation."""
    case = posed.case
    recommendation = recommend(case, computed.options, comparison)
    remarks = (*posed.remarks, *assumptions(case, recommendation.option, computed.options))
    findings = replay_findings(case, posed.offers)
    return Evaluation(
        case, posed.currency, computed.options, findings, comparison, capped(recommendation, remarks), remarks
    )
