"""What charts need and an evaluation does not hold: traffic kept and spilled over time, and money over volume.

All of it is a function of the evaluation's own inputs, so it is computed once after it, kept beside it, and never
part of its digest. Nothing here decides: it replays the option that the evaluation names, and asks the core what is
cheapest at other volumes.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np

from service.reports.load_over_time import Steps, load_over_time, plain, steps_of
from service.reports.offer_names import kind_of
from service.reports.reading import Answer
from service.workflow.compute.case import Case
from service.workflow.compute.kinds.realize import realize
from service.workflow.compute.kinds.replay_specs import QueueProbe, SpillProbe
from service.workflow.compute.redecide import case_of, cheapest, decide_again, measured_case, with_factor
from service.workflow.offers import Capacity, ConcurrencyCapacity, Offer
from service.workflow.options import Option
from service.workflow.policy import MODES, Policy
from service.workflow.prepare import prepare, spelled
from service.workflow.replay.buckets import split_buckets
from service.workflow.traffic import Float64s, TrafficHistory

Json = dict[str, Any]

VERSION = 3
"""Of this form: what is kept under another one is computed anew."""

FACTORS = ("0.05", "0.15", "0.3", "0.5", "0.65", "0.8", "0.9", "1", "1.1", "1.25", "1.4", "1.6", "1.8", "2")
FARTHER = ("2.5", "3", "3.5", "4")
"""Looked at too where nothing changes up to twice today's traffic."""

HALVINGS = 4
"""How often the stretch between two volumes of unlike answers is halved, to find where the answer changes."""

BUSY_REQUESTS = 600_000
BUSY_FACTORS = ("0.1", "0.4", "0.7", "1", "1.4", "1.7", "2")
"""Volumes of a history with more replayed requests than BUSY_REQUESTS."""

BUSY_HALVINGS = 3


def chart_data(
    history: TrafficHistory, offers: Sequence[Offer], policy: Policy, evaluation: Json, threads: int = 2
) -> Json:
    """Return the data as JSON: `traffic`, and `volume` where something is recommended (else None).

    history, offers, policy: what the evaluation stands on. evaluation: its body.
    """
    prepared, _ = prepare(offers, policy)
    policy = spelled(policy, prepared)
    case = case_of(history, policy)
    answer = Answer(evaluation)
    with ThreadPoolExecutor(threads) as executor:
        volume = _volume(history, case, prepared, executor) if answer.decided else None
    subject = answer.subject
    option = None if subject is None else realize(case, subject.key, prepared)
    return {"version": VERSION, "traffic": _traffic(case, option), "volume": volume}


def _traffic(case: Case, option: Option | None) -> Json:
    """Return the load of every step and, of an option with a reserved side, how much of it was refused there."""
    found = load_over_time(case.profile, float(case.traffic_factor))
    tokens = case.profile.load_unit != "requests"
    refused = _refused(case, option, steps_of(case.profile), tokens=tokens)
    return found | {
        "option": None if option is None else option.key,
        "refused": None if refused is None else _scaled(refused, found["total"]),
        "sampled": case.arrivals.sampled,
    }


def _refused(case: Case, option: Option | None, steps: Steps, *, tokens: bool) -> tuple[Float64s, Float64s] | None:
    """Return what the reserved side refused and what was replayed, by step; None where there is no such side."""
    if option is None or option.reservation is None or option.mode == "autoscaled":
        return None
    capacity, units = option.reservation.offer.capacity, option.reservation.units
    arrivals = case.arrivals
    offset = arrivals.time_us + _moved(case)
    counts = arrivals.uncached + arrivals.cached + arrivals.output
    if arrivals.buckets is not None:
        return _refused_of_buckets(case, capacity, units, steps, tokens=tokens)
    weight = counts.astype(np.float64) if tokens else np.ones(len(arrivals))
    if option.mode == "dedicated" and isinstance(capacity, ConcurrencyCapacity):
        if capacity.hours is None:
            return np.zeros(steps.count), steps.sums(offset, weight)
        spilled = QueueProbe(capacity, units).run(case).spilled_mask
    else:
        spilled = SpillProbe(capacity, units, option.threshold or 0).run(case).spilled_mask
    return steps.sums(offset, weight * spilled), steps.sums(offset, weight)


