"""One completed evaluation, loaded whole: inputs, stored body, and the values that the inputs name."""

import json

from service.evaluations import queries, service
from service.evaluations.comparing.path import Side
from service.evaluations.evaluation_body import Inputs
from service.evaluations.pinning import materials_of
from service.kit.problems import Problem, define
from service.kit.transaction import Transaction

NOT_COMPLETED = define(
    "evaluation-not-completed", 409, "Evaluation not completed",
    "Only a completed evaluation can be compared or computed again. Wait until its `state` is `completed`.",
)  # fmt: skip


def side_of(tx: Transaction, evaluation_id: str) -> Side:
    """Return a completed evaluation. Raises Problem 404, 409 where it is not completed."""
    evaluation = service.get(tx, evaluation_id)
    found = queries.content(tx, evaluation_id)
    if found is None:
        raise Problem(NOT_COMPLETED, f"The evaluation {evaluation_id} is not completed.")
    inputs = Inputs.of(evaluation.inputs)
    return Side(inputs, json.loads(found[1]), materials_of(tx, inputs), evaluation.estimated_seconds)
