"""Break-glass: an owner approves past quorum and guardrails, with a reason, and others review it within seven days."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access import members
from service.decisions import guardrails, queries, service
from service.decisions.approval_models import BreakGlass
from service.decisions.guarding import facts_for_rules, rules_in_force
from service.decisions.guardrails import ENTITLED, Need
from service.decisions.models import Decision
from service.decisions.problems import NOT_ENTITLED
from service.decisions.voting import require_entitled
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import CONFLICT, Problem
from service.kit.jobs.worker import Chore

REVIEW = timedelta(days=7)


def break_glass(tx: Transaction, decision_id: str, said: dict[str, Any]) -> Decision:
    """Approve a proposal as an owner alone; said: reason and digest. Raises Problem 403 for who may not, 409."""
    decision = service.settle(tx, service.lock(tx, decision_id))
    service.require_step(decision, "approved")
    service.require_digest(decision, said["digest"])
    owner = members.acting(tx)
    require_entitled(tx, owner, Need(1, "owner"), (decision.proposer_id, decision.owner_id), decision.created_at)
    _, rules = rules_in_force(tx)
    found = guardrails.findings(rules, facts_for_rules(tx, decision, rules))
    made = BreakGlass(
        id=ids.new("bg"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        decision_id=decision.id,
        member_id=owner.id,
        reason=said["reason"],
        overridden=[{"level": each.level, "rule": each.rule, "sentence": each.sentence} for each in found],
        review_by=(tx.now.date() + REVIEW).isoformat(),
        review="",
    )
    tx.session.add(made)
    tx.session.flush()
    events.append(tx, "decision.glass_broken", decision.id, after=_facts(made))
    service.approve(tx, decision, f"By break-glass: {said['reason']}")
    return decision


def review(tx: Transaction, decision_id: str, told: str) -> Decision:
    """Review an approval by break-glass: somebody else than who broke it, proposed it or owns it. Raises 403, 409."""
    decision = service.settle(tx, service.lock(tx, decision_id))
    found = queries.broken_of(tx, [decision.id]).get(decision.id)
    if found is None or found.reviewed_at is not None:
        said = "was not approved by break-glass" if found is None else f"was reviewed on {found.reviewed_at:%Y-%m-%d}"
        raise Problem(CONFLICT, f"The decision {said}: there is nothing to review.")
    reviewer = members.acting(tx)
    if reviewer.role not in ENTITLED["approver"] or reviewer.id == found.member_id:
        raise Problem(NOT_ENTITLED, "An approver reviews it who is not the owner that approved it.")
    require_entitled(
        tx, reviewer, Need(1, "approver"), (decision.proposer_id, decision.owner_id, found.member_id), found.created_at
    )
    found.reviewed_at, found.reviewer_id, found.review = tx.now, reviewer.id, told
    decision.updated_at = tx.now
    events.append(tx, "decision.reviewed", decision.id, after=_facts(found) | {"reviewer": reviewer.id, "told": told})
    return decision


def _facts(made: BreakGlass) -> dict[str, Any]:
    return {"member": made.member_id, "reason": made.reason, "overridden": made.overridden, "review_by": made.review_by}


def _overdue(session: Session, now: datetime) -> list[BreakGlass]:
    unreviewed = select(BreakGlass).where(BreakGlass.reviewed_at.is_(None), BreakGlass.raised_at.is_(None))
    return list(session.scalars(unreviewed.where(BreakGlass.review_by < now.date().isoformat()).limit(100)))


def _raise(session: Session, now: datetime) -> None:
    for found in _overdue(session, now):
        tx = Transaction(session, Actor(found.organization_id, "job", "decisions"), now, "decisions")
        found.raised_at = now
        events.append(tx, "decision.review_overdue", found.decision_id, after=_facts(found))


RAISE_REVIEWS = Chore(lambda session, now: bool(_overdue(session, now)), _raise, 3600.0)
"""Says once of each approval by break-glass that its review is overdue."""
