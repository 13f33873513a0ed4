"""Every workload of the organization with the answer it has now."""

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from service.evaluations import queries as evaluations
from service.evaluations.models import EvaluationResult
from service.kit.db.transaction import Transaction
from service.kit.http.paging import PageQuery, page
from service.pages import door
from service.reports import words
from service.workloads import queries
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
    """Add the list of workloads."""
    door.page(blueprint, "/workloads", "workloads:read", show_workloads)


def show_workloads(tx: Transaction) -> str:
    """List the organization's workloads with the answer each has now, newest first."""
    found = page(tx, queries.workloads(tx), (Workload.created_at, Workload.id), asked_page())
    ids = [workload.id for workload in found.items]
    latest = tx.session.scalars(evaluations.latest(tx, None).where(EvaluationResult.workload_id.in_(ids)))
    answers = {result.workload_id: answer(result) for result in latest}
    rows = [{"workload": workload, "answer": answers.get(workload.id)} for workload in found.items]
    return render_template("workloads.html", rows=rows, next=found.next)


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


def asked_page() -> Json:
    """Return which part of a list the address asks for."""
    loaded: Json = PageQuery().load({name: request.args[name] for name in ("cursor",) if name in request.args})
    return loaded
