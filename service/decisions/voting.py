"""Votes: who may cast one, storing it, and how the votes on a decision stand."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from service.access import queries as access
from service.access.models import Member
from service.decisions import queries
from service.decisions.delegating import delegated
from service.decisions.guarding import require_guardrails
from service.decisions.guardrails import Need
from service.decisions.models import Decision, Vote
from service.decisions.problems import NOT_ENTITLED
from service.decisions.quorum import Ballot, Quorum, is_entitled, listed, quorum
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FORBIDDEN, FieldError, Problem, invalid


def quorum_of(tx: Transaction, decision: Decision, need: Need, votes: list[Vote] | None = None) -> Quorum:
    """Return how the votes on a decision stand."""
    cast_votes = queries.votes(tx, decision.id) if votes is None else votes
    return counted(tx, decision.digest, cast_votes, (decision.proposer_id, decision.owner_id), need)


def counted(
    tx: Transaction, digest: str, cast_votes: Sequence[Ballot], barred_ids: Sequence[str], need: Need
) -> Quorum:
    """Return how votes on the content of a digest stand. barred_ids: of members whose vote never counts."""
    barred = dict.fromkeys(barred_ids)
    principals = {vote.on_behalf_of for vote in cast_votes if vote.on_behalf_of is not None}
    found = access.members_of(tx, {*barred, *need.named, *principals, *(vote.member_id for vote in cast_votes)})
    pairs = delegated(tx) if principals else ()
    return quorum(need, digest, cast_votes, found, [found[each] for each in barred], pairs)


def require_voter(tx: Transaction, decision: Decision, voter: Member, on_behalf_of: str | None = None) -> None:
    """Raise Problem 403 unless a member may vote on a decision, with the key it uses; 409 where a guardrail blocks."""
    need = require_guardrails(tx, decision)
    require_entitled(tx, voter, need, (decision.proposer_id, decision.owner_id), decision.created_at, on_behalf_of)


def require_entitled(
    tx: Transaction,
    voter: Member,
    need: Need,
    barred_ids: Sequence[str],
    since: datetime,
    on_behalf_of: str | None = None,
) -> None:
    """Raise Problem 403 unless a member may vote on what was proposed at a time, with the key it uses.

    A key that goes back to the proposer or owner over keys made after proposing counts as theirs, whomever it is for.
    """
    barred = access.members_of(tx, {*barred_ids})
    names = listed([member.name for member in barred.values()])
    if voter.id in barred:
        told = f"Nobody votes on what they proposed or own, with whichever key. Needed: somebody who is not {names}."
        raise Problem(NOT_ENTITLED, told)
    makers = _makers_since(tx, since)
    maker = next((barred[member_id] for member_id in makers if member_id in barred), None)
    if maker is not None:
        told = f"This key was made by {maker.name} after the proposal, or with a key that was; use an older one."
        raise Problem(NOT_ENTITLED, told)
    if on_behalf_of is not None:
        _require_delegate(tx, voter, need, barred, on_behalf_of)
    elif "decisions:approve" not in tx.actor.scopes:
        raise Problem(FORBIDDEN, "This key's role may not vote; approver, admin and owner may, or their delegates.")
    elif not is_entitled(voter, need):
        told = f"Votes on this are for members of the role {need.role} or a wider one; you are {voter.role}."
        raise Problem(NOT_ENTITLED, told)


def require_reason(said: Mapping[str, Any]) -> None:
    """Raise Problem 422 for a rejection that does not say why."""
    if said["vote"] == "reject" and not said["reason"]:
        raise invalid(FieldError("/reason", "required", "Say why it is rejected; the proposer reads it."))


def _require_delegate(
    tx: Transaction, voter: Member, need: Need, barred: Mapping[str, Member], on_behalf_of: str
) -> None:
    """Raise Problem 403 unless a member may vote for another: it was delegated, and the other one may vote."""
    principal = access.member(tx, on_behalf_of)
    if principal is None or (principal.id, voter.id) not in delegated(tx):
        told = "Nobody with this id has delegated their vote to you, or not any more; see /v1/delegations."
        raise Problem(NOT_ENTITLED, told)
    if principal.id in barred:
        told = f"{principal.name} proposed or owns it and may not vote on it, nor may a delegate in their place."
        raise Problem(NOT_ENTITLED, told)
    if not is_entitled(principal, need):
        told = f"Votes on this are for members of the role {need.role} or a wider one; {principal.name} is not."
        raise Problem(NOT_ENTITLED, told)


def _makers_since(tx: Transaction, since: datetime) -> Iterator[str]:
    """Yield the members who made the key that is used, the key it was made with, and so on, since a time."""
    key = access.api_key(tx, tx.actor.id)
    while key is not None and key.created_at >= since:
        by, key = key.created_by, access.api_key(tx, key.created_by)
        if key is not None:
            yield key.member_id
        elif (signed_in := access.member_of_subject(tx, by.removeprefix("oidc:"))) is not None:
            yield signed_in.id


def cast_vote(tx: Transaction, decision: Decision, voter: Member, said: dict[str, Any]) -> None:
    """Store a vote, with its event. said: vote, reason and digest."""
    decision.votes_cast += 1
    decision.updated_at = tx.now
    made = Vote(
        id=ids.new("dv"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        decision_id=decision.id,
        member_id=voter.id,
        actor_id=tx.actor.id,
        number=decision.votes_cast,
        on_behalf_of=said.get("on_behalf_of"),
        **{name: said[name] for name in ("vote", "reason", "digest")},
    )
    tx.session.add(made)
    told = {"member": voter.id, "vote": made.vote, "reason": made.reason, "digest": made.digest}
    told |= {} if made.on_behalf_of is None else {"on_behalf_of": made.on_behalf_of}
    events.append(tx, "decision.voted", decision.id, after=told)
