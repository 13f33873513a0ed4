"""Calls of replays and differences."""

from typing import Any

from flask import Response
from sqlalchemy import select

from service.evaluations import responses, service
from service.evaluations.comparisons import replaying
from service.evaluations.comparisons.diffing import Diff, diffed
from service.evaluations.comparisons.models import Replay
from service.evaluations.comparisons.replaying import Recomputed, recomputed
from service.evaluations.comparisons.schemas import DiffQuery, DiffSchema, ReplaySchema
from service.evaluations.comparisons.sides import NOT_COMPLETED
from service.evaluations.engine import TOO_LONG
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of

blueprint = Resource(
    "evaluation-comparisons", __name__, description="Evaluations computed again, and their differences in money."
)

READ, WRITE = "evaluations:read", "evaluations:write"
REPLAYS = "/evaluations/<id(ev):evaluation_id>/replays"


@blueprint.endpoint(
    "POST",
    REPLAYS,
    scope=WRITE,
    status=201,
    returns=ReplaySchema,
    prepare=recomputed,
    problems=[NOT_COMPLETED, TOO_LONG],
)
def replay_evaluation(tx: Transaction, evaluation_id: str, prepared: Recomputed) -> Replay:
    """Compute an evaluation again from its stored inputs and compare the answers."""
    return replaying.keep(tx, evaluation_id, prepared)


@blueprint.endpoint("GET", REPLAYS, scope=READ, query=PageQuery, returns=page_of(ReplaySchema))
def list_replays(tx: Transaction, evaluation_id: str, query: dict[str, Any]) -> Page[Replay]:
    """List an evaluation's replays, newest first."""
    service.get(tx, evaluation_id)
    statement = select(Replay).where(
        Replay.organization_id == tx.organization_id, Replay.evaluation_id == evaluation_id
    )
    return page(tx, statement, (Replay.created_at, Replay.id), query)


@blueprint.endpoint(
    "GET",
    "/evaluations/<id(ev):evaluation_id>/diff",
    scope=READ,
    query=DiffQuery,
    returns=DiffSchema,
    prepare=diffed,
    problems=[NOT_COMPLETED, TOO_LONG],
)
def diff_evaluation(
    tx: Transaction,  # noqa: ARG001 - both evaluations are loaded before
    evaluation_id: str,  # noqa: ARG001
    query: dict[str, Any],  # noqa: ARG001
    prepared: Diff,
) -> Response:
    """Say why an evaluation differs from an earlier one, in money that adds up exactly."""
    headers = {"ETag": f'"{prepared.etag}"'}
    if prepared.content is None:
        return Response(status=304, headers=headers)
    return Response(prepared.content, headers=headers, content_type=responses.JSON)
