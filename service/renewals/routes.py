"""Calls of renewals."""

from typing import Any

from flask import Response

from service.commitments.models import Commitment
from service.commitments.service import Shown
from service.kit.db.transaction import Transaction
from service.kit.http.blueprint import Resource
from service.kit.http.paging import Page, page, page_of
from service.kit.http.problems import CONFLICT
from service.renewals.ahead import ahead, days_left, what_to_do
from service.renewals.calendar import CONTENT_TYPE, calendar
from service.renewals.comparison import compare
from service.renewals.schemas import (
    CalendarQuery,
    ComparisonQuery,
    RenewalComparisonSchema,
    RenewalSchema,
    RenewalsQuery,
)

blueprint = Resource("renewals", __name__, description="What comes to its end, and what to do about it.")

READ = "decisions:read"


@blueprint.endpoint("GET", "/renewals", scope=READ, query=RenewalsQuery, returns=page_of(RenewalSchema))
def list_renewals(tx: Transaction, query: dict[str, Any]) -> Page[dict[str, Any]]:
    """List the commitments to be acted on, the most urgent first."""
    found = page(tx, ahead(tx, query["days"]), (Commitment.act_by, Commitment.id), query, rising=True)
    return Page([_renewal(tx, commitment) for commitment in found.items], found.next_cursor)


@blueprint.endpoint("GET", "/renewals.ics", scope=READ, query=CalendarQuery)
def get_renewals_calendar(tx: Transaction, query: dict[str, Any]) -> Response:
    """Return last days for notice and ends of commitments as an iCalendar file, with alarms a month before."""
    statement = ahead(tx, query["days"]).order_by(Commitment.act_by, Commitment.id)
    return Response(calendar(tx.session.scalars(statement).all()), content_type=CONTENT_TYPE)


@blueprint.endpoint(
    "GET",
    "/commitments/<id(cm):commitment_id>/renewal",
    scope=READ,
    query=ComparisonQuery,
    returns=RenewalComparisonSchema,
    problems=(CONFLICT,),
)
def compare_renewal(tx: Transaction, commitment_id: str, query: dict[str, Any]) -> dict[str, Any]:
    """Compare staying with leaving until a commitment ends, and extending it with letting it end."""
    return compare(tx, commitment_id, query["evaluation_id"])


def _renewal(tx: Transaction, commitment: Commitment) -> dict[str, Any]:
    today = tx.now.date()
    told = {"days_left": days_left(commitment, today), "detail": what_to_do(commitment, today)}
    return {"commitment": Shown(tx, commitment), "act_by": commitment.act_by, **told}
