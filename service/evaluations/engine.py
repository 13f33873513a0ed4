"""Computing an answer: from pinned inputs to the workflow's document, the same everywhere it is done."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from service.evaluations.cluster.chosen import spread
from service.kit.db.transaction import Actor
from service.kit.fair_turns import FairTurns
from service.kit.http.problems import BUSY, FieldError, Problem, define, invalid
from service.workflow.document import Answer
from service.workflow.document import answer_of as said_of
from service.workflow.errors import WorkflowError
from service.workflow.evaluate import Progress, evaluate
from service.workflow.offers import Offer
from service.workflow.policy import Policy
from service.workflow.remarks import Remark
from service.workflow.traffic import TrafficHistory

THREADS = min(8, os.cpu_count() or 1)
"""Threads of one computation. Answers do not depend on it."""

PATIENCE_SECONDS = 20.0
"""How long a request waits for its turn to compute."""

LONGEST_SECONDS = 60.0
"""Most that is computed inside a request, all its evaluations together: as estimated before, as measured after."""

TOO_LONG = define(
    "too-much-to-compute", 422, "Too much to compute at once",
    "The request would keep the service computing for minutes. Ask for less of it at a time; the detail says how much.",
)  # fmt: skip

_turns = FairTurns()
"""One computation at a time among the requests of a process, so that reading goes on beside it.

Between two computations of one organization every other one that waits has its turn.
"""

FIELDS = {"/price_sheets": "/price_sheet_versions"}
"""Where the workflow's name of an input differs from the request's."""


@dataclass(frozen=True)
class Materials:
    """What the workflow is given: the values that the inputs name, and the remarks on them."""

    history: TrafficHistory
    offers: tuple[Offer, ...]
    policy: Policy
    remarks: tuple[Remark, ...] = ()


def _silent(phase: str, share: float) -> None:
    """Tell nobody."""


def answer_of(materials: Materials, progress: Progress = _silent, threads: int = THREADS) -> Answer:
    """Return what an evaluation of the materials says.

    Raises Problem 422 naming the input that the workflow refuses.
    """
    try:
        found = evaluate(
            materials.history, materials.offers, materials.policy, progress, threads, materials.remarks, spread
        )
    except WorkflowError as error:
        raise refusal(error) from error
    return said_of(found)


def turn(actor: Actor, patience: float) -> AbstractContextManager[bool]:
    """Hold the turn to compute inside a request; give whether it came within `patience` seconds."""
    return _turns.turn(actor.organization_id, patience)


@contextmanager
def in_turn(actor: Actor) -> Iterator[None]:
    """Hold the turn to compute inside a request: for one evaluation at a time, so that others come in between.

    Raises Problem 503 where it does not come soon.
    """
    with turn(actor, PATIENCE_SECONDS) as held:
        if not held:
            raise Problem(BUSY, "Other computations are under way; repeat the request.", headers={"Retry-After": "5"})
        yield


class Allowance:
    """What the evaluations of one request may take together: each in a turn of its own, until LONGEST_SECONDS."""

    def __init__(self, actor: Actor) -> None:
        """Begin with nothing spent."""
        self._actor = actor
        self._spent = 0.0

    def answer_of(self, materials: Materials) -> Answer:
        """Compute one. Raises Problem as `answer_of`, 503 where the turn does not come, 422 when too much is spent."""
        self._require_more()
        with in_turn(self._actor):
            begun, before = time.monotonic(), self._spent

            def spend(_phase: str, _share: float) -> None:
                """Count what was spent so far, and end what takes too long: no estimate binds."""
                self._spent = before + time.monotonic() - begun
                self._require_more()

            try:
                return answer_of(materials, spend)
            finally:
                self._spent = before + time.monotonic() - begun

    def _require_more(self) -> None:
        if self._spent > LONGEST_SECONDS:
            detail = f"This takes longer than the {LONGEST_SECONDS:.0f} seconds a request may; ask for less at a time."
            raise Problem(TOO_LONG, detail)


def require_bounded(seconds: float) -> None:
    """Raise Problem 422 where computing is expected to take longer than a request may."""
    if seconds > LONGEST_SECONDS:
        detail = f"This would take about {seconds:.0f} seconds; a request may take {LONGEST_SECONDS:.0f}."
        raise Problem(TOO_LONG, detail)


def refusal(error: WorkflowError) -> Problem:
    """Return the workflow's refusal as the problem of a request."""
    return invalid(FieldError(FIELDS.get(error.field, error.field), error.code, error.detail))
