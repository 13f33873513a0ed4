"""The purchase request of an approved decision: what it says of people is kept at the approval, so it never changes."""

from dataclasses import asdict
from typing import Any

from service.access import queries as access
from service.access.models import Member, Organization
from service.decisions import queries
from service.decisions.models import Decision, Vote
from service.evaluations import reporting
from service.evaluations.purchasing import requested
from service.kit.db.transaction import Transaction
from service.kit.http.fields import rfc3339
from service.kit.http.problems import Problem
from service.purchase_requests.document import Approval
from service.purchase_requests.document import Vote as Signature

Json = dict[str, Any]


def frozen(tx: Transaction, decision: Decision) -> Json | None:
    """Return what the purchase request says beside the evaluation, with its digest; None where nothing is ordered.

    The decision is about to be approved: its votes are those that made the quorum.
    """
    if not decision.buys:
        return None
    kept = {
        "organization": tx.session.get_one(Organization, tx.organization_id).name,
        "workload": decision.content["workload"]["name"],
        "approval": asdict(_approval(tx, decision)),
    }
    try:
        return kept | {"digest": _document(tx, decision, kept)["digest"]}
    except Problem:  # nothing to be ordered of it
        return None


def purchase_request_of(tx: Transaction, decision: Decision) -> tuple[Json, Json]:
    """Return the purchase request of a decision, a draft until it is approved, and the evaluation it stands on."""
    evaluation = reporting.completed(tx, decision.evaluation_id)
    if decision.purchase_request is not None:
        return _document(tx, decision, decision.purchase_request), evaluation
    approval = None if decision.approved_at is None else _approval(tx, decision)
    return requested(tx, evaluation, decision.option, approval), evaluation


def _document(tx: Transaction, decision: Decision, kept: Json) -> Json:
    told = kept["approval"]
    approval = Approval(**{**told, "votes": tuple(Signature(**vote) for vote in told["votes"])})
    evaluation = reporting.completed(tx, decision.evaluation_id)
    return requested(tx, evaluation, decision.option, approval, (kept["organization"], kept["workload"]))


def _approval(tx: Transaction, decision: Decision) -> Approval:
    """Return who approved what was decided: the newest vote of each member, and who broke the glass."""
    newest = {vote.member_id: vote for vote in queries.votes(tx, decision.id)}
    voted = [vote for vote in newest.values() if vote.vote == "approve" and vote.digest == decision.digest]
    broken = queries.broken_of(tx, [decision.id]).get(decision.id)
    ids = {vote.on_behalf_of or vote.member_id for vote in voted} | {vote.member_id for vote in voted}
    ids |= {decision.proposer_id, decision.owner_id, *([] if broken is None else [broken.member_id])}
    members = access.members_of(tx, ids)
    signatures = [_signature(vote, members) for vote in voted]
    if broken is not None:
        at, name = rfc3339(broken.created_at), members[broken.member_id].name
        signatures.append(Signature(name, "owner, by break-glass", at, broken.reason))
    people, why = decision.content["people"], decision.content["why"]
    return Approval(
        decision_id=decision.id,
        title=decision.title,
        approved_at=rfc3339(decision.approved_at or tx.now),
        proposer=members[decision.proposer_id].name,
        owner=members[decision.owner_id].name,
        votes=tuple(signatures),
        why=why["override_reason"] or " ".join(why["drivers"][:1]),
        cost_centre=people["cost_center"] or "",
        project=people["project"] or "",
        starts_on=decision.content["days"]["starts_on"],
        purchase_by=decision.content["days"]["purchase_by"],
    )


def _signature(vote: Vote, members: dict[str, Member]) -> Signature:
    principal = members[vote.on_behalf_of or vote.member_id]
    by = "" if vote.on_behalf_of is None else f", by {members[vote.member_id].name}"
    return Signature(principal.name + by, principal.role, rfc3339(vote.created_at), vote.reason)
