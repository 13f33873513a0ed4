"""The last step: what matters, in five questions, with the ranking beside them, and the evaluation that is saved."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request

from service.evaluations import queries, reporting, service
from service.evaluations.inputs import Plan, plan
from service.evaluations.looking import looking
from service.evaluations.previews import preview
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.problems import Problem
from service.pages import door
from service.pages.start import knobs
from service.pages.start.found import found_so_far
from service.pages.start.questions import faults, loaded
from service.policies import queries as policies
from service.policies.presets import PRESETS
from service.reports.ranking import Ranking, ranking
from service.workloads import service as workloads

POLICY = "/start/<id(wl):workload_id>/policy"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the questions: the answer to them; else how long replaying takes; else why there is none."""

    shown: Ranking | None = None
    seconds: int = 0
    problem: Problem | None = None


def register(blueprint: Blueprint) -> None:
    """Add the page of questions, and what takes the answers."""
    door.page(blueprint, POLICY, "evaluations:write", ask, prepare=_ranked)
    door.form(blueprint, POLICY, "evaluations:write", evaluate, prepare=_planned, again=ask)


def ask(
    tx: Transaction,
    workload_id: str,
    prepared: Beside | None = None,
    form: Json | None = None,
    problem: Problem | None = None,
) -> str:
    """Ask what matters, and show what the answers so far lead to."""
    beside = prepared or Beside(problem=problem)
    shown = form or request.args.to_dict()
    sheets = request.values.getlist("sheet")
    return render_template(
        "start_policy.html",
        workload=workloads.get(tx, workload_id),
        presets=PRESETS.values(),
        policies=list(tx.session.scalars(policies.newest(tx))),
        sheets=sheets,
        form=shown,
        problem=problem,
        beside=beside,
        faults=dict(faults(beside.problem, shown)),
        knobs=list(knobs.lines()),
        turned={name for name in shown if name.startswith(knobs.PREFIX) and shown[name].strip()},
        found=found_so_far(tx, workload_id, len(sheets) if "sheets_shown" in request.values else None),
        number=queries.last_version(tx, workload_id) + 1,
    )


def evaluate(tx: Transaction, form: Json, workload_id: str, prepared: Plan) -> str:  # noqa: ARG001 - in the plan
    """Ask for the evaluation; lead to its page, which shows how far it is until it is the report."""
    return f"/evaluations/{service.ask(tx, prepared).evaluation.id}"


@contextmanager
def _planned(actor: Actor, form: Json, workload_id: str) -> Iterator[Plan]:
    """Pin what the form names. Raises Problem 409 and 422."""
    asked = loaded(form, request.form.getlist("sheet"))
    with looking(actor) as tx:
        yield plan(tx, workload_id, asked)


@contextmanager
def _ranked(actor: Actor, workload_id: str) -> Iterator[Beside]:
    """Give the ranking of what the address says; replayed where `show` is in it, else only where it is known."""
    try:
        beside = _ranking(actor, workload_id)
    except Problem as problem:
        if problem.kind.status not in (*door.MENDABLE, 503):
            raise
        beside = Beside(problem=problem)
    yield beside


def _ranking(actor: Actor, workload_id: str) -> Beside:
    asked = loaded(request.args, request.args.getlist("sheet"))
    with looking(actor) as tx:
        planned = plan(tx, workload_id, asked)
    found = preview(actor, planned, may_replay="show" in request.args)
    if found.body is None:
        return Beside(seconds=max(1, round(found.seconds)))
    with looking(actor) as tx:
        return Beside(ranking(found.body, reporting.sheets_of(tx, found.body)))
