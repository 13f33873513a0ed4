"""Computing an answer: from pinned inputs to the workflow's document, the same everywhere it is done."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from service.kit.http.problems import BUSY, FieldError, Problem, define, invalid
from service.workflow.document import document
from service.workflow.errors import WorkflowError
from service.workflow.evaluate import Progress, evaluate
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.traffic import TrafficHistory

THREADS = min(8, os.cpu_count() or 1)
"""Threads of one computation. Answers do not depend on it."""

PATIENCE_SECONDS = 20.0
"""How long a request waits for its turn to compute."""

LONGEST_SECONDS = 120.0
"""Longest estimate that is computed inside a request, all its evaluations together."""

TOO_LONG = define(
    "too-much-to-compute", 422, "Too much to compute at once",
    "The request would keep the service computing for minutes. Ask for less of it at a time; the detail says how much.",
)  # fmt: skip

_turn = threading.BoundedSemaphore(1)
"""One computation at a time among the requests of a process, so that reading goes on beside it."""

FIELDS = {"/price_sheets": "/price_sheet_versions"}
"""Where the workflow's name of an input differs from the request's."""


@dataclass(frozen=True)
class Materials:
    """What the workflow is given: the values that the inputs name."""

    history: TrafficHistory
    offers: tuple[Offer, ...]
    policy: Policy


def _silent(phase: str, share: float) -> None:
    """Tell nobody."""


def answer_of(materials: Materials, progress: Progress = _silent, threads: int = THREADS) -> dict[str, Any]:
    """Return measurement, options, comparison and recommendation as JSON.

    Raises Problem 422 naming the input that the workflow refuses.
    """
    try:
        found = evaluate(materials.history, materials.offers, materials.policy, progress, threads)
    except WorkflowError as error:
        raise refusal(error) from error
    return dict(document(found))


@contextmanager
def turn(patience: float) -> Iterator[bool]:
    """Hold the turn to compute inside a request; give whether it came within `patience` seconds."""
    held = _turn.acquire(timeout=patience)
    try:
        yield held
    finally:
        if held:
            _turn.release()


@contextmanager
def in_turn() -> Iterator[None]:
    """Hold the turn to compute inside a request. Raises Problem 503 where it does not come soon."""
    with turn(PATIENCE_SECONDS) as held:
        if not held:
            raise Problem(BUSY, "Other computations are under way; repeat the request.", headers={"Retry-After": "5"})
        yield


def require_bounded(seconds: float) -> None:
    """Raise Problem 422 where computing is expected to take longer than a request may."""
    if seconds > LONGEST_SECONDS:
        detail = f"This would take about {seconds:.0f} seconds; a request may take {LONGEST_SECONDS:.0f}."
        raise Problem(TOO_LONG, detail)


def refusal(error: WorkflowError) -> Problem:
    """Return the workflow's refusal as the problem of a request."""
    return invalid(FieldError(FIELDS.get(error.field, error.field), error.code, error.detail))
