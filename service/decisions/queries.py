"""Queries on decisions."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from service.decisions.approval_models import BreakGlass, Rebase
from service.decisions.models import Comment, Decision, Guardrails, Purchase, Vote
from service.kit.db.transaction import Transaction

FILTERS = ("workload_id", "evaluation_id", "owner_id", "proposer_id", "external_reference", "kind", "digest")

COMMITTED = ("approved", "purchased", "active", "ended")
"""States of decisions whose money is, or was, committed."""


def decisions(tx: Transaction, filters: Mapping[str, Any]) -> Select[Decision]:
    """Return the statement of the organization's decisions that fit the filters that are not None.

    filters: those of FILTERS; state, as it is by now; due_by: a day until which the decision is to be taken; review:
    how the review of an approval by break-glass stands by now.
    """
    statement = select(Decision).where(Decision.organization_id == tx.organization_id)
    for name in FILTERS:
        if filters.get(name) is not None:
            statement = statement.where(getattr(Decision, name) == filters[name])
    if filters.get("due_by") is not None:
        statement = statement.where(Decision.decide_by <= filters["due_by"].isoformat())
    if filters.get("review") is not None:
        statement = statement.where(Decision.id.in_(_reviewed(tx, filters["review"])))
    if filters.get("state") is not None:
        statement = statement.where(_state(tx) == filters["state"])
    return statement


def _reviewed(tx: Transaction, review: str) -> Select[str]:
    """Return the statement of ids of decisions approved by break-glass whose review is due, overdue or done."""
    today = tx.now.date().isoformat()
    open_until = BreakGlass.review_by >= today if review == "due" else BreakGlass.review_by < today
    statement = select(BreakGlass.decision_id).where(BreakGlass.organization_id == tx.organization_id)
    if review == "done":
        return statement.where(BreakGlass.reviewed_at.is_not(None))
    return statement.where(BreakGlass.reviewed_at.is_(None), open_until)


def broken_of(tx: Transaction, decision_ids: Collection[str]) -> dict[str, BreakGlass]:
    """Return the approvals by break-glass of these decisions, by decision."""
    statement = select(BreakGlass).where(
        BreakGlass.organization_id == tx.organization_id, BreakGlass.decision_id.in_(decision_ids)
    )
    return {broken.decision_id: broken for broken in tx.session.scalars(statement)}


def rebases_of(tx: Transaction, decision_ids: Collection[str]) -> dict[str, list[Rebase]]:
    """Return the moves of these decisions onto newer evaluations, by decision, in their order."""
    statement = select(Rebase).where(Rebase.organization_id == tx.organization_id, Rebase.decision_id.in_(decision_ids))
    found: dict[str, list[Rebase]] = {decision_id: [] for decision_id in decision_ids}
    for rebase in tx.session.scalars(statement.order_by(Rebase.created_at, Rebase.id)):
        found[rebase.decision_id].append(rebase)
    return found


def _state(tx: Transaction) -> ColumnElement[str]:
    """Return the state by now: the stored one unless the clock has moved it, and once more where it ended since."""
    moved = and_(Decision.due_at.is_not(None), Decision.due_at <= tx.now)
    ended = and_(Decision.due_state == "active", Decision.ends_on < tx.now.date().isoformat())
    return case((and_(moved, ended), "ended"), (moved, Decision.due_state), else_=Decision.state)


def decision(tx: Transaction, decision_id: str, *, locked: bool = False) -> Decision | None:
    """Return one of the organization's decisions; its row locked until the transaction ends, if asked."""
    statement = decisions(tx, {}).where(Decision.id == decision_id)
    return tx.session.scalar(statement.with_for_update() if locked else statement)


def votes(tx: Transaction, decision_id: str) -> list[Vote]:
    """Return the votes on a decision in the order they were cast."""
    statement = select(Vote).where(Vote.organization_id == tx.organization_id, Vote.decision_id == decision_id)
    return list(tx.session.scalars(statement.order_by(Vote.number)))


def votes_of(tx: Transaction, decision_ids: Collection[str]) -> dict[str, list[Vote]]:
    """Return the votes on these decisions, by decision, in the order they were cast."""
    statement = select(Vote).where(Vote.organization_id == tx.organization_id, Vote.decision_id.in_(decision_ids))
    found: dict[str, list[Vote]] = {decision_id: [] for decision_id in decision_ids}
    for vote in tx.session.scalars(statement.order_by(Vote.number)):
        found[vote.decision_id].append(vote)
    return found


def comments(tx: Transaction, decision_id: str) -> Select[Comment]:
    """Return the statement of the comments on a decision."""
    return select(Comment).where(Comment.organization_id == tx.organization_id, Comment.decision_id == decision_id)


def purchases_of(tx: Transaction, decision_ids: Collection[str]) -> dict[str, Purchase]:
    """Return what was bought on these decisions, by decision."""
    statement = select(Purchase).where(
        Purchase.organization_id == tx.organization_id, Purchase.decision_id.in_(decision_ids)
    )
    return {purchase.decision_id: purchase for purchase in tx.session.scalars(statement)}


def bought(tx: Transaction, commitment_ids: Collection[str]) -> dict[str, str]:
    """Return the id of the decision that each of these commitments was bought on, by commitment."""
    statement = select(Purchase.commitment_id, Purchase.decision_id).where(
        Purchase.organization_id == tx.organization_id, Purchase.commitment_id.in_(commitment_ids)
    )
    return {row.commitment_id: row.decision_id for row in tx.session.execute(statement)}


def committed_since(tx: Transaction, decision: Decision, since: datetime) -> list[Decision]:
    """Return other decisions of the workload and provider approved after a time whose money is bound by now.

    One that was replaced, or that this one replaces, counts where something had been bought on it.
    """
    bought = select(Purchase.id).where(Purchase.decision_id == Decision.id).exists()
    statement = decisions(tx, {"workload_id": decision.workload_id}).where(
        Decision.id != decision.id,
        Decision.provider == decision.provider,
        Decision.approved_at > since,
        or_(and_(_state(tx).in_(COMMITTED), Decision.id.is_distinct_from(decision.supersedes_id)), bought),
    )
    return list(tx.session.scalars(statement))


def due(now: datetime) -> Select[Decision]:
    """Return the statement of decisions, of any organization, that the clock moves by now."""
    return select(Decision).where(Decision.due_at <= now)


def guardrails(tx: Transaction, state: str | None = None) -> Select[Guardrails]:
    """Return the statement of the organization's guardrails, of one state where given."""
    statement = select(Guardrails).where(Guardrails.organization_id == tx.organization_id)
    return statement if state is None else statement.where(Guardrails.state == state)


def guardrails_in_force(tx: Transaction) -> Guardrails | None:
    """Return the guardrails in force, None where the shipped default is."""
    return tx.session.scalar(guardrails(tx, "in_force"))


def guardrails_locked(tx: Transaction) -> list[Guardrails]:
    """Return all guardrails of the organization, oldest first, their rows locked until the transaction ends."""
    return list(tx.session.scalars(guardrails(tx).order_by(Guardrails.number).with_for_update()))
