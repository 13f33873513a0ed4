"""Recording what was bought on an approved decision: price and dates as agreed, and the commitment that follows."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from service.access import members
from service.commitments import service as commitments
from service.decisions import guardrails, service
from service.decisions.agreed import agreed_facts, total_of
from service.decisions.guarding import facts_for_rules, rules_in_force
from service.decisions.models import Decision, Purchase
from service.decisions.problems import GUARDRAIL, step_not_allowed
from service.decisions.voting import quorum_of
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.db.types import plain_decimal
from service.kit.http.problems import Problem


def buy(tx: Transaction, decision: Decision, said: Mapping[str, Any]) -> Decimal:
    """Store what was bought on a locked decision, with its commitment; return how much more it commits than approved.

    said: the loaded NewPurchaseSchema; what is None is as it was decided. Raises Problem 409 where the decision cannot
    become `purchased`, or commits more than its votes allow; 422 where dates contradict each other.
    """
    service.require_step(decision, "purchased")
    if not decision.buys:
        raise step_not_allowed(decision.state, "purchased", "It commits nothing: there is nothing to buy.")
    agreed = agreed_facts(decision, said)
    total = total_of(decision, agreed)
    if total > decision.total_commitment:
        _require_votes(tx, decision, total)
    commitment = commitments.create(tx, agreed)
    more = total - decision.total_commitment
    facts = {
        "monthly_per_unit": plain_decimal(agreed["monthly_per_unit"]),
        "upfront_per_unit": plain_decimal(agreed["upfront_per_unit"]),
        "total_commitment": plain_decimal(total),
        "more_than_approved": plain_decimal(more),
        "document_digest": said["document_digest"],
    }
    purchase = Purchase(
        id=ids.new("pu"),
        organization_id=tx.organization_id,
        created_at=tx.now,
        decision_id=decision.id,
        member_id=members.acting(tx).id,
        commitment_id=commitment.id,
        reference=said["reference"],
        facts=facts,
    )
    tx.session.flush()
    tx.session.add(purchase)
    for name in ("starts_on", "ends_on", "notice_by"):
        setattr(decision, name, getattr(commitment, name))
    decision.external_reference = said["reference"]
    service.move(tx, decision, "purchased", f"Bought as {said['reference']}.")
    service.settle(tx, decision)
    return more


def _require_votes(tx: Transaction, decision: Decision, total: Decimal) -> None:
    """Raise Problem 409 unless the votes there are suffice for a larger total, under the guardrails of now."""
    _, rules = rules_in_force(tx)
    looked = replace(facts_for_rules(tx, decision, rules), total=total)
    quorum = quorum_of(tx, decision, guardrails.need(rules, looked))
    blocking = [found.sentence for found in guardrails.blocking(rules, looked)]
    if quorum.is_reached and not blocking:
        return
    approved, currency = decision.total_commitment, decision.currency
    told = f"What was agreed commits {total:,.2f} {currency}, {total - approved:,.2f} more than was approved."
    mend = f"Propose a new decision with `supersedes_id` {decision.id} at the price agreed."
    raise Problem(GUARDRAIL, " ".join([told, *(blocking or [quorum.sentence]), mend]))
