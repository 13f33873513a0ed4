"""Calls of delegations, and of approvals by break-glass and their reviews."""

from typing import Any

from service.access import queries as access
from service.decisions import breaking_glass, delegating, rebasing, service
from service.decisions.approval_models import Delegation
from service.decisions.approval_schemas import (
    DelegationSchema,
    DelegationsQuery,
    NewBreakGlassSchema,
    NewDelegationSchema,
    NewRebaseSchema,
    NewReviewSchema,
)
from service.decisions.document import Shown, person, shown
from service.decisions.problems import GUARDRAIL, NOT_ENTITLED, STEP_NOT_ALLOWED
from service.decisions.schemas import DecisionSchema
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.kit.http.problems import CONFLICT

blueprint = Resource("approvals", __name__, description="Approving for somebody else, and past the guardrails.")

ONE = "/decisions/<id(dc):decision_id>"

STEPS = (STEP_NOT_ALLOWED, CONFLICT, NOT_ENTITLED)


@blueprint.endpoint(
    "GET", "/delegations", scope="decisions:read", query=DelegationsQuery, returns=page_of(DelegationSchema)
)
def list_delegations(tx: Transaction, query: dict[str, Any]) -> Page[dict[str, Any]]:
    """List delegations, newest first, those that are over too."""
    found = page(tx, delegating.delegations(tx, query), (Delegation.created_at, Delegation.id), query)
    return Page([_shown(tx, each) for each in found.items], found.next_cursor)


@blueprint.endpoint(
    "POST",
    "/delegations",
    scope="decisions:approve",
    body=NewDelegationSchema,
    status=201,
    returns=DelegationSchema,
    problems=[NOT_ENTITLED],
)
def create_delegation(tx: Transaction, body: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Let another member vote for you until a day. Whether you may approve is looked at again when votes count."""
    made = delegating.delegate(tx, body)
    return _shown(tx, made), 201, {"Location": f"/v1/delegations?delegator_id={made.delegator_id}"}


@blueprint.endpoint(
    "DELETE",
    "/delegations/<id(dg):delegation_id>",
    scope="decisions:approve",
    status=204,
    problems=[NOT_ENTITLED],
)
def revoke_delegation(tx: Transaction, delegation_id: str) -> None:
    """Take a delegation back: yours, or any as an admin. Open votes cast by it stop counting at once."""
    delegating.revoke(tx, delegation_id)


@blueprint.endpoint(
    "POST",
    f"{ONE}/break-glass",
    scope="organization:write",
    body=NewBreakGlassSchema,
    returns=DecisionSchema,
    problems=STEPS,
)
def break_glass(tx: Transaction, decision_id: str, body: dict[str, Any]) -> Shown:
    """Approve a decision of others as an owner alone, past quorum and guardrails. Others review it in seven days."""
    return shown(tx, breaking_glass.break_glass(tx, decision_id, body))


@blueprint.endpoint(
    "POST",
    f"{ONE}/review",
    scope="decisions:approve",
    body=NewReviewSchema,
    returns=DecisionSchema,
    problems=STEPS,
)
def review_decision(tx: Transaction, decision_id: str, body: dict[str, Any]) -> Shown:
    """Review an approval by break-glass: an approver who neither gave it nor proposed or owns the decision."""
    return shown(tx, breaking_glass.review(tx, decision_id, body["review"]))


@blueprint.endpoint(
    "POST",
    f"{ONE}/rebase",
    scope="decisions:propose",
    body=NewRebaseSchema,
    returns=DecisionSchema,
    guarded=True,
    prepare=rebasing.compared,
    problems=(*STEPS, GUARDRAIL),
)
def rebase_decision(tx: Transaction, decision_id: str, body: dict[str, Any], prepared: dict[str, Any]) -> Shown:
    """Move your proposal onto a newer evaluation. Votes go along where it is the same, and no dearer or riskier."""
    decision = service.lock(tx, decision_id)
    etags.require_match(shown(tx, decision))
    rebasing.rebase(tx, service.settle(tx, decision), body, prepared)
    return shown(tx, decision)


def _shown(tx: Transaction, row: Delegation) -> dict[str, Any]:
    people = access.members_of(tx, {row.delegator_id, row.delegate_id})
    over = "over" if row.until < tx.now.date().isoformat() else "holds"
    return {
        "delegator": person(people[row.delegator_id]),
        "delegate": person(people[row.delegate_id]),
        "state": "revoked" if row.revoked_at is not None else over,
        **{name: getattr(row, name) for name in ("id", "until", "reason", "revoked_at", "created_at")},
    }
