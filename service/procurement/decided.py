"""Decisions in the forms that finance and buying take: a draft until it is approved."""

from datetime import date
from typing import Any, cast

from service.access import queries as access
from service.decisions import queries, service
from service.decisions.document import shown
from service.decisions.models import Decision
from service.evaluations import reporting
from service.evaluations.purchasing import requested
from service.kit.db.transaction import Transaction
from service.kit.http.fields import rfc3339
from service.kit.http.problems import CONFLICT, Problem
from service.purchase_requests.document import Approval, Vote

Json = dict[str, Any]

GONE = ("rejected", "withdrawn", "lapsed")
"""States in which nothing is to be bought any more."""


def standing(tx: Transaction, decision_id: str) -> Decision:
    """Return a decision on an option that is proposed or was approved. Raises Problem 404, 409."""
    decision = service.get(tx, decision_id)
    state = service.clock_of(decision).at(cast("Any", decision.state), tx.now)
    if state in GONE:
        raise Problem(CONFLICT, f"The decision is {state}: nothing is to be bought. {shown(tx, decision).sentence}")
    if decision.option is None:
        raise Problem(CONFLICT, "The decision is on no option, so there is nothing to buy.")
    return decision


def purchase_request_of(tx: Transaction, decision: Decision) -> tuple[Json, Json]:
    """Return the purchase request of a decision, a draft until it is approved, and the evaluation it stands on."""
    evaluation = reporting.completed(tx, decision.evaluation_id)
    approval = None if decision.approved_at is None else _approval(tx, decision)
    return requested(tx, evaluation, decision.option, approval), evaluation


def reference_of(tx: Transaction, decision: Decision) -> tuple[str, ...]:
    """Return what bills may call the purchase: order number and commitment; the decision's own reference."""
    purchase = queries.purchases_of(tx, [decision.id]).get(decision.id)
    bought = () if purchase is None else (purchase.commitment_id, purchase.reference)
    return tuple(name for name in (*bought, decision.external_reference, decision.id) if name)


def starts_on(decision: Decision) -> date:
    """Return the first day of what was decided."""
    return date.fromisoformat(decision.starts_on)


def _approval(tx: Transaction, decision: Decision) -> Approval:
    """Return who approved what was decided: the newest vote of each member, those that approve."""
    newest = {vote.member_id: vote for vote in queries.votes(tx, decision.id)}
    members = access.members_of(tx, {*newest, decision.proposer_id, decision.owner_id})
    votes = tuple(
        Vote(members[vote.member_id].name, members[vote.member_id].role, rfc3339(vote.created_at), vote.reason)
        for vote in newest.values()
        if vote.vote == "approve" and vote.digest == decision.digest
    )
    people, why = decision.content["people"], decision.content["why"]
    assert decision.approved_at is not None
    return Approval(
        decision_id=decision.id,
        title=decision.title,
        approved_at=rfc3339(decision.approved_at),
        proposer=members[decision.proposer_id].name,
        owner=members[decision.owner_id].name,
        votes=votes,
        why=why["override_reason"] or " ".join(why["drivers"][:1]),
        cost_centre=people["cost_center"] or "",
        project=people["project"] or "",
        starts_on=decision.starts_on,
        purchase_by=decision.purchase_by,
    )
