"""Calls of scenarios."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response

from service.evaluations.comparisons.sides import NOT_COMPLETED, side_of
from service.evaluations.document import Inputs
from service.evaluations.engine import TOO_LONG, Allowance, Materials, require_bounded
from service.evaluations.histories import NO_TRAFFIC
from service.evaluations.inputs import materials_of, plan
from service.evaluations.looking import looking
from service.evaluations.scenarios.files import FORMS, as_file
from service.evaluations.scenarios.grid import Wanted, cells, count, require_fitting
from service.evaluations.scenarios.schemas import (
    GridSchema,
    ScenarioFormQuery,
    ScenarioTableSchema,
    WorkloadScenariosSchema,
)
from service.evaluations.scenarios.table import Table, scenario_of
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.blueprint import Resource
from service.model_names import service as model_names
from service.workflow.document import Answer

blueprint = Resource("scenarios", __name__, description="What if: other traffic, prices, offers or growth.")

READ = "evaluations:read"
MAX_BODY = 4 * 1024 * 1024

Json = dict[str, Any]


@contextmanager
def _of_evaluation(actor: Actor, evaluation_id: str, body: Json, query: Json) -> Iterator[Table]:  # noqa: ARG001
    with looking(actor) as tx:
        side = side_of(tx, evaluation_id)
        wanted = Wanted(side.inputs.names, model_names.names(tx))
    yield _table(actor, side.materials, side.inputs, wanted, body, side.estimated_seconds, side.answer)


@contextmanager
def _of_workload(actor: Actor, workload_id: str, body: Json, query: Json) -> Iterator[Table]:  # noqa: ARG001
    with looking(actor) as tx:
        planned = plan(tx, workload_id, body)
        materials = materials_of(tx, planned.inputs)
        wanted = Wanted(planned.inputs.names, model_names.names(tx))
    yield _table(actor, materials, planned.inputs, wanted, body["grid"], planned.estimated_seconds, None)


def _table(
    actor: Actor, base: Materials, inputs: Inputs, wanted: Wanted, grid: Json, seconds: float, known: Answer | None
) -> Table:
    """Return the table of a grid; `known` is the base's answer where it is stored."""
    require_fitting(base, inputs, wanted, grid)
    factors = sum(max(1.0, float(factor)) for factor in grid["traffic_factors"])
    require_bounded(seconds * (1 + count(grid) / len(grid["traffic_factors"]) * factors))
    allowance = Allowance(actor)
    answer = allowance.answer_of(base) if known is None else known
    scenarios = [
        scenario_of(cell, allowance.answer_of(cell.materials), base, answer) for cell in cells(base, wanted, grid)
    ]
    return Table(answer.recommendation, scenarios)


@blueprint.endpoint(
    "POST",
    "/evaluations/<id(ev):evaluation_id>/scenarios",
    scope=READ,
    body=GridSchema,
    query=ScenarioFormQuery,
    returns=ScenarioTableSchema,
    forms=FORMS,
    prepare=_of_evaluation,
    writes=False,
    max_body=MAX_BODY,
    problems=[NOT_COMPLETED, TOO_LONG],
)
def try_evaluation_scenarios(
    tx: Transaction,  # noqa: ARG001 - all was done before it began
    evaluation_id: str,  # noqa: ARG001
    body: Json,  # noqa: ARG001
    query: Json,
    prepared: Table,
) -> Json | Response:
    """Vary the inputs of a completed evaluation. Nothing is stored."""
    return _answered(prepared, query)


@blueprint.endpoint(
    "POST",
    "/workloads/<id(wl):workload_id>/scenarios",
    scope=READ,
    body=WorkloadScenariosSchema,
    query=ScenarioFormQuery,
    returns=ScenarioTableSchema,
    forms=FORMS,
    prepare=_of_workload,
    writes=False,
    max_body=MAX_BODY,
    problems=[NO_TRAFFIC, TOO_LONG],
)
def try_workload_scenarios(
    tx: Transaction,  # noqa: ARG001 - all was done before it began
    workload_id: str,  # noqa: ARG001
    body: Json,  # noqa: ARG001
    query: Json,
    prepared: Table,
) -> Json | Response:
    """Vary what an evaluation of the workload would stand on now. Nothing is stored."""
    return _answered(prepared, query)


def _answered(table: Table, query: Json) -> Json | Response:
    return table.document() if query["format"] == "json" else as_file(table.scenarios, query["format"])