def _refused_of_buckets(
    case: Case, capacity: Capacity, units: int, steps: Steps, *, tokens: bool
) -> tuple[Float64s, Float64s] | None:
    series = case.arrivals.buckets
    if series is None or isinstance(capacity, ConcurrencyCapacity):
        return None
    overflow = split_buckets(series, capacity, units).overflow
    offset = series.start_us - case.profile.start_us
    whole = series.input_tokens + series.output_tokens
    if not tokens and series.requests is not None:
        return steps.sums(offset, overflow[:, 0]), steps.sums(offset, series.requests)
    return steps.sums(offset, overflow[:, 1:].sum(axis=1)), steps.sums(offset, whole)


def _moved(case: Case) -> Any:  # noqa: ANN401 - an array of the entries, or nothing to add
    """Return by how many µs each replayed entry was moved when stretches were laid end to end, shape (n,), or 0."""
    arrivals = case.arrivals
    if arrivals.stretches is None:
        return 0
    shift = (arrivals.stretches - np.arange(len(arrivals.stretches))) * arrivals.stretch_us
    return np.repeat(shift, np.diff(arrivals.hour_index))


def _scaled(refused: tuple[Float64s, Float64s], total: Sequence[float]) -> list[float | None]:
    """Return the refused part of every step's load; None where nothing of a step with load was replayed."""
    part, whole = refused
    found: list[float | None] = []
    for spilled, replayed, load in zip(part, whole, total, strict=True):
        if replayed:
            found.append(plain(load * min(1.0, spilled / replayed)))
        else:
            found.append(None if load else 0)
    return found


def _volume(history: TrafficHistory, case: Case, offers: Sequence[Offer], executor: Executor) -> Json:
    """Return the cheapest option of each mode, and the answer, at some multiples of the traffic."""
    busy = case.replayed[0] > BUSY_REQUESTS
    points = [_point(history, case, offers, factor, executor) for factor in (BUSY_FACTORS if busy else FACTORS)]
    if not busy and len({point["mode"] for point in points if point["mode"]}) == 1:
        points += [_point(history, case, offers, factor, executor) for factor in FARTHER]
    known = [(Decimal(point["factor"]), point["answer"]) for point in points]
    for before, after in pairwise(tuple(known)):
        known += _between(history, case, offers, executor, (before, after), BUSY_HALVINGS if busy else HALVINGS)
    answers = [{"factor": str(factor), "answer": key} for factor, key in sorted(known) if key is not None]
    mean = float(case.profile.load.mean) * float(case.traffic_factor) * 60
    return {"unit": case.profile.load_unit, "today_per_hour": plain(mean), "points": points, "answers": answers}


def _between(
    history: TrafficHistory,
    case: Case,
    offers: Sequence[Offer],
    executor: Executor,
    ends: tuple[tuple[Decimal, str | None], tuple[Decimal, str | None]],
    halvings: int,
) -> Iterator[tuple[Decimal, str | None]]:
    """Yield (factor, answer) of volumes between two whose answers are of unlike kinds, closing in on the changes."""
    (low, one), (high, other) = ends
    if not halvings or one is None or other is None or kind_of(one) == kind_of(other):
        return
    factor = (low + high) / 2
    moved = measured_case(history, case.profile, with_factor(case.policy, factor))
    answer = decide_again(moved, offers, executor)
    middle = factor, None if answer is None else answer.key
    yield middle
    yield from _between(history, case, offers, executor, (ends[0], middle), halvings - 1)
    yield from _between(history, case, offers, executor, (middle, ends[1]), halvings - 1)


def _point(history: TrafficHistory, case: Case, offers: Sequence[Offer], factor: str, executor: Executor) -> Json:
    policy = with_factor(case.policy, Decimal(factor))
    moved = measured_case(history, case.profile, policy)
    answer = decide_again(moved, offers, executor)
    best = dict(_cheapest(moved, offers, executor))
    return {
        "factor": factor,
        "answer": None if answer is None else answer.key,
        "mode": None if answer is None else answer.mode,
        "total": None if answer is None else str(answer.monthly_cost),
        "modes": {mode: {"option": option.key, "total": str(option.monthly_cost)} for mode, option in best.items()},
    }


def _cheapest(case: Case, offers: Sequence[Offer], executor: Executor) -> Iterator[tuple[str, Option]]:
    for mode in MODES:
        if mode in case.policy.modes:
            alone = replace(case, policy=replace(case.policy, modes=(mode,), incumbent=None))
            best = cheapest(alone, offers, executor)
            if best is not None:
                yield mode, best
