"""Calls of portfolio evaluations."""

from typing import Any

from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, PageQuery, page, page_of
from service.kit.http.problems import CONFLICT
from service.portfolios import service
from service.portfolios.models import PortfolioEvaluation
from service.portfolios.schemas import NewPortfolioEvaluationSchema, PortfolioEvaluationSchema, PortfolioHeadSchema
from service.portfolios.service import Asked
from service.portfolios.summary import document_of

blueprint = Resource("portfolio-evaluations", __name__, description="Every workload evaluated again, in one go.")

READ, WRITE = "evaluations:read", "evaluations:write"
ROUNDS = "/portfolio-evaluations"


@blueprint.endpoint(
    "POST",
    ROUNDS,
    scope=WRITE,
    body=NewPortfolioEvaluationSchema,
    status=202,
    returns=PortfolioEvaluationSchema,
    also={201: PortfolioEvaluationSchema},
    prepare=service.planned,
    problems=[CONFLICT],
)
def create_portfolio_evaluation(
    tx: Transaction, body: dict[str, Any], prepared: list[Asked]
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Evaluate many workloads again, each under the policy it was last asked for with: 201 where all is known."""
    round_ = service.start(tx, body["price_sheet_id"], prepared)
    tx.session.flush()
    document = document_of(tx, round_)
    headers = {"Location": f"/v1{ROUNDS}/{round_.id}"}
    if document["state"] == "completed":
        return document, 201, headers
    return document, 202, headers | {"Retry-After": "2"}


@blueprint.endpoint("GET", ROUNDS, scope=READ, query=PageQuery, returns=page_of(PortfolioHeadSchema))
def list_portfolio_evaluations(tx: Transaction, query: dict[str, Any]) -> Page[PortfolioEvaluation]:
    """List portfolio evaluations, newest first."""
    return page(tx, service.rounds(tx), (PortfolioEvaluation.created_at, PortfolioEvaluation.id), query)


@blueprint.endpoint("GET", f"{ROUNDS}/<id(pe):portfolio_id>", scope=READ, returns=PortfolioEvaluationSchema)
def get_portfolio_evaluation(tx: Transaction, portfolio_id: str) -> dict[str, Any]:
    """Return a portfolio evaluation: how far it is, and which recommendations flipped."""
    return document_of(tx, service.get(tx, portfolio_id))
