"""Votes on proposed guardrails: under those in force, by others than who proposed them."""

from dataclasses import dataclass
from typing import Any

from service.access import members
from service.decisions import queries
from service.decisions.guarding import rules_in_force
from service.decisions.guardrail_versions import decide, lock, require_open
from service.decisions.guardrails import strictest
from service.decisions.models import Guardrails
from service.decisions.quorum import Quorum
from service.decisions.voting import counted, require_entitled, require_reason
from service.events import service as events
from service.kit.db.transaction import Transaction
from service.kit.http.fields import rfc3339
from service.kit.http.problems import CONFLICT, Problem


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote on guardrails."""

    member_id: str
    on_behalf_of: str | None
    vote: str
    digest: str


def vote(tx: Transaction, guardrails_id: str, said: dict[str, Any]) -> Guardrails:
    """Store a vote on the content of the digest it names; the last one of the quorum brings it into force.

    Raises Problem 403 for who may not vote, 409 where it is decided or the digest is another.
    """
    guardrails = lock(tx, guardrails_id)
    require_open(guardrails)
    if said["digest"] != guardrails.digest:
        raise Problem(CONFLICT, f"The guardrails' digest is {guardrails.digest}: read them again and vote on that.")
    voter = members.acting(tx)
    need = strictest(rules_in_force(tx)[1])
    require_entitled(tx, voter, need, (guardrails.proposer_id,), guardrails.created_at, said["on_behalf_of"])
    require_reason(said)
    cast = {"member_id": voter.id, "created_at": rfc3339(tx.now), **said}
    guardrails.votes = [*guardrails.votes, cast]
    tx.session.flush()
    events.append(tx, "guardrails.voted", guardrails.id, after=cast)
    if said["vote"] == "reject":
        decide(tx, guardrails, "rejected")
    elif quorum_of(tx, guardrails).is_reached:
        _bring_into_force(tx, guardrails)
    return guardrails


def quorum_of(tx: Transaction, guardrails: Guardrails) -> Quorum:
    """Return how the votes stand: as many are needed as the strictest band in force asks for."""
    ballots = [
        Ballot(each["member_id"], each["on_behalf_of"], each["vote"], each["digest"]) for each in guardrails.votes
    ]
    return counted(tx, guardrails.digest, ballots, (guardrails.proposer_id,), strictest(rules_in_force(tx)[1]))


def _bring_into_force(tx: Transaction, guardrails: Guardrails) -> None:
    """Let a version hold, the one before no more; what was proposed to be otherwise than that one is outrun."""
    for other in queries.guardrails_locked(tx):
        if other.id != guardrails.id and other.state in ("in_force", "proposed"):
            decide(tx, other, "retired" if other.state == "in_force" else "outrun")
    decide(tx, guardrails, "in_force")
