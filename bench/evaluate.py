"""The whole evaluation: a million requests against 100 offers, and a year of minutes against 1,000."""

import resource
import time
from decimal import Decimal
from multiprocessing import get_context

from bench._scenarios import hundred_offers, thousand_offers, week_log, year_series
from service.workflow.compute.kinds.overflow import Overflow, Spilled
from service.workflow.compute.kinds.replay_specs import SpillProbe
from service.workflow.document import document
from service.workflow.evaluate import Evaluation, evaluate
from service.workflow.offers import Dedicated, Offer, Serverless
from service.workflow.options import HYBRID, Reservation
from service.workflow.policy import Policy
from service.workflow.traffic import TrafficHistory

RUNS = 3


def main() -> None:
    """Print seconds by phase and peak memory of both evaluations, best of a few runs each."""
    for case in (_week, _year):  # each in a process of its own: peaks of memory never fall
        process = get_context("spawn").Process(target=case)
        process.start()
        process.join()


def _week() -> None:
    evaluate(week_log(5_000), hundred_offers(), Policy())
    week = _report("a week of 1,000,000 requests, 100 offers over 12 curves", week_log(), hundred_offers())
    _brute_force(week, hundred_offers())


def _year() -> None:
    evaluate(week_log(5_000), hundred_offers(), Policy())
    _report("a year of minutes (525,600), 1,000 offers", year_series(), thousand_offers())


def _report(title: str, history: TrafficHistory, offers: list[Offer]) -> Evaluation:
    print(title)
    evaluation: Evaluation | None = None
    for _ in range(RUNS):
        evaluation = None  # one at a time in memory
        evaluation, seconds, phases = _timed(history, offers)
        text = ", ".join(f"{phase} {spent:.2f}" for phase, spent in phases.items())
        print(f"  {seconds:6.2f} s  ({text})")
    assert evaluation is not None
    exact = sum(1 for option in evaluation.options if not option.ruled_out)
    chosen = evaluation.recommendation.option
    print(f"  {len(evaluation.options)} options, {exact} exact; recommended: {None if chosen is None else chosen.key}")
    started = time.perf_counter()
    document(evaluation)
    print(f"  document {time.perf_counter() - started:.2f} s; peak memory {_peak_gigabytes():.2f} GB")
    return evaluation


def _brute_force(evaluation: Evaluation, offers: list[Offer]) -> None:
    """Replay every legal number of units with every overflow, and compare the best of each family."""
    case = evaluation.case
    serverless = [offer for offer in offers if isinstance(offer, Serverless)]
    dedicated = [offer for offer in offers if isinstance(offer, Dedicated)]
    started = time.perf_counter()
    cheapest: dict[SpillProbe, Decimal] = {}
    best: dict[int, Decimal] = {}
    for offer in dedicated:
        for units in range(offer.units.minimum, (offer.units.maximum or 0) + 1):
            probe = SpillProbe(offer.capacity, units, offer.capacity.streams(units))
            if probe not in cheapest:
                replay = probe.run(case)
                cheapest[probe] = min(
                    s.extra for s in (Overflow(o, Spilled(case, replay)) for o in serverless) if not s.violations
                )
            for rate in offer.rates:
                reservation = Reservation(offer, rate, units)
                total = case.terms.total(reservation) + cheapest[probe]
                family = case.terms.family(reservation, HYBRID)
                best[family] = min(total, best.get(family, total))
    seconds = time.perf_counter() - started
    for family, total in sorted(best.items()):
        found = min(o.expected for o in evaluation.options if o.mode == "hybrid" and o.family == family)
        assert found == total, f"family {family}: {found} is not {total}"
    print(f"  equal to brute force: {len(cheapest)} replays x {len(serverless)} overflows in {seconds:.1f} s")


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
