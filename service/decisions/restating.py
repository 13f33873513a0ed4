"""What a proposal says once it is moved onto a newer evaluation."""

from datetime import date
from typing import Any

from service.decisions.content import DAYS, draft
from service.decisions.evidence import evidence_of
from service.decisions.guarding import rules_in_force
from service.decisions.models import Decision
from service.evaluations import queries as evaluations
from service.kit import canonical_json
from service.kit.db.transaction import Transaction
from service.kit.http.problems import FieldError, invalid

Json = dict[str, Any]


def restate(tx: Transaction, decision: Decision, said: Json) -> None:
    """Let the proposal say what the newer evaluation says; people, days, title and reference stay.

    A day to decide by that has passed gives way to the last one.
    """
    old, today = decision.content, tx.now.date()
    days = {name: None if (day := old["days"][name]) is None else date.fromisoformat(day) for name in DAYS}
    if days["decide_by"] is not None and days["decide_by"] < today:
        days["decide_by"] = None
    kept = {"title": decision.title, "kind": decision.kind, "external_reference": decision.external_reference}
    override = said["override_reason"] or old["why"]["override_reason"]
    made = draft(
        tx,
        {
            "evaluation_id": said["evaluation_id"],
            "option": said["option"] or decision.option,
            "override_reason": override,
            **kept,
            **days,
        },
    )
    bound = {"people": old["people"], "supersedes": old["supersedes"], "guardrails": rules_in_force(tx)[0]}
    content = made.content | bound
    for name, value in made.columns.items():
        setattr(decision, name, value)
    decision.content = content
    decision.digest = canonical_json.digest(canonical_json.dumps(content))
    decision.updated_at = tx.now


def require_newer(tx: Transaction, decision: Decision, evaluation_id: str) -> None:
    """Raise Problem 422 unless the evaluation is a newer one of the workload."""
    if evidence_of(tx, evaluation_id).workload.id != decision.workload_id:
        raise invalid(FieldError("/evaluation_id", "other_workload", "It is of another workload; propose a decision."))
    now, before = (evaluations.evaluation(tx, each) for each in (evaluation_id, decision.evaluation_id))
    if now is None or before is None or now.created_at <= before.created_at:
        told = "It is not newer than the evaluation the decision stands on; evaluate the workload again."
        raise invalid(FieldError("/evaluation_id", "not_newer", told))
