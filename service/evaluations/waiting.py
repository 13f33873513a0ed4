"""After the commit of a request for an evaluation: compute it here when it is small, or wait for whoever does."""

import time
from http import HTTPStatus

from flask import Response, request

from service.evaluations import inline, queries, responses, service
from service.evaluations.looking import looking
from service.evaluations.states import Summary
from service.kit.app_context import runtime
from service.kit.db.database import DatabaseBusy, DatabaseFull
from service.kit.db.transaction import Actor
from service.kit.http import errors
from service.kit.http.prefer import Preference, preference_of
from service.kit.http.problems import CONFLICT, Problem, define
from service.kit.jobs.queue import SHARED_ATTEMPTS

INLINE_SECONDS = 5.0
"""Estimates up to this are computed by the request itself, unless it prefers not to wait."""

WAIT_SECONDS = 30
"""How long a request waits for an answer that should not take long. Past it the answer is 202; the work goes on."""

POLL_SECONDS = (0.02, 0.05, 0.1, 0.25)

FAILED = define(
    "evaluation-failed", 422, "Evaluation failed",
    "The inputs could be read, but no answer could be computed from them; the detail says why.",
)  # fmt: skip


def follow(response: Response, actor: Actor) -> Response:
    """Turn an accepted request for an evaluation (202) into its answer or problem, where that comes soon enough.

    A repeated request waits for what the first one asked.
    """
    if response.status_code != HTTPStatus.ACCEPTED:
        return response
    evaluation_id = response.headers["Location"].rpartition("/")[2]
    preference = preference_of(request.headers.get("Prefer", ""))
    try:
        answer = _await(actor, evaluation_id, preference) or response
    except Problem as problem:
        answer = errors.answer(problem)
    except (DatabaseBusy, DatabaseFull):
        answer = response  # what was accepted stays accepted
    if preference.applied:
        answer.headers["Preference-Applied"] = preference.applied
    return answer


def _await(actor: Actor, evaluation_id: str, preference: Preference) -> Response | None:
    looked = _look(actor, evaluation_id)
    if isinstance(looked, Response):
        return looked
    small = looked.evaluation.estimated_seconds <= INLINE_SECONDS
    patience = preference.wait
    if patience is None:
        patience = WAIT_SECONDS if small and not preference.respond_async else 0
    deadline = time.monotonic() + patience
    turn = 0
    while time.monotonic() < deadline:
        if not (small and not preference.respond_async and _compute(actor, looked, deadline)):
            time.sleep(POLL_SECONDS[min(turn, len(POLL_SECONDS) - 1)])
            turn += 1
        looked = _look(actor, evaluation_id)
        if isinstance(looked, Response):
            return looked
    return None


def _look(actor: Actor, evaluation_id: str) -> Response | Summary:
    """Return the answer where there is one, else where the evaluation stands.

    Raises Problem 422 for one that failed, 409 for one that somebody cancelled.
    """
    with looking(actor) as tx:
        found = queries.content(tx, evaluation_id)
        if found is not None:
            return responses.stored(*found, status=201, Location=responses.location(evaluation_id))
        summary = service.summary(tx, service.get(tx, evaluation_id))
    if summary.state == "failed" and summary.job is not None:
        raise Problem(FAILED, summary.job.error or "The evaluation failed.")
    if summary.state == "cancelled":
        raise Problem(CONFLICT, "The evaluation was cancelled meanwhile; ask for it again to start anew.")
    return summary


def _compute(actor: Actor, summary: Summary, deadline: float) -> bool:
    """Compute an evaluation here if nobody is at it, waiting for it no longer than the deadline; return whether.

    One that lost its workers is left to the workers, who give it a process to itself.
    """
    if summary.job is None or summary.job.attempt >= SHARED_ATTEMPTS:
        return False
    left = max(0.0, deadline - time.monotonic())
    return inline.compute(runtime().database, actor, summary.job.id, left)
