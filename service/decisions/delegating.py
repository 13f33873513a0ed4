"""Delegations: an approver lets another member vote for them until a day, and takes that back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select

from service.access import members
from service.access import queries as access
from service.decisions.approval_models import Delegation
from service.decisions.guardrails import ENTITLED
from service.decisions.problems import NOT_ENTITLED
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FieldError, Problem, invalid, or_not_found

LONGEST = timedelta(days=366)


def delegate(tx: Transaction, said: Mapping[str, Any]) -> Delegation:
    """Let another member vote for who asks; said: the loaded NewDelegationSchema. Raises Problem 403 and 422."""
    delegator = members.acting(tx)
    if delegator.role not in ENTITLED["approver"]:
        raise Problem(NOT_ENTITLED, f"Only who may approve can delegate it; you are {delegator.role}.")
    found, today = access.member(tx, said["delegate_id"]), tx.now.date()
    faults = []
    if found is None or found.state != "active" or found.role == "viewer":
        told = "No active member who may do more than look has this id; see /v1/members."
        faults.append(FieldError("/delegate_id", "unknown_member", told))
    if said["delegate_id"] == delegator.id:
        faults.append(FieldError("/delegate_id", "yourself", "Name somebody else: you vote for yourself already."))
    if not today <= said["until"] <= today + LONGEST:
        faults.append(FieldError("/until", "out_of_range", f"Name a day from {today} to {today + LONGEST}."))
    if faults:
        raise invalid(*faults)
    made = Delegation(
        id=ids.new("dg"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        delegator_id=delegator.id,
        delegate_id=said["delegate_id"],
        until=said["until"].isoformat(),
        reason=said["reason"],
    )
    tx.session.add(made)
    tx.session.flush()
    events.append(tx, "delegation.created", made.id, after=facts(made))
    return made


def revoke(tx: Transaction, delegation_id: str) -> None:
    """Take a delegation back: its delegator, or an admin. Doing so again changes nothing. Raises Problem 403, 404."""
    found = or_not_found(
        tx.session.scalar(delegations(tx, {}).where(Delegation.id == delegation_id)), "No delegation has this id."
    )
    actor = members.acting(tx)
    if actor.id != found.delegator_id and actor.role not in ENTITLED["admin"]:
        raise Problem(NOT_ENTITLED, "A delegation is taken back by who gave it, or by an admin.")
    if found.revoked_at is None:
        found.revoked_at = tx.now
        events.append(tx, "delegation.revoked", found.id, before=facts(found))


def delegations(tx: Transaction, filters: Mapping[str, Any]) -> Select[Delegation]:
    """Return the statement of the organization's delegations; filters: delegator_id, delegate_id, None for any."""
    statement = select(Delegation).where(Delegation.organization_id == tx.organization_id)
    for name in ("delegator_id", "delegate_id"):
        if filters.get(name) is not None:
            statement = statement.where(getattr(Delegation, name) == filters[name])
    return statement


def delegated(tx: Transaction) -> frozenset[tuple[str, str]]:
    """Return the pairs of delegator and delegate that hold by now."""
    today = tx.now.date().isoformat()
    holding = delegations(tx, {}).where(Delegation.revoked_at.is_(None), Delegation.until >= today)
    return frozenset((each.delegator_id, each.delegate_id) for each in tx.session.scalars(holding))


def facts(delegation: Delegation) -> dict[str, Any]:
    """Return what events hold of a delegation, as JSON values."""
    return {name: getattr(delegation, name) for name in ("delegator_id", "delegate_id", "until", "reason")}
