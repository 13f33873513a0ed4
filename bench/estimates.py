"""Estimated against measured seconds of evaluations drawn from a seed that the estimate was not fitted on.

Seconds of processor time, all threads together, so that a busy machine says the same: `COUNT=40 SEED=3`.
"""

import os
import time

import numpy as np

from bench._estimate_cases import Case, drawn
from bench._scenarios import hundred_offers, week_log
from service.evaluations.estimating import TrafficSize, estimated_seconds, size_of
from service.evaluations.machine_speed import slowness
from service.workflow.document import document
from service.workflow.evaluate import evaluate
from service.workflow.policy import Policy
from service.workflow.traffic import RequestLog, TrafficHistory

COUNT, SEED = int(os.environ.get("COUNT", "40")), int(os.environ.get("SEED", "3"))

FACTORS = (1.5, 2.0, 3.0)

LARGEST_SECONDS = 5.0
"""Up to which estimate a request answers by itself, see evaluations/waiting.py."""


def main() -> None:
    """Print how far estimates are off, and the evaluations that take others than they promise."""
    evaluate(week_log(5_000), hundred_offers(), Policy())
    print(f"  this process needs {slowness():.2f} times the seconds of the one that the estimate was fitted on")
    cases = list(drawn(COUNT, SEED))
    ratios = np.array([_ratio(case) for case in cases])
    for factor in FACTORS:
        share = np.mean((ratios > 1 / factor) & (ratios < factor))
        print(f"  within a factor of {factor}: {share:.1%} of {COUNT}")
    quantiles = ", ".join(f"{value:.2f}" for value in np.quantile(ratios, (0.025, 0.25, 0.5, 0.75, 0.975)))
    print(f"  estimated / measured at 2.5, 25, 50, 75, 97.5 %: {quantiles}")


def _ratio(case: Case) -> float:
    begun = time.process_time()
    document(evaluate(case.history, case.offers, case.policy))
    measured = time.process_time() - begun
    estimated = estimated_seconds(size(case.history), case.offers, case.policy)
    ratio = estimated / measured
    if not 0.5 < ratio < 2 or (estimated <= LARGEST_SECONDS) != (measured <= LARGEST_SECONDS):
        print(f"  {case.name}: estimated {estimated:.2f} s, took {measured:.2f} s", flush=True)
    return ratio


def size(history: TrafficHistory) -> TrafficSize:
    """Return what is known of a history before it is loaded."""
    is_log = isinstance(history, RequestLog)
    times = history.arrival_us if isinstance(history, RequestLog) else history.start_us
    counted = None if isinstance(history, RequestLog) or history.requests is None else int(history.requests.sum())
    columns = (history.input_tokens, history.cached_input_tokens, history.output_tokens)
    tokens = (int(columns[0].sum()), int(columns[1].sum()), int(columns[2].sum()))
    return size_of(int(times[0]), int(times[-1]), len(times) if is_log else counted, tokens)
