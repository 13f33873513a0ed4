"""Moving a proposal onto a newer evaluation: harmless, and its votes go along; else they lapse, and why is said."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from service.access import members
from service.decisions import guardrails, queries, service
from service.decisions.approval_models import Rebase
from service.decisions.carrying import reasons
from service.decisions.document import Shown, shown
from service.decisions.guarding import facts_for_rules, require_guardrails, rules_in_force
from service.decisions.models import Decision, Vote
from service.decisions.problems import NOT_ENTITLED
from service.decisions.restating import require_newer, restate
from service.evaluations.comparisons.diffing import difference
from service.evaluations.comparisons.sides import side_of
from service.evaluations.looking import looking
from service.events import service as events
from service.kit import ids
from service.kit.db.transaction import Actor, Transaction
from service.kit.http import etags
from service.kit.http.problems import Problem

Json = dict[str, Any]


@contextmanager
def compared(
    actor: Actor, decision_id: str, body: Json, *, match: Callable[[Shown], None] = etags.require_match
) -> Iterator[Json]:
    """Give how the decision's option differs between the two evaluations, by cause, where it can be computed.

    match: raises a problem where the decision is no longer as the caller saw it; by default by `If-Match`.
    Raises Problem 404 for the decision, 422 for an evaluation that it cannot be moved onto.
    """
    with looking(actor) as tx:
        decision = service.get(tx, decision_id)
        match(shown(tx, decision))
        service.require_step(decision, "approved")
        require_newer(tx, decision, body["evaluation_id"])
        before, after = side_of(tx, decision.evaluation_id), side_of(tx, body["evaluation_id"])
    try:
        changed = difference(actor, before, after)["options"]["changed"]
    except Problem:  # too long to compute here, or in another currency: the address says so itself
        changed = []
    option = next((each for each in changed if each["before"]["key"] == decision.option), None)
    yield {"address": f"/v1/evaluations/{after.body['id']}/diff?against={before.body['id']}", "option": option}


def rebase(tx: Transaction, decision: Decision, said: Json, differences: Json) -> None:
    """Move a locked proposal onto a newer evaluation. Raises Problem 403 for who may not, 409, 422."""
    service.require_step(decision, "approved")
    actor = members.acting(tx)
    if actor.id not in (decision.proposer_id, decision.owner_id):
        raise Problem(NOT_ENTITLED, "A proposal is moved onto another evaluation by who proposed or owns it.")
    require_newer(tx, decision, said["evaluation_id"])
    before, old = service.facts(decision), dict(decision.content)
    found = _findings(tx, decision)
    restate(tx, decision, said)
    because = reasons(old, decision.content, found, _findings(tx, decision))
    require_guardrails(tx, decision)
    carried = [] if because else _carry(tx, decision, before["digest"])
    made = Rebase(
        id=ids.new("rb"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        decision_id=decision.id,
        member_id=actor.id,
        from_evaluation_id=old["evaluation"]["id"],
        to_evaluation_id=decision.evaluation_id,
        from_digest=before["digest"],
        to_digest=decision.digest,
        content=old,
        carried=not because,
        because=because,
        differences=differences,
    )
    tx.session.add(made)
    tx.session.flush()
    told = {"votes": carried, "because": because, "evaluation": decision.evaluation_id}
    events.append(tx, "decision.rebased", decision.id, before=before, after=service.facts(decision) | told)
    service.approve_if_reached(tx, decision)


def _findings(tx: Transaction, decision: Decision) -> list[guardrails.Finding]:
    rules = rules_in_force(tx)[1]
    return guardrails.findings(rules, facts_for_rules(tx, decision, rules))


def _carry(tx: Transaction, decision: Decision, digest: str) -> list[str]:
    """Let the newest vote of each member on the old content be one on the new; return whose votes they are."""
    newest = {vote.member_id: vote for vote in queries.votes(tx, decision.id)}
    going = [vote for vote in newest.values() if vote.vote != "none" and vote.digest == digest]
    for vote in going:
        decision.votes_cast += 1
        copied = {
            name: getattr(vote, name)
            for name in ("organization_id", "decision_id", "member_id", "actor_id", "vote", "reason", "on_behalf_of")
        }
        made = Vote(
            id=ids.new("dv"), created_at=tx.now, number=decision.votes_cast, digest=decision.digest,
            carried_from=digest, **copied,
        )  # fmt: skip
        tx.session.add(made)
    return [vote.member_id for vote in going]
