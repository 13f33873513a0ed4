"""Recording what was bought on an approved decision: price and dates as agreed, and the commitment that follows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from service.access import members
from service.commitments import service as commitments
from service.decisions import guardrails, service
from service.decisions.guarding import facts_for_rules, rules_in_force
from service.decisions.models import Decision, Purchase
from service.decisions.problems import GUARDRAIL
from service.decisions.terms import QUANTUM
from service.decisions.voting import quorum_of
from service.kit import ids
from service.kit.db.transaction import Transaction
from service.kit.db.types import plain_decimal
from service.kit.http.problems import FieldError, Problem, invalid


def buy(tx: Transaction, decision: Decision, said: Mapping[str, Any]) -> Decimal:
    """Store what was bought on a locked decision, with its commitment; return how much more it commits than approved.

    said: the loaded NewPurchaseSchema; what is None is as it was decided. Raises Problem 409 where the decision cannot
    become `purchased`, or commits more than its votes allow; 422 where dates contradict each other.
    """
    service.require_step(decision, "purchased")
    agreed = _agreed(decision, said)
    total = _total(decision, agreed)
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


def _agreed(decision: Decision, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of the commitment: what was said, and what was decided of the rest. Raises Problem 422."""
    money, sold = decision.content["money"], decision.content["offers"]["dedicated"]
    units = money["units"]
    ends_on = said["ends_on"] or (None if decision.ends_on is None else date.fromisoformat(decision.ends_on))
    if ends_on is None:
        told = "Name the last day that is paid for: the decision is on demand and has none."
        raise invalid(FieldError("/ends_on", "required", told))
    monthly, upfront = said["monthly_per_unit"], said["upfront_per_unit"]
    notice_by = None if decision.notice_by is None else date.fromisoformat(decision.notice_by)
    return {
        "workload_id": decision.workload_id,
        "provider": sold["provider"] or decision.provider or "",
        "sku": sold["sku"],
        "units": units,
        "currency": decision.currency,
        "monthly_per_unit": _each(money["monthly"], units) if monthly is None else monthly,
        "upfront_per_unit": _each(money["upfront"], units) if upfront is None else upfront,
        "starts_on": said["starts_on"] or date.fromisoformat(decision.starts_on),
        "ends_on": ends_on,
        "notice_by": said["notice_by"] or notice_by,
        "renews": said["renews"],
        "reference": said["reference"],
        "description": f"{decision.title} ({decision.id})"[:2000],
        "is_settled": False,
    }  # fmt: skip


def _each(amount: str, units: int) -> Decimal:
    """Return what one of the units costs."""
    return (Decimal(amount) / units).quantize(QUANTUM, ROUND_HALF_EVEN)


def _total(decision: Decision, agreed: Mapping[str, Any]) -> Decimal:
    """Return everything payable: over the term as it was decided, or by the day where other days were agreed.

    A month is 365/12 days.
    """
    starts, ends = agreed["starts_on"], agreed["ends_on"]
    days = (ends - starts).days + 1
    decided = decision.ends_on is not None and days == _days(decision)
    terms = decision.content["money"]
    months = (
        Fraction(str(terms["term_months"])) if decided and terms["term_months"] else Fraction(12 * max(0, days), 365)
    )
    monthly: Decimal = agreed["monthly_per_unit"] * agreed["units"]
    once: Decimal = agreed["upfront_per_unit"] * agreed["units"]
    return (once + monthly * months.numerator / months.denominator).quantize(QUANTUM, ROUND_HALF_EVEN)


def _days(decision: Decision) -> int:
    assert decision.ends_on is not None
    return (date.fromisoformat(decision.ends_on) - date.fromisoformat(decision.starts_on)).days + 1


def _require_votes(tx: Transaction, decision: Decision, total: Decimal) -> None:
    """Raise Problem 409 unless the votes there are suffice for a larger total, under the guardrails of now."""
    _, rules = rules_in_force(tx)
    looked = replace(facts_for_rules(tx, decision, rules), total=total)
    quorum = quorum_of(tx, decision, guardrails.need(rules, looked))
    blocking = [found.sentence for found in guardrails.findings(rules, looked) if found.level == "block"]
    if quorum.is_reached and not blocking:
        return
    approved, currency = decision.total_commitment, decision.currency
    told = f"What was agreed commits {total:,.2f} {currency}, {total - approved:,.2f} more than was approved."
    mend = f"Propose a new decision with `supersedes_id` {decision.id} at the price agreed."
    raise Problem(GUARDRAIL, " ".join([told, *(blocking or [quorum.sentence]), mend]))
