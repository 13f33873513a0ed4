"""Calls of outcomes."""

from typing import Any

from service.evaluations.comparisons.sides import NOT_COMPLETED
from service.evaluations.engine import TOO_LONG
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.kit.http.problems import CONFLICT
from service.outcomes import queries, service
from service.outcomes.due import due
from service.outcomes.models import Outcome
from service.outcomes.schemas import (
    DueOutcomesSchema,
    NewOutcomeSchema,
    OutcomeSchema,
    OutcomesQuery,
    ScorecardQuery,
    ScorecardSchema,
)
from service.outcomes.scorecard import scorecard
from service.outcomes.service import Made, made

blueprint = Resource("outcomes", __name__, description="What was promised, held against what came.")

READ, WRITE = "decisions:read", "decisions:purchase"
ONE = "/outcomes/<id(oc):outcome_id>"


@blueprint.endpoint("GET", "/outcomes", scope=READ, query=OutcomesQuery, returns=page_of(OutcomeSchema))
def list_outcomes(tx: Transaction, query: dict[str, Any]) -> Page[Outcome]:
    """List outcomes, newest first."""
    return page(tx, queries.outcomes(tx, query), (Outcome.created_at, Outcome.id), query)


@blueprint.endpoint(
    "POST",
    "/outcomes",
    scope=WRITE,
    body=NewOutcomeSchema,
    status=201,
    returns=OutcomeSchema,
    prepare=made,
    problems=(CONFLICT, NOT_COMPLETED, TOO_LONG),
)
def create_outcome(tx: Transaction, body: dict[str, Any], prepared: Made) -> tuple[Outcome, int, dict[str, str]]:
    """Hold what an option was expected to cost against what was billed, by cause, to the cent."""
    outcome = service.keep(tx, body, prepared)
    return outcome, 201, {"Location": f"/v1/outcomes/{outcome.id}"}


@blueprint.endpoint("GET", "/outcomes/due", scope=READ, returns=DueOutcomesSchema)
def list_due_outcomes(tx: Transaction) -> dict[str, Any]:
    """List the months of commitments that are over, in the last twelve, and have no outcome yet."""
    return {"items": due(tx)}


@blueprint.endpoint("GET", ONE, scope=READ, returns=OutcomeSchema)
def get_outcome(tx: Transaction, outcome_id: str) -> Outcome:
    """Return an outcome."""
    return service.get(tx, outcome_id)


@blueprint.endpoint("DELETE", ONE, scope=WRITE, status=204, guarded=True)
def delete_outcome(tx: Transaction, outcome_id: str) -> None:
    """Delete an outcome that was made by mistake."""
    service.delete(tx, outcome_id)


@blueprint.endpoint("GET", "/scorecard", scope=READ, query=ScorecardQuery, returns=ScorecardSchema)
def get_scorecard(tx: Transaction, query: dict[str, Any]) -> dict[str, Any]:
    """Say how well promises came true: bias, error, intervals, regret, idle money."""
    day = query["ended_from"]
    cards = scorecard(queries.since(tx, query, None if day is None else day.isoformat()))
    return {"cards": [card.document() for card in cards]}
