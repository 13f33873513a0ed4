"""Guardrails applied: which rules are in force, what they look at, and what they ask of a decision."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from service.commitments import queries as commitments
from service.commitments.service import standing
from service.decisions import guardrails, queries
from service.decisions.facts import Facts
from service.decisions.guardrails import DEFAULT, Need
from service.decisions.limits import RULES
from service.decisions.models import Decision, Purchase
from service.decisions.problems import GUARDRAIL
from service.kit import canonical_json
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FieldError, Problem


def rules_in_force(tx: Transaction) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return number and digest of the guardrails in force, and their rules."""
    found = queries.guardrails_in_force(tx)
    rules = {**dict.fromkeys(RULES), **(DEFAULT if found is None else found.content)}
    digest = canonical_json.digest(canonical_json.dumps(rules))
    return {"number": 0 if found is None else found.number, "digest": digest}, rules


def facts_for_rules(tx: Transaction, decision: Decision, rules: dict[str, Any]) -> Facts:
    """Return what guardrails look at."""
    since = tx.now - timedelta(days=rules["split_window_days"])
    others = queries.committed_since(tx, decision, since) if decision.total_commitment else []
    bought = queries.purchases_of(tx, [other.id for other in others]) if others else {}
    content = decision.content
    money, evidence = content["money"] or {}, content.get("evidence", {})
    sold = (content["offers"] or {}).get("dedicated") or {}
    oldest = evidence.get("oldest_price")
    return Facts(
        currency=decision.currency,
        total=decision.total_commitment,
        before=[(other.currency, _bound(other, bought.get(other.id))) for other in others],
        term_months=money.get("term_months", 0),
        confidence=content["why"]["confidence"],
        probability_cheapest=money.get("probability_cheapest"),
        provisional=content["why"]["provisional"],
        measured_days=evidence.get("measured_days"),
        coverage=evidence.get("coverage"),
        regret=evidence.get("regret"),
        price_age_days=None if oldest is None else (tx.now.date() - date.fromisoformat(oldest)).days,
        provider_share=None if rules.get("largest_provider_share") is None else _provider_share(tx, decision),
        ends_on=decision.ends_on,
        available_until=sold.get("available_until"),
    )


def _provider_share(tx: Transaction, decision: Decision) -> float | None:
    """Return the provider's share of what the organization has committed in this currency, with this decision.

    Counted are what is owed by now on commitments that have not ended, and decisions approved and not yet bought.
    """
    today = tx.now.date()
    running = tx.session.scalars(commitments.commitments(tx, {"ended": False}))
    approved = tx.session.scalars(queries.decisions(tx, {"state": "approved"}))
    committed = [
        *((each.currency, each.provider, standing(each, today).owed) for each in running),
        *((each.currency, each.provider, each.total_commitment) for each in approved if each.id != decision.id),
        (decision.currency, decision.provider, decision.total_commitment),
    ]
    own = [(provider, amount) for currency, provider, amount in committed if currency == decision.currency]
    total = sum((amount for _, amount in own), Decimal(0))
    same = sum((amount for provider, amount in own if provider == decision.provider), Decimal(0))
    return float(same / total) if total else None


def _bound(decision: Decision, purchase: Purchase | None) -> Decimal:
    """Return what a decision commits: as it was bought where it was, else as it was decided."""
    return decision.total_commitment if purchase is None else Decimal(purchase.facts["total_commitment"])


def require_guardrails(tx: Transaction, decision: Decision) -> Need:
    """Return the approvals needed by now. Raises Problem 409 where a rule blocks."""
    _, rules = rules_in_force(tx)
    looked = facts_for_rules(tx, decision, rules)
    blocking = guardrails.blocking(rules, looked)
    if blocking:
        errors = [FieldError("", found.rule, found.sentence) for found in blocking]
        raise Problem(GUARDRAIL, " ".join(found.sentence for found in blocking), errors=errors)
    return guardrails.need(rules, looked)
