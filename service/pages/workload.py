"""One workload: its present answer, how that moved, every answer it had, its traffic, and what it is asked with."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from flask import Blueprint, render_template

from service.decisions import queries as decisions
from service.decisions.document import shown_all
from service.decisions.models import Decision
from service.evaluations import charting, queries, reporting
from service.evaluations.comparisons.differences import differences
from service.evaluations.document import Inputs
from service.evaluations.models import EvaluationResult, StoredEvaluation
from service.evaluations.reviews.staleness import reasons, told
from service.evaluations.states import Summary
from service.kit.db.transaction import Transaction
from service.kit.http.paging import page
from service.pages import door
from service.pages.workloads import EVERY, answer, asked_page
from service.reports import words
from service.reports.answer import sentence
from service.reports.drawings.step_chart import Value
from service.reports.measured import load_chart
from service.reports.offer_names import Names
from service.reports.policy_words import policy_words
from service.reports.reading import Answer
from service.reports.sections import shape
from service.reports.timelines import totals_chart
from service.traffic_histories import queries as histories
from service.traffic_histories.models import StoredHistory
from service.workloads import service

MOST_MOVES = 200
MOST_UPLOADS = 20

Json = dict[str, Any]


def register(blueprint: Blueprint) -> None:
    """Add the page of a workload."""
    door.page(blueprint, "/workloads/<id(wl):workload_id>", "evaluations:read", show_workload)


def show_workload(tx: Transaction, workload_id: str) -> str:
    """Show a workload; its evaluations newest first."""
    workload = service.get(tx, workload_id)
    statement = queries.evaluations(tx, {**EVERY, "workload_id": workload_id})
    found = page(tx, statement, (StoredEvaluation.created_at, StoredEvaluation.id), asked_page())
    present = queries.latest_of(tx, workload_id)
    asked = None if present is None else queries.evaluation(tx, present.evaluation_id)
    return render_template(
        "workload.html",
        workload=workload,
        stale=[] if asked is None else told(reasons(tx, asked)),
        may_evaluate="evaluations:write" in tx.actor.scopes,
        may_upload="traffic_histories:write" in tx.actor.scopes,
        present=None if present is None else _present(tx, present),
        history=None if present is None else _moves(tx, present),
        rows=_rows(tx, found.items),
        uploads=list(_uploads(tx, workload_id)),
        next=found.next,
    )


def _present(tx: Transaction, result: EvaluationResult) -> Json:
    """Return the present answer as its report says it, its decision, its traffic and the policy it stands on."""
    read = Answer(reporting.completed(tx, result.evaluation_id))
    names = Names(reporting.sheets_of(tx, read.body), read.inputs)
    over_time = charting.load_of(tx, [result.digest]).get(result.digest)
    return answer(result) | {
        "head": sentence(read, names),
        "due": result.review_by <= tx.now.date().isoformat(),
        "decision": _decision(tx, result.workload_id),
        "shape": shape(read),
        "load": None if over_time is None else load_chart(read, over_time),
        "policy": policy_words(read.policy, names),
        "sheets": [f"{sheet.provider}: {sheet.name}" for sheet in names.sheets],
    }


def _decision(tx: Transaction, workload_id: str) -> Json | None:
    """Return the newest decision on the workload that the reader may see, None where there is none."""
    if "decisions:read" not in tx.actor.scopes:
        return None
    statement = decisions.decisions(tx, {"workload_id": workload_id})
    newest = tx.session.scalar(statement.order_by(Decision.created_at.desc(), Decision.id.desc()).limit(1))
    if newest is None:
        return None
    one = shown_all(tx, [newest])[0]
    return {"id": newest.id, "state": one.state, "title": newest.title, "sentence": one.sentence}


def _moves(tx: Transaction, present: EvaluationResult) -> Json:
    """Return how the totals of the answers moved, in the currency of the present one: a sentence and a chart."""
    statement = queries.results(tx).where(EvaluationResult.workload_id == present.workload_id)
    newest = tx.session.scalars(statement.order_by(EvaluationResult.version.desc()).limit(MOST_MOVES))
    results = [one for one in reversed(list(newest)) if one.currency in (None, present.currency)]
    values = [
        Value(one.completed_at, one.monthly_cost, one.mode, f"Evaluation {one.version}, {_said(one)}")
        for one in results
    ]
    chart = None if present.currency is None else totals_chart(values, present.currency, tx.now)
    return {"heading": _heading(results), "chart": chart, "currency": present.currency}


def _said(result: EvaluationResult) -> str:
    shown = answer(result)
    return ", ".join(filter(None, [f"Evaluation {result.version}", shown["word"], shown["total"]]))


def _heading(results: Sequence[EvaluationResult]) -> str:
    """Say how often another way was recommended than before."""
    answered = [one for one in results if one.option is not None]
    changes = sum(one.option != before.option for before, one in pairwise(answered))
    since = words.day(results[0].completed_at)
    if not changes:
        return f"The same answer since {since}"
    times = {1: "once", 2: "twice"}.get(changes, f"{words.number_word(changes)} times")
    return f"The answer moved {times} since {since}"


def _rows(tx: Transaction, items: Sequence[StoredEvaluation]) -> list[Json]:
    """Return evaluations, newest first, as rows: the answer, and what differs from the answer before."""
    ids = [evaluation.id for evaluation in items]
    results, jobs = queries.results_of(tx, ids), queries.jobs_of(tx, ids)
    rows = []
    for place, evaluation in enumerate(items):
        result = results.get(evaluation.id)
        before = next((one for one in items[place + 1 :] if one.id in results), None)
        compared = before if result is not None else None
        rows.append(
            {
                "id": evaluation.id,
                "day": words.day(evaluation.created_at),
                "state": Summary(evaluation, result, jobs.get(evaluation.id)).state,
                "answer": None if result is None else answer(result),
                "before": None if compared is None else compared.id,
                "differs": "" if compared is None else _differing(compared.inputs, evaluation.inputs),
            }
        )
    return rows


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say which inputs of two evaluations are not the same."""
    then, now = Inputs.of(dict(before)), Inputs.of(dict(after))
    pointers = [each["pointer"] for each in differences(then.policy, now.policy)]
    bought = [pointer for pointer in pointers if pointer.startswith("/commitments")]
    said = {
        "traffic": then.traffic_history.digest != now.traffic_history.digest,
        "prices": {one.digest for one in then.price_sheets} != {one.digest for one in now.price_sheets},
        "the model": then.model != now.model,
        "the policy": len(pointers) > len(bought),
        "what is bought": bool(bought),
        "the arithmetic": then.engine_version != now.engine_version,
    }
    return words.upper_first(words.listed([name for name, differs in said.items() if differs]))


def _uploads(tx: Transaction, workload_id: str) -> Iterator[Json]:
    """Yield the workload's traffic histories, newest first."""
    current = histories.current(tx.session, tx.organization_id, workload_id)
    statement = histories.histories(tx.organization_id, workload_id)
    order = (StoredHistory.created_at.desc(), StoredHistory.id.desc())
    for one in tx.session.scalars(statement.order_by(*order).limit(MOST_UPLOADS)):
        state = "current" if current is not None and one.id == current.id else "retired" if one.retired_at else ""
        tokens = one.input_tokens + one.output_tokens
        counted = None if one.requests is None else words.plural(one.requests, "request")
        yield {
            "id": one.id,
            "span": words.span(one.start or one.first_at, one.end or one.last_at),
            "what": counted or f"{words.quantity(tokens)} tokens",
            "day": words.day(one.created_at),
            "state": state,
        }
