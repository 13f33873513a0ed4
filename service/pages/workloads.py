"""Workloads: all of them with their present answers, and one of them with every answer it had."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from service.evaluations import queries as evaluations
from service.evaluations.models import EvaluationResult, StoredEvaluation
from service.evaluations.reviews.staleness import reasons
from service.evaluations.states import Summary
from service.kit.db.transaction import Transaction
from service.kit.http.paging import PageQuery, page
from service.pages import door
from service.reports import words
from service.workloads import queries, service
from service.workloads.models import Workload

Json = dict[str, Any]

ANSWERS = {
    "serverless": "Serverless",
    "dedicated": "Dedicated",
    "hybrid": "Hybrid",
    "autoscaled": "Autoscaled",
    "insufficient_data": "Not yet: too little traffic",
    "no_eligible_option": "Nothing meets the needs",
}

EVERY: Json = {"mode": None, "digest": None, "created_after": None, "created_before": None}


def register(blueprint: Blueprint) -> None:
    """Add the pages of workloads."""
    door.page(blueprint, "/workloads", "workloads:read", show_workloads)
    door.page(blueprint, "/workloads/<id(wl):workload_id>", "evaluations:read", show_workload)


def show_workloads(tx: Transaction) -> str:
    """List the organization's workloads with the answer each has now, newest first."""
    found = page(tx, queries.workloads(tx), (Workload.created_at, Workload.id), _asked())
    ids = [workload.id for workload in found.items]
    latest = tx.session.scalars(evaluations.latest(tx, None).where(EvaluationResult.workload_id.in_(ids)))
    answers = {result.workload_id: answer(result) for result in latest}
    rows = [{"workload": workload, "answer": answers.get(workload.id)} for workload in found.items]
    return render_template("workloads.html", rows=rows, next=found.next)


def show_workload(tx: Transaction, workload_id: str) -> str:
    """Show a workload, its present answer and every evaluation of it, newest first."""
    workload = service.get(tx, workload_id)
    statement = evaluations.evaluations(tx, {**EVERY, "workload_id": workload_id})
    found = page(tx, statement, (StoredEvaluation.created_at, StoredEvaluation.id), _asked())
    present = evaluations.latest_of(tx, workload_id)
    asked = None if present is None else evaluations.evaluation(tx, present.evaluation_id)
    return render_template(
        "workload.html",
        workload=workload,
        stale=[] if asked is None else [reason.sentence for reason in reasons(tx, asked)],
        may_evaluate="evaluations:write" in tx.actor.scopes,
        may_upload="traffic_histories:write" in tx.actor.scopes,
        present=None if present is None else answer(present),
        rows=_standings(tx, found.items),
        next=found.next,
    )


def answer(result: EvaluationResult) -> Json:
    """Return what lists show of an answer, in words: its mode, total a month, confidence and review day."""
    known = result.monthly_cost is not None
    return {
        "id": result.evaluation_id,
        "version": result.version,
        "mode": result.mode,
        "word": ANSWERS.get(result.mode, result.mode.replace("_", " ").capitalize()),
        "total": f"{words.money(result.monthly_cost)} {result.currency}" if known and result.monthly_cost else "",
        "confidence": (result.confidence or "").capitalize(),
        "review_by": words.day(date.fromisoformat(result.review_by)) if result.review_by else "",
    }


def _standings(tx: Transaction, items: Sequence[StoredEvaluation]) -> list[Json]:
    ids = [evaluation.id for evaluation in items]
    results, jobs = evaluations.results_of(tx, ids), evaluations.jobs_of(tx, ids)
    standings = []
    for evaluation in items:
        result = results.get(evaluation.id)
        state = Summary(evaluation, result, jobs.get(evaluation.id)).state
        shown = None if result is None else answer(result)
        standings.append(
            {"id": evaluation.id, "day": words.day(evaluation.created_at), "state": state, "answer": shown}
        )
    return standings


def _asked() -> Json:
    loaded: Json = PageQuery().load({name: request.args[name] for name in ("cursor",) if name in request.args})
    return loaded
