"""Asking for evaluations, writing their answers, cancelling them."""

from service.evaluations import histories, queries
from service.evaluations.document import Envelope, Inputs, body_of
from service.evaluations.inputs import Plan
from service.evaluations.models import EvaluationResult, EvaluationSheet, StoredEvaluation
from service.evaluations.states import Summary, headline
from service.events import service as events
from service.kit import canonical_json, ids
from service.kit.db.transaction import Transaction
from service.kit.http.fields import rfc3339
from service.kit.http.problems import CONFLICT, Problem, or_not_found
from service.kit.jobs import queue
from service.workflow.document import Answer
from service.workloads import service as workloads

JOB = "evaluation"
"""Kind of the jobs that compute evaluations."""

CHARTS = "charts"
"""Kind of the jobs that compute what the charts of an answer need, see charting."""


def get(tx: Transaction, evaluation_id: str) -> StoredEvaluation:
    """Return an evaluation of the organization. Raises Problem 404."""
    return or_not_found(queries.evaluation(tx, evaluation_id), "No evaluation has this id.")


def summary(tx: Transaction, evaluation: StoredEvaluation) -> Summary:
    """Return an evaluation with its answer or the job that works for it."""
    return Summary(evaluation, queries.result(tx, evaluation.id), queue.of_resource(tx, evaluation.id))


def ask(tx: Transaction, plan: Plan) -> Summary:
    """Return the workload's evaluation of the plan's inputs, with a job for it unless it is answered or under way.

    However often the same is asked, there is one evaluation, and one job of it at a time.
    """
    evaluation = queries.of_inputs(tx, plan.workload_id, plan.inputs.key) or _add(tx, plan)
    standing = summary(tx, evaluation)
    if standing.result is not None or standing.state in ("queued", "running"):
        return standing
    return Summary(evaluation, None, queue.enqueue(tx, JOB, {}, resource_id=evaluation.id))


def complete(tx: Transaction, evaluation_id: str, answer: Answer) -> EvaluationResult:
    """Write the answer of an evaluation under the workload's next version number."""
    evaluation = get(tx, evaluation_id)
    version = queries.last_version(tx, evaluation.workload_id) + 1
    envelope = Envelope("completed", evaluation.id, evaluation.workload_id, version, rfc3339(evaluation.created_at))
    body = body_of(envelope, Inputs.of(evaluation.inputs), answer)
    result = EvaluationResult(
        evaluation_id=evaluation.id,
        organization_id=tx.organization_id,
        workload_id=evaluation.workload_id,
        version=version,
        completed_at=tx.now,
        digest=body["digest"],
        engine_version=evaluation.inputs["engine_version"],
        content=canonical_json.dumps(body),
        **headline(answer.recommendation),
    )
    tx.session.add(result)
    queue.enqueue(tx, CHARTS, {"evaluation_id": evaluation.id}, resource_id=body["digest"])
    facts = {name: getattr(result, name) for name in ("version", "digest", "mode", "option")}
    events.append(tx, "evaluation.completed", evaluation.id, after=facts)
    return result


def cancel(tx: Transaction, evaluation_id: str) -> None:
    """Stop an evaluation that is queued or running. Raises Problem 404, and 409 when there is nothing to stop."""
    standing = summary(tx, get(tx, evaluation_id))
    if standing.result is not None or standing.job is None:
        raise Problem(CONFLICT, "The evaluation is completed: it is evidence now, and stays.")
    queue.cancel(tx, standing.job)
    events.append(tx, "evaluation.cancelled", evaluation_id)


def _add(tx: Transaction, plan: Plan) -> StoredEvaluation:
    """Store an evaluation; what was planned on may have been deleted since. Raises Problem 404 and 409."""
    workloads.get(tx, plan.workload_id)
    histories.require_present(tx, str(plan.inputs.traffic_history.id))
    inputs = plan.inputs.document()
    evaluation = StoredEvaluation(
        id=ids.new("ev"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        workload_id=plan.workload_id,
        traffic_history_id=plan.inputs.traffic_history.id,
        input_key=plan.inputs.key,
        inputs=inputs,
        policy_choice=plan.policy_choice,
        estimated_seconds=plan.estimated_seconds,
    )
    tx.session.add(evaluation)
    tx.session.flush()
    for sheet in plan.inputs.price_sheets:
        tx.session.add(
            EvaluationSheet(
                evaluation_id=evaluation.id,
                price_sheet_id=sheet.id,
                version=sheet.version,
                organization_id=tx.organization_id,
            )
        )
    events.append(tx, "evaluation.requested", evaluation.id, after=inputs)
    return evaluation
