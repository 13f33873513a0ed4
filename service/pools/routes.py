"""Calls of pooled evaluations."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response

from service.evaluations import responses
from service.evaluations.engine import TOO_LONG, Allowance, require_bounded
from service.evaluations.histories import NO_TRAFFIC
from service.evaluations.looking import looking
from service.kit import canonical_json
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.blueprint import Resource
from service.pools.document import document_of
from service.pools.planning import planned
from service.pools.schemas import NewPooledEvaluationSchema, PooledEvaluationSchema

blueprint = Resource("pooled-evaluations", __name__, description="Several workloads on one shared reservation.")

Json = dict[str, Any]


@contextmanager
def _pooled(actor: Actor, body: Json) -> Iterator[bytes]:
    with looking(actor) as tx:
        pool = planned(tx, body)
    require_bounded(pool.estimated_seconds)
    allowance = Allowance(actor)
    together, alone = allowance.answer_of(pool.together), [allowance.answer_of(one) for one in pool.alone]
    yield canonical_json.dumps(document_of(pool, together, alone))


@blueprint.endpoint(
    "POST",
    "/pooled-evaluations",
    scope="evaluations:read",
    body=NewPooledEvaluationSchema,
    returns=PooledEvaluationSchema,
    prepare=_pooled,
    writes=False,
    problems=[NO_TRAFFIC, TOO_LONG],
)
def try_pooled_evaluation(tx: Transaction, body: Json, prepared: bytes) -> Response:  # noqa: ARG001
    """Serve workloads of one model together: what that saves against each alone, and who bears how much of it."""
    return Response(prepared, content_type=responses.JSON)
