"""One completed evaluation, loaded whole: inputs, stored body, and the values that the inputs name."""

import json

from service.evaluations import queries, service
from service.evaluations.comparisons.path import Side
from service.evaluations.document import Inputs, digest_of
from service.evaluations.inputs import materials_of
from service.evaluations.integrity import decoding, require_intact
from service.kit.db.transaction import Transaction
from service.kit.http.problems import Problem, define

NOT_COMPLETED = define(
    "evaluation-not-completed", 409, "Evaluation not completed",
    "Only a completed evaluation can be compared or computed again. Wait until its `state` is `completed`.",
)  # fmt: skip


def side_of(tx: Transaction, evaluation_id: str) -> Side:
    """Return a completed evaluation. Raises Problem 404, 409 where it is not completed or is damaged."""
    evaluation = service.get(tx, evaluation_id)
    found = queries.content(tx, evaluation_id)
    if found is None:
        raise not_completed(evaluation_id)
    with decoding(f"evaluation {evaluation_id}"):
        inputs, body = Inputs.of(evaluation.inputs), dict(json.loads(found[1]))
        require_intact(f"evaluation {evaluation_id}", found[0], digest_of(body))
    return Side(inputs, body, materials_of(tx, inputs), evaluation.estimated_seconds)


def not_completed(evaluation_id: str) -> Problem:
    """Return the problem of an evaluation that has no answer yet."""
    return Problem(NOT_COMPLETED, f"The evaluation {evaluation_id} is not completed.")
