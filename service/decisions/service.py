"""Proposing, voting on and ending decisions. Every step goes through `move`, which knows the one table."""

from datetime import date
from typing import Any, cast

from service.access import members
from service.access import queries as access
from service.access.models import Member
from service.decisions import queries, requesting
from service.decisions.content import draft
from service.decisions.guarding import require_guardrails, rules_in_force
from service.decisions.models import Decision
from service.decisions.problems import NOT_ENTITLED, step_not_allowed
from service.decisions.states import ALLOWED, EVENTS, Clock, State
from service.decisions.voting import cast_vote, quorum_of, require_reason, require_voter
from service.events import service as events
from service.kit import canonical_json, ids
from service.kit.db.transaction import Transaction
from service.kit.db.types import plain_decimal
from service.kit.http.problems import CONFLICT, FieldError, Problem, invalid, or_not_found


def get(tx: Transaction, decision_id: str) -> Decision:
    """Return a decision of the organization, as stored. Raises Problem 404."""
    return or_not_found(queries.decision(tx, decision_id), "No decision has this id.")


def lock(tx: Transaction, decision_id: str) -> Decision:
    """Return a decision whose row nobody else changes until the transaction ends. Raises Problem 404."""
    return or_not_found(queries.decision(tx, decision_id, locked=True), "No decision has this id.")


