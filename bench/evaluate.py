"""The whole evaluation: a million requests against 100 offers, and a year of minutes against 1,000."""

import resource
import time

from bench._scenarios import hundred_offers, thousand_offers, week_log, year_series
from service.workflow.document import document
from service.workflow.evaluate import Evaluation, evaluate
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.traffic import TrafficHistory

RUNS = 3


def main() -> None:
    """Print seconds by phase and peak memory of both evaluations, best of a few runs each."""
    evaluate(week_log(5_000), hundred_offers(), Policy())
    _report("a week of 1,000,000 requests, 100 offers over 12 curves", week_log(), hundred_offers())
    _report("a year of minutes (525,600), 1,000 offers", year_series(), thousand_offers())


def _report(title: str, history: TrafficHistory, offers: list[Offer]) -> None:
    print(title)
    for _ in range(RUNS):
        evaluation, seconds, phases = _timed(history, offers)
        text = ", ".join(f"{phase} {spent:.2f}" for phase, spent in phases.items())
        print(f"  {seconds:6.2f} s  ({text})")
    exact = sum(1 for option in evaluation.options if not option.ruled_out)
    chosen = evaluation.recommendation.option
    print(f"  {len(evaluation.options)} options, {exact} exact; recommended: {None if chosen is None else chosen.key}")
    started = time.perf_counter()
    document(evaluation)
    print(f"  document {time.perf_counter() - started:.2f} s; peak memory {_peak_gigabytes():.2f} GB")


def _timed(history: TrafficHistory, offers: list[Offer]) -> tuple[Evaluation, float, dict[str, float]]:
    marks: list[tuple[float, str]] = []
    started = time.perf_counter()
    evaluation = evaluate(history, offers, Policy(), lambda phase, _: marks.append((time.perf_counter(), phase)))
    ended = time.perf_counter()
    phases: dict[str, float] = {}
    for (begun, phase), (until, _) in zip(marks, [*marks[1:], (ended, "")], strict=True):
        phases[phase] = phases.get(phase, 0.0) + until - begun
    return evaluation, ended - started, phases


def _peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
