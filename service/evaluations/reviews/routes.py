"""Calls of reviews."""

from dataclasses import asdict
from typing import Any

from service.evaluations import queries, service
from service.evaluations.comparisons.sides import NOT_COMPLETED
from service.evaluations.models import EvaluationResult
from service.evaluations.reviews.schemas import ReviewQuery, ReviewSchema
from service.evaluations.reviews.staleness import reasons
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.kit.http.problems import Problem

blueprint = Resource("reviews", __name__, description="Which evaluations to look at again, and why.")

READ = "evaluations:read"


@blueprint.endpoint("GET", "/reviews", scope=READ, query=ReviewQuery, returns=page_of(ReviewSchema))
def list_reviews(tx: Transaction, query: dict[str, Any]) -> Page[Any]:
    """List the latest evaluation of each workload, the one due first first."""
    key = (EvaluationResult.review_by, EvaluationResult.evaluation_id)
    found = page(tx, queries.latest(tx, query["due_by"]), key, query, rising=True)
    return Page([_review(tx, result) for result in found.items], found.next_cursor)


@blueprint.endpoint(
    "GET",
    "/evaluations/<id(ev):evaluation_id>/review",
    scope=READ,
    returns=ReviewSchema,
    problems=[NOT_COMPLETED],
)
def get_review(tx: Transaction, evaluation_id: str) -> dict[str, Any]:
    """Say whether an evaluation is due for review, and what of its inputs has changed since."""
    service.get(tx, evaluation_id)
    result = queries.result(tx, evaluation_id)
    if result is None:
        raise Problem(NOT_COMPLETED, "The evaluation is not completed.")
    return _review(tx, result)


def _review(tx: Transaction, result: EvaluationResult) -> dict[str, Any]:
    found = reasons(tx, service.get(tx, result.evaluation_id))
    return {
        "evaluation_id": result.evaluation_id,
        "workload_id": result.workload_id,
        "version": result.version,
        "review_by": result.review_by,
        "due": result.review_by <= tx.now.date().isoformat(),
        "stale": bool(found),
        "reasons": [asdict(reason) for reason in found],
    }
