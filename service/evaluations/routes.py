"""Calls of evaluations."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Response

from service.evaluations import purchasing, queries, reporting, responses, service, waiting
from service.evaluations.document import Envelope, body_of
from service.evaluations.engine import TOO_LONG, Allowance, require_bounded
from service.evaluations.histories import NO_TRAFFIC
from service.evaluations.inputs import Plan, materials_of, plan
from service.evaluations.looking import looking
from service.evaluations.models import StoredEvaluation
from service.evaluations.purchasing import NOT_ACCEPTABLE
from service.evaluations.schemas import (
    EvaluateQuery,
    EvaluationQuery,
    EvaluationSchema,
    EvaluationSummarySchema,
    NewEvaluationSchema,
)
from service.evaluations.states import Summary
from service.kit import canonical_json
from service.kit.db.transaction import Actor, Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.kit.http.problems import CONFLICT
from service.kit.typesetting import NOT_INSTALLED
from service.purchase_requests.schemas import PurchaseRequestQuery, PurchaseRequestSchema
from service.workloads import service as workloads

blueprint = Resource(
    "evaluations", __name__, description="Runs of measure, compute, compare, decide; kept as evidence."
)

READ, WRITE = "evaluations:read", "evaluations:write"

EvaluationPage = page_of(EvaluationSummarySchema)


@dataclass(frozen=True)
class Prepared:
    """What is done before the transaction: the plan, and the whole body of a dry run."""

    plan: Plan
    body: bytes | None = None


@contextmanager
def _prepare(actor: Actor, workload_id: str, body: dict[str, Any], query: dict[str, Any]) -> Iterator[Prepared]:
    with looking(actor) as tx:
        planned = plan(tx, workload_id, body)
        materials = materials_of(tx, planned.inputs) if query["dry_run"] else None
    if materials is None:
        yield Prepared(planned)
        return
    require_bounded(planned.estimated_seconds)
    answer = Allowance(actor).answer_of(materials)
    yield Prepared(planned, canonical_json.dumps(body_of(Envelope(), planned.inputs, answer)))


@blueprint.endpoint(
    "POST",
    "/workloads/<id(wl):workload_id>/evaluations",
    scope=WRITE,
    body=NewEvaluationSchema,
    query=EvaluateQuery,
    status=201,
    returns=EvaluationSchema,
    prepare=_prepare,
    also={200: EvaluationSchema, 202: EvaluationSchema},
    follow=waiting.follow,
    problems=[waiting.FAILED, CONFLICT, NO_TRAFFIC, TOO_LONG],
)
def create_evaluation(
    tx: Transaction,
    workload_id: str,  # noqa: ARG001 - pinned in the plan
    body: dict[str, Any],  # noqa: ARG001 - as above
    query: dict[str, Any],  # noqa: ARG001 - as above
    prepared: Prepared,
) -> Response:
    """Evaluate a workload: 201 with the answer, 200 where it was known, 202 where it will take long."""
    if prepared.body is not None:
        return Response(prepared.body, content_type=responses.JSON)
    summary = service.ask(tx, prepared.plan)
    location = responses.location(summary.evaluation.id)
    known = queries.content(tx, summary.evaluation.id)
    if known is not None:
        return responses.stored(*known, Location=location)
    tx.session.flush()
    return responses.standing(tx, summary, 202, Location=location)


@blueprint.endpoint("GET", "/evaluations/<id(ev):evaluation_id>", scope=READ, returns=EvaluationSchema)
def get_evaluation(tx: Transaction, evaluation_id: str) -> Response:
    """Return an evaluation: its stored bytes once it is completed, its state and progress until then."""
    return responses.present(tx, evaluation_id)


@blueprint.endpoint("GET", "/evaluations/<id(ev):evaluation_id>/report", scope=READ, problems=[CONFLICT])
def get_report(tx: Transaction, evaluation_id: str) -> Response:
    """Return a completed evaluation as a page to read, print and keep, with pictures and nothing from elsewhere."""
    return reporting.as_page(tx, evaluation_id)


@blueprint.endpoint(
    "GET", "/evaluations/<id(ev):evaluation_id>/report.pdf", scope=READ, problems=[CONFLICT, NOT_INSTALLED]
)
def get_report_pdf(tx: Transaction, evaluation_id: str) -> Response:
    """Return the report as a tagged PDF, where the server has the extra that makes it."""
    return reporting.as_pdf(tx, evaluation_id)


@blueprint.endpoint(
    "GET",
    "/evaluations/<id(ev):evaluation_id>/purchase-request",
    scope=READ,
    query=PurchaseRequestQuery,
    returns=PurchaseRequestSchema,
    forms=purchasing.OTHER_FORMS,
    problems=[CONFLICT, NOT_ACCEPTABLE, NOT_INSTALLED],
)
def get_draft_purchase_request(tx: Transaction, evaluation_id: str, query: dict[str, Any]) -> Response:
    """Return an option as what would be bought, marked as a draft: JSON, CSV, Order-X XML or PDF/A-3.

    The form is the one that `Accept` asks for, or that `format` names.
    """
    return purchasing.as_purchase_request(tx, evaluation_id, query)


@blueprint.endpoint(
    "GET", "/evaluations/<id(ev):evaluation_id>/charts/<chart>", scope=READ, problems=[CONFLICT, NOT_INSTALLED]
)
def get_chart(tx: Transaction, evaluation_id: str, chart: str) -> Response:
    """Return a chart of the report as a picture, traffic.svg or traffic.png, or the numbers behind it, traffic.json."""
    return reporting.as_chart(tx, evaluation_id, chart)


@blueprint.endpoint("GET", "/evaluations/<id(ev):evaluation_id>/tables/<table>", scope=READ, problems=[CONFLICT])
def get_table(tx: Transaction, evaluation_id: str, table: str) -> Response:
    """Return options, lines, flip-points or crossovers as a file: options.csv, options.xlsx."""
    return reporting.as_table(tx, evaluation_id, table)


@blueprint.endpoint("DELETE", "/evaluations/<id(ev):evaluation_id>", scope=WRITE, status=204, problems=[CONFLICT])
def cancel_evaluation(tx: Transaction, evaluation_id: str) -> None:
    """Cancel an evaluation that is queued or running. A completed one stays for ever."""
    service.cancel(tx, evaluation_id)


@blueprint.endpoint("GET", "/evaluations", scope=READ, query=EvaluationQuery, returns=EvaluationPage)
def list_evaluations(tx: Transaction, query: dict[str, Any]) -> Page[Any]:
    """List the organization's evaluations, newest first."""
    return _page(tx, query, query)


@blueprint.endpoint(
    "GET",
    "/workloads/<id(wl):workload_id>/evaluations",
    scope=READ,
    query=EvaluationQuery,
    returns=EvaluationPage,
)
def list_workload_evaluations(tx: Transaction, workload_id: str, query: dict[str, Any]) -> Page[Any]:
    """List a workload's evaluations, newest first."""
    workloads.get(tx, workload_id)
    return _page(tx, query, {**query, "workload_id": workload_id})


def _page(tx: Transaction, query: dict[str, Any], filters: dict[str, Any]) -> Page[Any]:
    found = page(tx, queries.evaluations(tx, filters), (StoredEvaluation.created_at, StoredEvaluation.id), query)
    ids = [evaluation.id for evaluation in found.items]
    results, jobs = queries.results_of(tx, ids), queries.jobs_of(tx, ids)
    summaries = [Summary(row, results.get(row.id), jobs.get(row.id)).document() for row in found.items]
    return Page(summaries, found.next_cursor)
