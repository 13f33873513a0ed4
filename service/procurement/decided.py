"""Decisions in the forms that finance and buying take: a draft until it is approved."""

from datetime import date
from typing import Any, cast

from service.decisions import queries, service
from service.decisions.document import shown
from service.decisions.models import Decision
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, Problem

Json = dict[str, Any]

GONE = ("rejected", "withdrawn", "lapsed")
"""States in which nothing is to be bought any more."""


def standing(tx: Transaction, decision_id: str) -> Decision:
    """Return a decision on an option that is proposed or was approved. Raises Problem 404, 409."""
    decision = service.get(tx, decision_id)
    state = service.clock_of(decision).at(cast("Any", decision.state), tx.now)
    if state in GONE:
        raise Problem(CONFLICT, f"The decision is {state}: nothing is to be bought. {shown(tx, decision).sentence}")
    if decision.option is None:
        raise Problem(CONFLICT, "The decision is on no option, so there is nothing to buy.")
    return decision


def reference_of(tx: Transaction, decision: Decision) -> tuple[str, ...]:
    """Return what bills may call the purchase: order number and commitment; the decision's own reference."""
    purchase = queries.purchases_of(tx, [decision.id]).get(decision.id)
    bought = () if purchase is None else (purchase.commitment_id, purchase.reference)
    return tuple(name for name in (*bought, decision.external_reference, decision.id) if name)


def starts_on(decision: Decision) -> date:
    """Return the first day of what was decided."""
    return date.fromisoformat(decision.starts_on)
