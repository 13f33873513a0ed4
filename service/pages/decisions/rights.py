"""What a reader may do about a decision: the steps that are open to them, and why they may not vote."""

from collections.abc import Mapping
from typing import Any

from service.access import members
from service.access import queries as access
from service.access.models import Member
from service.decisions import delegating, quorum, voting
from service.decisions.document import Shown
from service.decisions.guardrails import ENTITLED
from service.kit.db.transaction import Transaction
from service.kit.http.problems import Problem

ORDERED = ("approved", "purchased", "active", "ended", "superseded")
"""States of decisions that something may have come of."""

Json = dict[str, Any]


def is_asked(one: Shown, member: Member | None) -> bool:
    """Whether a decision waits for the vote of a member."""
    if member is None or one.quorum is None or member.id in (one.row.proposer_id, one.row.owner_id):
        return False
    return member.id not in _voted(one) and quorum.is_entitled(member, one.quorum.need)


def asked_for(tx: Transaction, one: Shown, member: Member, givers: Mapping[str, str]) -> list[str]:
    """Return whose vote a decision waits for that a member may cast in their place, by name.

    givers: who lets the member vote for them, name by id, as `givers_of` returns them.
    """
    if one.quorum is None:
        return []
    voted = _voted(one)
    return [name for giver, name in givers.items() if giver not in voted and not _refusal(tx, one, member, giver)]


def _voted(one: Shown) -> set[str]:
    """Return the members whose newest vote on a decision stands, whoever cast it for them."""
    newest = {(vote["on_behalf_of"] or vote["member"])["id"]: vote["vote"] for vote in one.votes}
    return {member_id for member_id, vote in newest.items() if vote != "none"}


def givers_of(tx: Transaction, member: Member | None) -> dict[str, str]:
    """Return the members who let the reader vote for them now, name by id."""
    if member is None or "decisions:comment" not in tx.actor.scopes:
        return {}
    givers = sorted(giver for giver, taker in delegating.delegated(tx) if taker == member.id)
    people = access.members_of(tx, givers)
    return {giver: people[giver].name for giver in givers}


def allowed(tx: Transaction, one: Shown) -> Json:
    """Return which steps the reader may take, by name.

    barred: why they have no vote of their own; for_others: members, by id, who let them vote in their place.
    """
    scopes, member = tx.actor.scopes, members.known(tx)
    own = None if member is None else member.id
    newest = {vote["member"]["id"]: vote["vote"] for vote in one.votes}
    proposed, buys = one.state == "proposed", "decisions:purchase" in scopes
    admin = member is not None and member.role in ENTITLED["admin"]
    barred = _barred(tx, one, member) if proposed else ""
    givers = givers_of(tx, member) if proposed else {}
    for_others = {giver: name for giver, name in givers.items() if member and not _refusal(tx, one, member, giver)}
    may_vote = proposed and (not barred or bool(for_others))
    proposes = proposed and "decisions:propose" in scopes
    return {
        "barred": barred,
        "for_others": for_others,
        "vote": may_vote,
        "take_back": may_vote and newest.get(own or "", "none") != "none",
        "comment": "decisions:comment" in scopes,
        "withdraw": proposes and (own == one.row.proposer_id or admin),
        "move": proposes and own in (one.row.proposer_id, one.row.owner_id),
        "approve_alone": proposed and not barred and "organization:write" in scopes and _is_owner(member),
        "review": _may_review(tx, one, member),
        "is_proposer": own == one.row.proposer_id,
        "buy": buys and one.state == "approved" and one.row.buys,
        "end": buys and one.state == "active",
        "hold": buys and one.state in ORDERED and one.row.option is not None and one.row.approved_at is not None,
        "evaluate": "evaluations:write" in scopes,
    }


def _barred(tx: Transaction, one: Shown, member: Member | None) -> str:
    """Return why the reader may not vote on a proposal, empty where nothing is in the way."""
    if member is None or "decisions:approve" not in tx.actor.scopes:
        return "Your key's role may not vote; approver, admin and owner may, and whom they let vote for them."
    if member.id in (one.row.proposer_id, one.row.owner_id):
        return "You proposed or own it; somebody else must approve."
    return _refusal(tx, one, member)


def _refusal(tx: Transaction, one: Shown, member: Member, on_behalf_of: str | None = None) -> str:
    try:
        voting.require_voter(tx, one.row, member, on_behalf_of)
    except Problem as problem:
        return problem.detail
    return ""


def _is_owner(member: Member | None) -> bool:
    return member is not None and member.role in ENTITLED["owner"]


def _may_review(tx: Transaction, one: Shown, member: Member | None) -> bool:
    """Whether the reader may say what the review of an owner's approval found."""
    broken = one.break_glass
    if broken is None or broken["reviewed_at"] is not None or member is None:
        return False
    barred = (one.row.proposer_id, one.row.owner_id, broken["member"]["id"])
    return "decisions:approve" in tx.actor.scopes and member.role in ENTITLED["approver"] and member.id not in barred
