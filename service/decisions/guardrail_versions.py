"""Versions of the guardrails: proposing and withdrawing them. They hold only once others have approved them."""

from typing import Any

from service.access import members
from service.access import queries as access
from service.decisions import queries
from service.decisions.guarding import rules_in_force
from service.decisions.guardrails import Need
from service.decisions.limits import RULES
from service.decisions.models import Guardrails
from service.decisions.problems import NOT_ENTITLED
from service.decisions.quorum import is_entitled
from service.events import service as events
from service.kit import canonical_json, ids
from service.kit.db.transaction import Transaction
from service.kit.http import etags
from service.kit.http.problems import CONFLICT, FieldError, Problem, invalid, or_not_found


def propose(tx: Transaction, rules: dict[str, Any], reason: str) -> Guardrails:
    """Add a proposed version; rules: whole, as checked. Raises Problem 422 where they are those in force already."""
    held, now = rules_in_force(tx)
    if rules == now:
        told = f"These are the guardrails in force (number {held['number']}): say what shall be otherwise."
        raise invalid(FieldError("/rules", "unchanged", told))
    _require_voters(tx, rules)
    there = queries.guardrails_locked(tx)
    made = Guardrails(
        id=ids.new("gr"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        number=there[-1].number + 1 if there else 1,
        state="proposed",
        reason=reason,
        proposer_id=members.acting(tx).id,
        digest=canonical_json.digest(canonical_json.dumps(rules)),
        content=rules,
        votes=[],
    )
    tx.session.add(made)
    tx.session.flush()
    events.append(tx, "guardrails.proposed", made.id, after=facts(made))
    return made


def _require_voters(tx: Transaction, rules: dict[str, Any]) -> None:
    """Raise Problem 422 for each rule that asks for the approval of who may not vote."""
    named = {name: rule["member_id"] for name, rule in rules.items() if name in RULES and rule and rule["member_id"]}
    found = access.members_of(tx, set(named.values()))
    need = Need(1, "approver")
    told = "No active member who may approve has this id; see /v1/members."
    faults = [
        FieldError(f"/rules/{name}/member_id", "unknown_member", told)
        for name, member_id in named.items()
        if member_id not in found or not is_entitled(found[member_id], need)
    ]
    if faults:
        raise invalid(*faults)


def lock(tx: Transaction, guardrails_id: str) -> Guardrails:
    """Return a version; nobody else changes any until the transaction ends. Raises Problem 404."""
    return or_not_found(
        next((each for each in queries.guardrails_locked(tx) if each.id == guardrails_id), None),
        "No guardrails have this id.",
    )


def withdraw(tx: Transaction, guardrails_id: str) -> Guardrails:
    """Withdraw a proposed version: its proposer, or an admin. Raises Problem 403, 404, 409, 412 and 428."""
    guardrails = lock(tx, guardrails_id)
    etags.require_match(guardrails)
    require_open(guardrails)
    actor = members.acting(tx)
    if actor.id != guardrails.proposer_id and actor.role not in ("admin", "owner"):
        raise Problem(NOT_ENTITLED, "Proposed guardrails are withdrawn by their proposer or an admin.")
    decide(tx, guardrails, "withdrawn")
    return guardrails


def require_open(guardrails: Guardrails) -> None:
    """Raise Problem 409 unless the version is still to be decided."""
    if guardrails.state != "proposed":
        told = f"Guardrails {guardrails.number} are {guardrails.state.replace('_', ' ')} and take no more votes."
        raise Problem(CONFLICT, f"{told} Propose a new version; GET /v1/guardrails shows what is in force.")


def facts(guardrails: Guardrails) -> dict[str, Any]:
    """Return what events hold of guardrails, as JSON values."""
    return {name: getattr(guardrails, name) for name in ("number", "state", "digest", "reason", "proposer_id")}


def decide(tx: Transaction, guardrails: Guardrails, state: str) -> None:
    """Take a version to another state, with its event."""
    before = facts(guardrails)
    guardrails.state = state
    guardrails.decided_at = guardrails.decided_at if state == "retired" else tx.now
    tx.session.flush()
    action = "guardrails.approved" if state == "in_force" else f"guardrails.{state}"
    events.append(tx, action, guardrails.id, before=before, after=facts(guardrails))
