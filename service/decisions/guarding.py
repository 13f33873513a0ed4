"""Guardrails applied: which rules are in force, what they look at, and what they ask of a decision."""

from datetime import timedelta
from typing import Any

from service.decisions import guardrails, queries
from service.decisions.guardrails import DEFAULT, Facts, Need
from service.decisions.models import Decision
from service.decisions.problems import GUARDRAIL
from service.kit import canonical_json
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FieldError, Problem


def rules_in_force(tx: Transaction) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return number and digest of the guardrails in force, and their rules."""
    found = queries.guardrails_in_force(tx)
    rules = dict(DEFAULT if found is None else found.content)
    digest = canonical_json.digest(canonical_json.dumps(rules))
    return {"number": 0 if found is None else found.number, "digest": digest}, rules


def facts_for_rules(tx: Transaction, decision: Decision, rules: dict[str, Any]) -> Facts:
    """Return what guardrails look at."""
    since = tx.now - timedelta(days=rules["split_window_days"])
    others = queries.committed_since(tx, decision, since) if decision.total_commitment else []
    content = decision.content
    money = content["money"] or {}
    return Facts(
        currency=decision.currency,
        total=decision.total_commitment,
        before=[(other.currency, other.total_commitment) for other in others],
        term_months=money.get("term_months", 0),
        confidence=content["why"]["confidence"],
        probability_cheapest=money.get("probability_cheapest"),
        provisional=content["why"]["provisional"],
    )


def require_guardrails(tx: Transaction, decision: Decision) -> Need:
    """Return the approvals needed by now. Raises Problem 409 where a rule blocks."""
    _, rules = rules_in_force(tx)
    looked = facts_for_rules(tx, decision, rules)
    blocking = [found for found in guardrails.findings(rules, looked) if found.level == "block"]
    if blocking:
        errors = [FieldError("", found.rule, found.sentence) for found in blocking]
        raise Problem(GUARDRAIL, " ".join(found.sentence for found in blocking), errors=errors)
    return guardrails.need(rules, looked)
