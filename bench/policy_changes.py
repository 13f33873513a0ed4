"""Deciding again under other policies: the example, and a million requests against 100 offers, on replays kept."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

from bench._scenarios import hundred_offers, week_log
from service.example import WORKLOAD, sheets
from service.example.traffic import example_log
from service.price_sheets.offer_values import build_offers
from service.workflow.compute.replay_cache import NotReplayedError
from service.workflow.document import document
from service.workflow.evaluate import evaluate
from service.workflow.offers import Offer
from service.workflow.policy import IsolationNeeds, IsolationPolicy, Policy, SufficiencyPolicy
from service.workflow.policy_change import Computation, foreseen
from service.workflow.traffic import TrafficHistory

POLICY = Policy()

ANSWERS = {
    "margin 25 %": replace(POLICY, margin=Decimal("0.25")),
    "on demand alone": replace(POLICY, max_term_months=0),
    "dedicated tenancy": replace(POLICY, isolation=IsolationPolicy(IsolationNeeds(tenancy="dedicated"))),
    "no hybrids": replace(POLICY, modes=("serverless", "dedicated", "autoscaled")),
    "three weeks asked": replace(POLICY, sufficiency=SufficiencyPolicy(days=21)),
}


def main() -> None:
    """Print seconds of the first computation and of preparing for answers, and milliseconds of each answer."""
    evaluate(week_log(5_000), hundred_offers(), POLICY)
    offers = [offer for sheet in sheets() for offer in build_offers(sheet, WORKLOAD["model"])]
    _report("the example: 726,698 requests, 10 offers", example_log(), offers)
    _report("a week of 1,000,000 requests, 100 offers over 12 curves", week_log(), hundred_offers())


def _report(title: str, history: TrafficHistory, offers: Sequence[Offer]) -> None:
    print(title)
    with ThreadPoolExecutor(2) as executor:
        begun = time.perf_counter()
        computation = Computation(history, offers, POLICY)
        computation.under(POLICY, executor, may_replay=True)
        first = time.perf_counter()
        for likely in foreseen(POLICY, computation.offers):
            computation.under(likely, executor, may_replay=True)
        print(f"  first {first - begun:.2f} s, foreseen {time.perf_counter() - first:.2f} s", end="")
        print(f", holds about {computation.size_bytes / 2**20:.0f} MiB")
        for name, policy in ANSWERS.items():
            try:
                print(f"  {name}: {_best(computation, policy, executor):.0f} ms")
            except NotReplayedError:
                print(f"  {name}: takes a replay")


def _best(computation: Computation, policy: Policy, executor: ThreadPoolExecutor) -> float:
    """Return the milliseconds of the quickest of a few runs."""
    spent = []
    for _ in range(5):
        begun = time.perf_counter()
        document(computation.under(policy, executor, may_replay=False))
        spent.append(time.perf_counter() - begun)
    return 1000 * min(spent)


if __name__ == "__main__":
    main()
