"""The forms on a decision's page: voting, taking a vote back, commenting, buying, ending, withdrawing."""

from typing import Any

from flask import Blueprint

from service.decisions import comments, purchasing, service
from service.decisions.document import Shown, shown
from service.decisions.models import Decision
from service.decisions.requests import (
    NewCommentSchema,
    NewPurchaseSchema,
    NewVoteSchema,
    ReasonSchema,
    RequiredReasonSchema,
)
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, Problem
from service.pages import door, fields
from service.pages.decisions.one import ONE, show_decision

BOUGHT = ("reference", "monthly_per_unit", "upfront_per_unit", "starts_on", "ends_on", "notice_by", "document_digest")

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add what takes the forms."""
    for name, scope, view in (
        ("votes", "decisions:comment", cast_vote),
        ("votes/taken-back", "decisions:comment", take_vote_back),
        ("comments", "decisions:comment", add_comment),
        ("purchases", "decisions:purchase", record_purchase),
        ("end", "decisions:purchase", end_decision),
        ("withdrawal", "decisions:propose", withdraw_decision),
    ):
        door.form(blueprint, f"{ONE}/{name}", scope, view, again=show_decision)


def cast_vote(tx: Transaction, form: Json, decision_id: str) -> str:
    """Vote on the content that the reader saw, for themselves or for who delegated it to them."""
    said = {name: form.get(name, "").strip() for name in ("vote", "reason", "digest")}
    said |= fields.said(form, ("on_behalf_of",))
    service.vote(tx, decision_id, fields.loaded(NewVoteSchema(), said))
    return f"/decisions/{decision_id}"


def take_vote_back(tx: Transaction, form: Json, decision_id: str) -> str:  # noqa: ARG001 - it has no fields
    """Take the reader's vote back."""
    service.take_back(tx, decision_id)
    return f"/decisions/{decision_id}"


def add_comment(tx: Transaction, form: Json, decision_id: str) -> str:
    """Comment on a decision."""
    said = fields.loaded(NewCommentSchema(), {"text": form.get("text", "").strip()})
    comments.comment(tx, decision_id, said["text"])
    return f"/decisions/{decision_id}#h-said"


def record_purchase(tx: Transaction, form: Json, decision_id: str) -> str:
    """Record what was bought, with the commitment that follows."""
    said = fields.said(form, BOUGHT) | {"renews": form.get("renews") == "yes"}
    decision = service.settle(tx, service.lock(tx, decision_id))
    purchasing.buy(tx, decision, fields.loaded(NewPurchaseSchema(), said))
    return f"/decisions/{decision_id}"


def end_decision(tx: Transaction, form: Json, decision_id: str) -> str:
    """End an active decision before its time, as the reader saw it."""
    said = fields.loaded(RequiredReasonSchema(), fields.said(form, ("reason",)))
    service.end(tx, seen(tx, form, decision_id), said["reason"])
    return f"/decisions/{decision_id}"


def withdraw_decision(tx: Transaction, form: Json, decision_id: str) -> str:
    """Withdraw a proposal as the reader saw it."""
    said = fields.loaded(ReasonSchema(), fields.said(form, ("reason",)))
    service.withdraw(tx, seen(tx, form, decision_id), said["reason"])
    return f"/decisions/{decision_id}"


def seen(tx: Transaction, form: Json, decision_id: str) -> Decision:
    """Return the decision, locked. Raises Problem 409 where it stands otherwise than the reader saw it."""
    decision = service.lock(tx, decision_id)
    require_seen(shown(tx, decision), form)
    return service.settle(tx, decision)


def require_seen(decision: Shown, form: Json) -> None:
    """Raise Problem 409 where a decision stands otherwise than whoever sent the form saw it."""
    if decision.etag != form.get("etag"):
        raise Problem(CONFLICT, "The decision moved on meanwhile: look at it again.")
