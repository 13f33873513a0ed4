"""Who votes for whom: delegations as a page, a form to give one, and one to take it back."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template

from service.access import members
from service.access import queries as access
from service.access.models import Member
from service.decisions import delegating
from service.decisions.approval_models import Delegation
from service.decisions.approval_schemas import NewDelegationSchema
from service.decisions.guardrails import ENTITLED
from service.kit.db.transaction import Transaction
from service.kit.http.problems import Problem
from service.pages import door, fields
from service.reports import words

RULE = "/decisions/delegations"
MOST = 100
"""Delegations that are listed, newest first; the API has all of them."""

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the page, and what takes its forms."""
    door.page(blueprint, RULE, "decisions:read", show_delegations)
    door.form(blueprint, RULE, "decisions:approve", delegate_vote, again=show_delegations)
    door.form(blueprint, f"{RULE}/<id(dg):delegation_id>/end", "decisions:approve", take_back_delegation)


def show_delegations(tx: Transaction, form: Json | None = None, problem: Problem | None = None) -> str:
    """Show who votes for whom until when, and let an approver name somebody."""
    member = members.known(tx)
    everybody = tx.session.scalars(access.members(tx, {"state": "active"}).order_by(Member.name)).all()
    own = None if member is None else member.id
    return render_template(
        "delegations.html",
        rows=_rows(tx, member),
        others=[one for one in everybody if one.id != own and one.role != "viewer"],
        may_delegate=may_delegate(tx, member),
        last=(tx.now.date() + delegating.LONGEST).isoformat(),
        today=tx.now.date().isoformat(),
        form=form or {},
        faults=fields.faults(problem),
        problem=problem,
    )


def delegate_vote(tx: Transaction, form: Json) -> str:
    """Let another member vote for the reader until a day."""
    said = fields.said(form, ("delegate_id", "until", "reason"))
    delegating.delegate(tx, fields.loaded(NewDelegationSchema(), said))
    return RULE


def take_back_delegation(tx: Transaction, form: Json, delegation_id: str) -> str:  # noqa: ARG001 - it has no fields
    """Take a delegation back, at once."""
    delegating.revoke(tx, delegation_id)
    return RULE


def may_delegate(tx: Transaction, member: Member | None) -> bool:
    """Whether the reader has a vote that somebody else could cast."""
    return member is not None and member.role in ENTITLED["approver"] and "decisions:approve" in tx.actor.scopes


def _rows(tx: Transaction, member: Member | None) -> list[Json]:
    newest = delegating.delegations(tx, {}).order_by(Delegation.created_at.desc(), Delegation.id.desc())
    found: Sequence[Delegation] = tx.session.scalars(newest.limit(MOST)).all()
    people = access.members_of(tx, {each for row in found for each in (row.delegator_id, row.delegate_id)})
    today = tx.now.date().isoformat()
    rows = []
    for row in found:
        holds = row.revoked_at is None and row.until >= today
        given = member is not None and (member.id == row.delegator_id or member.role in ENTITLED["admin"])
        rows.append(
            {
                "id": row.id,
                "delegator": people[row.delegator_id].name,
                "delegate": people[row.delegate_id].name,
                "until": words.with_days(row.until),
                "reason": row.reason,
                "state": "taken back" if row.revoked_at is not None else "" if holds else "over",
                "may_end": holds and given and "decisions:approve" in tx.actor.scopes,
            }
        )
    return rows
