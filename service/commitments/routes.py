"""Calls of commitments."""

from typing import Any

from flask import Response

from service.commitments import focus, queries, service
from service.commitments.models import Commitment
from service.commitments.schemas import (
    ChangedCommitmentSchema,
    CommitmentSchema,
    CommitmentsQuery,
    NewCommitmentSchema,
)
from service.commitments.service import Shown
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of

blueprint = Resource("commitments", __name__, description="Capacity that is bought already, and until when.")

READ, WRITE = "decisions:read", "decisions:purchase"

ONE = "/commitments/<id(cm):commitment_id>"


@blueprint.endpoint("GET", "/commitments", scope=READ, query=CommitmentsQuery, returns=page_of(CommitmentSchema))
def list_commitments(tx: Transaction, query: dict[str, Any]) -> Page[Shown]:
    """List commitments, newest first."""
    found = page(tx, queries.commitments(tx, query), (Commitment.created_at, Commitment.id), query)
    return Page([Shown(tx, commitment) for commitment in found.items], found.next_cursor)


@blueprint.endpoint("POST", "/commitments", scope=WRITE, body=NewCommitmentSchema, status=201, returns=CommitmentSchema)
def create_commitment(tx: Transaction, body: dict[str, Any]) -> tuple[Shown, int, dict[str, str]]:
    """Enter a commitment that exists already."""
    commitment = service.create(tx, body)
    tx.session.flush()
    return Shown(tx, commitment), 201, {"Location": f"/v1/commitments/{commitment.id}"}


@blueprint.endpoint("GET", "/commitments/focus/contract-commitment", scope=READ)
def export_commitments(tx: Transaction) -> Response:
    """Return all commitments as a Contract Commitment file of FOCUS 1.4, as CSV."""
    statement = queries.commitments(tx, {}).order_by(Commitment.created_at, Commitment.id)
    content = focus.contract_commitments(tx.session.scalars(statement).all(), tx.now.date())
    return Response(content, content_type=focus.CONTENT_TYPE)


@blueprint.endpoint("GET", ONE, scope=READ, returns=CommitmentSchema)
def get_commitment(tx: Transaction, commitment_id: str) -> Shown:
    """Return a commitment as it stands today."""
    return Shown(tx, service.get(tx, commitment_id))


@blueprint.endpoint("PATCH", ONE, scope=WRITE, body=ChangedCommitmentSchema, returns=CommitmentSchema, guarded=True)
def change_commitment(tx: Transaction, commitment_id: str, body: dict[str, Any]) -> Shown:
    """Replace the facts given, keep the others."""
    commitment = service.change(tx, commitment_id, body)
    tx.session.flush()
    return Shown(tx, commitment)


@blueprint.endpoint("DELETE", ONE, scope=WRITE, status=204, guarded=True)
def delete_commitment(tx: Transaction, commitment_id: str) -> None:
    """Delete a commitment that was entered by mistake."""
    service.delete(tx, commitment_id)
