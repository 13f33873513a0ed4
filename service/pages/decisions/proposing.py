"""Proposing a decision on a report: an option, the recommended one or another with a reason, or to measure more."""

from typing import Any

from flask import Blueprint, render_template, request

from service.access import queries as access
from service.decisions import queries, service
from service.decisions.content import WITHOUT_OPTION
from service.decisions.models import Decision
from service.decisions.requests import NewDecisionSchema
from service.decisions.states import ALLOWED
from service.kit.db.transaction import Transaction
from service.kit.http.problems import Problem
from service.pages import door, fields
from service.pages.decisions import words as deciding
from service.reports.answer import advice

NEW = "/evaluations/<id(ev):evaluation_id>/decide"

KINDS = (
    ("", "Take the option below"),
    ("renew", "Renew what runs, as the option below"),
    ("resize", "Resize what runs, to the option below"),
    ("measure", "Buy nothing yet: measure more first"),
    ("end", "Stop what runs, without anything in its place"),
)

FIELDS = (
    "option", "kind", "title", "override_reason", "owner_id", "supersedes_id", "external_reference", "cost_center",
    "project", "decide_by", "valid_until", "purchase_by", "starts_on", "ends_on", "notice_by",
)  # fmt: skip

REPLACEABLE = tuple(sorted(before for before, after in ALLOWED if after == "superseded"))

MOST_REPLACEABLE = 50

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the form."""
    door.page(blueprint, NEW, "decisions:propose", show_proposal)
    door.form(blueprint, NEW, "decisions:propose", propose_decision, again=show_proposal)


def show_proposal(tx: Transaction, evaluation_id: str, form: Json | None = None, problem: Problem | None = None) -> str:
    """Ask what is to be decided on an evaluation: the recommended option, unless another is named with a reason."""
    answer, names = deciding.read(tx, evaluation_id)
    asked = form or {name: request.args[name] for name in ("kind", "option", "supersedes_id") if name in request.args}
    return render_template(
        "decide.html",
        evaluation_id=evaluation_id,
        advice=None if answer.chosen is None else advice(answer.chosen, names),
        options=deciding.options(answer, names),
        most=deciding.MOST_OPTIONS,
        chosen=asked.get("option") or (answer.chosen.key if answer.chosen else ""),
        kinds=KINDS,
        kind=asked.get("kind") or ("measure" if answer.mode == "insufficient_data" else ""),
        members=list(tx.session.scalars(access.members(tx, {"state": "active"}))),
        replaceable=_replaceable(tx, answer.body["workload_id"]),
        form=asked,
        faults=fields.faults(problem),
        problem=problem,
    )


def propose_decision(tx: Transaction, form: Json, evaluation_id: str) -> str:
    """Propose a decision; lead to it."""
    said = fields.said(form, FIELDS)
    if said.get("kind") in WITHOUT_OPTION:
        said.pop("option", None)
    decision = service.propose(tx, fields.loaded(NewDecisionSchema(), said | {"evaluation_id": evaluation_id}))
    tx.session.flush()
    return f"/decisions/{decision.id}"


def _replaceable(tx: Transaction, workload_id: str) -> list[Decision]:
    """Return the workload's decisions that another may replace, newest first."""
    statement = queries.decisions(tx, {"workload_id": workload_id}).where(Decision.state.in_(REPLACEABLE))
    return list(tx.session.scalars(statement.order_by(Decision.created_at.desc()).limit(MOST_REPLACEABLE)))
