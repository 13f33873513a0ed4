"""Calls of guardrails."""

from typing import Any

from service.decisions import guardrail_versions, guardrail_votes, queries
from service.decisions.guardrail_document import Shown, in_force
from service.decisions.guardrail_schemas import GuardrailsQuery, GuardrailsSchema, NewGuardrailsSchema
from service.decisions.models import Guardrails
from service.decisions.problems import NOT_ENTITLED
from service.decisions.requests import NewVoteSchema
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.kit.http.problems import CONFLICT, or_not_found

blueprint = Resource("guardrails", __name__, description="What decisions need, and who decides on that.")

READ, PROPOSE, COMMENT = "decisions:read", "decisions:propose", "decisions:comment"
"""Delegates vote too, whose own role may only comment; whose vote counts is looked at with each vote."""

ONE = "/guardrails/versions/<id(gr):guardrails_id>"

STEPS = (CONFLICT, NOT_ENTITLED)


@blueprint.endpoint("GET", "/guardrails", scope=READ, returns=GuardrailsSchema)
def get_guardrails(tx: Transaction) -> Shown | dict[str, Any]:
    """Return the guardrails in force."""
    return in_force(tx)


@blueprint.endpoint(
    "POST", "/guardrails", scope=PROPOSE, body=NewGuardrailsSchema, status=201, returns=GuardrailsSchema, problems=STEPS
)
def propose_guardrails(tx: Transaction, body: dict[str, Any]) -> tuple[Shown, int, dict[str, str]]:
    """Propose other guardrails. They hold once as many others approved them as the strictest band in force asks."""
    made = guardrail_versions.propose(tx, body["rules"], body["reason"])
    return Shown(tx, made), 201, {"Location": f"/v1/guardrails/versions/{made.id}"}


@blueprint.endpoint("GET", "/guardrails/versions", scope=READ, query=GuardrailsQuery, returns=page_of(GuardrailsSchema))
def list_guardrails(tx: Transaction, query: dict[str, Any]) -> Page[Shown]:
    """List the versions there were, newest first, whatever became of them; the shipped default is none of them."""
    found = page(tx, queries.guardrails(tx, query["state"]), (Guardrails.created_at, Guardrails.id), query)
    return Page([Shown(tx, row) for row in found.items], found.next_cursor)


@blueprint.endpoint("GET", ONE, scope=READ, returns=GuardrailsSchema)
def get_guardrails_version(tx: Transaction, guardrails_id: str) -> Shown:
    """Return one version."""
    found = or_not_found(
        tx.session.scalar(queries.guardrails(tx).where(Guardrails.id == guardrails_id)), "No guardrails have this id."
    )
    return Shown(tx, found)


@blueprint.endpoint("POST", f"{ONE}/votes", scope=COMMENT, body=NewVoteSchema, returns=GuardrailsSchema, problems=STEPS)
def vote_on_guardrails(tx: Transaction, guardrails_id: str, body: dict[str, Any]) -> Shown:
    """Vote on proposed guardrails, named by their digest. Your newest vote counts; one rejection rejects."""
    return Shown(tx, guardrail_votes.vote(tx, guardrails_id, body))


@blueprint.endpoint("POST", f"{ONE}/withdrawal", scope=PROPOSE, returns=GuardrailsSchema, guarded=True, problems=STEPS)
def withdraw_guardrails(tx: Transaction, guardrails_id: str) -> Shown:
    """Withdraw proposed guardrails: yours, or as an admin."""
    return Shown(tx, guardrail_versions.withdraw(tx, guardrails_id))
