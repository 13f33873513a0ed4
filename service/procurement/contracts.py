"""A decision as a Contract Commitment of FOCUS 1.4, from proposal to end."""

from service.commitments import queries as commitments
from service.commitments.focus import contract_commitments
from service.commitments.models import Commitment
from service.decisions import queries
from service.decisions.agreed import agreed_facts
from service.decisions.document import shown
from service.decisions.models import Decision
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, Problem

AS_DECIDED = dict.fromkeys(
    ("monthly_per_unit", "upfront_per_unit", "starts_on", "ends_on", "notice_by"), None
)  # fmt: skip


def contract_commitment(tx: Transaction, decision: Decision) -> bytes:
    """Return the file: a header and one row, as bought or, before that, as decided. Raises Problem 409.

    Its lifecycle status is the decision's, see states.FOCUS.
    """
    if not decision.buys or not decision.total_commitment:
        raise Problem(CONFLICT, "The decision commits nothing, so there is no contract commitment of it.")
    purchase = queries.purchases_of(tx, [decision.id]).get(decision.id)
    found = None if purchase is None else commitments.commitment(tx, purchase.commitment_id)
    if purchase is not None and found is None:
        raise Problem(CONFLICT, "The commitment that was entered for the decision has been deleted.")
    row = _as_decided(decision) if found is None else found
    status = shown(tx, decision).focus_status or ""
    return contract_commitments([row], tx.now.date(), {row.id: status})


def _as_decided(decision: Decision) -> Commitment:
    """Return the commitment that a purchase as decided would enter. It is stored nowhere."""
    facts = agreed_facts(decision, {**AS_DECIDED, "reference": decision.external_reference, "renews": False})
    days = {name: None if facts[name] is None else facts[name].isoformat() for name in ("starts_on", "ends_on")}
    notice_by = None if facts["notice_by"] is None else facts["notice_by"].isoformat()
    made = {**facts, **days, "notice_by": notice_by}
    return Commitment(id=decision.id, created_at=decision.created_at, updated_at=decision.updated_at, **made)
