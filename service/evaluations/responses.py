"""Answers about one evaluation: the stored bytes once there are any, what is known of its state until then."""

from functools import partial
from typing import Any

from flask import Response, request

from service.evaluations import queries, service
from service.evaluations.keeping import Kept
from service.evaluations.states import Summary
from service.kit.db.transaction import Transaction
from service.kit.http import strict_json
from service.kit.http.fields import rfc3339

JSON = "application/json"
RETRY_AFTER = "1"

KEPT_BYTES = 32 * 1024 * 1024

_kept = Kept(KEPT_BYTES)


def present(tx: Transaction, evaluation_id: str) -> Response:
    """Answer with an evaluation as it stands: 304 where the reader has it. Raises Problem 404."""
    found = _kept.body(tx.organization_id, evaluation_id, partial(queries.content, tx, evaluation_id))
    if found is None:
        return standing(tx, service.summary(tx, service.get(tx, evaluation_id)))
    if request.if_none_match.contains_weak(found[0]):
        return Response(status=304, headers={"ETag": f'"{found[0]}"'})
    return stored(*found)


def stored(digest: str, content: bytes, status: int = 200, **headers: str) -> Response:
    """Answer with a completed evaluation's bytes; its digest is its entity tag."""
    return Response(content, status, {"ETag": f'"{digest}"', **headers}, content_type=JSON)


def standing(tx: Transaction, summary: Summary, status: int = 200, **headers: str) -> Response:
    """Answer with the state of an evaluation that has no answer yet."""
    document = state_document(tx, summary)
    if summary.state in ("queued", "running"):
        headers["Retry-After"] = RETRY_AFTER
    return Response(strict_json.dumps(document), status, headers, content_type=JSON)


def state_document(tx: Transaction, summary: Summary) -> dict[str, Any]:
    """Return the body of an evaluation that has no answer yet."""
    evaluation, job = summary.evaluation, summary.job
    return {
        "id": evaluation.id,
        "workload_id": evaluation.workload_id,
        "version": None,
        "state": summary.state,
        "created_at": rfc3339(evaluation.created_at),
        "inputs": evaluation.inputs,
        "progress": summary.progress(tx.now),
        "error": None if job is None else job.error,
    }


def location(evaluation_id: str) -> str:
    """Return the address of an evaluation."""
    return f"/v1/evaluations/{evaluation_id}"
