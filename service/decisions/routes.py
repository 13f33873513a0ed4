"""Calls of decisions."""

from typing import Any

from service.decisions import comments, purchasing, queries, service
from service.decisions.document import Shown, shown, shown_all
from service.decisions.models import Comment, Decision
from service.decisions.problems import GUARDRAIL, NOT_ENTITLED, STEP_NOT_ALLOWED
from service.decisions.requests import (
    DecisionsQuery,
    NewCommentSchema,
    NewDecisionSchema,
    NewPurchaseSchema,
    NewVoteSchema,
    ReasonSchema,
    RequiredReasonSchema,
)
from service.decisions.schemas import DecisionCommentSchema, DecisionSchema
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import CONFLICT

blueprint = Resource("decisions", __name__, description="What people decided on evaluations, and what came of it.")

READ, PROPOSE, BUY = "decisions:read", "decisions:propose", "decisions:purchase"

COMMENT = "decisions:comment"
"""Delegates vote too, whose own role may only comment; whose vote counts is looked at with each vote."""

ONE = "/decisions/<id(dc):decision_id>"

STEPS = (STEP_NOT_ALLOWED, CONFLICT, GUARDRAIL, NOT_ENTITLED)


@blueprint.endpoint("GET", "/decisions", scope=READ, query=DecisionsQuery, returns=page_of(DecisionSchema))
def list_decisions(tx: Transaction, query: dict[str, Any]) -> Page[Shown]:
    """List decisions, newest first."""
    found = page(tx, queries.decisions(tx, query), (Decision.created_at, Decision.id), query)
    return Page(shown_all(tx, found.items), found.next_cursor)


@blueprint.endpoint(
    "POST",
    "/decisions",
    scope=PROPOSE,
    body=NewDecisionSchema,
    status=201,
    returns=DecisionSchema,
    problems=STEPS,
)
def create_decision(tx: Transaction, body: dict[str, Any]) -> tuple[Shown, int, dict[str, str]]:
    """Propose a decision on a completed evaluation. Where nothing is committed it is approved at once."""
    decision = service.propose(tx, body)
    tx.session.flush()
    return shown(tx, decision), 201, {"Location": f"/v1/decisions/{decision.id}"}


@blueprint.endpoint("GET", ONE, scope=READ, returns=DecisionSchema)
def get_decision(tx: Transaction, decision_id: str) -> Shown:
    """Return a decision as it stands now."""
    return shown(tx, service.get(tx, decision_id))


@blueprint.endpoint("POST", f"{ONE}/votes", scope=COMMENT, body=NewVoteSchema, returns=DecisionSchema, problems=STEPS)
def vote_on_decision(tx: Transaction, decision_id: str, body: dict[str, Any]) -> Shown:
    """Vote on a decision's content, named by its digest. Your newest vote counts; one rejection rejects."""
    return _written(tx, service.vote(tx, decision_id, body))


@blueprint.endpoint("DELETE", f"{ONE}/votes", scope=COMMENT, returns=DecisionSchema, problems=STEPS)
def take_back_vote(tx: Transaction, decision_id: str) -> Shown:
    """Take your vote back, as long as nothing is decided."""
    return _written(tx, service.take_back(tx, decision_id))


@blueprint.endpoint(
    "POST",
    f"{ONE}/withdrawal",
    scope=PROPOSE,
    body=ReasonSchema,
    returns=DecisionSchema,
    guarded=True,
    problems=STEPS,
)
def withdraw_decision(tx: Transaction, decision_id: str, body: dict[str, Any]) -> Shown:
    """Withdraw a proposal: yours, or as an admin with a reason."""
    decision = _matched(tx, decision_id)
    service.withdraw(tx, decision, body["reason"])
    return _written(tx, decision)


@blueprint.endpoint(
    "POST",
    f"{ONE}/end",
    scope=BUY,
    body=RequiredReasonSchema,
    returns=DecisionSchema,
    guarded=True,
    problems=STEPS,
)
def end_decision(tx: Transaction, decision_id: str, body: dict[str, Any]) -> Shown:
    """End an active decision before its time, with a reason."""
    decision = _matched(tx, decision_id)
    service.end(tx, decision, body["reason"])
    return _written(tx, decision)


@blueprint.endpoint(
    "POST",
    f"{ONE}/purchases",
    scope=BUY,
    body=NewPurchaseSchema,
    status=201,
    returns=DecisionSchema,
    problems=STEPS,
)
def buy_decision(tx: Transaction, decision_id: str, body: dict[str, Any]) -> tuple[Shown, int, dict[str, str]]:
    """Record what was bought on an approved decision. The commitment that follows is entered with it."""
    decision = service.settle(tx, service.lock(tx, decision_id))
    purchasing.buy(tx, decision, body)
    return _written(tx, decision), 201, {"Location": f"/v1/decisions/{decision_id}"}


@blueprint.endpoint("GET", f"{ONE}/comments", scope=READ, query=PageQuery, returns=page_of(DecisionCommentSchema))
def list_decision_comments(tx: Transaction, decision_id: str, query: dict[str, Any]) -> Page[Comment]:
    """List the comments on a decision, newest first."""
    decision = service.get(tx, decision_id)
    return page(tx, queries.comments(tx, decision.id), (Comment.created_at, Comment.id), query)


@blueprint.endpoint(
    "POST", f"{ONE}/comments", scope=COMMENT, body=NewCommentSchema, status=201, returns=DecisionCommentSchema
)
def comment_on_decision(tx: Transaction, decision_id: str, body: dict[str, Any]) -> tuple[Comment, int, dict[str, str]]:
    """Comment on a decision."""
    made = comments.comment(tx, decision_id, body["text"])
    return made, 201, {"Location": f"/v1/decisions/{decision_id}/comments"}


def _matched(tx: Transaction, decision_id: str) -> Decision:
    """Return a decision to change, locked, with the clock's steps taken. Raises Problem 404, 412 and 428."""
    decision = service.lock(tx, decision_id)
    etags.require_match(shown(tx, decision))
    return service.settle(tx, decision)


def _written(tx: Transaction, decision: Decision) -> Shown:
    tx.session.flush()
    return shown(tx, decision)
