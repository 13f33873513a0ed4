"""What came of a decision: what was billed against what was said, by cause and by line."""

from typing import Any

from flask import Blueprint, render_template

from service.evaluations import reporting
from service.kit.db.transaction import Transaction
from service.kit.http.problems import CONFLICT, Problem
from service.outcomes import service
from service.outcomes.models import Outcome
from service.pages import door
from service.pages.decisions import outcome_words
from service.reports import words
from service.reports.offer_names import Names
from service.workloads import queries as workloads

ONE = "/decisions/outcomes/<id(oc):outcome_id>"
WRITE = "decisions:purchase"

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add an outcome's page, and what deletes one."""
    door.page(blueprint, ONE, "decisions:read", show_outcome)
    door.form(blueprint, f"{ONE}/deletion", WRITE, delete_outcome)


def show_outcome(tx: Transaction, outcome_id: str) -> str:
    """Show what was expected and what was billed, by cause and by line."""
    outcome = service.get(tx, outcome_id)
    evaluation = reporting.completed(tx, outcome.evaluation_id)
    names = Names(reporting.sheets_of(tx, evaluation), evaluation["inputs"])
    return render_template(
        "outcome.html",
        one=outcome,
        document=outcome.document,
        heading=outcome_words.heading(outcome),
        option=words.upper_first(names.key(outcome.option)),
        days=outcome_words.days(outcome),
        facts=list(outcome_words.facts(outcome, names)),
        remarks=list(outcome_words.remarks(outcome)),
        bars=outcome_words.bars(outcome),
        lines=outcome_words.lines(outcome, names),
        unmatched=outcome.document["unmatched"],
        workload=workloads.workload(tx, outcome.workload_id),
        may_delete=WRITE in tx.actor.scopes,
    )


def delete_outcome(tx: Transaction, form: Json, outcome_id: str) -> str:
    """Delete an outcome that was made by mistake, as the reader saw it."""
    outcome = service.get(tx, outcome_id)
    if outcome.etag != form.get("etag"):
        raise Problem(CONFLICT, "The outcome changed meanwhile: look at it again.")
    service.remove(tx, outcome)
    return f"/decisions/{outcome.decision_id}" if outcome.decision_id else "/decisions/scorecard"


def outcome_row(outcome: Outcome) -> Json:
    """Return what lists show of an outcome."""
    told = {"id": outcome.id, "days": outcome_words.days(outcome), "heading": outcome_words.heading(outcome)}
    return told | {"bars": outcome_words.bars(outcome)}