def propose(tx: Transaction, said: dict[str, Any]) -> Decision:
    """Add a decision; said: the loaded NewDecisionSchema. One that needs no votes is approved at once.

    Raises Problem 422 for fields that do not hold, 409 where a guardrail blocks it.
    """
    proposer = members.acting(tx)
    owner = _owner(tx, said["owner_id"]) or proposer
    made = draft(tx, said)
    replaced = _superseded(tx, said["supersedes_id"], made.columns["workload_id"])
    in_force = rules_in_force(tx)
    people = {
        "proposer": proposer.id, "owner": owner.id, "consulted": said["consulted"], "informed": said["informed"],
        "cost_center": said["cost_center"], "project": said["project"],
    }  # fmt: skip
    bound = {"people": people, "supersedes": said["supersedes_id"], "guardrails": in_force[0]}
    content = made.content | bound
    decision = Decision(
        id=ids.new("dc"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        updated_at=tx.now,
        state="proposed",
        state_reason="",
        proposer_id=proposer.id,
        owner_id=owner.id,
        digest=canonical_json.digest(canonical_json.dumps(content)),
        content=content,
        supersedes_id=None if replaced is None else replaced.id,
        votes_cast=0,
        **made.columns,
    )
    _aim(decision)
    require_guardrails(tx, decision)
    tx.session.add(decision)
    tx.session.flush()
    events.append(tx, EVENTS["proposed"], decision.id, after=facts(decision))
    approve_if_reached(tx, decision)
    return decision


def vote(tx: Transaction, decision_id: str, said: dict[str, Any]) -> Decision:
    """Store a vote on the content of the digest it names, and take the step that it brings about.

    Raises Problem 403 for who may not vote, 409 where it is decided or the content is another by now.
    """
    decision = settle(tx, lock(tx, decision_id))
    require_step(decision, "approved")
    require_digest(decision, said["digest"])
    voter = members.acting(tx)
    require_voter(tx, decision, voter, said["on_behalf_of"])
    require_reason(said)
    cast_vote(tx, decision, voter, said)
    if said["vote"] == "reject":
        move(tx, decision, "rejected", said["reason"])
    elif said["vote"] == "approve":
        approve_if_reached(tx, decision)
    return decision


def take_back(tx: Transaction, decision_id: str) -> Decision:
    """Take one's vote back. Raises Problem 404, 409 where it is decided or there is no vote."""
    decision = settle(tx, lock(tx, decision_id))
    require_step(decision, "approved")
    voter = members.acting(tx)
    own = [vote for vote in queries.votes(tx, decision.id) if vote.member_id == voter.id]
    if not own or own[-1].vote == "none":
        raise Problem(CONFLICT, "You have no vote on this decision to take back.")
    cast_vote(tx, decision, voter, {"vote": "none", "reason": "", "digest": decision.digest})
    return decision


def withdraw(tx: Transaction, decision: Decision, reason: str) -> None:
    """Withdraw a proposal: its proposer, or an admin with a reason. Raises Problem 403, 409, 422."""
    require_step(decision, "withdrawn")
    actor = members.acting(tx)
    if actor.id != decision.proposer_id:
        if actor.role not in ("admin", "owner"):
            raise Problem(NOT_ENTITLED, "A proposal is withdrawn by its proposer, or by an admin with a reason.")
        if not reason:
            raise invalid(FieldError("/reason", "required", "Say why: the proposal is somebody else's."))
    move(tx, decision, "withdrawn", reason)


def end(tx: Transaction, decision: Decision, reason: str) -> None:
    """End an active decision before its time. Raises Problem 409."""
    require_step(decision, "ended")
    move(tx, decision, "ended", reason)


def settle(tx: Transaction, decision: Decision) -> Decision:
    """Take the steps that the clock asks for by now; return the decision."""
    while decision.due_at is not None and decision.due_at <= tx.now:
        move(tx, decision, cast("State", decision.due_state), "")
    return decision


def move(tx: Transaction, decision: Decision, after: State, reason: str) -> None:
    """Take one step of the table, with its event. Raises Problem 409 for any other."""
    require_step(decision, after)
    before = facts(decision)
    decision.state, decision.state_reason, decision.updated_at = after, reason, tx.now
    if after == "approved":
        decision.approved_at = tx.now
    _aim(decision)
    events.append(tx, EVENTS[after], decision.id, before=before, after=facts(decision))


def facts(decision: Decision) -> dict[str, Any]:
    """Return what events hold of a decision, as JSON values."""
    request = decision.purchase_request
    kept = {} if request is None else {"purchase_request": request["digest"]}
    return kept | {
        "state": decision.state,
        "reason": decision.state_reason,
        "digest": decision.digest,
        "total_commitment": plain_decimal(decision.total_commitment),
        "currency": decision.currency,
    }


def clock_of(decision: Decision) -> Clock:
    """Return what the clock asks of a decision."""
    return Clock(
        valid_until=date.fromisoformat(decision.valid_until),
        purchase_by=date.fromisoformat(decision.purchase_by),
        starts_on=date.fromisoformat(decision.starts_on),
        ends_on=None if decision.ends_on is None else date.fromisoformat(decision.ends_on),
        buys=decision.buys,
    )


def approve_if_reached(tx: Transaction, decision: Decision) -> None:
    """Approve where the votes suffice now, under the guardrails of now; nobody else can between, the row is locked."""
    need = require_guardrails(tx, decision)
    if not quorum_of(tx, decision, need).is_reached:
        return
    approve(tx, decision, "" if need.total else "No vote is needed.")


def approve(tx: Transaction, decision: Decision, reason: str) -> None:
    """Take the step to approved, and those that follow from it. Raises Problem 409."""
    decision.purchase_request = requesting.frozen(tx, decision)
    tx.session.flush()
    move(tx, decision, "approved", reason)
    if decision.supersedes_id is not None:
        old = settle(tx, lock(tx, decision.supersedes_id))
        if (old.state, "superseded") in ALLOWED:
            old.superseded_by_id = decision.id
            move(tx, old, "superseded", f"Replaced by {decision.id}.")
    settle(tx, decision)


def require_digest(decision: Decision, digest: str) -> None:
    """Raise Problem 409 unless this is the digest of what the decision says."""
    if digest != decision.digest:
        told = f"The decision's digest is {decision.digest} by now: read it again and vote on what it says."
        raise Problem(CONFLICT, told)


def _aim(decision: Decision) -> None:
    """Note when the clock moves the decision next."""
    due = clock_of(decision).next(cast("State", decision.state))
    decision.due_at, decision.due_state = due or (None, None)


def require_step(decision: Decision, after: State) -> None:
    """Raise Problem 409 unless the table has this step."""
    if (decision.state, after) not in ALLOWED:
        since = f"It has been {decision.state} since {decision.updated_at:%Y-%m-%d %H:%M} UTC."
        raise step_not_allowed(decision.state, after, f"{since} {decision.state_reason}".strip())


def _owner(tx: Transaction, member_id: str | None) -> Member | None:
    found = None if member_id is None else access.member(tx, member_id)
    if member_id is not None and (found is None or found.state != "active"):
        raise invalid(FieldError("/owner_id", "unknown_member", "No active member has this id; see /v1/members."))
    return found


def _superseded(tx: Transaction, decision_id: str | None, workload_id: str) -> Decision | None:
    """Return the decision to replace. Raises Problem 422 where it is none of the workload, 409 in a final state."""
    if decision_id is None:
        return None
    old = queries.decision(tx, decision_id, locked=True)
    if old is None or old.workload_id != workload_id:
        told = "No decision of the evaluation's workload has this id."
        raise invalid(FieldError("/supersedes_id", "not_found", told))
    require_step(settle(tx, old), "superseded")
    return old
